internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum RestoreSecret: WriteOperation {
        typealias Input = Text

        static let name: Text = "RestoreSecret"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-restore", 50)
        static let input: Structure = [.required("SecretId", secretID)]
        static let recordedOutput: Structure? = identified

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("SecretId") ?? "" }
        static func encode(_ output: SecretIdentity) -> Fields { output.fields }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("secretsmanager:RestoreSecret", subject, call)]
        }

        /// On a secret that is not scheduled for deletion it succeeds and changes nothing.
        static func run(_ call: Authorized<Self>) async throws -> SecretIdentity {
            let secret = try call.subject.requireAny()
            return try await call.changeSecret(allowingDeleted: true, touchesChanged: false) { draft, transaction in
                guard draft.row.deleteAfter != nil else { return secret.identity }
                draft.row.deleteAfter = nil
                try Rotation.resume(draft, at: call.now, transaction)
                draft.row.changed = call.now
                let versions = try transaction.versions(draft.row.place, draft.row.name).map(\.versionID)
                for record in versionEvents("CancelSecretVersionDelete", versions, draft.row, call.house, at: call.now)
                {
                    transaction.appendRecord(node: call.house.node, record)
                }
                return secret.identity
            }
        }
    }
}
