internal import Bytes
internal import Seal
internal import Wire

extension Keys {
    enum VerifyMac: ReadOperation {
        struct Input: Sendable {
            let request: MacRequest
            let code: SecretBytes
        }
        struct Output: Sendable {
            let keyARN: Text
            let algorithm: Text
        }

        static let name: Text = "VerifyMac"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        static let input = Structure(
            MacRequest.shape.members + [.required("Mac", .blob(1...6144), sensitive: true)] + MacRequest.rest
        )

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(request: MacRequest(fields), code: SecretBytes(fields.secret("Mac")?.bytes ?? []))
        }

        /// What is not valid is refused, so this is always true.
        static func encode(_ output: Output) -> Fields {
            [
                "KeyId": .string(output.keyARN), "MacValid": .bool(true), "MacAlgorithm": .string(output.algorithm),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.request.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [input.request.question("kms:VerifyMac", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let request = call.input.request
            let key = try request.check(call.subject, for: name, at: call.now)
            try refuseDryRun(request.isDryRun)
            // Compared in constant time. AWS sends no text with the refusal.
            guard try request.code(key, call.house.root) == call.input.code else {
                throw Fault("KMSInvalidMacException", nil)
            }
            return Output(keyARN: key.arn, algorithm: request.algorithm)
        }
    }
}
