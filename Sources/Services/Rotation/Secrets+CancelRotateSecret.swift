internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    /// Turns rotation off. AWSPENDING stays where it is, also on a version that has no value yet.
    enum CancelRotateSecret: WriteOperation {
        struct Output: Sendable {
            let identity: SecretIdentity
            let versionID: Text?
        }

        static let name: Text = "CancelRotateSecret"
        static let api = API.secretsManager
        static let quota = putQuota
        static let input: Structure = [.required("SecretId", Secrets.secretID)]
        static let recordedOutput: Structure? = [
            .optional("ARN", .string()), .optional("Name", .string()), .optional("VersionId", .string()),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Text { fields.text("SecretId") ?? "" }

        static func encode(_ output: Output) -> Fields {
            var fields = output.identity.fields
            fields.add("VersionId", output.versionID)
            return fields
        }

        static func find(_ input: Text, _ call: Call) throws -> Subject { try Secrets.find(input, call) }

        static func asks(_ input: Text, _ subject: Subject, _ call: Call) -> [Question] {
            [question("secretsmanager:CancelRotateSecret", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            let secret = try call.subject.require()
            return try await call.changeSecret { draft, transaction in
                guard draft.rotation != nil else {
                    throw Fault.invalidRequest(
                        "You tried to cancel the rotation of a secret that has no rotation function configured.")
                }
                draft.rotation?.isEnabled = false
                var duty = try RotationDuty(of: draft.row, transaction)
                (duty.run, duty.holder, duty.item.due) = (nil, nil, nil)
                try duty.save(transaction)
                let unfinished = draft.labels[pending].flatMap { $0 == draft.labels[current] ? nil : $0 }
                return Output(identity: secret.identity, versionID: unfinished)
            }
        }
    }
}
