package import Bytes
package import Policy

/// Who signed the request, once the signature has been verified.
package struct Caller: Sendable {
    package var account: AccountID
    package var accessKeyID: Text
    package var principal: Principal
    package var userName: Text?
    /// `UserId` of GetCallerIdentity.
    package var uniqueID: Text
    package var policies: [NamedPolicy]
    /// CloudTrail's `userIdentity`, ready to be copied into records.
    package var identityJSON: [UInt8]
}
