internal import Bytes
internal import Wire

extension Keys {
    enum DescribeKey: ReadOperation {
        typealias Input = Text

        static let name: Text = "DescribeKey"
        static let api = API.kms
        static let quota = Quota("kms-describe", 2000)
        static let isReadOnly = true
        static let input: Structure = [.required("KeyId", keyID), .optional("GrantTokens", grantTokens)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }
        static func encode(_ output: Sighting) -> Fields { ["KeyMetadata": .structure(metadata(output))] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:DescribeKey", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Sighting {
            Sighting(key: try call.subject.require(), time: call.now)
        }
    }
}
