package import Bytes
package import Policy

/// Who signed the request, once the signature has been verified.
package final class Caller: Sendable {
    package let account: AccountID
    package let accessKeyID: Text
    package let principal: Principal
    package let userName: Text?
    /// `UserId` of GetCallerIdentity.
    package let uniqueID: Text
    package let policies: [NamedPolicy]
    /// CloudTrail's `userIdentity`, ready to be copied into records.
    package let identityJSON: [UInt8]

    init(
        account: AccountID,
        accessKeyID: Text,
        principal: Principal,
        userName: Text?,
        uniqueID: Text,
        policies: [NamedPolicy],
        identityJSON: [UInt8]
    ) {
        self.account = account
        self.accessKeyID = accessKeyID
        self.principal = principal
        self.userName = userName
        self.uniqueID = uniqueID
        self.policies = policies
        self.identityJSON = identityJSON
    }
}
