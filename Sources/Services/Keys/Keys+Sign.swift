internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum Sign: ReadOperation {
        typealias Input = SigningRequest
        struct Output: Sendable {
            let signature: [UInt8]
            let keyARN: Text
            let algorithm: Text
        }

        static let name: Text = "Sign"
        static let api = API.kms
        static let quota = asymmetric
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(SigningRequest.shape.members + SigningRequest.rest)

        static func decode(_ fields: Fields) throws(Fault) -> Input { try SigningRequest(fields) }

        static func encode(_ output: Output) -> Fields {
            [
                "KeyId": .string(output.keyARN), "Signature": .blob(output.signature),
                "SigningAlgorithm": .string(output.algorithm),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [input.question("kms:Sign", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let (key, scheme) = try call.input.check(call.subject, for: name, at: call.now)
            try refuseDryRun(call.input.isDryRun)
            try call.call.leaveLoop()
            let privateKey = try key.privateKey(call.house.root)
            guard let signature = privateKey.sign(call.input.message, isDigest: call.input.isDigest, scheme) else {
                throw Fault.internalError
            }
            return Output(signature: signature, keyARN: key.arn, algorithm: call.input.algorithm)
        }
    }

    /// AWS's rates for RSA and for curves differ; here one stands for both.
    static let asymmetric = Quota("kms-asymmetric", 1000)

    /// What Sign and Verify have in common.
    struct SigningRequest: Sendable {
        let keyID: Text
        let message: SecretBytes
        /// The message is hashed already.
        let isDigest: Bool
        let messageType: Text
        let algorithm: Text
        let isDryRun: Bool

        static let shape: Structure = [
            .required("KeyId", Keys.keyID), .required("Message", .blob(1...4096), sensitive: true),
            .optional("MessageType", .oneOf("RAW", "DIGEST", "EXTERNAL_MU")),
        ]
        static let rest: [ShapeMember] = [
            .required("SigningAlgorithm", SigningAlgorithm.modelled), .optional("GrantTokens", grantTokens),
            .optional("DryRun", .boolean),
        ]

        init(_ fields: Fields) throws(Fault) {
            keyID = fields.text("KeyId") ?? ""
            message = SecretBytes(fields.secret("Message")?.bytes ?? [])
            messageType = fields.text("MessageType") ?? "RAW"
            isDigest = messageType == "DIGEST"
            algorithm = fields.text("SigningAlgorithm") ?? ""
            isDryRun = fields.bool("DryRun") ?? false
            guard messageType != "EXTERNAL_MU" else {
                throw .frontEnd("ValidationException", "MessageType EXTERNAL_MU needs an ML-DSA key.")
            }
        }

        func question(_ action: Text, _ subject: Subject, _ call: Call) -> Question {
            var question = Keys.question(action, subject, call)
            question.keys.add("kms:SigningAlgorithm", algorithm)
            question.keys.add("kms:MessageType", messageType)
            return question
        }

        func check(
            _ subject: Subject, for operation: Text, at time: Timestamp
        ) throws(Fault) -> (KeyState, SignatureScheme) {
            let key = try subject.require()
            try key.requireUsable(at: time)
            try key.requireUsage(.sign, for: operation)
            guard let known = SigningAlgorithm(rawValue: algorithm), key.spec.signingAlgorithms.contains(known) else {
                throw key.incompatible(algorithm)
            }
            let scheme = known.scheme
            guard isDigest else { return (key, scheme) }
            guard let hash = scheme.hash else {
                throw .frontEnd("ValidationException", "Algorithm \(algorithm) requires the MessageType RAW.")
            }
            guard message.count == hash.length else {
                throw .frontEnd("ValidationException", "Digest is invalid length for algorithm \(algorithm).")
            }
            return (key, scheme)
        }
    }
}
