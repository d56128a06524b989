internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum ListKeys: WriteOperation {
        struct Input: Sendable {
            let limit: Int
            let marker: Text?
        }
        struct Output: Sendable {
            let ids: [Text]
            let place: Place
            let hasMore: Bool
        }

        static let name: Text = "ListKeys"
        static let api = API.kms
        static let quota = Quota("kms-list", 500)
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [.optional("Limit", Keys.limit), .optional("Marker", Keys.marker)]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(limit: Int(fields.integer("Limit") ?? 100), marker: try openMarker(fields.text("Marker")))
        }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = [
                "Keys": .list(
                    output.ids.map { .structure(["KeyId": .string($0), "KeyArn": .string(arn($0, in: output.place))]) }
                )
            ]
            if output.hasMore, let last = output.ids.last { fields.add("NextMarker", closedMarker(last)) }
            fields.add("Truncated", .bool(output.hasMore))
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws {}

        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] {
            [
                Question(
                    action: "kms:ListKeys", resource: "*", shown: nil, owner: call.place.account,
                    keys: call.conditionKeys
                )
            ]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            let (place, input) = (call.place, call.input)
            return try await call.house.store.read { snapshot in
                let items = try snapshot.items(place, kind: "key", after: input.marker, limit: input.limit + 1)
                return Output(
                    ids: items.prefix(input.limit).map(\.key.id),
                    place: place,
                    hasMore: items.count > input.limit
                )
            }
        }
    }

    /// Markers are opaque to callers: the id of the last item, in base64.
    static func closedMarker(_ id: Text) -> Text { Base64.encode(id.bytes) }

    static func openMarker(_ marker: Text?) throws(Fault) -> Text? {
        guard let marker else { return nil }
        guard let id = Base64.decode(Array(marker.utf8)).flatMap({ Text(utf8: $0) }) else {
            throw Fault("InvalidMarkerException", "The marker is not valid.")
        }
        return id
    }
}
