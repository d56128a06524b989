internal import Bytes
internal import Store
internal import Wire

extension Functions {
    enum PutFunctionConcurrency: FunctionOperation {
        static let name: Text = "PutFunctionConcurrency"
        static let route: Route? = Route("PUT", "/2017-10-31/functions/{FunctionName}/concurrency")
        static let input: Structure = [
            Functions.name, .required("ReservedConcurrentExecutions", .integer(0...Int64(Int32.max))),
        ]
        static let recordedOutput: Structure? = [.optional("ReservedConcurrentExecutions", .integer)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try call.subject.requireLatest()
            let reserved = call.input.integer("ReservedConcurrentExecutions") ?? 0
            return try await call.changeFunction { state, _ in
                state.concurrency = reserved
                return ["ReservedConcurrentExecutions": .integer(reserved)]
            }
        }
    }

    enum GetFunctionConcurrency: FunctionOperation {
        static let name: Text = "GetFunctionConcurrency"
        static let isReadOnly = true
        static let route: Route? = Route("GET", "/2019-09-30/functions/{FunctionName}/concurrency")
        static let input: Structure = [Functions.name]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            var fields = Fields()
            fields.add("ReservedConcurrentExecutions", try call.subject.requireWhole().concurrency)
            return fields
        }
    }

    enum DeleteFunctionConcurrency: FunctionOperation {
        static let name: Text = "DeleteFunctionConcurrency"
        static let hasOutput = false
        static let route: Route? = Route(
            "DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", reply: RouteReply(status: 204))
        static let input: Structure = [Functions.name]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try call.subject.requireLatest()
            return try await call.changeFunction { state, _ in
                state.concurrency = nil
                return [:]
            }
        }
    }
}
