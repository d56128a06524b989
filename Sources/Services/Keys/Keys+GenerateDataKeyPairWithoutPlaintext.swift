internal import Bytes
internal import Wire

extension Keys {
    enum GenerateDataKeyPairWithoutPlaintext: ReadOperation {
        typealias Input = DataKeyPairRequest

        static let name: Text = "GenerateDataKeyPairWithoutPlaintext"
        static let api = API.kms
        static let quota = dataKeyPairs
        static let isReadOnly = true
        static let isBrief = false
        static let input = DataKeyPairRequest.shape

        static func decode(_ fields: Fields) throws(Fault) -> Input { DataKeyPairRequest(fields) }
        static func encode(_ output: DataKeyPair) -> Fields { output.fields }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [input.question("kms:GenerateDataKeyPairWithoutPlaintext", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> DataKeyPair {
            try call.input.make(call.subject, for: name, call.call).0
        }
    }
}
