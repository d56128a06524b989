internal import Bytes
internal import Seal
internal import Wire

extension Keys {
    enum Encrypt: NestedOperation {
        struct Input: Sendable {
            var keyID: Text
            var plaintext: SecretBytes
            var context: EncryptionContext
            var isDryRun = false
        }
        struct Output: Sendable {
            let ciphertext: [UInt8]
            let keyARN: Text
        }

        static let name: Text = "Encrypt"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        static let input: Structure = [
            .required("KeyId", keyID), .required("Plaintext", .blob(1...4096), sensitive: true),
            .optional("EncryptionContext", context), .optional("GrantTokens", grantTokens),
            .optional("EncryptionAlgorithm", algorithm), .optional("DryRun", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            try requireSymmetric(fields.text("EncryptionAlgorithm"))
            return Input(
                keyID: fields.text("KeyId") ?? "",
                plaintext: SecretBytes(fields.secret("Plaintext")?.bytes ?? []),
                context: EncryptionContext(fields.fields("EncryptionContext")),
                isDryRun: fields.bool("DryRun") ?? false
            )
        }

        static func parameters(_ input: Input, _ subject: Subject?) -> Fields {
            [
                "KeyId": .string(subject?.key?.arn ?? input.keyID),
                "EncryptionContext": .structure(input.context.fields),
                "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            ]
        }

        static func encode(_ output: Output) -> Fields {
            [
                "CiphertextBlob": .blob(output.ciphertext), "KeyId": .string(output.keyARN),
                "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:Encrypt", subject, call, context: input.context)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            try key.requireUsable()
            try refuseDryRun(call.input.isDryRun)
            return Output(
                ciphertext: try key.encrypt(call.input.plaintext, call.input.context, call.house.root),
                keyARN: key.arn
            )
        }
    }

    /// Every key here is symmetric: another algorithm does not fit its usage.
    static func requireSymmetric(_ algorithm: Text?) throws(Fault) {
        guard let algorithm, algorithm != "SYMMETRIC_DEFAULT" else { return }
        throw Fault("InvalidKeyUsageException", "The algorithm \(algorithm) is not valid for a symmetric key.")
    }

    static func refuseDryRun(_ isDryRun: Bool) throws(Fault) {
        guard isDryRun else { return }
        throw Fault("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
    }
}
