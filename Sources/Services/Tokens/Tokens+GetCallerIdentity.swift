internal import Bytes
internal import Policy
internal import Wire

extension Tokens {
    enum GetCallerIdentity: ReadOperation {
        struct Input: Sendable {}
        struct Output: Sendable {
            let arn: Text
            let userID: Text
            let account: AccountID
        }

        static let name: Text = "GetCallerIdentity"
        static let api = API.sts
        static let quota = Quota("sts", 600)
        static let isReadOnly = true
        static let input: Structure = []

        static func decode(_ fields: Fields) throws(Fault) -> Input { Input() }

        static func encode(_ output: Output) -> Fields {
            [
                "UserId": .string(output.userID), "Account": .string(output.account.text), "Arn": .string(output.arn),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws {}

        /// Nobody needs a permission to learn who they are, and no policy can deny it.
        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] { [] }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let caller = call.call.caller
            return Output(arn: caller.principal.arn, userID: caller.uniqueID, account: caller.account)
        }
    }
}
