package import Bytes

/// Who asks.
package struct Principal: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case root
        case user
        case assumedRole(roleARN: Text)
        case federatedUser
        case service(host: Text)
        /// Nobody, or somebody whom an identity provider vouches for: then `arn` is the provider's ARN or host.
        case anonymous
    }

    /// Twelve digits; empty for services and anonymous callers.
    package var account: Text
    /// `…:user/path/name`, `…:assumed-role/Role/Session`, `…:federated-user/Name`, `…:root`.
    package var arn: Text
    package var kind: Kind
    /// `AIDA…` of a user, `AROA…` of a role (with or without `:session`).
    package var uniqueID: Text?
    /// The ARN of the user whose GetFederationToken made a federated session.
    package var federatedBy: Text?
    /// That user's unique id.
    package var federatedByID: Text?

    package init(
        account: Text, arn: Text, kind: Kind, uniqueID: Text? = nil, federatedBy: Text? = nil,
        federatedByID: Text? = nil
    ) {
        self.account = account
        self.arn = arn
        self.kind = kind
        self.uniqueID = uniqueID
        self.federatedBy = federatedBy
        self.federatedByID = federatedByID
    }

    /// Whether it is the user that has this unique id, or a session of the role that has it.
    func has(id: Text) -> Bool {
        guard let own = uniqueID, own.hasPrefix(id) else { return false }
        let (all, head) = (own.utf8.span, id.utf8.count)
        return all.count == head || all[head] == 0x3A
    }

    /// Whether identity policies can be attached to it or to what it is a session of.
    var hasIdentityPolicies: Bool {
        switch kind {
        case .user, .assumedRole, .federatedUser: true
        case .root, .service, .anonymous: false
        }
    }

    var hasAccount: Bool { hasIdentityPolicies || kind == .root }

    private var lastPart: Text { arn.split(on: 0x2F).last ?? "" }
}

extension Principal {
    /// Keys that follow from the principal, so that no caller has to add them (a key that was added wins).
    func derivedKey(_ folded: Text) -> ContextKeys.Value? {
        guard folded.hasPrefix("aws:principal") || folded.hasPrefix("aws:user") else { return nil }
        switch folded.string {
        case "aws:principalarn": return principalARN.map { .one($0) }
        case "aws:principalaccount": return hasAccount ? .one(account) : nil
        case "aws:principaltype": return typeName.map { .one($0) }
        case "aws:principalisawsservice": return .one(isService ? "true" : "false")
        case "aws:userid": return userID.map { .one($0) }
        case "aws:username": return kind == .user ? .one(lastPart) : nil
        default: return nil
        }
    }

    private var isService: Bool { if case .service = kind { true } else { false } }

    private var principalARN: Text? {
        switch kind {
        case .root, .user, .federatedUser: arn
        case .assumedRole(let roleARN): roleARN
        case .service, .anonymous: nil
        }
    }

    private var typeName: Text? {
        switch kind {
        case .root: "Account"
        case .user: "User"
        case .assumedRole: "AssumedRole"
        case .federatedUser: "FederatedUser"
        case .service: nil
        case .anonymous: "Anonymous"
        }
    }

    private var userID: Text? {
        switch kind {
        case .root: account
        case .user: uniqueID
        case .assumedRole:
            uniqueID.map { $0.utf8.contains(0x3A) ? $0 : "\($0.string):\(lastPart.string)" }
        case .federatedUser: "\(account.string):\(lastPart.string)"
        case .service, .anonymous: nil
        }
    }
}
