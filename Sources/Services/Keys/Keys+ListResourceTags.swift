internal import Bytes
internal import Wire

extension Keys {
    enum ListResourceTags: ReadOperation {
        struct Input: Sendable {
            let keyID: Text
            let limit: Int
            let marker: Text?
        }
        struct Output: Sendable {
            let tags: ArraySlice<Tag>
            let hasMore: Bool
        }

        static let name: Text = "ListResourceTags"
        static let api = API.kms
        static let quota = Quota("kms-list-tags", 2000)
        static let isReadOnly = true
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .optional("Limit", Keys.limit), .optional("Marker", Keys.marker),
        ]

        /// A key has at most 50 tags, and a page is never longer.
        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                keyID: fields.text("KeyId") ?? "",
                limit: Int(fields.integer("Limit") ?? 50),
                marker: try openMarker(fields.text("Marker"))
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = [
                "Tags": .list(
                    output.tags.map { .structure(["TagKey": .string($0.key), "TagValue": .string($0.value)]) }
                )
            ]
            if output.hasMore, let last = output.tags.last { fields.add("NextMarker", closedMarker(last.key)) }
            fields.add("Truncated", .bool(output.hasMore))
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:ListResourceTags", subject, call)]
        }

        /// In the order of their keys once there are pages, so that a tag that goes between two of them hides no other.
        static func answer(_ call: Authorized<Self>) throws -> Output {
            let (tags, input) = (try call.subject.require().tags, call.input)
            guard input.marker != nil || tags.count > input.limit else {
                return Output(tags: tags[...], hasMore: false)
            }
            let rest = tags.sorted { $0.key < $1.key }.drop { tag in input.marker.map { tag.key <= $0 } ?? false }
            return Output(tags: rest.prefix(input.limit), hasMore: rest.count > input.limit)
        }
    }
}
