internal import Bytes
internal import Wire

// What there is nothing to set here, and clients read when they compare what is with what should be.
extension Functions {
    enum GetFunctionCodeSigningConfig: FunctionOperation {
        static let name: Text = "GetFunctionCodeSigningConfig"
        static let isReadOnly = true
        static let route: Route? = Route("GET", "/2020-06-30/functions/{FunctionName}/code-signing-config")
        static let input: Structure = [Functions.name]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try call.subject.requireWhole()
            return ["FunctionName": .string(call.subject.reference.name)]
        }
    }

    enum GetRuntimeManagementConfig: FunctionOperation {
        static let name: Text = "GetRuntimeManagementConfig"
        static let isReadOnly = true
        static let route: Route? = Route(
            "GET", "/2021-07-20/functions/{FunctionName}/runtime-management-config", query: qualifierQuery)
        static let input = qualified

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try call.subject.require()
            let reference = call.subject.reference
            return [
                "UpdateRuntimeOn": "Auto",
                "FunctionArn": .string("\(reference.arn):\(reference.qualifier ?? "$LATEST")"),
            ]
        }
    }

    enum GetFunctionRecursionConfig: FunctionOperation {
        static let name: Text = "GetFunctionRecursionConfig"
        static let isReadOnly = true
        static let route: Route? = Route("GET", "/2024-08-31/functions/{FunctionName}/recursion-config")
        static let input: Structure = [Functions.name]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try call.subject.requireWhole()
            return ["RecursiveLoop": "Allow"]
        }
    }
}
