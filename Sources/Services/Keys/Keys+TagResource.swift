internal import Bytes
internal import Policy
internal import Wire

extension Keys {
    enum TagResource: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let tags: [Tag]
        }

        static let name: Text = "TagResource"
        static let api = API.kms
        static let quota = Quota("kms-tag", 10)
        static let input: Structure = [.required("KeyId", Keys.keyID), .required("Tags", CreateKey.tagList)]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(keyID: fields.text("KeyId") ?? "", tags: try CreateKey.tags(fields.list("Tags")))
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:TagResource", subject, call)
            for tag in input.tags { question.keys.add("aws:RequestTag/\(tag.key)", tag.value) }
            if !input.tags.isEmpty { question.keys.add("aws:TagKeys", input.tags.map(\.key)) }
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws {
            try requireCustomer(try call.subject.require())
            let (new, limit) = (call.input.tags, call.house.limits.tagsPerResource)
            try await call.changeKey { key, draft in
                try key.requireNotPendingDeletion()
                draft.set("tags", Tag.stored(try merged(key.tags, with: new, limit: limit)))
            }
        }
    }
}
