internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum GenerateMac: ReadOperation {
        typealias Input = MacRequest
        struct Output: Sendable {
            let code: [UInt8]
            let keyARN: Text
            let algorithm: Text
        }

        static let name: Text = "GenerateMac"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        static let input = Structure(MacRequest.shape.members + MacRequest.rest)

        static func decode(_ fields: Fields) throws(Fault) -> Input { MacRequest(fields) }

        static func encode(_ output: Output) -> Fields {
            [
                "Mac": .blob(output.code), "MacAlgorithm": .string(output.algorithm),
                "KeyId": .string(output.keyARN),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [input.question("kms:GenerateMac", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.input.check(call.subject, for: name, at: call.now)
            try refuseDryRun(call.input.isDryRun)
            return Output(
                code: try call.input.code(key, call.house.root).revealBytes(),
                keyARN: key.arn,
                algorithm: call.input.algorithm
            )
        }
    }

    /// What GenerateMac and VerifyMac have in common.
    struct MacRequest: Sendable {
        let keyID: Text
        let message: SecretBytes
        let algorithm: Text
        let isDryRun: Bool

        static let shape: Structure = [
            .required("Message", .blob(1...4096), sensitive: true), .required("KeyId", Keys.keyID),
            .required("MacAlgorithm", .oneOf("HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512")),
        ]
        static let rest: [ShapeMember] = [.optional("GrantTokens", grantTokens), .optional("DryRun", .boolean)]

        init(_ fields: Fields) {
            keyID = fields.text("KeyId") ?? ""
            message = SecretBytes(fields.secret("Message")?.bytes ?? [])
            algorithm = fields.text("MacAlgorithm") ?? ""
            isDryRun = fields.bool("DryRun") ?? false
        }

        func question(_ action: Text, _ subject: Subject, _ call: Call) -> Question {
            var question = Keys.question(action, subject, call)
            question.keys.add("kms:MacAlgorithm", algorithm)
            return question
        }

        func check(_ subject: Subject, for operation: Text, at time: Timestamp) throws(Fault) -> KeyState {
            let key = try subject.require()
            try key.requireUsable(at: time)
            try key.requireUsage(.mac, for: operation)
            guard key.spec.macAlgorithm?.rawValue == algorithm else { throw key.incompatible(algorithm) }
            return key
        }

        func code(_ key: KeyState, _ root: RootKey) throws -> SecretBytes {
            guard let hash = key.spec.macAlgorithm?.hash else { throw key.incompatible(algorithm) }
            return try key.secret(root).authenticate(message, hash)
        }
    }
}
