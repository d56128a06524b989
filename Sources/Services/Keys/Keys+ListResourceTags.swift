internal import Bytes
internal import Wire

extension Keys {
    enum ListResourceTags: ReadOperation {
        typealias Input = Text

        static let name: Text = "ListResourceTags"
        static let api = API.kms
        static let quota = Quota("kms-list-tags", 2000)
        static let isReadOnly = true
        static let input: Structure = [
            .required("KeyId", keyID), .optional("Limit", .integer(1...50)), .optional("Marker", marker),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }

        /// At most 50 tags: always one page.
        static func encode(_ output: [Tag]) -> Fields {
            [
                "Tags": .list(output.map { .structure(["TagKey": .string($0.key), "TagValue": .string($0.value)]) }),
                "Truncated": .bool(false),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:ListResourceTags", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> [Tag] { try call.subject.require().tags }
    }
}
