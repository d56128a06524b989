internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum ListSecretVersionIds: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let limit: Int
            let nextToken: Text?
            let includesDeprecated: Bool
        }
        struct Output: Sendable {
            let secret: SecretState
            let versions: [VersionState]
            let nextToken: Text?
        }

        static let name: Text = "ListSecretVersionIds"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-list-versions", 50)
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .optional("MaxResults", .integer(1...100)),
            .optional("NextToken", Secrets.nextToken), .optional("IncludeDeprecated", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                secretID: fields.text("SecretId") ?? "",
                limit: Int(fields.integer("MaxResults") ?? 100),
                nextToken: fields.text("NextToken"),
                includesDeprecated: fields.bool("IncludeDeprecated") ?? false
            )
        }

        static func encode(_ output: Output) -> Fields {
            let labels = output.secret.labels
            var fields: Fields = [
                "Versions": .list(output.versions.map { .structure(entry($0, labels.labels(of: $0.row.versionID))) })
            ]
            fields.add("NextToken", output.nextToken)
            fields.add("ARN", output.secret.arn)
            fields.add("Name", output.secret.name)
            return fields
        }

        private static func entry(_ version: VersionState, _ stages: [Text]) -> Fields {
            var fields: Fields = ["VersionId": .string(version.row.versionID)]
            if !stages.isEmpty { fields.add("VersionStages", .list(stages.map { .string($0) })) }
            fields.add("LastAccessedDate", version.row.accessed)
            fields.add("CreatedDate", version.row.created)
            if !version.wrapped.isEmpty {
                fields.add("KmsKeyIds", .list(version.wrapped.map { .string($0.key) }))
            }
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("secretsmanager:ListSecretVersionIds", subject, call)]
        }

        /// Versions are few and their order never changes, so a page is cut from all of them after the token's version.
        static func run(_ call: Authorized<Self>) async throws -> Output {
            let secret = try call.subject.requireAny()
            let after = try call.input.nextToken.map {
                try PageToken.open($0, for: "versions \(secret.arn)", call.house)
            }
            let rows = try await call.house.store.read { try $0.versions(secret.row.place, secret.name) }
            var shown = rows.filter { call.input.includesDeprecated || !secret.labels.labels(of: $0.versionID).isEmpty }
            if let after {
                guard after.count == 2, let created = Int64(after[0].string) else { throw Fault.invalidNextToken }
                shown.removeAll { row in
                    row.created.milliseconds < created
                        || (row.created.milliseconds == created && row.versionID <= after[1])
                }
            }
            let page = shown.prefix(call.input.limit)
            var next: Text?
            if page.count < shown.count, let last = page.last {
                let position: [Text] = ["\(last.created.milliseconds)", last.versionID]
                next = PageToken.close(position, for: "versions \(secret.arn)", call.house)
            }
            return Output(secret: secret, versions: try page.map { try VersionState($0) }, nextToken: next)
        }
    }
}
