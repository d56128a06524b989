internal import Bytes
internal import Policy
internal import Wire

extension Keys {
    enum UntagResource: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let tagKeys: [Text]
        }

        static let name: Text = "UntagResource"
        static let api = API.kms
        static let quota = Quota("kms-untag", 5)
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .required("TagKeys", .list(.string(1...128))),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(keyID: fields.text("KeyId") ?? "", tagKeys: fields.texts("TagKeys") ?? [])
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:UntagResource", subject, call)
            if !input.tagKeys.isEmpty { question.keys.add("aws:TagKeys", input.tagKeys) }
            return [question]
        }

        /// Keys that the key does not have are no error.
        static func run(_ call: Authorized<Self>) async throws {
            try requireCustomer(try call.subject.require())
            let gone = call.input.tagKeys
            try await call.changeKey { key, draft in
                try key.requireNotPendingDeletion()
                draft.set("tags", Tag.stored(key.tags.filter { !gone.contains($0.key) }))
            }
        }
    }
}
