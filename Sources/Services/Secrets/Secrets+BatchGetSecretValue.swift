internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum BatchGetSecretValue: WriteOperation {
        struct Input: Sendable {
            let ids: [Text]?
            let filters: [SecretFilter]?
            let limit: Int
            let nextToken: Text?
        }
        struct Failure: Sendable {
            let secretID: Text
            let fault: Fault
        }
        struct Output: Sendable {
            var values: [GetSecretValue.Output] = []
            var failures: [Failure] = []
            var nextToken: Text?
        }

        static let name: Text = "BatchGetSecretValue"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-batch-get", 100)
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .optional("SecretIdList", .list(secretID, 1...20)), .optional("Filters", Secrets.filters),
            .optional("MaxResults", .integer(1...20)), .optional("NextToken", Secrets.nextToken),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let (ids, filters) = (fields.texts("SecretIdList"), fields.list("Filters"))
            guard (ids == nil) != (filters == nil) else {
                throw .invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
            }
            guard filters != nil || fields.integer("MaxResults") == nil else {
                throw .invalidParameter(
                    "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."
                )
            }
            return Input(
                ids: ids,
                filters: filters == nil ? nil : try SecretFilter.list(filters),
                limit: Int(fields.integer("MaxResults") ?? 20),
                nextToken: fields.text("NextToken")
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = ["SecretValues": .list(output.values.map { .structure(GetSecretValue.encode($0)) })]
            fields.add("NextToken", output.nextToken)
            fields.add(
                "Errors",
                .list(
                    output.failures.map { failure in
                        var entry: Fields = [
                            "SecretId": .string(failure.secretID), "ErrorCode": .string(failure.fault.code),
                        ]
                        entry.add("Message", failure.fault.message)
                        return .structure(entry)
                    }
                )
            )
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws {}

        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] {
            let batch = unboundQuestion("secretsmanager:BatchGetSecretValue", call)
            guard input.filters != nil else { return [batch] }
            return [batch, unboundQuestion("secretsmanager:ListSecrets", call)]
        }

        /// Each secret is a GetSecretValue of its own, allowed, recorded and failing for itself.
        static func run(_ call: Authorized<Self>) async throws -> Output {
            var output = Output()
            var ids = call.input.ids ?? []
            if let filters = call.input.filters {
                let pages = SecretPages(place: call.place, filters: filters)
                let start = try pages.open(call.input.nextToken, call.house)
                let page = try await pages.page(after: start, limit: call.input.limit, call.house)
                ids = page.secrets.map(\.arn)
                output.nextToken = pages.close(page.next, call.house)
            }
            for id in ids {
                do {
                    output.values.append(
                        try await call.repeating(GetSecretValue.self, GetSecretValue.Input(secretID: id))
                    )
                } catch let fault as Fault {
                    output.failures.append(Failure(secretID: id, fault: fault))
                } catch let error as StoreError {
                    // One bad row is that secret's trouble, not the batch's.
                    call.house.log.error("request \(call.call.requestID): \(error.operatorText)")
                    output.failures.append(Failure(secretID: id, fault: error.fault))
                }
            }
            return output
        }
    }
}
