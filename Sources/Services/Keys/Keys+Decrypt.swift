internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum Decrypt: NestedOperation {
        struct Input: Sendable {
            var ciphertext: [UInt8]
            var context: EncryptionContext
            var keyID: Text?
            var isDryRun = false
        }
        struct Output: Sendable {
            let plaintext: SecretBytes
            let keyARN: Text
            let materialID: Text
        }
        struct Found: Sendable {
            let ciphertext: Ciphertext?
            /// The key that sealed the blob.
            let subject: Keys.Subject
            /// The key that the caller named, where it is another one.
            let named: Keys.Subject?

            /// A caller who names a key means that one and no other.
            func requireNamedKey() throws(Fault) {
                guard let named, try named.require().arn != subject.arn else { return }
                throw Fault(
                    "IncorrectKeyException",
                    "The key ID in the request does not identify a CMK that can perform this operation."
                )
            }
        }

        static let name: Text = "Decrypt"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        static let input: Structure = [
            .optional("CiphertextBlob", .blob(1...6144), sensitive: true), .optional("EncryptionContext", Keys.context),
            .optional("GrantTokens", grantTokens), .optional("KeyId", Keys.keyID),
            .optional("EncryptionAlgorithm", algorithm), .optional("DryRun", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            try requireSymmetric(fields.text("EncryptionAlgorithm"))
            guard let blob = fields.secret("CiphertextBlob") else {
                throw .validation([
                    "Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null"
                ])
            }
            return Input(
                ciphertext: blob.bytes,
                context: EncryptionContext(fields.fields("EncryptionContext")),
                keyID: fields.text("KeyId"),
                isDryRun: fields.bool("DryRun") ?? false
            )
        }

        static func parameters(_ input: Input, _ found: Found?) -> Fields {
            [
                "EncryptionContext": .structure(input.context.fields), "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            ]
        }

        static func resources(_ found: Found) -> [RecordedResource] { found.subject.recorded }

        static func encode(_ output: Output) -> Fields {
            [
                "KeyId": .string(output.keyARN),
                "Plaintext": .secret(SensitiveBytes(output.plaintext.revealBytes(), isText: false)),
                "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "KeyMaterialId": .string(output.materialID),
            ]
        }

        /// AWS does not tell apart a key that is missing, elsewhere, or out of reach.
        private static let unreachable = Fault(
            "AccessDeniedException",
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."
        )

        static func find(_ input: Input, _ call: Call) throws -> Found {
            guard let ciphertext = Ciphertext(input.ciphertext) else {
                let nothing = Keys.Subject(key: nil, arn: "*", owner: call.place.account, missing: .invalidCiphertext)
                return Found(ciphertext: nil, subject: nothing, named: nil)
            }
            let place = Place(account: ciphertext.account, region: call.place.region)
            let key = try call.view.key(ciphertext.keyID, in: place)
            var subject = Keys.Subject(
                key: key,
                arn: key?.arn ?? arn(ciphertext.keyID, in: place),
                owner: place.account,
                missing: unreachable
            )
            let named = try input.keyID.map { try Keys.find($0, call) }
            subject.alias = named?.alias
            return Found(ciphertext: ciphertext, subject: subject, named: named)
        }

        static func asks(_ input: Input, _ found: Found, _ call: Call) -> [Question] {
            [question("kms:Decrypt", found.subject, call, context: input.context)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let opener = try opener(call)
            try refuseDryRun(call.input.isDryRun)
            return Output(
                plaintext: try opener.open(),
                keyARN: opener.keyARN,
                materialID: opener.materialID
            )
        }

        /// Everything but the decryption itself.
        static func opener(_ call: Authorized<Self>) throws -> CiphertextOpener {
            let found = call.subject
            guard let ciphertext = found.ciphertext else { throw Fault.invalidCiphertext }
            try found.requireNamedKey()
            let key = try found.subject.require()
            try key.requireUsable()
            return try key.opener(ciphertext, call.input.context, call.house.root)
        }
    }
}
