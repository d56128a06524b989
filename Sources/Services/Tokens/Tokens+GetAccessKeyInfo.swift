internal import Bytes
internal import Policy
internal import Wire

extension Tokens {
    enum GetAccessKeyInfo: TokenOperation {
        static let name: Text = "GetAccessKeyInfo"
        static let input: Structure = [
            .required("AccessKeyId", .string(16...128, Pattern.each(of: "\\w", text: "[\\w]*")))
        ]

        static func find(_ input: Fields, _ call: Call) throws {}

        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            [
                Question(
                    action: "sts:GetAccessKeyInfo", resource: "*", shown: nil, owner: call.caller.account,
                    keys: call.conditionKeys)
            ]
        }

        static func answer(_ call: Authorized<Self>) throws -> Fields {
            let id = call.input.text("AccessKeyId") ?? ""
            // A session's account is told by its token alone, which is not sent.
            guard let found = try call.call.view.credential(id, root: call.house.root) else {
                throw validation("The access key \(id) is not known here.")
            }
            return ["Account": .string(found.account.text)]
        }
    }
}
