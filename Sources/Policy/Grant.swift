import Bytes

/// How far a resource policy's allow carries, by which principal element it matched (IAM guide, "evaluation within an
/// account": the table of what an implicit deny elsewhere still limits).
enum Grant: Int, Sendable, Comparable {
    case none
    /// To the account: its own policies must allow as well.
    case delegated
    /// To a role, or to the user behind a federated session: identity policies need not allow; boundary and session must.
    case principal
    /// To exactly this user or session: nothing else need allow.
    case caller

    static func < (a: Grant, b: Grant) -> Bool { a.rawValue < b.rawValue }
}

extension PrincipalElement {
    func grant(to principal: Principal) -> Grant {
        switch self {
        case .everyone: return PrincipalElement.grantOfEveryone(to: principal)
        case .account(let account): return principal.hasAccount && principal.account == account ? .delegated : .none
        case .user(let arn, nil):
            if principal.kind == .user, principal.arn == arn { return .caller }
            return principal.kind == .federatedUser && principal.federatedBy == arn ? .principal : .none
        case .role(let arn, nil): return principal.kind == .assumedRole(roleARN: arn) ? .principal : .none
        case .user(_, let id?), .role(_, let id?), .uniqueID(let id): return grant(toID: id, principal)
        case .roleSession(let arn, let id):
            guard case .assumedRole = principal.kind, principal.arn == arn else { return .none }
            if let id, !principal.has(id: id) { return .none }
            return .caller
        case .federatedSession(let arn):
            return principal.kind == .federatedUser && principal.arn == arn ? .caller : .none
        case .service(let host): return principal.kind == .service(host: host) ? .caller : .none
        case .federated(let provider):
            return principal.kind == .anonymous && principal.arn == provider ? .caller : .none
        // Canonical ids belong to S3; no caller here has one.
        case .canonicalUser: return .none
        }
    }

    /// `*` grants like the element that names the caller's own kind. For a session that is the role or user behind it.
    static func grantOfEveryone(to principal: Principal) -> Grant {
        switch principal.kind {
        case .assumedRole, .federatedUser: .principal
        case .root, .user, .service, .anonymous: .caller
        }
    }

    private func grant(toID id: Text, _ principal: Principal) -> Grant {
        switch principal.kind {
        case .user: return principal.has(id: id) ? .caller : .none
        case .assumedRole: return principal.has(id: id) ? .principal : .none
        case .federatedUser: return principal.federatedByID == id ? .principal : .none
        case .root, .service, .anonymous: return .none
        }
    }
}

/// The `Principal` or `NotPrincipal` of a statement.
package struct PrincipalClause: Sendable, Equatable {
    package let elements: [PrincipalElement]
    /// `NotPrincipal`.
    package let isNegated: Bool

    package init(elements: [PrincipalElement], isNegated: Bool) {
        self.elements = elements
        self.isNegated = isNegated
    }

    /// Whether it can match callers that are not named one by one.
    package var matchesEveryone: Bool { isNegated || elements.contains(.everyone) }

    func grant(to principal: Principal) -> Grant {
        guard isNegated else {
            var best = Grant.none
            for element in elements { best = max(best, element.grant(to: principal)) }
            return best
        }
        // An allow spares whoever is listed under any of its identities: the careful reading.
        return namesAny(of: principal) ? .none : PrincipalElement.grantOfEveryone(to: principal)
    }

    /// Whether a `Deny` with this clause hits the principal.
    func denies(_ principal: Principal) -> Bool {
        isNegated ? !namesAll(of: principal) : grant(to: principal) > .none
    }

    private func namesAny(of principal: Principal) -> Bool { elements.contains { $0.grant(to: principal) > .none } }

    /// A caller is several principals at once (account, role, session); `NotPrincipal` with `Deny` spares it only if each of
    /// them is listed.
    private func namesAll(of principal: Principal) -> Bool {
        if elements.contains(.everyone) { return true }
        let grants = Set(elements.map { $0.grant(to: principal) })
        switch principal.kind {
        case .root: return grants.contains(.delegated)
        case .user, .federatedUser: return grants.isSuperset(of: [.delegated, .caller])
        case .assumedRole: return grants.isSuperset(of: [.delegated, .principal, .caller])
        case .service, .anonymous: return grants.contains(.caller)
        }
    }
}
