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
    /// A shell reads from it and takes the server down when it ends.
    private let lifeline: Mutex<Pipe>
    private let counter = Atomic<Int>(0)

    init() throws {
        folder = try Self.capture(["mktemp", "-d", "/tmp/ucpg.XXXXXX"])
        lifeline = Mutex(try Self.guarded(folder))
        if geteuid() == 0 { _ = try Self.capture(["chown", "postgres", folder]) }
        // A collation other than "C" by default, so that a forgotten COLLATE "C" shows.
        let icu = ["--locale-provider=icu", "--icu-locale=en-US"]
        let options = ["initdb", "-D", data, "-E", "UTF8", "--locale=C", "-A", "trust", "-U", "postgres", "-N"]
        do { try run(options + icu) } catch { try run(options) }
        try start()
    }

    deinit { lifeline.withLock { try? $0.fileHandleForWriting.close() } }

    private var data: String { folder + "/data" }

    func start() throws {
        let options = "-k \(folder) -h '' -F -c max_connections=300 -c deadlock_timeout=50ms"
        try run(["pg_ctl", "start", "-D", data, "-w", "-l", folder + "/log", "-o", options])
    }

    /// The data stays.
    func stop() throws { try run(["pg_ctl", "stop", "-D", data, "-w", "-m", "fast"]) }

    /// Not with the shell's `wait`: a child of a dispatch thread has SIGCHLD blocked.
    private static func guarded(_ folder: String) throws -> Pipe {
        let (process, pipe) = (Process(), Pipe())
        // Only this process may hold it, or it does not end with this process.
        _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let script = """
            read end
            server=$(head -n 1 \(folder)/data/postmaster.pid)
            if kill -QUIT "$server"; then while kill -0 "$server"; do sleep 0.1; done; fi
            rm -rf \(folder)
            """
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.arguments = ["-c", script]
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return pipe
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
    private func run(_ command: [String]) throws {
        let program = try [#require(Self.binaries) + "/" + command[0]] + command.dropFirst()
        let asPostgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        let all = geteuid() == 0 ? asPostgres + program : program
        guard spawnAndWait(all) == 0 else { throw StoreError.unavailable("\(all.joined(separator: " ")) failed") }
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
        guard process.terminationStatus == 0 else {
            throw StoreError.unavailable("\(command.joined(separator: " ")) failed")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

@Test("PostgreSQL is installed, so that the contract runs on it too", .enabled(if: PostgresCluster.isInstalled))
func postgresIsInstalled() throws { _ = try PostgresCluster.shared.get() }

/// The exit code. Foundation's `Process` notices an exit by a socket that the child inherits, and `pg_ctl` leaves it to a server
/// that goes on.
private func spawnAndWait(_ command: [String]) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for descriptor in 0...2 as ClosedRange<Int32> {
        unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var nothing = sigset_t()
    unsafe sigemptyset(&nothing)
    unsafe posix_spawnattr_setsigmask(&attributes, &nothing)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var child = pid_t()
    guard unsafe posix_spawnp(&child, command[0], &actions, &attributes, &arguments, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return status
}
