import Bytes
import Dispatch
import Foundation
import Glibc
import Primitives
import Runtimes
import Seal
import Services
import TestKit
import Testing

/// A runner on a folder of its own, and functions for it.
struct Workshop {
    let runner: Runner
    let folder: String

    /// Runs `body` with a runner that is stopped afterwards.
    static func open(
        _ options: Options = Workshop.options(), clock: Clock = Workshop.clock, endpoint: Text = "http://127.0.0.1:1",
        _ body: (Workshop) async throws -> Void
    ) async throws {
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("workshop-\(UUID())").path
        try FileManager.default.createDirectory(
            atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: data) }
        let runner = try await Runner.start(
            folder: "\(data)/functions", endpoint: { endpoint }, options: options, clock: clock,
            chance: .seeded(.random(in: 0 ... .max)),
            log: Log { _, _ in })
        do { try await body(Workshop(runner: runner, folder: data)) } catch {
            await runner.stop()
            throw error
        }
        await runner.stop()
    }

    /// Without packages from the network.
    static func options(_ isolation: Options.Isolation = .bubblewrap) -> Options {
        var options = Options()
        options.isolation = isolation
        options.pythonPackages = []
        return options
    }

    static let clock = Clock(
        now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
        monotonic: { DispatchTime.now().uptimeNanoseconds })

    static let hasBubblewrap = ["/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap"]
        .contains { FileManager.default.isExecutableFile(atPath: $0) }
    static let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
    static let isRoot = geteuid() == 0
    static let hasPip = FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/pip")
    static let hasNode = FileManager.default.isExecutableFile(atPath: "/usr/bin/node")
    static let canRunPython = hasBubblewrap && hasPython

    static func image(
        _ files: [(String, String)], runtime: Text = "python3.11", handler: Text = "app.handler", timeout: Int = 20,
        variables: [(Text, Text)] = [], revision: Text = "1", name: Text = "f", memory: Int = 256
    ) throws -> FunctionImage {
        var writer = ZipWriter(files)
        for index in writer.entries.indices where writer.entries[index].name == "bootstrap" {
            writer.entries[index].mode = 0o100755
        }
        let zip = writer.bytes
        let account = try #require(AccountID("123456789012"))
        return FunctionImage(
            place: Place(account: account, region: "eu-central-1"),
            arn: "arn:aws:lambda:eu-central-1:123456789012:function:\(name)", name: name, version: "$LATEST",
            revision: revision, runtime: runtime, handler: handler, memoryMegabytes: memory, timeoutSeconds: timeout,
            storageMegabytes: 16, variables: variables.map { (name: $0.0, value: SecretBytes($0.1.bytes)) },
            codeDigest: Hex.encode(SHA256.hash(zip).bytes), code: { zip },
            credentials: {
                FunctionCredentials(
                    accessKeyID: "ASIAEXAMPLE", secretAccessKey: SecretBytes(Array("the-secret-key".utf8)),
                    sessionToken: SecretBytes(Array("the-session-token".utf8)),
                    expires: clock.now() + 3_600_000)
            })
    }

    static func python(
        _ source: String, timeout: Int = 20, variables: [(Text, Text)] = [], revision: Text = "1", name: Text = "f"
    ) throws -> FunctionImage {
        try image(
            [("app.py", source)], timeout: timeout, variables: variables, revision: revision, name: name)
    }

    func run(_ image: FunctionImage, _ payload: String = "{}", id: Text = "8f4f3a1c-0000-4000-8000-000000000001") async
        -> FunctionOutcome
    {
        await runner.run(
            FunctionInvocation(
                requestID: id, image: image, invokedARN: "\(image.arn):live", payload: Array(payload.utf8)))
    }

    /// Waits until some environment is there, or is being made.
    func begun() async throws {
        for _ in 0..<2000 where runner.environments == 0 { try await Task.sleep(for: .milliseconds(5)) }
        try #require(runner.environments > 0)
    }

    /// The function's answer, which must be one.
    func value(_ image: FunctionImage, _ payload: String = "{}") async throws -> Fields {
        let outcome = await run(image, payload)
        #expect(outcome.end == .succeeded, "\(outcome.text) \(outcome.lines)")
        return try outcome.fields
    }
}

extension FunctionOutcome {
    var text: String { String(decoding: payload, as: UTF8.self) }
    var lines: [String] { log.map { String(decoding: $0.text, as: UTF8.self) } }

    var fields: Fields {
        get throws {
            guard case .structure(let fields) = try JSON.parse(payload) else {
                Issue.record("not an object: \(text)")
                return Fields()
            }
            return fields
        }
    }
}

extension Fields {
    func text(_ name: Text) -> Text? {
        guard case .string(let text)? = self[name] else { return nil }
        return text
    }

    func integer(_ name: Text) -> Int64? {
        guard case .integer(let value)? = self[name] else { return nil }
        return value
    }
}
