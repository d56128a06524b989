internal import Bytes
internal import Seal
internal import Wire

extension Keys {
    enum GetPublicKey: ReadOperation {
        typealias Input = Text
        struct Output: Sendable {
            let key: KeyState
            let publicKey: PublicKey
        }

        static let name: Text = "GetPublicKey"
        static let api = API.kms
        static let quota = Quota("kms-public-key", 2000)
        static let isReadOnly = true
        static let input: Structure = [.required("KeyId", keyID), .optional("GrantTokens", grantTokens)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = [
                "KeyId": .string(output.key.arn), "PublicKey": .blob(output.publicKey.der),
                "CustomerMasterKeySpec": .string(output.key.spec.rawValue),
                "KeySpec": .string(output.key.spec.rawValue), "KeyUsage": .string(output.key.usage.rawValue),
            ]
            fields.members += algorithms(output.key)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:GetPublicKey", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            guard key.spec.pairKind != nil else {
                throw Fault(
                    "UnsupportedOperationException",
                    "\(key.arn) key spec is \(key.spec.rawValue) which is not valid for \(name)."
                )
            }
            try key.requireUsable(at: call.now)
            return Output(key: key, publicKey: try key.publicKey())
        }
    }
}
