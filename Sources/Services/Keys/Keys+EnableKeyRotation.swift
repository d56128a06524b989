internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum EnableKeyRotation: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            /// In days.
            let period: Int64
        }

        static let name: Text = "EnableKeyRotation"
        static let api = API.kms
        static let quota = Quota("kms-enable-rotation", 15)
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .optional("RotationPeriodInDays", .integer(90...2560)),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                keyID: fields.text("KeyId") ?? "",
                period: fields.integer("RotationPeriodInDays") ?? RotationSchedule.defaultPeriod
            )
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:EnableKeyRotation", subject, call)
            question.keys.add("kms:RotationPeriodInDays", "\(input.period)")
            return [question]
        }

        /// The period counts from now, unless it is the one that runs already.
        static func run(_ call: Authorized<Self>) async throws {
            let known = try call.subject.require()
            try requireCustomer(known)
            try requireRotatableByItself(known)
            let (now, period, missing) = (call.now, call.input.period, call.subject.missing)
            try await call.commit { transaction in
                guard let item = try transaction.item(itemKey(known.id, in: known.place)) else { throw missing }
                let key = try KeyState(item)
                try key.requireUsable(at: now)
                let new = RotationSchedule(period: period, from: now)
                let scheduleKey = RotationSchedule.itemKey(key.id, in: key.place)
                guard let old = try transaction.item(scheduleKey) else {
                    _ = try transaction.insert(new.item(key.id, in: key.place))
                    return
                }
                guard try RotationSchedule(old).period != period else { return }
                _ = try transaction.update(new.item(key.id, in: key.place, rev: old.rev))
            }
        }
    }
}
