internal import Bytes
internal import Store
internal import Wire

extension Keys {
    enum DisableKeyRotation: WriteOperation {
        typealias Input = Text

        static let name: Text = "DisableKeyRotation"
        static let api = API.kms
        static let quota = Quota("kms-disable-rotation", 5)
        static let input: Structure = [.required("KeyId", keyID)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:DisableKeyRotation", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws {
            let known = try call.subject.require()
            try requireCustomer(known)
            try requireRotatableByItself(known)
            let (now, missing) = (call.now, call.subject.missing)
            try await call.commit { transaction in
                guard let item = try transaction.item(itemKey(known.id, in: known.place)) else { throw missing }
                try KeyState(item).requireUsable(at: now)
                _ = try transaction.delete(RotationSchedule.itemKey(known.id, in: known.place))
            }
        }
    }
}
