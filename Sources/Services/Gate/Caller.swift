package import Bytes
package import Policy

/// Who signed the request, once the signature has been verified, with every policy that has a say about them.
package final class Caller: Sendable {
    package let account: AccountID
    package let accessKeyID: Text
    package let principal: Principal
    /// `UserId` of GetCallerIdentity.
    package let uniqueID: Text
    /// Of the user, its groups, or the role.
    package let policies: [NamedPolicy]
    let boundary: NamedPolicy?
    /// `nil` if the session was made without policies.
    let sessionPolicies: [NamedPolicy]?
    let controls: Controls
    /// Of the user or role, then of the session, whose values win.
    let tags: [Tag]
    /// `nil` for a long-term access key.
    let session: Session?
    /// CloudTrail's `userIdentity`, ready to be copied into records.
    package let identityJSON: [UInt8]
    /// Of a service that acts by itself; `nil` for everybody who signs.
    let mandate: Mandate?

    init(
        accessKeyID: Text,
        account: AccountID,
        principal: Principal,
        uniqueID: Text,
        rights: Rights,
        sessionPolicies: [NamedPolicy]?,
        controls: Controls,
        tags: [Tag],
        session: Session?,
        identityJSON: [UInt8],
        mandate: Mandate? = nil
    ) {
        self.account = account
        self.accessKeyID = accessKeyID
        self.principal = principal
        self.uniqueID = uniqueID
        policies = rights.policies
        boundary = rights.boundary
        self.sessionPolicies = sessionPolicies
        self.controls = controls
        self.tags = tags
        self.session = session
        self.identityJSON = identityJSON
        self.mandate = mandate
    }
}
