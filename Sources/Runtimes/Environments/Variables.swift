internal import Bytes
internal import Seal
internal import Services

/// The variables of an environment: defaults, then the function's own, then those that no function may set.
struct Variables: Sendable {
    /// Folders as the function finds them.
    struct Places: Sendable {
        var task: Text
        var runtime: Text
        var temporary: Text
    }

    private(set) var all: [(name: Text, value: SecretBytes)] = []

    init(
        _ image: FunctionImage, _ language: Interpreter.Language, _ credentials: FunctionCredentials, _ places: Places,
        address: Text, endpoint: Text, logStream: Text, hasOwnAuthorities: Bool
    ) {
        let (task, runtime) = (places.task, places.runtime)
        set("LANG", "en_US.UTF-8")
        set("TZ", ":UTC")
        set("HOME", places.temporary)
        set("TMPDIR", places.temporary)
        set("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin")
        set("LD_LIBRARY_PATH", "/lib64:/usr/lib64:\(runtime):\(runtime)/lib:\(task):\(task)/lib:/opt/lib")
        if language == .python { set("PYTHONPATH", runtime) }
        if language == .node { set("NODE_PATH", "\(runtime)/node_modules:\(task)") }
        set("AWS_ENDPOINT_URL", endpoint)
        // AWS's rotation functions read this one and fail without it; the function's owner can't know this address.
        set("SECRETS_MANAGER_ENDPOINT", endpoint)
        if hasOwnAuthorities {
            for name: Text in ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
                set(name, Text(Mounts.authoritiesLink))
            }
        }
        for (name, value) in image.variables where !Self.reserved.contains(name) { set(name, value) }
        set("_HANDLER", image.handler)
        set("LAMBDA_TASK_ROOT", task)
        set("LAMBDA_RUNTIME_DIR", runtime)
        set("AWS_LAMBDA_RUNTIME_API", address)
        set("AWS_LAMBDA_FUNCTION_NAME", image.name)
        set("AWS_LAMBDA_FUNCTION_VERSION", image.version)
        set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "\(image.memoryMegabytes)")
        set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        set("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/\(image.name)")
        set("AWS_LAMBDA_LOG_STREAM_NAME", logStream)
        if language != .provided { set("AWS_EXECUTION_ENV", "AWS_Lambda_\(image.runtime)") }
        set("AWS_REGION", image.place.region)
        set("AWS_DEFAULT_REGION", image.place.region)
        set("AWS_ACCESS_KEY_ID", credentials.accessKeyID)
        set("AWS_ACCESS_KEY", credentials.accessKeyID)
        set("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey)
        set("AWS_SECRET_KEY", credentials.secretAccessKey)
        set("AWS_SESSION_TOKEN", credentials.sessionToken)
    }

    private mutating func set(_ name: Text, _ value: Text) { set(name, SecretBytes(value.bytes)) }

    private mutating func set(_ name: Text, _ value: SecretBytes) {
        all.removeAll { $0.name == name }
        all.append((name, value))
    }

    /// A NUL byte ends a value for the kernel, and for bubblewrap begins an option of its own.
    func checked() throws(Refusal) -> Variables {
        for (name, value) in all {
            let isClean = value.revealed { bytes in
                for index in bytes.indices where bytes[index] == 0 { return false }
                return true
            }
            guard isClean, !name.isEmpty, !name.utf8.contains(0), !name.utf8.contains(0x3D) else {
                throw Refusal(
                    "a variable of the function can't be set: names hold no '=', names and values no NUL byte")
            }
        }
        return self
    }

    /// As execve takes them.
    var block: SecretBytes {
        var out = ByteBuilder(capacity: 4096)
        for (name, value) in all {
            out.append(name)
            out.append(byte: 0x3D)
            value.revealed { out.bytes.append($0, 0..<$0.count) }
            out.append(byte: 0)
        }
        return SecretBytes(taking: &out.bytes)
    }

    static let reserved: Set<Text> = [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_METADATA_API",
        "AWS_LAMBDA_METADATA_TOKEN",
    ]
}
