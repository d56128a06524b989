internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum Encrypt: NestedOperation {
        struct Input: Sendable {
            var keyID: Text
            var plaintext: SecretBytes
            var context: EncryptionContext
            var isDryRun = false
            var algorithm = EncryptionAlgorithm.symmetric
        }
        struct Output: Sendable {
            let ciphertext: [UInt8]
            let keyARN: Text
            let algorithm: EncryptionAlgorithm
        }

        static let name: Text = "Encrypt"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        /// With a symmetric key it is: but then there is nothing to come back for.
        static let isBrief = false
        static let input: Structure = [
            .required("KeyId", keyID), .required("Plaintext", .blob(1...4096), sensitive: true),
            .optional("EncryptionContext", context), .optional("GrantTokens", grantTokens),
            .optional("EncryptionAlgorithm", algorithm), .optional("DryRun", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let algorithm = EncryptionAlgorithm(fields.text("EncryptionAlgorithm"))
            return Input(
                keyID: fields.text("KeyId") ?? "",
                plaintext: SecretBytes(fields.secret("Plaintext")?.bytes ?? []),
                context: try context(fields.fields("EncryptionContext"), algorithm),
                isDryRun: fields.bool("DryRun") ?? false,
                algorithm: algorithm
            )
        }

        static func parameters(_ input: Input, _ subject: Subject?) -> Fields {
            [
                "KeyId": .string(subject?.key?.arn ?? input.keyID),
                "EncryptionContext": .structure(input.context.fields),
                "EncryptionAlgorithm": .string(input.algorithm.rawValue),
            ]
        }

        static func encode(_ output: Output) -> Fields {
            [
                "CiphertextBlob": .blob(output.ciphertext), "KeyId": .string(output.keyARN),
                "EncryptionAlgorithm": .string(output.algorithm.rawValue),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:Encrypt", subject, call, context: input.context)
            question.keys.add("kms:EncryptionAlgorithm", input.algorithm.rawValue)
            return [question]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            try key.requireUsable(at: call.now)
            try key.requireEncryption(call.input.algorithm, for: name)
            try key.requireRoom(for: call.input.plaintext, call.input.algorithm)
            try refuseDryRun(call.input.isDryRun)
            if call.input.algorithm != .symmetric { try call.call.leaveLoop() }
            return Output(
                ciphertext: try key.encrypt(
                    call.input.plaintext, call.input.context, call.input.algorithm, call.house.root),
                keyARN: key.arn,
                algorithm: call.input.algorithm
            )
        }
    }

    static func refuseDryRun(_ isDryRun: Bool) throws(Fault) {
        guard isDryRun else { return }
        throw Fault("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
    }
}
