internal import Bytes
internal import Policy
internal import Wire

extension Secrets {
    enum UntagResource: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let keys: [Text]
        }

        static let name: Text = "UntagResource"
        static let api = API.secretsManager
        static let quota = tagQuota
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .required("TagKeys", .list(.string(1...128))),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(secretID: fields.text("SecretId") ?? "", keys: fields.texts("TagKeys") ?? [])
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("secretsmanager:UntagResource", subject, call)
            question.keys.add("aws:TagKeys", input.keys)
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws {
            _ = try call.subject.require()
            let keys = Set(call.input.keys)
            try await call.changeSecret { draft, transaction in
                draft.tags?.removeAll { keys.contains($0.key) }
                if keys.contains(RotationWait.tag) {
                    // Reads are no longer noted: what is known would be wrong by the time the tag comes back.
                    try SecretReader.forgetAll(of: draft.row, transaction)
                }
                try requireStillAllowed("secretsmanager:UntagResource", draft, call.call)
            }
        }
    }
}
