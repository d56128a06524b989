package import Bytes
package import Policy

/// The policy language a second time, as plainly as it can be written: straight from parsed JSON, no compilation, no
/// prefilter, quadratic globs. The oracle that `Policy.decide` is compared with; knows two forms of dates and IPv4 only.
package enum NaivePolicy {
    package struct Layers: Sendable {
        package var identity: [Document] = []
        package var boundary: Document?
        package var session: [Document]?
        package var resource: Document?
        /// Unique ids that users and roles of the resource's policy are held to, by ARN.
        package var resourceIDs: [Text: Text] = [:]
        package var serviceControl: [[Document]] = []
        package var resourceControl: [[Document]] = []
        package var resourceAccount: Text = ""
        package var isKeyPolicy = false
        package var isTrustPolicy = false

        package init() {}
    }

    package enum Answer: Sendable, Equatable {
        case allowed
        case explicitDeny(PolicyLayer)
        case implicitDeny(PolicyLayer)
    }

    package static func decide(_ ask: Ask, _ layers: Layers) -> Answer {
        let resourceLayer: PolicyLayer = layers.isTrustPolicy ? .trust : .resource
        let groups: [(PolicyLayer, [Document])] = [
            (.serviceControl, Array(layers.serviceControl.joined())),
            (.resourceControl, Array(layers.resourceControl.joined())),
            (resourceLayer, layers.resource.map { [$0] } ?? []),
            (.identity, layers.identity),
            (.boundary, layers.boundary.map { [$0] } ?? []),
            (.session, layers.session ?? []),
        ]
        for (layer, documents) in groups
        where documents.contains(where: { hasMatch("Deny", $0, ask, layer, layers.resourceIDs) }) {
            return .explicitDeny(layer)
        }
        for (layer, levels) in [
            (PolicyLayer.serviceControl, layers.serviceControl), (.resourceControl, layers.resourceControl),
        ]
        where levels.contains(where: { !$0.contains { hasMatch("Allow", $0, ask, layer) } }) {
            return .implicitDeny(layer)
        }
        let waivers = layers.resource.map { resourceWaivers($0, ask, layers.resourceIDs) } ?? []
        return weigh(ask, layers, waivers, resourceLayer)
    }

    /// What one allow of the resource policy excuses from allowing.
    private struct Waiver: Equatable {
        var identity: Bool
        var limits: Bool
    }

    private static func weigh(
        _ ask: Ask, _ layers: Layers, _ waivers: [Waiver], _ resourceLayer: PolicyLayer
    ) -> Answer {
        let isAllowedByResource = !waivers.isEmpty
        if ask.principal.account.isEmpty { return isAllowedByResource ? .allowed : .implicitDeny(resourceLayer) }
        let isRoot = ask.principal.kind == .root
        let identity = isRoot || layers.identity.contains { hasMatch("Allow", $0, ask, .identity) }
        let boundary = layers.boundary.map { hasMatch("Allow", $0, ask, .boundary) } ?? true
        let session =
            layers.session.map { $0.contains { hasMatch("Allow", $0, ask, .session) } }
            ?? (ask.principal.kind != .federatedUser)
        if ask.principal.account != layers.resourceAccount {
            if !identity { return .implicitDeny(.identity) }
            if !boundary { return .implicitDeny(.boundary) }
            if !session { return .implicitDeny(.session) }
            return isAllowedByResource ? .allowed : .implicitDeny(resourceLayer)
        }
        if (layers.isKeyPolicy || layers.isTrustPolicy) && !isAllowedByResource { return .implicitDeny(resourceLayer) }
        if !identity && !waivers.contains(where: \.identity) { return .implicitDeny(.identity) }
        if waivers.contains(where: \.limits) { return .allowed }
        if !boundary { return .implicitDeny(.boundary) }
        return session ? .allowed : .implicitDeny(.session)
    }

    private static func statements(_ document: Document) -> [Fields] {
        guard case .structure(let fields) = document else { return [] }
        switch fields["Statement"] {
        case .list(let items)?: return items.compactMap { if case .structure(let item) = $0 { item } else { nil } }
        case .structure(let only)?: return [only]
        default: return []
        }
    }

    private static func hasVariables(_ document: Document) -> Bool {
        guard case .structure(let fields) = document else { return false }
        return fields.text("Version") == "2012-10-17"
    }

    private static func hasMatch(
        _ effect: Text, _ document: Document, _ ask: Ask, _ layer: PolicyLayer, _ ids: [Text: Text] = [:]
    ) -> Bool {
        let variables = hasVariables(document)
        return statements(document).contains { statement in
            guard statement.text("Effect") == effect, matches(statement, ask, variables) else { return false }
            return layer != .resource && layer != .trust || NaivePrincipals(ids).isHit(statement, ask.principal)
        }
    }

    private static func resourceWaivers(_ document: Document, _ ask: Ask, _ ids: [Text: Text]) -> [Waiver] {
        let variables = hasVariables(document)
        return statements(document).flatMap { statement -> [Waiver] in
            guard statement.text("Effect") == "Allow", matches(statement, ask, variables) else { return [] }
            return NaivePrincipals(ids).waivers(statement, ask.principal).map {
                Waiver(identity: $0.identity, limits: $0.limits)
            }
        }
    }

    private static func matches(_ statement: Fields, _ ask: Ask, _ variables: Bool) -> Bool {
        let isActionListed = texts(statement["Action"] ?? statement["NotAction"]).contains { pattern in
            glob(tokens(pattern.asciiLowercased, wild: true), scalars(ask.action.asciiLowercased))
        }
        guard isActionListed == (statement["Action"] != nil) else { return false }
        let listed = texts(statement["Resource"] ?? statement["NotResource"])
        let verdicts = listed.map { pattern -> Bool? in
            pattern == "*" ? true : sectionwise(pattern, ask.resource, ask, variables, afterExpansion: false)
        }
        if statement["NotResource"] != nil {
            guard verdicts.allSatisfy({ $0 == false }) else { return false }
        } else if !listed.isEmpty {
            guard verdicts.contains(true) else { return false }
        }
        guard case .structure(let operators)? = statement["Condition"] else { return true }
        return operators.members.allSatisfy { member in
            guard case .structure(let keys) = member.value else { return false }
            return keys.members.allSatisfy { key in
                NaiveCondition(member.name, key.name, texts(key.value), variables).holds(ask)
            }
        }
    }

    static func texts(_ document: Document?) -> [Text] {
        switch document {
        case .string(let text)?: [text]
        case .bool(let value)?: [value ? "true" : "false"]
        case .integer(let value)?: ["\(value)"]
        case .list(let items)?: items.flatMap { texts($0) }
        default: []
        }
    }
}
