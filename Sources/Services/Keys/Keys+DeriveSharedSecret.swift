internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum DeriveSharedSecret: ReadOperation {
        struct Input: Sendable {
            let keyID: Text
            let publicKey: PublicKey
            let isDryRun: Bool
        }
        struct Output: Sendable {
            let key: KeyState
            let secret: SecretBytes
        }

        static let name: Text = "DeriveSharedSecret"
        static let api = API.kms
        static let quota = asymmetric
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .required("KeyAgreementAlgorithm", .oneOf("ECDH")),
            .required("PublicKey", .blob(1...8192), sensitive: true), .optional("GrantTokens", grantTokens),
            .optional("DryRun", .boolean), .optional("Recipient", recipient),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            try refuseRecipient(fields)
            return Input(
                keyID: fields.text("KeyId") ?? "",
                publicKey: PublicKey(fields.secret("PublicKey")?.bytes ?? []),
                isDryRun: fields.bool("DryRun") ?? false
            )
        }

        static func encode(_ output: Output) -> Fields {
            [
                "KeyId": .string(output.key.arn),
                "SharedSecret": .secret(SensitiveBytes(output.secret.revealBytes(), isText: false)),
                "KeyAgreementAlgorithm": "ECDH", "KeyOrigin": .string(output.key.origin.rawValue),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:DeriveSharedSecret", subject, call)
            question.keys.add("kms:KeyAgreementAlgorithm", "ECDH")
            return [question]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            try key.requireUsable(at: call.now)
            try key.requireUsage(.agree, for: name)
            guard let kind = key.spec.pairKind, call.input.publicKey.isOf(kind) else {
                throw .frontEnd(
                    "ValidationException",
                    "PublicKey must be the DER of a SubjectPublicKeyInfo on the key's own curve, \(key.spec.rawValue), given by name."
                ) as Fault
            }
            try refuseDryRun(call.input.isDryRun)
            try call.call.leaveLoop()
            guard let secret = try key.privateKey(call.house.root).agree(with: call.input.publicKey) else {
                throw Fault.frontEnd(
                    "ValidationException", "PublicKey is not a point that a secret can be agreed on with.")
            }
            return Output(key: key, secret: secret)
        }
    }

    static let recipient = Shape.structure([
        .optional("KeyEncryptionAlgorithm", .oneOf("RSAES_OAEP_SHA_256")),
        .optional("AttestationDocument", .blob(1...262_144)),
    ])

    /// An answer for a Nitro enclave: to leave the parameter aside would send the secret to whoever asks for it.
    static func refuseRecipient(_ fields: Fields) throws(Fault) {
        guard fields.fields("Recipient") == nil else {
            throw Fault(
                "UnsupportedOperationException",
                "Recipient is not supported here: there is no authority whose attestation documents could be believed."
            )
        }
    }
}
