internal import Bytes
internal import Wire

extension Keys {
    enum GetKeyPolicy: ReadOperation {
        struct Input: Sendable {
            let keyID: Text
            let policyName: Text
        }

        static let name: Text = "GetKeyPolicy"
        static let api = API.kms
        static let quota = Quota("kms-get-policy", 1000)
        static let isReadOnly = true
        static let input: Structure = [.required("KeyId", Keys.keyID), .optional("PolicyName", policyName)]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(keyID: fields.text("KeyId") ?? "", policyName: fields.text("PolicyName") ?? "default")
        }
        static func encode(_ output: Text) -> Fields { ["Policy": .string(output), "PolicyName": "default"] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:GetKeyPolicy", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Text {
            let key = try call.subject.require()
            try requireDefault(call.input.policyName)
            return try key.written.shown(in: call.call.view)
        }
    }

    static let policyName = Shape.string(1...128, .each(of: "A-Za-z0-9_", text: "[\\w]+"))

    /// A key has one policy, and its name is fixed.
    static func requireDefault(_ policyName: Text) throws(Fault) {
        guard policyName == "default" else { throw Fault("NotFoundException", "No such policy exists") }
    }
}
