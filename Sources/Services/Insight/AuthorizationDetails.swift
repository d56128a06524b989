internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// What records of one request tell of its authorization, as far as the caller may see it.
///
/// A principal's account sees what was decided about its requests, and the organization that was recorded does. Policies that
/// lie on another account's resource are for that account alone.
struct AuthorizationDetails: Sendable {
    /// The request's own first, then those of what a service did on its behalf.
    private let records: [Fields]
    /// For the ARNs of what controls are attached to.
    private let organization: OrganizationState?
    private let viewer: AccountID
    private let trail: Trail

    /// `nil` where there is nothing to tell, or not to this caller, or not in this Region.
    static func find(_ id: Text, for call: Call) async throws -> AuthorizationDetails? {
        guard let id = RequestID(id) else { return nil }
        // A call that wrote is answered a moment before its record is in a segment.
        let trail = call.house.trail
        await trail.settleAll()
        let found = try await trail.read { try RecordSearch(folder: $0).records(of: id) }
        guard let own = found.last, own.text("awsRegion") == call.place.region else { return nil }
        let recorded = found.lazy.flatMap(findings).compactMap { $0.fields("context")?.text("aws:PrincipalOrgID") }
            .first
        let (account, organization) = (call.caller.account, call.caller.controls.organization)
        guard Self.account(of: own) == account.text || recorded != nil && recorded == organization else { return nil }
        var state: OrganizationState?
        if let organization {
            state = try await call.house.store.read { snapshot in
                try snapshot.item(OrganizationRows.organization(organization)).map { try OrganizationState($0) }
            }
        }
        return AuthorizationDetails(
            records: found.suffix(1) + found.dropLast(), organization: state, viewer: account, trail: trail)
    }

    /// Twelve digits. Somebody whom a provider vouched for has no account: then it is that of what was asked for.
    private static func account(of record: Fields) -> Text {
        record.fields("userIdentity")?.text("accountId") ?? record.text("recipientAccountId") ?? ""
    }

    private static func findings(_ record: Fields) -> [Fields] {
        (record.fields("additionalEventData")?.list("authorization") ?? []).compactMap { document in
            if case .structure(let fields) = document { fields } else { nil }
        }
    }

    private var own: Fields { records[0] }
    private var account: Text { Self.account(of: own) }

    // MARK: Context

    /// Keys that are the same for everything that was asked.
    var requestContext: Fields {
        var context = PrincipalContext(own).fields
        context.members += RequestContext(own).fields.members
        if records.count == 1 { context.members += OriginContext(own).fields.members }
        for finding in records.flatMap(Self.findings) {
            for member in finding.fields("context")?.members ?? []
            where member.name.hasPrefix("aws:Principal") && context[member.name] == nil {
                context.members.append(member)
            }
        }
        return context
    }

    private func context(_ finding: Fields, _ record: Fields) -> Fields {
        var context = records.count == 1 ? Fields() : OriginContext(record).fields
        context.members += (finding.fields("context")?.members ?? []).filter { !$0.name.hasPrefix("aws:Principal") }
        return context
    }

    // MARK: Evaluations

    var evaluations: [Fields] {
        records.flatMap { record in Self.findings(record).map { evaluation($0, record) } }
    }

    private func evaluation(_ finding: Fields, _ record: Fields) -> Fields {
        let checks = checks(finding)
        let matched = checks.flatMap { check in
            (check.list("matchedPolicies") ?? []).compactMap { document -> Fields? in
                if case .structure(let fields) = document { fields } else { nil }
            }
        }
        return [
            "action": .string(finding.text("action") ?? ""), "resource": .string(finding.text("resource") ?? ""),
            "context": .structure(context(finding, record)),
            "evaluatedEffect": .string(finding.text("effect") ?? ""),
            "matchedPolicies": .list(matched.map { .structure($0) }),
            "checks": .list(checks.map { .structure($0) }),
        ]
    }

