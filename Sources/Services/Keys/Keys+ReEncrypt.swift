internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum ReEncrypt: ReadOperation {
        struct Input: Sendable {
            let source: Decrypt.Input
            let destinationKeyID: Text
            let destinationContext: EncryptionContext
            let isDryRun: Bool
        }
        struct Found: Sendable {
            let source: Decrypt.Found
            let destination: Subject
        }
        struct Output: Sendable {
            let ciphertext: [UInt8]
            let source: KeyState
            let sourceMaterial: Text
            let destination: KeyState
        }

        static let name: Text = "ReEncrypt"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        static let input: Structure = [
            .optional("CiphertextBlob", .blob(1...6144), sensitive: true),
            .optional("SourceEncryptionContext", Keys.context), .optional("SourceKeyId", Keys.keyID),
            .required("DestinationKeyId", Keys.keyID), .optional("DestinationEncryptionContext", Keys.context),
            .optional("SourceEncryptionAlgorithm", algorithm), .optional("DestinationEncryptionAlgorithm", algorithm),
            .optional("GrantTokens", grantTokens), .optional("DryRun", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            try requireSymmetric(fields.text("SourceEncryptionAlgorithm"))
            try requireSymmetric(fields.text("DestinationEncryptionAlgorithm"))
            guard let blob = fields.secret("CiphertextBlob") else {
                throw .validation([
                    "Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null"
                ])
            }
            return Input(
                source: Decrypt.Input(
                    ciphertext: blob.bytes,
                    context: EncryptionContext(fields.fields("SourceEncryptionContext")),
                    keyID: fields.text("SourceKeyId")
                ),
                destinationKeyID: fields.text("DestinationKeyId") ?? "",
                destinationContext: EncryptionContext(fields.fields("DestinationEncryptionContext")),
                isDryRun: fields.bool("DryRun") ?? false
            )
        }

        static func resources(_ found: Found) -> [RecordedResource] {
            found.source.subject.recorded + found.destination.recorded
        }

        static func encode(_ output: Output) -> Fields {
            [
                "CiphertextBlob": .blob(output.ciphertext), "SourceKeyId": .string(output.source.arn),
                "KeyId": .string(output.destination.arn), "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
                "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
                "SourceKeyMaterialId": .string(output.sourceMaterial),
                "DestinationKeyMaterialId": .string(output.destination.currentMaterial.id),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Found {
            Found(
                source: try Decrypt.find(input.source, call),
                destination: try Keys.find(input.destinationKeyID, call)
            )
        }

        static func asks(_ input: Input, _ found: Found, _ call: Call) -> [Question] {
            var questions = [
                question("kms:ReEncryptFrom", found.source.subject, call, context: input.source.context),
                question("kms:ReEncryptTo", found.destination, call, context: input.destinationContext),
            ]
            let isSameKey = found.source.subject.arn == found.destination.arn
            for index in questions.indices { questions[index].keys.add("kms:ReEncryptOnSameKey", isSameKey) }
            return questions
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let found = call.subject
            guard let ciphertext = found.source.ciphertext else { throw Fault.invalidCiphertext }
            try found.source.requireNamedKey()
            let source = try found.source.subject.require()
            let destination = try found.destination.require()
            try source.requireUsable()
            try destination.requireUsable()
            try refuseDryRun(call.input.isDryRun)
            let root = call.house.root
            let plaintext = try source.opener(ciphertext, call.input.source.context, root).open()
            return Output(
                ciphertext: try destination.encrypt(plaintext, call.input.destinationContext, root),
                source: source,
                sourceMaterial: source.materials[Int(ciphertext.material)].id,
                destination: destination
            )
        }
    }
}
