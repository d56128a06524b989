internal import Bytes
internal import Seal
internal import Wire

extension Keys {
    enum GenerateDataKeyWithoutPlaintext: ReadOperation {
        typealias Input = DataKeyRequest
        struct Output: Sendable {
            let ciphertext: [UInt8]
            let keyARN: Text
            let materialID: Text
        }

        static let name: Text = "GenerateDataKeyWithoutPlaintext"
        static let api = API.kms
        static let quota = cryptographic
        static let isReadOnly = true
        static let input = DataKeyRequest.shape

        static func decode(_ fields: Fields) throws(Fault) -> Input { try DataKeyRequest(fields) }

        static func encode(_ output: Output) -> Fields {
            [
                "CiphertextBlob": .blob(output.ciphertext), "KeyId": .string(output.keyARN),
                "KeyMaterialId": .string(output.materialID),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:GenerateDataKeyWithoutPlaintext", subject, call, context: input.context)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            try key.requireUsable(at: call.now)
            try key.requireDataKeys(for: name)
            try refuseDryRun(call.input.isDryRun)
            let fresh = SecretBytes.random(call.input.length)
            return Output(
                ciphertext: try key.encrypt(fresh, call.input.context, call.house.root),
                keyARN: key.arn,
                materialID: key.currentMaterial.id
            )
        }
    }
}