    private func checks(_ finding: Fields) -> [Fields] {
        guard let recorded = finding.list("checks") else { return settled(finding) }
        let policies = listed(finding)
        return recorded.compactMap { document in
            guard case .structure(let check) = document, let type = check.text("type"),
                let effect = check.text("effect")
            else { return nil }
            if type == "RESOURCE_CONTROL_POLICY", !isVisible("resource-control-policy", finding) { return nil }
            let statements = (check.list("matched") ?? []).compactMap { document -> (RecordedPolicy, Fields)? in
                guard case .structure(let fields) = document, let place = fields.integer("policy"),
                    policies.indices.contains(Int(place)), let policy = policies[Int(place)]
                else { return nil }
                return (policy, fields)
            }
            return shown(type, effect, check.text("target"), finding, statements)
        }
    }

    /// Of an allowed call the record keeps the statement that allowed it, and so the one check.
    private func settled(_ finding: Fields) -> [Fields] {
        guard finding.text("effect") == "ALLOW", let layer = finding.text("layer") else { return [] }
        guard let policy = RecordedPolicy(finding) else { return [shown("PRINCIPAL", "ALLOW", nil, finding, [])] }
        let isOwnerAsked =
            layer == "trust-policy"
            || policy.layer == "resource-policy"
                && (owner(finding) != account || finding.text("action")?.hasPrefix("kms:") == true)
        var statement = finding
        statement.add("effect", "ALLOW")
        return [
            shown(
                isOwnerAsked ? "RESOURCE" : "PRINCIPAL", "ALLOW", nil, finding,
                isVisible(layer, finding) ? [(policy, statement)] : [])
        ]
    }

    private func shown(
        _ type: Text, _ effect: Text, _ target: Text?, _ finding: Fields, _ statements: [(RecordedPolicy, Fields)]
    ) -> Fields {
        var fields: Fields = ["checkType": .string(type), "evaluatedEffect": .string(effect)]
        if let target { fields.add("targetArn", organization?.arn(of: target)) }
        var types = [Self.policyType[type] ?? "IDENTITY_BASED_POLICY"]
        var matched: [(uri: Text, statements: [Document])] = []
        for (policy, statement) in statements {
            if !types.contains(policy.type) { types.append(policy.type) }
            let number = statement.integer("statement") ?? 0
            let sid = statement.text("sid").flatMap { $0.isEmpty ? nil : $0 } ?? "statement-\(number)"
            let one = Document.structure([
                "sid": .string(sid), "evaluatedEffect": .string(statement.text("effect") ?? "ALLOW"),
            ])
            if let place = matched.firstIndex(where: { $0.uri == policy.uri }) {
                matched[place].statements.append(one)
            } else {
                matched.append((policy.uri, [one]))
            }
        }
        fields.add("relevantPolicyTypes", .list(types.map { .string($0) }))
        fields.add(
            "matchedPolicies",
            .list(
                matched.map { .structure(["uri": .string($0.uri), "matchedStatements": .list($0.statements)]) }))
        return fields
    }

    private static let policyType: [Text: Text] = [
        "RESOURCE_CONTROL_POLICY": "RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY": "SERVICE_CONTROL_POLICY",
        "RESOURCE": "RESOURCE_BASED_POLICY", "PRINCIPAL": "IDENTITY_BASED_POLICY",
        "PERMISSIONS_BOUNDARY": "PERMISSIONS_BOUNDARY", "SESSION": "SESSION_POLICY",
    ]

    // MARK: Policies

    /// Those that were evaluated, each once.
    var policies: [EvaluatedPolicy] {
        var found: [EvaluatedPolicy] = []
        for record in records {
            for finding in Self.findings(record) {
                for policy in listed(finding).compactMap({ $0 }) {
                    let arn = attachedTo(policy, finding, record)
                    if let place = found.firstIndex(where: { $0.uri == policy.uri && $0.policy.type == policy.type }) {
                        if let arn, !found[place].attachedTo.contains(arn) { found[place].attachedTo.append(arn) }
                    } else {
                        found.append(EvaluatedPolicy(policy: policy, attachedTo: arn.map { [$0] } ?? []))
                    }
                }
            }
        }
        return found
    }

