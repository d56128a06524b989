internal import Bytes
internal import Policy
internal import Wire

extension Secrets {
    enum TagResource: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let tags: [Tag]
        }

        static let name: Text = "TagResource"
        static let api = API.secretsManager
        static let quota = tagQuota
        static let input: Structure = [.required("SecretId", Secrets.secretID), .required("Tags", Secrets.tags)]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(secretID: fields.text("SecretId") ?? "", tags: try checkedTags(fields.list("Tags")) ?? [])
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("secretsmanager:TagResource", subject, call)
            for tag in input.tags { question.keys.add("aws:RequestTag/\(tag.key)", tag.value) }
            question.keys.add("aws:TagKeys", input.tags.map(\.key))
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws {
            _ = try call.subject.require()
            let new = call.input.tags
            let limit = call.house.limits.tagsPerResource
            try await call.changeSecret { draft, _ in
                var tags = draft.tags ?? []
                for tag in new {
                    if let index = tags.firstIndex(where: { $0.key == tag.key }) {
                        tags[index] = tag
                    } else {
                        tags.append(tag)
                    }
                }
                try requireFew(tags.count, limit: limit)
                draft.tags = tags
                try requireStillAllowed("secretsmanager:TagResource", draft, call.call)
            }
        }
    }

    /// A change of tags that would cost the caller their own access is refused.
    static func requireStillAllowed(_ action: Text, _ draft: SecretDraft, _ call: Call) throws {
        let state = try SecretState(draft.encoded)
        let reference = try SecretReference(state.arn, from: call.place)
        let question = question(action, Subject(reference: reference, state: state), call)
        let decision = try judge(question, call)
        guard decision.isAllowed else { throw Fault.denied(decision, question, call.caller, .secretsManager) }
    }
}
