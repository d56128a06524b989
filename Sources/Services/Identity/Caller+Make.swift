internal import Bytes
internal import Policy
internal import Wire

extension Caller {
    /// A user with a long-term access key.
    static func user(_ user: EntityState, _ accessKeyID: Text, _ rights: Rights, _ controls: Controls) -> Caller {
        Caller(
            accessKeyID: accessKeyID,
            account: user.account,
            principal: Principal(account: user.account.text, arn: user.arn, kind: .user, uniqueID: user.id),
            uniqueID: user.id,
            rights: rights,
            sessionPolicies: nil,
            controls: controls,
            tags: user.tags,
            session: nil,
            identityJSON: userIdentity(user, accessKeyID, nil)
        )
    }

    /// Somebody who has not signed, on their way into `account`.
    static func visitor(_ account: AccountID) -> Caller {
        Caller(
            accessKeyID: "", account: account, principal: Principal(account: "", arn: "", kind: .anonymous),
            uniqueID: "",
            rights: Rights(), sessionPolicies: nil, controls: Controls(), tags: [], session: nil,
            identityJSON: Array(#"{"type":"Unknown"}"#.utf8))
    }

    /// A session of a user or a role.
    static func session(
        _ session: Session, of entity: EntityState, _ accessKeyID: Text, _ rights: Rights,
        _ policies: [NamedPolicy]?, _ controls: Controls
    ) -> Caller {
        let account = entity.account
        let (principal, uniqueID): (Principal, Text)
        switch session.kind {
        case .role:
            uniqueID = "\(entity.id):\(session.name)"
            principal = Principal(
                account: account.text, arn: roleSessionARN(account, entity.name, session.name),
                kind: .assumedRole(roleARN: entity.arn), uniqueID: uniqueID)
        case .user:
            uniqueID = entity.id
            principal = Principal(account: account.text, arn: entity.arn, kind: .user, uniqueID: entity.id)
        case .federated:
            uniqueID = "\(account):\(session.name)"
            principal = Principal(
                account: account.text, arn: "arn:aws:sts::\(account):federated-user/\(session.name)",
                kind: .federatedUser, uniqueID: uniqueID, federatedBy: entity.arn, federatedByID: entity.id)
        }
        let kept = entity.tags.filter { tag in
            !session.tags.contains { $0.key.asciiLowercased == tag.key.asciiLowercased }
        }
        return Caller(
            accessKeyID: accessKeyID,
            account: account,
            principal: principal,
            uniqueID: uniqueID,
            rights: rights,
            sessionPolicies: policies,
            controls: controls.over(entity),
            tags: session.tags + kept,
            session: session,
            identityJSON: session.kind == .user
                ? userIdentity(entity, accessKeyID, session)
                : sessionIdentity(session, principal, uniqueID, entity, accessKeyID)
        )
    }

    /// What AWS keeps from sessions that a user's key was exchanged for, whatever policies say.
    func refusal(of operation: Text, _ api: API) -> Fault? {
        guard let session, session.kind != .role, operation != "GetCallerIdentity" else { return nil }
        switch (api.name, session.kind) {
        case ("iam", .user) where session.usedMFA == nil, ("iam", .federated):
            return SignatureFlaw.invalidToken.fault(api.dialects.contains(.query) ? .query : .json)
        case ("sts", .user) where operation != "AssumeRole", ("sts", .federated):
            return Fault("AccessDenied", "Cannot call \(operation) with session credentials", status: 403)
        default: return nil
        }
    }

    static func roleSessionARN(_ account: AccountID, _ role: Text, _ session: Text) -> Text {
        "arn:aws:sts::\(account):assumed-role/\(role)/\(session)"
    }

    private static func userIdentity(_ user: EntityState, _ accessKeyID: Text, _ session: Session?) -> [UInt8] {
        var fields: Fields = [
            "type": "IAMUser", "principalId": .string(user.id), "arn": .string(user.arn),
            "accountId": .string(user.account.text), "accessKeyId": .string(accessKeyID),
            "userName": .string(user.name),
        ]
        if let session { fields.add("sessionContext", .structure(["attributes": attributes(session)])) }
        return fields.json
    }

    private static func sessionIdentity(
        _ session: Session, _ principal: Principal, _ uniqueID: Text, _ entity: EntityState, _ accessKeyID: Text
    ) -> [UInt8] {
        let isRole = session.kind == .role
        var context: Fields = [
            "sessionIssuer": .structure([
                "type": isRole ? "Role" : "IAMUser", "principalId": .string(entity.id), "arn": .string(entity.arn),
                "accountId": .string(entity.account.text), "userName": .string(entity.name),
            ])
        ]
        if let provider = session.provider {
            context.add(
                "webIdFederationData",
                .structure(["federatedProvider": .string(provider), "attributes": .structure([:])]))
        }
        context.add("attributes", attributes(session))
        context.add("sourceIdentity", session.sourceIdentity)
        let fields: Fields = [
            "type": isRole ? "AssumedRole" : "FederatedUser", "principalId": .string(uniqueID),
            "arn": .string(principal.arn), "accountId": .string(entity.account.text),
            "accessKeyId": .string(accessKeyID), "sessionContext": .structure(context),
        ]
        return fields.json
    }

    private static func attributes(_ session: Session) -> Document {
        .structure([
            "creationDate": .string(session.issued.iso8601),
            "mfaAuthenticated": session.usedMFA == nil ? "false" : "true",
        ])
    }
}
