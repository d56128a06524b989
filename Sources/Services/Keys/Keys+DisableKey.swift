internal import Bytes
internal import Wire

extension Keys {
    enum DisableKey: WriteOperation {
        typealias Input = Text

        static let name: Text = "DisableKey"
        static let api = API.kms
        static let quota = statusChange
        static let input: Structure = [.required("KeyId", keyID)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:DisableKey", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws {
            try requireCustomer(try call.subject.require())
            let now = call.now
            try await call.changeKey { key, draft in
                try key.requireMaterial(at: now)
                draft.set("state", "Disabled")
            }
        }
    }
}
