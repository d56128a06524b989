internal import Bytes
internal import Seal
internal import Wire

extension Keys {
    enum GenerateDataKey: NestedOperation {
        typealias Input = DataKeyRequest
        struct Output: Sendable {
            let plaintext: SecretBytes
            let ciphertext: [UInt8]
            let keyARN: Text
            let materialID: Text
        }

        static let name: Text = "GenerateDataKey"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        static let input = Structure(DataKeyRequest.shape.members + [.optional("Recipient", recipient)])

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            try refuseRecipient(fields)
            return try DataKeyRequest(fields)
        }

        static func parameters(_ input: Input, _ subject: Subject?) -> Fields {
            [
                "KeyId": .string(subject?.key?.arn ?? input.keyID), "KeySpec": "AES_256",
                "EncryptionContext": .structure(input.context.fields),
            ]
        }

        static func encode(_ output: Output) -> Fields {
            [
                "CiphertextBlob": .blob(output.ciphertext),
                "Plaintext": .secret(SensitiveBytes(output.plaintext.revealBytes(), isText: false)),
                "KeyId": .string(output.keyARN), "KeyMaterialId": .string(output.materialID),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:GenerateDataKey", subject, call, context: input.context)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            try key.requireUsable(at: call.now)
            try key.requireDataKeys(for: name)
            try refuseDryRun(call.input.isDryRun)
            let plaintext = SecretBytes.random(call.input.length)
            return Output(
                plaintext: plaintext,
                ciphertext: try key.encrypt(plaintext, call.input.context, call.house.root),
                keyARN: key.arn,
                materialID: key.currentMaterial.id
            )
        }
    }

    /// What both GenerateDataKey operations take.
    struct DataKeyRequest: Sendable {
        var keyID: Text
        var context: EncryptionContext
        /// 1...1024 bytes.
        var length = 32
        var isDryRun = false

        init(keyID: Text, context: EncryptionContext) {
            self.keyID = keyID
            self.context = context
        }

        static let shape: Structure = [
            .required("KeyId", Keys.keyID), .optional("EncryptionContext", Keys.context),
            .optional("NumberOfBytes", .integer(1...1024)), .optional("KeySpec", .oneOf("AES_256", "AES_128")),
            .optional("GrantTokens", grantTokens), .optional("DryRun", .boolean),
        ]

        init(_ fields: Fields) throws(Fault) {
            keyID = fields.text("KeyId") ?? ""
            context = EncryptionContext(fields.fields("EncryptionContext"))
            isDryRun = fields.bool("DryRun") ?? false
            switch (fields.text("KeySpec"), fields.integer("NumberOfBytes")) {
            case ("AES_256"?, nil): length = 32
            case ("AES_128"?, nil): length = 16
            case (nil, let count?): length = Int(count)
            default:
                throw .frontEnd(
                    "ValidationException",
                    "Please specify either number of bytes or key spec."
                )
            }
        }
    }
}
