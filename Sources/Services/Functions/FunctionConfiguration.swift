internal import Bytes
internal import Seal
internal import Store
internal import Wire

/// What one version of a function is: where its code is, and how it is to be run.
struct FunctionConfiguration: Sendable {
    var runtime: Text
    var role: Text
    var handler: Text
    var description: Text = ""
    /// Seconds; `nil` if nobody ever said: ``defaultTimeout`` then.
    var timeout: Int64?
    var memory: Int64 = 128
    var storage: Int64 = 512
    var architecture: Text = "x86_64"
    /// The variables, sealed; `nil` where there are none.
    var environment: Sealed?
    /// Lower-case hexadecimal SHA-256 of the zip.
    var codeDigest: Text
    var codeSize: Int64
    var modified: Timestamp
    /// `RevisionId`: another one after every change that callers can see.
    var revision: Text
    /// Another one after every change of code or configuration alone: what a warm environment is kept by.
    var build: Text
    /// `$LATEST` or a number.
    var version: Text = "$LATEST"

    var stored: Fields {
        var fields: Fields = [
            "runtime": .string(runtime), "role": .string(role), "handler": .string(handler),
            "description": .string(description), "memory": .integer(memory),
            "storage": .integer(storage), "architecture": .string(architecture), "code": .string(codeDigest),
            "size": .integer(codeSize), "modified": .integer(modified.milliseconds), "revision": .string(revision),
            "build": .string(build), "version": .string(version),
        ]
        fields.add("timeout", timeout)
        if let environment { fields.add("environment", .blob(environment.bytes)) }
        return fields
    }

    /// Lambda's own, and what is shown.
    static let defaultTimeout: Int64 = 3
}

extension FunctionConfiguration {
    init?(stored: Fields) {
        guard let runtime = stored.text("runtime"), let role = stored.text("role"),
            let handler = stored.text("handler"), let code = stored.text("code"), let size = stored.integer("size"),
            let modified = stored.storedTime("modified"), let revision = stored.text("revision"),
            let build = stored.text("build"), let version = stored.text("version")
        else { return nil }
        self.init(
            runtime: runtime, role: role, handler: handler, codeDigest: code, codeSize: size, modified: modified,
            revision: revision, build: build)
        self.version = version
        description = stored.text("description") ?? ""
        timeout = stored.integer("timeout")
        memory = stored.integer("memory") ?? 128
        storage = stored.integer("storage") ?? 512
        architecture = stored.text("architecture") ?? "x86_64"
        environment = stored.storedBlob("environment").map { Sealed(stored: $0) }
    }

    /// A change of code or configuration.
    mutating func renew(at time: Timestamp, _ chance: Chance) {
        modified = time
        revision = chance.uuid()
        build = revision
    }

    /// As AWS shows it.
    ///
    /// - Parameters:
    ///   - arn: the function's, without a qualifier.
    ///   - isQualified: whether `FunctionArn` is to have the version behind it.
    func shown(_ reference: FunctionReference, isQualified: Bool, _ root: RootKey) throws -> Fields {
        var fields: Fields = [
            "FunctionName": .string(reference.name),
            "FunctionArn": .string(isQualified ? "\(reference.arn):\(version)" : reference.arn),
            "Runtime": .string(runtime), "Role": .string(role), "Handler": .string(handler),
            "CodeSize": .integer(codeSize), "Description": .string(description),
            "Timeout": .integer(timeout ?? Self.defaultTimeout),
            "MemorySize": .integer(memory), "LastModified": .string(modified.lambdaText),
            "CodeSha256": .string(Base64.encode(Hex.decode(codeDigest.utf8) ?? [])), "Version": .string(version),
        ]
        if let environment = try FunctionEnvironment.shown(environment, reference, root) {
            fields.add("Environment", .structure(["Variables": environment]))
        }
        fields.members +=
            Fields([
                .init(name: "TracingConfig", value: .structure(["Mode": "PassThrough"])),
                .init(name: "RevisionId", value: .string(revision)), .init(name: "State", value: "Active"),
                .init(name: "LastUpdateStatus", value: "Successful"), .init(name: "PackageType", value: "Zip"),
                .init(name: "Architectures", value: .list([.string(architecture)])),
                .init(name: "EphemeralStorage", value: .structure(["Size": .integer(storage)])),
                .init(
                    name: "SnapStart", value: .structure(["ApplyOn": "None", "OptimizationStatus": "Off"])),
                .init(
                    name: "LoggingConfig",
                    value: .structure(["LogFormat": "Text", "LogGroup": .string("/aws/lambda/\(reference.name)")])),
            ]).members
        return fields
    }
}

extension Timestamp {
    /// `2026-01-31T12:00:00.000+0000`
    fileprivate var lambdaText: Text {
        var out = ByteBuilder(capacity: 28)
        out.append(String(iso8601.string.prefix(19)))
        out.append(".")
        out.append(decimal: UInt64(milliseconds % 1000), width: 3)
        out.append("+0000")
        return Text(decoding: out.bytes[...])
    }
}
