internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum ListAliases: WriteOperation {
        struct Input: Sendable {
            let keyID: Text?
            let limit: Int
            let marker: Text?
        }
        struct Output: Sendable {
            let aliases: [AliasState]
            let hasMore: Bool
        }

        static let name: Text = "ListAliases"
        static let api = API.kms
        static let quota = Quota("kms-list", 500)
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .optional("KeyId", Keys.keyID), .optional("Limit", Keys.limit), .optional("Marker", Keys.marker),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                keyID: fields.text("KeyId"),
                limit: Int(fields.integer("Limit") ?? 50),
                marker: try openMarker(fields.text("Marker"))
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = [
                "Aliases": .list(
                    output.aliases.map { alias in
                        .structure([
                            "AliasName": .string(alias.name), "AliasArn": .string(alias.arn),
                            "TargetKeyId": .string(alias.target), "CreationDate": .timestamp(alias.created),
                            "LastUpdatedDate": .timestamp(alias.updated),
                        ])
                    }
                )
            ]
            if output.hasMore, let last = output.aliases.last { fields.add("NextMarker", closedMarker(last.name)) }
            fields.add("Truncated", .bool(output.hasMore))
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject? {
            try input.keyID.map { try Keys.find($0, call) }
        }

        static func asks(_ input: Input, _ subject: Subject?, _ call: Call) -> [Question] {
            [
                Question(
                    action: "kms:ListAliases", resource: "*", shown: nil, owner: call.place.account,
                    keys: call.conditionKeys
                )
            ]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            let (place, input) = (call.place, call.input)
            let target = try call.subject?.require().id
            return try await call.house.store.read { snapshot in
                let limit = input.limit + 1
                let items =
                    if let target {
                        try snapshot.items(place, kind: "alias", link: target, after: input.marker, limit: limit)
                    } else {
                        try snapshot.items(place, kind: "alias", after: input.marker, limit: limit)
                    }
                return Output(
                    aliases: try items.prefix(input.limit).map { try AliasState($0) },
                    hasMore: items.count > input.limit
                )
            }
        }
    }
}
