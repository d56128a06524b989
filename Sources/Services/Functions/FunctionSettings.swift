internal import Bytes
internal import Seal
internal import Wire

/// Reads what requests say about how a function is to be run.
enum FunctionSettings {
    /// What somebody asks for and would not get is refused; what is asked for and is so anyway is taken.
    static func refuseUnsupported(_ input: Fields) throws(Fault) {
        let vpc = input.fields("VpcConfig")
        guard (vpc?.list("SubnetIds") ?? []).isEmpty, (vpc?.list("SecurityGroupIds") ?? []).isEmpty else {
            throw .unsupported("VpcConfig")
        }
        guard (input.fields("DeadLetterConfig")?.text("TargetArn") ?? "").isEmpty else {
            throw .unsupported("DeadLetterConfig")
        }
        guard (input.text("KMSKeyArn") ?? "").isEmpty else {
            throw .invalidValue(
                "KMSKeyArn is not supported by this server: environment variables are sealed under the account's key.")
        }
        guard input.fields("TracingConfig")?.text("Mode") != "Active" else {
            throw .unsupported("TracingConfig mode Active")
        }
        for name in ["Layers", "FileSystemConfigs"] as [Text] where !(input.list(name) ?? []).isEmpty {
            throw .unsupported(name)
        }
        guard input.fields("ImageConfig") == nil, input.text("PackageType") != "Image" else {
            throw .unsupported("PackageType Image")
        }
        guard input.fields("SnapStart")?.text("ApplyOn") != "PublishedVersions" else { throw .unsupported("SnapStart") }
        guard (input.text("CodeSigningConfigArn") ?? "").isEmpty else { throw .unsupported("CodeSigningConfigArn") }
        let logging = input.fields("LoggingConfig")
        guard logging?.text("LogFormat") != "JSON" else { throw .unsupported("LogFormat JSON") }
        guard input.text("PublishTo") == nil else { throw .unsupported("PublishTo") }
    }

    static func apply(
        _ input: Fields, to configuration: inout FunctionConfiguration, _ reference: FunctionReference, _ root: RootKey
    ) throws(Fault) {
        try refuseUnsupported(input)
        if let group = input.fields("LoggingConfig")?.text("LogGroup"), group != "/aws/lambda/\(reference.name)" {
            throw .unsupported("LogGroup \(group)")
        }
        if let runtime = input.text("Runtime") { configuration.runtime = try checked(runtime: runtime) }
        configuration.handler = input.text("Handler") ?? configuration.handler
        configuration.role = input.text("Role") ?? configuration.role
        configuration.description = input.text("Description") ?? configuration.description
        configuration.timeout = input.integer("Timeout") ?? configuration.timeout
        configuration.memory = input.integer("MemorySize") ?? configuration.memory
        configuration.storage = input.fields("EphemeralStorage")?.integer("Size") ?? configuration.storage
        if let environment = input.fields("Environment") {
            configuration.environment = try FunctionEnvironment.sealed(environment, reference, root)
        }
    }

    private static func checked(runtime: Text) throws(Fault) -> Text {
        let families: [Text] = ["python3.", "nodejs", "provided"]
        guard families.contains(where: { runtime.hasPrefix($0) }), runtime.utf8.count <= 32,
            runtime.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2E })
        else {
            throw .invalidValue(
                "The runtime parameter of \(runtime) is not supported by this server. It runs python3.*, nodejs*.x and provided.*."
            )
        }
        return runtime
    }
}
