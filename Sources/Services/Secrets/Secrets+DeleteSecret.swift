internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum DeleteSecret: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let window: Int64?
            let isForced: Bool
        }
        struct Output: Sendable {
            let identity: SecretIdentity
            let date: Timestamp
        }

        static let name: Text = "DeleteSecret"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-delete", 50)
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .optional("RecoveryWindowInDays", .integer),
            .optional("ForceDeleteWithoutRecovery", .boolean),
        ]
        static let recordedOutput: Structure? = [
            .optional("ARN", .string()), .optional("Name", .string()), .optional("DeletionDate", .timestamp),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let window = fields.integer("RecoveryWindowInDays")
            let isForced = fields.bool("ForceDeleteWithoutRecovery") ?? false
            if isForced, window != nil {
                throw .invalidParameter(
                    "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
                )
            }
            if let window, !(7...30).contains(window) {
                throw .invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
            }
            return Input(secretID: fields.text("SecretId") ?? "", window: window, isForced: isForced)
        }

        static func encode(_ output: Output) -> Fields {
            var fields = output.identity.fields
            fields.add("DeletionDate", output.date)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("secretsmanager:DeleteSecret", subject, call)
            question.keys.add("secretsmanager:ForceDeleteWithoutRecovery", input.isForced ? "true" : "false")
            if !input.isForced {
                question.keys.add("secretsmanager:RecoveryWindowInDays", "\(input.window ?? 30)")
            }
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            guard call.input.isForced else { return try await schedule(call) }
            guard let secret = call.subject.state else { return missing(call) }
            return try await call.commit { transaction in
                try purge(secret.row, call.house, at: call.now, transaction)
                return Output(identity: secret.identity, date: call.now)
            }
        }

        private static func schedule(_ call: Authorized<Self>) async throws -> Output {
            let secret = try call.subject.require()
            let date = call.now + (call.input.window ?? 30) * 86_400_000
            return try await call.changeSecret { draft, transaction in
                draft.row.deleteAfter = date
                let versions = try transaction.versions(draft.row.place, draft.row.name).map(\.versionID)
                for record in versionEvents("StartSecretVersionDelete", versions, draft.row, call.house, at: call.now) {
                    transaction.appendRecord(node: call.house.node, record)
                }
                return Output(identity: secret.identity, date: date)
            }
        }

        /// Forcing the deletion of what is not there succeeds, with an ARN that never was (recorded from AWS).
        private static func missing(_ call: Authorized<Self>) -> Output {
            let reference = call.subject.reference
            let random = call.house.chance.characters(6, from: SecretReference.suffixAlphabet)
            let suffix = reference.suffix ?? Text(String(decoding: random, as: UTF8.self))
            let arn = Secrets.arn(reference.name, suffix, in: reference.place)
            return Output(identity: SecretIdentity(arn: arn, name: reference.name), date: call.now)
        }
    }

    /// Removes a secret and its versions for good, and says so in the trail, in the caller's transaction.
    static func purge(
        _ row: SecretRow,
        _ house: House,
        at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws {
        guard let current = try transaction.secret(row.place, row.name), current.suffix == row.suffix else { return }
        let versions = try transaction.versions(row.place, row.name).map(\.versionID)
        _ = try transaction.deleteSecret(row.place, row.name)
        _ = try transaction.delete(RotationDuty.key(row.name, in: row.place))
        try RotationFlight.forget(row.name, in: row.place, transaction)
        try SecretReader.forgetAll(of: row, transaction)
        for record in versionEvents("EndSecretVersionDelete", versions, row, house, at: now) {
            transaction.appendRecord(node: house.node, record)
        }
    }
}
