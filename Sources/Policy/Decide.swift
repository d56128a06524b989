/// The decision of IAM (guide, "policy evaluation logic"): any matching deny ends it; then every layer that limits must
/// allow, and identity or resource policies must grant.
///
/// Allocates two small buffers and nothing per statement.
package func decide(_ ask: Ask, _ layers: Layers) -> Decision {
    Survey(Evaluation(ask), layers).decision
}

/// What each layer said, collected in one walk over all of them, since a deny anywhere outranks silence anywhere.
struct Survey: ~Copyable {
    private let principal: Principal
    private let layers: Layers
    private var consulted: Decision.Consulted = []
    private var deny: (layer: PolicyLayer, by: StatementReference)?
    private var silentControl: PolicyLayer?
    private var identity: StatementReference?
    private var resource: (by: StatementReference, grant: Grant)?
    private var isContextual = false
    private var isConditional = false
    private var isAllowedByBoundary = true
    private var isAllowedBySession = true

    init(_ evaluation: Evaluation, _ layers: Layers) {
        principal = evaluation.ask.principal
        self.layers = layers
        surveyControls(layers.serviceControl, .serviceControl, evaluation)
        surveyControls(layers.resourceControl, .resourceControl, evaluation)
        surveyResource(evaluation)
        identity = survey(layers.identity, .identity, evaluation)
        if let boundary = layers.boundary {
            isAllowedByBoundary = survey([boundary], .boundary, evaluation) != nil
        }
        if let session = layers.session {
            isAllowedBySession = survey(session, .session, evaluation) != nil
        } else {
            isAllowedBySession = principal.kind != .federatedUser
        }
    }

    private mutating func surveyControls(_ levels: [[NamedPolicy]], _ layer: PolicyLayer, _ evaluation: Evaluation) {
        for level in levels where survey(level, layer, evaluation) == nil && silentControl == nil {
            silentControl = layer
        }
    }

    /// The first allow of a layer whose principals, if any, only have to match.
    private mutating func survey(
        _ policies: [NamedPolicy], _ layer: PolicyLayer, _ evaluation: Evaluation
    ) -> StatementReference? {
        guard deny == nil else { return nil }
        var allow: StatementReference?
        if !policies.isEmpty { consulted.insert(Decision.Consulted(layer)) }
        // Spans borrow: a subscript of an array would retain each statement's parts.
        let all = policies.span
        for policy in all.indices {
            let outlines = all[policy].document.outlines.span
            let matchers = all[policy].document.matchers.span
            for index in outlines.indices where outlines[index].mayCover(evaluation) {
                let isDeny = outlines[index].isDeny
                note(matchers[index])
                guard isDeny || allow == nil, matchers[index].applies(evaluation) else { continue }
                let reference = all[policy].reference(index, layer)
                if isDeny {
                    deny = (layer, reference)
                    return nil
                }
                allow = reference
            }
        }
        return allow
    }

    private mutating func surveyResource(_ evaluation: Evaluation) {
        guard deny == nil, let policy = layers.resource else { return }
        consulted.insert(Decision.Consulted(layers.resourceLayer))
        let outlines = policy.document.outlines.span
        let matchers = policy.document.matchers.span
        for index in outlines.indices where outlines[index].mayCover(evaluation) {
            note(matchers[index])
            // A document without principals is about whoever it is attached to; attached to a resource it grants nothing.
            guard let clause = policy.document.statements[index].principals else { continue }
            if outlines[index].isDeny {
                guard clause.denies(principal), matchers[index].applies(evaluation) else { continue }
                deny = (layers.resourceLayer, policy.reference(index, layers.resourceLayer))
                return
            }
            let grant = clause.grant(to: principal)
            guard grant > resource?.grant ?? .none, matchers[index].applies(evaluation) else { continue }
            resource = (policy.reference(index, layers.resourceLayer), grant)
        }
    }

    private mutating func note(_ matcher: StatementMatcher) {
        guard matcher.isConditional else { return }
        isConditional = true
        if matcher.isContextual { isContextual = true }
    }

    var decision: Decision {
        Decision(reason: reason, consulted: consulted, isContextual: isContextual, isConditional: isConditional)
    }

    private var reason: Decision.Reason {
        if let deny { return .explicitDeny(deny.layer, deny.by) }
        if let silentControl { return .implicitDeny(silentControl) }
        guard principal.hasAccount else {
            // Services and strangers have no policies of their own: only the resource can let them in.
            return resource.map { .allowed(by: $0.by) } ?? .implicitDeny(layers.resourceLayer)
        }
        return principal.account == layers.resourceAccount ? withinAccount : acrossAccounts
    }

    private var withinAccount: Decision.Reason {
        let grant = resource?.grant ?? .none
        if layers.isKeyPolicy || layers.isTrustPolicy, grant == .none { return .implicitDeny(layers.resourceLayer) }
        let granted = resource.flatMap { grant >= .principal ? $0.by : nil } ?? identity
        guard granted != nil || principal.kind == .root else { return .implicitDeny(.identity) }
        return limits(waived: grant == .caller) ?? granted.map { .allowed(by: $0) } ?? .root
    }

    /// Both sides must allow; nothing the resource's owner writes waives what the caller's account demands.
    private var acrossAccounts: Decision.Reason {
        // The caller's own side first, so that a caller without permission learns nothing of the other's policy.
        guard identity != nil || principal.kind == .root else { return .implicitDeny(.identity) }
        if let limit = limits(waived: false) { return limit }
        return resource.map { .allowed(by: $0.by) } ?? .implicitDeny(layers.resourceLayer)
    }

    private func limits(waived: Bool) -> Decision.Reason? {
        if waived { return nil }
        if !isAllowedByBoundary { return .implicitDeny(.boundary) }
        return isAllowedBySession ? nil : .implicitDeny(.session)
    }
}

extension NamedPolicy {
    func reference(_ index: Int, _ layer: PolicyLayer) -> StatementReference {
        StatementReference(
            layer: layer, policy: name, index: index, sid: document.statements[index].sid, text: document.text)
    }
}
