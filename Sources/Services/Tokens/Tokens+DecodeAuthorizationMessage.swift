internal import Bytes
internal import Policy
internal import Wire

extension Tokens {
    /// The services here encode nothing in their refusals, as AWS's don't: the authorization id, or the request id, of a
    /// refusal stands for the message (decision 0015).
    enum DecodeAuthorizationMessage: WriteOperation {
        static let name: Text = "DecodeAuthorizationMessage"
        static let api = API.sts
        static let quota = Toolbox.quota
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [.required("EncodedMessage", .string(1...10_240))]

        static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
        static func encode(_ output: Fields) -> Fields { output }
        static func find(_ input: Fields, _ call: Call) throws {}

        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            [
                Question(
                    action: "sts:DecodeAuthorizationMessage", resource: "*", shown: nil, owner: call.caller.account,
                    keys: call.conditionKeys)
            ]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let message = call.input.text("EncodedMessage") ?? ""
            guard let details = try await AuthorizationDetails.find(message, for: call.call),
                let decoded = try await details.decoded()
            else { throw Fault("InvalidAuthorizationMessageException", "Message is not valid") }
            return ["DecodedMessage": .string(Text(decoding: decoded.json[...]))]
        }
    }
}
