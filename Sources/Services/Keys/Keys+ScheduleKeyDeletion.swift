internal import Bytes
internal import Policy
internal import Wire

extension Keys {
    enum ScheduleKeyDeletion: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let window: Int64
        }
        struct Output: Sendable {
            let keyARN: Text
            /// `nil` while the key waits for its replicas.
            let deletionDate: Timestamp?
            let window: Int64
        }

        static let name: Text = "ScheduleKeyDeletion"
        static let api = API.kms
        static let quota = Quota("kms-schedule-deletion", 15)
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .optional("PendingWindowInDays", .integer(1...365)),
        ]
        static let recordedOutput: Structure? = [
            .optional("KeyId", Keys.keyID), .optional("DeletionDate", .timestamp), .optional("KeyState", .string()),
            .optional("PendingWindowInDays", .integer),
        ]

        /// The model allows 1...365 days, the service 7...30.
        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let window = fields.integer("PendingWindowInDays") ?? 30
            guard (7...30).contains(window) else {
                throw .frontEnd("ValidationException", "PendingWindowInDays must be between 7 and 30 (inclusive)")
            }
            return Input(keyID: fields.text("KeyId") ?? "", window: window)
        }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = ["KeyId": .string(output.keyARN)]
            fields.add("DeletionDate", output.deletionDate)
            let state: KeyState.State = output.deletionDate == nil ? .pendingReplicaDeletion : .pendingDeletion
            fields.add("KeyState", state.rawValue)
            fields.add("PendingWindowInDays", output.window)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:ScheduleKeyDeletion", subject, call)
            question.keys.add("kms:ScheduleKeyDeletionPendingWindowInDays", "\(input.window)")
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            try requireCustomer(try call.subject.require())
            let (now, window) = (call.now, call.input.window)
            return try await call.changeKey { key, draft in
                try key.requireNotPendingDeletion()
                draft.set("window", .integer(window))
                // A primary key goes last: its waiting period begins when it has no replica any more.
                if key.isPrimary, key.family?.replicas.isEmpty == false {
                    draft.set("state", .string(KeyState.State.pendingReplicaDeletion.rawValue))
                    return Output(keyARN: key.arn, deletionDate: nil, window: window)
                }
                let date = now + window * 86_400_000
                draft.set("state", .string(KeyState.State.pendingDeletion.rawValue))
                draft.deletionDate = date
                return Output(keyARN: key.arn, deletionDate: date, window: window)
            }
        }
    }
}
