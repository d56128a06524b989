package import Bytes

/// One requirement that a request has to meet, and whether it does: what AWS's authorization details tell of a decision.
package struct AuthorizationCheck: Sendable, Equatable {
    /// In AWS's order.
    package enum Kind: Sendable, CaseIterable {
        case resourceControl
        case serviceControl
        /// The resource's owner has to allow by itself: across accounts, for keys, and for roles to be assumed.
        case resource
        case principal
        case boundary
        case session
    }

    package enum Effect: Sendable {
        case allow
        /// Nothing matched, and nothing had to: another policy let the request in.
        case noImpact
        case implicitDeny
        case explicitDeny
    }

    package let kind: Kind
    package let effect: Effect
    /// Of a control: what its policies are attached to.
    package let target: Text?
    package let matched: [StatementTrace]
}

/// What became of each requirement, whichever of them decided. As slow as ``explain(_:_:)``.
package func checks(_ ask: Ask, _ layers: Layers) -> [AuthorizationCheck] {
    Checker(evaluation: Evaluation(ask), layers: layers).all
}

private struct Checker {
    let evaluation: Evaluation
    let layers: Layers

    private var principal: Principal { evaluation.ask.principal }
    private var isOwn: Bool { principal.hasAccount && principal.account == layers.resourceAccount }
    private var isOwnerAsked: Bool { layers.isKeyPolicy || layers.isTrustPolicy || !isOwn }

    var all: [AuthorizationCheck] {
        var checks = controls(layers.resourceControl, layers.resourceControlTargets, .resourceControl, .resourceControl)
        checks += controls(layers.serviceControl, layers.serviceControlTargets, .serviceControl, .serviceControl)
        let owner = matched(layers.resource.map { [$0] } ?? [], layers.resourceLayer)
        if isOwnerAsked { checks.append(check(.resource, owner, isAllowed: owner.contains(.allow))) }
        let own = ownChecks(owner)
        // Nothing of their own has to allow services and strangers; what denies, denies.
        return checks + (principal.hasAccount ? own : own.filter { $0.effect == .explicitDeny })
    }

    /// What the principal's side says. `owner`: what matched in the resource's policy.
    private func ownChecks(_ owner: [StatementTrace]) -> [AuthorizationCheck] {
        let grant = isOwn ? self.grant(owner) : .none
        let identity = matched(layers.identity, .identity)
        var checks = [
            check(
                .principal, identity + (isOwnerAsked ? [] : owner),
                isAllowed: identity.contains(.allow) || principal.kind == .root || !isOwnerAsked && grant >= .principal,
                isWaived: grant >= .principal)
        ]
        if let boundary = layers.boundary {
            checks.append(limit(.boundary, matched([boundary], .boundary), grant))
        }
        if layers.session != nil || principal.kind == .federatedUser {
            checks.append(limit(.session, matched(layers.session ?? [], .session), grant))
        }
        return checks
    }

    private func controls(
        _ levels: [[NamedPolicy]], _ targets: [Text], _ kind: AuthorizationCheck.Kind, _ layer: PolicyLayer
    ) -> [AuthorizationCheck] {
        levels.enumerated().map { index, level in
            let found = matched(level, layer)
            return check(
                kind, found, isAllowed: found.contains(.allow), target: index < targets.count ? targets[index] : nil)
        }
    }

    private func limit(
        _ kind: AuthorizationCheck.Kind, _ found: [StatementTrace], _ grant: Grant
    ) -> AuthorizationCheck {
        check(kind, found, isAllowed: found.contains(.allow), isWaived: grant == .caller)
    }

    private func check(
        _ kind: AuthorizationCheck.Kind, _ found: [StatementTrace], isAllowed: Bool, isWaived: Bool = false,
        target: Text? = nil
    ) -> AuthorizationCheck {
        let effect: AuthorizationCheck.Effect =
            found.contains(.deny) ? .explicitDeny : isAllowed ? .allow : isWaived ? .noImpact : .implicitDeny
        return AuthorizationCheck(kind: kind, effect: effect, target: target, matched: found)
    }

    private func matched(_ policies: [NamedPolicy], _ layer: PolicyLayer) -> [StatementTrace] {
        policies.flatMap { policy in
            policy.traces(layer, evaluation, isPrincipalChecked: layer == layers.resourceLayer)
                .filter { $0.outcome == .matched }
        }
    }

    /// The most that the resource's matching statements give the principal.
    private func grant(_ owner: [StatementTrace]) -> Grant {
        let statements = layers.resource?.document.statements ?? []
        return owner.filter { $0.effect == .allow }.map { trace in
            statements[trace.statement.index].principals?.grant(to: principal) ?? .none
        }.max() ?? .none
    }
}

extension [StatementTrace] {
    fileprivate func contains(_ effect: Statement.Effect) -> Bool { contains { $0.effect == effect } }
}
