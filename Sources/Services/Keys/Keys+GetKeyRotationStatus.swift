internal import Bytes
internal import Wire

extension Keys {
    enum GetKeyRotationStatus: ReadOperation {
        typealias Input = Text

        static let name: Text = "GetKeyRotationStatus"
        static let api = API.kms
        static let quota = Quota("kms-rotation-status", 1000)
        static let isReadOnly = true
        static let input: Structure = [.required("KeyId", keyID)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }

        /// Only AWS managed keys rotate by themselves on AWS; here none does, and the answer says so.
        static func encode(_ output: KeyState) -> Fields {
            ["KeyRotationEnabled": .bool(false), "KeyId": .string(output.id)]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:GetKeyRotationStatus", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> KeyState { try call.subject.require() }
    }
}
