internal import Bytes
internal import Seal
internal import Wire

extension Keys {
    enum Verify: ReadOperation {
        struct Input: Sendable {
            let request: SigningRequest
            let signature: [UInt8]
        }
        struct Output: Sendable {
            let keyARN: Text
            let algorithm: Text
        }

        static let name: Text = "Verify"
        static let api = API.kms
        static let quota = asymmetric
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(
            SigningRequest.shape.members + [.required("Signature", .blob(1...6144), sensitive: true)]
                + SigningRequest.rest
        )

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(request: try SigningRequest(fields), signature: fields.secret("Signature")?.bytes ?? [])
        }

        /// What is not valid is refused, so this is always true.
        static func encode(_ output: Output) -> Fields {
            [
                "KeyId": .string(output.keyARN), "SignatureValid": .bool(true),
                "SigningAlgorithm": .string(output.algorithm),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.request.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [input.request.question("kms:Verify", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let request = call.input.request
            let (key, scheme) = try request.check(call.subject, for: name, at: call.now)
            try refuseDryRun(request.isDryRun)
            try call.call.leaveLoop()
            let isValid = try key.publicKey()
                .verify(call.input.signature, of: request.message, isDigest: request.isDigest, scheme)
            // AWS sends no text with it.
            guard isValid else { throw Fault("KMSInvalidSignatureException", nil) }
            return Output(keyARN: key.arn, algorithm: request.algorithm)
        }
    }
}
