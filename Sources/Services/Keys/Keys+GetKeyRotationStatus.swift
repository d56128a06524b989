internal import Bytes
internal import Wire

extension Keys {
    enum GetKeyRotationStatus: ReadOperation {
        typealias Input = Text
        struct Output: Sendable {
            let key: KeyState
            let schedule: RotationSchedule?
        }

        static let name: Text = "GetKeyRotationStatus"
        static let api = API.kms
        static let quota = Quota("kms-rotation-status", 1000)
        static let isReadOnly = true
        static let input: Structure = [.required("KeyId", keyID)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }

        /// There is never an `OnDemandRotationStartDate`: a rotation on demand is done before it is answered.
        static func encode(_ output: Output) -> Fields {
            var fields: Fields = [
                "KeyRotationEnabled": .bool(output.schedule != nil), "KeyId": .string(output.key.id),
            ]
            fields.add("RotationPeriodInDays", output.schedule?.period)
            fields.add("NextRotationDate", output.schedule?.next)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:GetKeyRotationStatus", subject, call)]
        }

        /// While a key waits for its deletion it says no, and yes again if that is cancelled.
        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            try requireRotatable(key)
            guard key.state != .pendingDeletion else { return Output(key: key, schedule: nil) }
            return Output(key: key, schedule: try call.call.view.rotationSchedule(of: key))
        }
    }
}
