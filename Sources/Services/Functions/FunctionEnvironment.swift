internal import Bytes
internal import Seal
internal import Wire

/// A function's own variables: sealed in its row, under the account's key.
enum FunctionEnvironment {
    private static let most = 4096
    private static let letters: CharacterClass = "a-zA-Z"
    private static let others: CharacterClass = "a-zA-Z0-9_"
    /// Set by the runtime.
    private static let reserved: Set<Text> = [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]

    /// `Environment` of a request, checked and sealed; `nil` if it holds no variable.
    static func sealed(_ environment: Fields, _ reference: FunctionReference, _ root: RootKey) throws(Fault) -> Sealed?
    {
        let variables = environment.fields("Variables") ?? [:]
        guard !variables.isEmpty else { return nil }
        var size = 0
        for variable in variables.members {
            let name = variable.name
            let scalars = name.string.unicodeScalars
            guard let first = scalars.first, letters.contains(first), scalars.count >= 2,
                scalars.allSatisfy(others.contains)
            else {
                throw .frontEnd(
                    "ValidationException",
                    "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
                )
            }
            guard !reserved.contains(name) else {
                throw .invalidValue(
                    "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: \(name)"
                )
            }
            size += name.utf8.count + 6
            if case .secret(let value) = variable.value { size += value.bytes.count }
        }
        guard size <= most else {
            throw .invalidValue(
                "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit."
            )
        }
        var plain = variables.json
        return key(reference, root).seal(SecretBytes(taking: &plain), boundTo: binding(reference))
    }

    /// For an answer.
    static func shown(_ sealed: Sealed?, _ reference: FunctionReference, _ root: RootKey) throws -> Document? {
        guard let sealed else { return nil }
        let opened = try key(reference, root).open(sealed, boundTo: binding(reference))
        return .structure(
            Fields(
                try Fields(json: opened.revealBytes()).members.map { member in
                    guard case .string(let value) = member.value else { return member }
                    return .init(name: member.name, value: .secret(SensitiveBytes(value.bytes, isText: true)))
                }))
    }

    static func variables(
        _ sealed: Sealed?, _ reference: FunctionReference, _ root: RootKey
    ) throws -> [(name: Text, value: SecretBytes)] {
        guard let sealed else { return [] }
        let opened = try key(reference, root).open(sealed, boundTo: binding(reference))
        return try Fields(json: opened.revealBytes()).members.compactMap { member in
            guard case .string(let value) = member.value else { return nil }
            return (member.name, SecretBytes(value.bytes))
        }
    }

    private static func key(_ reference: FunctionReference, _ root: RootKey) -> WrappingKey {
        root.accountKey(reference.place)
    }

    private static func binding(_ reference: FunctionReference) -> Binding {
        Binding("function-environment", [reference.place.account.text, reference.place.region, reference.name])
    }
}
