internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum GenerateRandom: ReadOperation {
        static let name: Text = "GenerateRandom"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        static let input: Structure = [
            .optional("NumberOfBytes", .integer(1...1024)), .optional("CustomKeyStoreId", .string(1...64)),
            .optional("Recipient", recipient),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Int {
            try refuseRecipient(fields)
            if let store = fields.text("CustomKeyStoreId") {
                throw Fault("CustomKeyStoreNotFoundException", "Custom key store \(store) does not exist.")
            }
            guard let count = fields.integer("NumberOfBytes") else {
                throw .frontEnd("ValidationException", "NumberOfBytes is required.")
            }
            return Int(count)
        }

        static func encode(_ output: SecretBytes) -> Fields {
            ["Plaintext": .secret(SensitiveBytes(output.revealBytes(), isText: false))]
        }

        static func find(_ input: Int, _ call: Call) throws {}

        static func asks(_ input: Int, _ subject: Void, _ call: Call) -> [Question] {
            [
                Question(
                    action: "kms:GenerateRandom",
                    resource: "*",
                    shown: nil,
                    owner: call.place.account,
                    keys: call.conditionKeys
                )
            ]
        }

        static func answer(_ call: Authorized<Self>) throws -> SecretBytes { SecretBytes.random(call.input) }
    }
}
