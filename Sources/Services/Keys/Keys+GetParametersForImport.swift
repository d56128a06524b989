internal import Bytes
internal import Policy
internal import Seal
internal import Wire

extension Keys {
    enum GetParametersForImport: ReadOperation {
        struct Input: Sendable {
            let keyID: Text
            let wrapping: ImportWrapping
            let spec: KeySpec
        }
        struct Output: Sendable {
            let keyARN: Text
            let token: [UInt8]
            let publicKey: PublicKey
            let expiry: Timestamp
        }

        static let name: Text = "GetParametersForImport"
        static let api = API.kms
        static let quota = Quota("kms-import-parameters", 1)
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .required("WrappingAlgorithm", ImportWrapping.modelled),
            .required("WrappingKeySpec", .oneOf("RSA_2048", "RSA_3072", "RSA_4096", "SM2")),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let name = fields.text("WrappingAlgorithm") ?? ""
            guard let wrapping = ImportWrapping(rawValue: name) else {
                throw Fault("UnsupportedOperationException", "The wrapping algorithm \(name) is not supported.")
            }
            return Input(
                keyID: fields.text("KeyId") ?? "",
                wrapping: wrapping,
                spec: try KeySpec(named: fields.text("WrappingKeySpec") ?? "")
            )
        }

        static func encode(_ output: Output) -> Fields {
            [
                "KeyId": .string(output.keyARN), "ImportToken": .blob(output.token),
                "PublicKey": .blob(output.publicKey.der), "ParametersValidTo": .timestamp(output.expiry),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:GetParametersForImport", subject, call)
            question.keys.add("kms:WrappingAlgorithm", input.wrapping.rawValue)
            question.keys.add("kms:WrappingKeySpec", input.spec.rawValue)
            return [question]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            let (wrapping, spec) = (call.input.wrapping, call.input.spec)
            try key.requireExternal()
            try key.requireNotPendingDeletion()
            guard wrapping.suits(key.spec, under: spec), let kind = spec.pairKind else {
                throw Fault(
                    "UnsupportedOperationException",
                    "Key material for \(key.spec.rawValue) does not fit into \(wrapping.rawValue) with \(spec.rawValue); use RSA_AES_KEY_WRAP_SHA_256."
                )
            }
            try call.call.leaveLoop()
            let pair = KeyPair.generate(kind)
            let expiry = call.now + ImportToken.lifetime
            let token = ImportToken(wrapping, spec, until: expiry, pair.privateKey)
            return Output(
                keyARN: key.arn,
                token: token.bytes(for: key, call.house.root),
                publicKey: pair.publicKey,
                expiry: expiry
            )
        }
    }
}
