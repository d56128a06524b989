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
            let destinationAlgorithm: EncryptionAlgorithm
            let isDryRun: Bool
        }
        struct Found: Sendable {
            let source: Decrypt.Found
            let destination: Subject
        }
        struct Output: Sendable {
            let ciphertext: [UInt8]
            let source: KeyState
            /// Of a symmetric key.
            let sourceMaterial: Text?
            let destination: KeyState
            let algorithms: (source: EncryptionAlgorithm, destination: EncryptionAlgorithm)
        }

        static let name: Text = "ReEncrypt"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        /// With symmetric keys it is: but then there is nothing to come back for.
        static let isBrief = false
        static let input: Structure = [
            .optional("CiphertextBlob", .blob(1...6144), sensitive: true),
            .optional("SourceEncryptionContext", Keys.context), .optional("SourceKeyId", Keys.keyID),
            .required("DestinationKeyId", Keys.keyID), .optional("DestinationEncryptionContext", Keys.context),
            .optional("SourceEncryptionAlgorithm", algorithm), .optional("DestinationEncryptionAlgorithm", algorithm),
            .optional("GrantTokens", grantTokens), .optional("DryRun", .boolean),
            .optional("DryRunModifiers", dryRunModifiers),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let source = EncryptionAlgorithm(fields.text("SourceEncryptionAlgorithm"))
            let destination = EncryptionAlgorithm(fields.text("DestinationEncryptionAlgorithm"))
            let ciphertext = try Keys.ciphertext(fields, keyID: "SourceKeyId")
            try requireNamedKey(fields.text("SourceKeyId"), source, as: "SourceKeyId")
            return Input(
                source: Decrypt.Input(
                    ciphertext: ciphertext ?? [],
                    context: try Keys.context(fields.fields("SourceEncryptionContext"), source),
                    keyID: fields.text("SourceKeyId"),
                    algorithm: source,
                    ignoresCiphertext: ciphertext == nil
                ),
                destinationKeyID: fields.text("DestinationKeyId") ?? "",
                destinationContext: try Keys.context(fields.fields("DestinationEncryptionContext"), destination),
                destinationAlgorithm: destination,
                isDryRun: fields.bool("DryRun") ?? false
            )
        }

        static func resources(_ found: Found) -> [RecordedResource] {
            found.source.subject.recorded + found.destination.recorded
        }

        static func encode(_ output: Output) -> Fields {
            let (from, to) = output.algorithms
            var fields: Fields = [
                "CiphertextBlob": .blob(output.ciphertext), "SourceKeyId": .string(output.source.arn),
                "KeyId": .string(output.destination.arn), "SourceEncryptionAlgorithm": .string(from.rawValue),
                "DestinationEncryptionAlgorithm": .string(to.rawValue),
            ]
            fields.add("SourceKeyMaterialId", output.sourceMaterial)
            if to == .symmetric { fields.add("DestinationKeyMaterialId", output.destination.currentMaterial.id) }
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Found {
            Found(
                source: try Decrypt.find(input.source, call),
                destination: try Keys.find(input.destinationKeyID, call)
            )
        }

        static func asks(_ input: Input, _ found: Found, _ call: Call) -> [Question] {
            var from = question("kms:ReEncryptFrom", found.source.subject, call, context: input.source.context)
            from.keys.add("kms:EncryptionAlgorithm", input.source.algorithm.rawValue)
            var to = question("kms:ReEncryptTo", found.destination, call, context: input.destinationContext)
            to.keys.add("kms:EncryptionAlgorithm", input.destinationAlgorithm.rawValue)
            let isSame = found.source.subject.arn == found.destination.arn
            from.keys.add("kms:ReEncryptOnSameKey", isSame)
            to.keys.add("kms:ReEncryptOnSameKey", isSame)
            return [from, to]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let (found, input, root) = (call.subject, call.input, call.house.root)
            let algorithms = (source: input.source.algorithm, destination: input.destinationAlgorithm)
            if algorithms.source == .symmetric, found.source.ciphertext == nil, !input.source.ignoresCiphertext {
                throw Fault.invalidCiphertext
            }
            try found.source.requireNamedKey()
            let source = try found.source.subject.require()
            let destination = try found.destination.require()
            try source.requireUsable(at: call.now)
            try source.requireEncryption(algorithms.source, for: name)
            try destination.requireUsable(at: call.now)
            try destination.requireEncryption(algorithms.destination, for: name)
            try refuseDryRun(input.isDryRun)
            if algorithms != (.symmetric, .symmetric) { try call.call.leaveLoop() }
            let (plaintext, material) = try open(found.source.ciphertext, source, input.source, root)
            try destination.requireRoom(for: plaintext, algorithms.destination)
            return Output(
                ciphertext: try destination.encrypt(
                    plaintext, input.destinationContext, algorithms.destination, root),
                source: source,
                sourceMaterial: material,
                destination: destination,
                algorithms: algorithms
            )
        }

        private static func open(
            _ ciphertext: Ciphertext?, _ key: KeyState, _ input: Decrypt.Input, _ root: RootKey
        ) throws -> (SecretBytes, material: Text?) {
            guard input.algorithm == .symmetric, let ciphertext else {
                return (try key.decrypt(input.ciphertext, input.algorithm, root), nil)
            }
            let opener = try key.opener(ciphertext, input.context, root)
            return (try opener.open(), opener.materialID)
        }
    }
}