    /// In the record's order; `nil` for those that the caller may not see.
    private func listed(_ finding: Fields) -> [RecordedPolicy?] {
        guard let recorded = finding.list("policies") else {
            return [RecordedPolicy(finding)].map { $0.flatMap { isVisible($0.layer, finding) ? $0 : nil } }
        }
        return recorded.map { document in
            guard case .structure(let fields) = document, let policy = RecordedPolicy(fields) else { return nil }
            return isVisible(policy.layer, finding) ? policy : nil
        }
    }

    private func isVisible(_ layer: Text, _ finding: Fields) -> Bool {
        guard ["resource-policy", "trust-policy", "resource-control-policy"].contains(layer) else { return true }
        let owner = owner(finding)
        return owner == account || owner == viewer.text
    }

    private func owner(_ finding: Fields) -> Text {
        let named = ARN(finding.text("resource") ?? "")?.account ?? ""
        return named.isEmpty ? account : named
    }

    private func attachedTo(_ policy: RecordedPolicy, _ finding: Fields, _ record: Fields) -> Text? {
        switch policy.layer {
        case "resource-policy", "trust-policy": finding.text("resource")
        case "service-control-policy", "resource-control-policy":
            policy.target.flatMap { organization?.arn(of: $0) }
        default: PrincipalContext(record).entity
        }
    }

    /// As it was when it was evaluated; `nil` if it is not in the archive.
    func document(_ digest: Text) async throws -> Document? {
        try await trail.read { try PolicyArchive.text(digest, folder: $0) }.flatMap { try? JSON.parse($0) }
    }

    /// The first thing that was refused, for `sts:DecodeAuthorizationMessage`.
    func decoded() async throws -> Fields? {
        for record in records {
            for finding in Self.findings(record) where finding.text("effect") != "ALLOW" {
                let digest = listed(finding).compactMap { $0?.digest }.first { $0 == finding.text("digest") }
                let statement: Document? = if let digest { try await document(digest) } else { nil }
                return DecodedMessage(
                    finding: finding, record: record,
                    context: requestContext.members + context(finding, record).members, statement: statement
                ).fields
            }
        }
        return nil
    }
}

/// A policy as a record names it.
struct RecordedPolicy: Sendable {
    let layer: Text
    let name: Text
    let digest: Text
    let target: Text?

    init?(_ fields: Fields) {
        guard let layer = fields.text("layer"), let name = fields.text("policy"), let digest = fields.text("digest")
        else { return nil }
        (self.layer, self.name, self.digest, target) = (layer, name, digest, fields.text("target"))
    }

    private var isAttached: Bool { layer == "resource-policy" || layer == "trust-policy" }
    var isInline: Bool { isAttached || !name.hasPrefix("arn:") }
    /// Of an inline policy opaque to the caller.
    var uri: Text { isInline ? "\(layer)/\(digest)" : name }

    var type: Text {
        switch layer {
        case "service-control-policy": "SERVICE_CONTROL_POLICY"
        case "resource-control-policy": "RESOURCE_CONTROL_POLICY"
        case "resource-policy", "trust-policy": "RESOURCE_BASED_POLICY"
        case "permissions-boundary": "PERMISSIONS_BOUNDARY"
        case "session-policy": "SESSION_POLICY"
        default: "IDENTITY_BASED_POLICY"
        }
    }

    /// AWS does not publish the names of the kinds; these are ours.
    func source(_ resource: Text?) -> Fields? {
        guard layer == "resource-policy", let resource, ARN(resource)?.service == "kms" else { return nil }
        if name == resource { return ["type": "KMS_KEY_POLICY", "typeName": "KMS key policy"] }
        return ["type": "KMS_GRANT", "typeName": "KMS grant", "grantId": .string(name)]
    }
}

struct EvaluatedPolicy: Sendable {
    let policy: RecordedPolicy
    var attachedTo: [Text]

    var uri: Text { policy.uri }
    var digest: Text { policy.digest }

    /// An entry of `policies`.
    var shown: Fields {
        var fields: Fields = [
            "type": .string(policy.type), "inline": .bool(policy.isInline), "uri": .string(uri),
            "attachedTo": .list(attachedTo.map { .structure(["arn": .string($0)]) }),
        ]
        if let source = policy.source(attachedTo.first) { fields.add("policySource", .structure(source)) }
        return fields
    }
}
