internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum ListSecrets: WriteOperation {
        struct Input: Sendable {
            let limit: Int
            let nextToken: Text?
            let filters: [SecretFilter]
            let includesDeleted: Bool
            let isDescending: Bool
            let order: SecretListing.Order
        }
        struct Output: Sendable {
            let secrets: [SecretState]
            let nextToken: Text?
        }

        static let name: Text = "ListSecrets"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-list", 100)
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .optional("IncludePlannedDeletion", .boolean), .optional("MaxResults", .integer(1...100)),
            .optional("NextToken", Secrets.nextToken), .optional("Filters", Secrets.filters),
            .optional("SortOrder", .oneOf("asc", "desc")),
            .optional("SortBy", .oneOf("created-date", "last-accessed-date", "last-changed-date", "name")),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let order: SecretListing.Order =
                switch fields.text("SortBy") {
                case "last-accessed-date": .accessed
                case "last-changed-date": .changed
                case "name": .name
                default: .created
                }
            return Input(
                limit: Int(fields.integer("MaxResults") ?? 100),
                nextToken: fields.text("NextToken"),
                filters: try SecretFilter.list(fields.list("Filters")),
                includesDeleted: fields.bool("IncludePlannedDeletion") ?? false,
                isDescending: fields.text("SortOrder") == "desc",
                order: order
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = [
                "SecretList": .list(
                    output.secrets.map { .structure(described($0, stagesMember: "SecretVersionsToStages")) }
                )
            ]
            fields.add("NextToken", output.nextToken)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws {}

        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] {
            [unboundQuestion("secretsmanager:ListSecrets", call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            let input = call.input
            let pages = SecretPages(
                place: call.place,
                order: input.order,
                isDescending: input.isDescending,
                filters: input.filters,
                includesDeleted: input.includesDeleted
            )
            let start = try pages.open(input.nextToken, call.house)
            let page = try await pages.page(after: start, limit: input.limit, call.house)
            return Output(secrets: page.secrets, nextToken: pages.close(page.next, call.house))
        }
    }
}
