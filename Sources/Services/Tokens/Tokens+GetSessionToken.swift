internal import Bytes
internal import Policy
internal import Wire

extension Tokens {
    enum GetSessionToken: TokenOperation {
        static let name: Text = "GetSessionToken"
        static let input: Structure = [
            .optional("DurationSeconds", .integer(900...129_600)), .optional("SerialNumber", serialNumber),
            .optional("TokenCode", tokenCode, sensitive: true), smallest,
        ]
        static let recordedOutput: Structure? = [recordedCredentials]

        static func find(_ input: Fields, _ call: Call) throws {}

        /// AWS asks for no permission: whoever has a long-term key may exchange it.
        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] { [] }

        static func answer(_ call: Authorized<Self>) throws -> Fields {
            let caller = call.call.caller
            let user = try caller.longTermUser(call.call, "GetSessionToken")
            var session = Session(
                kind: .user, account: user.account, entity: user.name.asciiLowercased, entityID: user.id,
                name: user.name, issued: call.now,
                expires: call.now + (call.input.integer("DurationSeconds") ?? 43_200) * 1000)
            session.usedMFA = try usedMFA(call.input, call.call)
            return ["Credentials": credentials(session, call.house)]
        }
    }
}

extension Caller {
    /// The user behind a long-term access key.
    func longTermUser(_ call: Call, _ operation: Text) throws -> EntityState {
        guard session == nil, let name = principal.arn.split(on: 0x2F).last,
            let user = try call.view.entity(.user, name, account)
        else { throw Tokens.denied("Cannot call \(operation) with session credentials") }
        return user
    }
}
