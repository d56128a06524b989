internal import Bytes
internal import Wire

extension Keys {
    enum CancelKeyDeletion: WriteOperation {
        typealias Input = Text

        static let name: Text = "CancelKeyDeletion"
        static let api = API.kms
        static let quota = Quota("kms-cancel-deletion", 5)
        static let input: Structure = [.required("KeyId", keyID)]
        static let recordedOutput: Structure? = recordedKeyID

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }
        static func encode(_ output: Text) -> Fields { ["KeyId": .string(output)] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:CancelKeyDeletion", subject, call)]
        }

        /// The key comes back disabled, so that nobody uses it before its owner means it.
        static func run(_ call: Authorized<Self>) async throws -> Text {
            try await call.changeKey { key, draft in
                guard [.pendingDeletion, .pendingReplicaDeletion].contains(key.state) else {
                    throw Fault("KMSInvalidStateException", "\(key.arn) is not pending deletion.")
                }
                draft.set("state", .string(KeyState.State.disabled.rawValue))
                draft.deletionDate = nil
                return key.arn
            }
        }
    }
}
