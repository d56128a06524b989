internal import Bytes
internal import Wire

extension Keys {
    enum UpdateKeyDescription: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let description: Text
        }

        static let name: Text = "UpdateKeyDescription"
        static let api = API.kms
        static let quota = Quota("kms-update-description", 5)
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .required("Description", .string(0...8192)),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(keyID: fields.text("KeyId") ?? "", description: fields.text("Description") ?? "")
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:UpdateKeyDescription", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws {
            try requireCustomer(try call.subject.require())
            let description = call.input.description
            try await call.changeKey { key, draft in
                try key.requireNotPendingDeletion()
                draft.set("description", .string(description))
            }
        }
    }
}
