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
            var algorithm = EncryptionAlgorithm.symmetric
            /// In a dry run that is about permissions alone.
            var ignoresCiphertext = false
        }
        struct Output: Sendable {
            let plaintext: SecretBytes
            let keyARN: Text
            /// Of a symmetric key.
            let materialID: Text?
            let algorithm: EncryptionAlgorithm
        }
        struct Found: Sendable {
            /// `nil` for a block of RSA, and for what is no ciphertext.
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
        /// With a symmetric key it is: but then there is nothing to come back for.
        static let isBrief = false
        static let input: Structure = [
            .optional("CiphertextBlob", .blob(1...6144), sensitive: true), .optional("EncryptionContext", Keys.context),
            .optional("GrantTokens", grantTokens), .optional("KeyId", Keys.keyID),
            .optional("EncryptionAlgorithm", algorithm), .optional("Recipient", recipient),
            .optional("DryRun", .boolean), .optional("DryRunModifiers", dryRunModifiers),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            try refuseRecipient(fields)
            let algorithm = EncryptionAlgorithm(fields.text("EncryptionAlgorithm"))
            let ciphertext = try Keys.ciphertext(fields, keyID: "KeyId")
            try requireNamedKey(fields.text("KeyId"), algorithm, as: "KeyId")
            return Input(
                ciphertext: ciphertext ?? [],
                context: try Keys.context(fields.fields("EncryptionContext"), algorithm),
                keyID: fields.text("KeyId"),
                isDryRun: fields.bool("DryRun") ?? false,
                algorithm: algorithm,
                ignoresCiphertext: ciphertext == nil
            )
        }

        static func parameters(_ input: Input, _ found: Found?) -> Fields {
            [
                "EncryptionContext": .structure(input.context.fields),
                "EncryptionAlgorithm": .string(input.algorithm.rawValue),
            ]
        }

        static func resources(_ found: Found) -> [RecordedResource] { found.subject.recorded }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = [
                "KeyId": .string(output.keyARN),
                "Plaintext": .secret(SensitiveBytes(output.plaintext.revealBytes(), isText: false)),
                "EncryptionAlgorithm": .string(output.algorithm.rawValue),
            ]
            fields.add("KeyMaterialId", output.materialID)
            return fields
        }

        /// AWS does not tell apart a key that is missing, elsewhere, or out of reach.
        private static let unreachable = Fault(
            "AccessDeniedException",
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."
        )

        static func find(_ input: Input, _ call: Call) throws -> Found {
            if input.algorithm != .symmetric || input.ignoresCiphertext, let keyID = input.keyID {
                return Found(ciphertext: nil, subject: try Keys.find(keyID, call), named: nil)
            }
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
            var question = question("kms:Decrypt", found.subject, call, context: input.context)
            question.keys.add("kms:EncryptionAlgorithm", input.algorithm.rawValue)
            return [question]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            if call.input.algorithm != .symmetric || call.input.ignoresCiphertext { return try openBlock(call) }
            let opener = try opener(call)
            try refuseDryRun(call.input.isDryRun)
            return Output(
                plaintext: try opener.open(),
                keyARN: opener.keyARN,
                materialID: opener.materialID,
                algorithm: .symmetric
            )
        }

        /// What RSA encrypted. A dry run gets no further than the questions.
        private static func openBlock(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.subject.require()
            try key.requireUsable(at: call.now)
            try key.requireEncryption(call.input.algorithm, for: name)
            try refuseDryRun(call.input.isDryRun)
            try call.call.leaveLoop()
            return Output(
                plaintext: try key.decrypt(call.input.ciphertext, call.input.algorithm, call.house.root),
                keyARN: key.arn,
                materialID: nil,
                algorithm: call.input.algorithm
            )
        }

        /// Everything but the decryption itself.
        static func opener(_ call: Authorized<Self>) throws -> CiphertextOpener {
            let found = call.subject
            guard let ciphertext = found.ciphertext else { throw Fault.invalidCiphertext }
            try found.requireNamedKey()
            let key = try found.subject.require()
            try key.requireUsable(at: call.now)
            return try key.opener(ciphertext, call.input.context, call.house.root)
        }
    }
}
