import Bytes
import Foundation
import Synchronization
import Testing

@testable import Store

/// A PostgreSQL server for the tests' own use: a fresh cluster in a temporary folder, on a Unix socket alone. It ends with
/// the test process, however that ends, because a shell waits at its side for the end of a pipe.
final class PostgresCluster: Sendable {
    static let binaries: String? = {
        guard let folder = try? capture(["pg_config", "--bindir"]) else { return nil }
        return FileManager.default.isExecutableFile(atPath: folder + "/initdb") ? folder : nil
    }()
    static var isInstalled: Bool { binaries != nil }

    /// One for all tests that don't need a server of their own.
    static let shared = Result { try PostgresCluster() }

    let folder: String
    private let guardian: Mutex<Process?>
    private let counter = Atomic<Int>(0)

    init() throws {
        folder = try Self.capture(["mktemp", "-d", "/tmp/ucpg.XXXXXX"])
        guardian = Mutex(nil)
        if geteuid() == 0 { _ = try Self.capture(["chown", "postgres", folder]) }
        let data = folder + "/data"
        let initdb = try #require(Self.binaries) + "/initdb"
        // A collation other than "C" by default, so that a forgotten COLLATE "C" shows.
        let icu = ["--locale-provider=icu", "--icu-locale=en-US"]
        let options = [initdb, "-D", data, "-E", "UTF8", "--locale=C", "-A", "trust", "-U", "postgres", "-N"]
        do { _ = try Self.capture(Self.asPostgres(options + icu)) } catch { _ = try Self.capture(Self.asPostgres(options)) }
        try start()
    }

    deinit { guardian.withLock { $0 = nil } }

    func start() throws {
        let server = [
            try #require(Self.binaries) + "/postgres", "-D", folder + "/data", "-k", folder, "-h", "", "-F",
            "-c", "max_connections=300", "-c", "deadlock_timeout=50ms", "-c", "log_min_messages=panic",
        ]
        let script = """
            "$@" >/dev/null 2>&1 & server=$!
            read end
            if [ "$end" != keep ]; then kill -QUIT $server; wait $server; rm -rf \(folder); else kill -INT $server; wait $server; fi
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.arguments = ["-c", script, "sh"] + Self.asPostgres(server)
        process.standardInput = Pipe()
        try process.run()
        guardian.withLock { $0 = process }
        let end = Monotonic.now() + 30_000_000_000
        while (try? connect("postgres")) == nil {
            guard Monotonic.now() < end else { throw StoreError.unavailable("the scratch cluster did not start") }
        }
    }

    /// The data stays.
    func stop() throws {
        let process = guardian.withLock { $0 }
        try (process?.standardInput as? Pipe)?.fileHandleForWriting.write(contentsOf: Data("keep\n".utf8))
        process?.waitUntilExit()
    }

    func conninfo(_ database: String) -> String { "host=\(folder) user=postgres dbname=\(database)" }

    func connect(_ database: String) throws -> PostgresConnection {
        try PostgresConnection(try PostgresAddress(conninfo(database), node: "test"), answerMilliseconds: 20_000)
    }

    /// The connection string of a new, empty database.
    func newDatabase() throws -> String {
        let name = "t\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
        try connect("postgres").run("CREATE DATABASE \(name) TEMPLATE template0")
        return conninfo(name)
    }

    /// PostgreSQL refuses to run as root.
    private static func asPostgres(_ command: [String]) -> [String] {
        geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + command : command
    }

    private static func capture(_ command: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.arguments = command
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw StoreError.unavailable("\(command[0]) failed") }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

@Test("PostgreSQL is installed, so that the contract runs on it too", .enabled(if: PostgresCluster.isInstalled))
func postgresIsInstalled() throws { _ = try PostgresCluster.shared.get() }
