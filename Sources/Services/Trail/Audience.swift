internal import Bytes

/// Whose trail a record is for. A call that used another account's resource is recorded for both, under one shared event id, as
/// on AWS; the owner of the resource learns which account and which principal id it was, and nothing of that account's policies.
struct Audience: Sendable {
    let recipient: AccountID
    let identityJSON: [UInt8]
    let seesReasons: Bool
    private(set) var sharedEventID: Text?

    static func caller(_ call: Call) -> Audience {
        Audience(recipient: call.place.account, identityJSON: call.identityJSON, seesReasons: true)
    }

    /// The caller's account first.
    static func all(of call: Call) -> [Audience] {
        let own = caller(call)
        let owners = call.otherOwners
        guard !owners.isEmpty else { return [own] }
        let identity = strangerJSON(call.caller)
        var all = [own] + owners.map { Audience(recipient: $0, identityJSON: identity, seesReasons: false) }
        let shared = call.house.chance.uuid()
        for index in all.indices { all[index].sharedEventID = shared }
        return all
    }

    private static func strangerJSON(_ caller: Caller) -> [UInt8] {
        let identity: Fields = [
            "type": "AWSAccount", "principalId": .string(caller.uniqueID), "accountId": .string(caller.account.text),
        ]
        return identity.json
    }
}
