internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum GenerateDataKeyPair: ReadOperation {
        typealias Input = DataKeyPairRequest
        struct Output: Sendable {
            let pair: DataKeyPair
            let plaintext: SecretBytes
        }

        static let name: Text = "GenerateDataKeyPair"
        static let api = API.kms
        static let quota = dataKeyPairs
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(DataKeyPairRequest.shape.members + [.optional("Recipient", recipient)])

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            try refuseRecipient(fields)
            return DataKeyPairRequest(fields)
        }

        static func encode(_ output: Output) -> Fields {
            var fields = output.pair.fields
            fields.add("PrivateKeyPlaintext", .secret(SensitiveBytes(output.plaintext.revealBytes(), isText: false)))
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [input.question("kms:GenerateDataKeyPair", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let (pair, privateKey) = try call.input.make(call.subject, for: name, call.call)
            return Output(pair: pair, plaintext: privateKey)
        }
    }

    /// AWS's rates differ by spec: tens in a second for curves, one in ten seconds for RSA with 4,096 bits.
    static let dataKeyPairs = Quota("kms-data-key-pairs", 25)

    /// What both operations answer.
    struct DataKeyPair: Sendable {
        let ciphertext: [UInt8]
        let publicKey: PublicKey
        let key: KeyState
        let spec: Text

        var fields: Fields {
            [
                "PrivateKeyCiphertextBlob": .blob(ciphertext), "PublicKey": .blob(publicKey.der),
                "KeyId": .string(key.arn), "KeyPairSpec": .string(spec),
                "KeyMaterialId": .string(key.currentMaterial.id),
            ]
        }
    }

    /// What both GenerateDataKeyPair operations take.
    struct DataKeyPairRequest: Sendable {
        let keyID: Text
        let context: EncryptionContext
        let spec: Text
        let isDryRun: Bool

        static let shape: Structure = [
            .optional("EncryptionContext", Keys.context), .required("KeyId", Keys.keyID),
            .required("KeyPairSpec", KeySpec.modelledPairs), .optional("GrantTokens", grantTokens),
            .optional("DryRun", .boolean),
        ]

        init(_ fields: Fields) {
            keyID = fields.text("KeyId") ?? ""
            context = EncryptionContext(fields.fields("EncryptionContext"))
            spec = fields.text("KeyPairSpec") ?? ""
            isDryRun = fields.bool("DryRun") ?? false
        }

        func question(_ action: Text, _ subject: Subject, _ call: Call) -> Question {
            var question = Keys.question(action, subject, call, context: context)
            question.keys.add("kms:DataKeyPairSpec", spec)
            return question
        }

        func make(
            _ subject: Subject, for operation: Text, _ call: Call
        ) throws -> (DataKeyPair, privateKey: SecretBytes) {
            let key = try subject.require()
            try key.requireUsable(at: call.received)
            try key.requireDataKeys(for: operation)
            guard let kind = try KeySpec(named: spec).pairKind else { throw key.incompatible(spec) }
            try refuseDryRun(isDryRun)
            try call.leaveLoop()
            let pair = KeyPair.generate(kind)
            let privateKey = pair.privateKey.pkcs8
            let sealed = try key.encrypt(privateKey, context, call.house.root)
            return (DataKeyPair(ciphertext: sealed, publicKey: pair.publicKey, key: key, spec: spec), privateKey)
        }
    }
}
