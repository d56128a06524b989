import Bytes
import Foundation
import Synchronization

/// A server for the tests' own use, in a temporary folder, on loopback. It ends with the test process, however that ends: a
/// shell waits at its side for the end of a pipe.
final class ScratchServer: Sendable {
    let folder: String
    let port: UInt16
    private let command: [String]
    private let lifeline = Mutex<(Process, Pipe)?>(nil)

    init(_ folder: String, _ port: UInt16, _ command: [String]) throws {
        self.folder = folder
        self.port = port
        self.command = command
        try start()
    }

    deinit { lifeline.withLock { try? $0?.1.fileHandleForWriting.close() } }

    func start() throws {
        let (process, pipe) = (Process(), Pipe())
        // Only this process may hold it, or it does not end with this process.
        _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try? FileManager.default.removeItem(atPath: folder + "/keep")
        let script = """
            "$@" >>\(folder)/log 2>&1 </dev/null & server=$!
            read end
            kill -QUIT $server; sleep 0.2; kill -KILL $server
            [ -e \(folder)/keep ] || rm -rf \(folder)
            """
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.arguments = ["-c", script, "sh"] + command
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        lifeline.withLock { $0 = (process, pipe) }
    }

    /// The data stays.
    func stop() {
        _ = FileManager.default.createFile(atPath: folder + "/keep", contents: nil)
        lifeline.withLock { lifeline in
            try? lifeline?.1.fileHandleForWriting.close()
            lifeline?.0.waitUntilExit()
            lifeline = nil
        }
    }

    /// Until `isUp` says so; a scratch server needs a few seconds.
    func waitUntil(_ isUp: () async -> Bool) async throws {
        for _ in 0..<300 {
            if await isUp() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw Broken(description: "the server did not start: \(log.suffix(2000))")
    }

    struct Broken: Error, CustomStringConvertible { let description: String }

    static func newFolder() throws -> String { try capture(["mktemp", "-d", "/tmp/ucrot.XXXXXX"]) }

    static func isInstalled(_ program: String) -> Bool {
        ["/usr/sbin/", "/usr/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
    }

    /// Free a moment ago.
    static func freePort() throws -> UInt16 {
        let text = try capture([
            "python3", "-c", "import socket; s=socket.socket(); s.bind(('127.0.0.1',0)); print(s.getsockname()[1])",
        ])
        guard let port = UInt16(text) else { throw Broken(description: "no free port") }
        return port
    }

    @discardableResult
    static func capture(_ command: [String]) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.arguments = command
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Broken(description: "\(command.joined(separator: " ")) failed")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// An authority in `folder/ca.pem`, and a certificate for the name `localhost` alone in `server.pem` and `server.key`.
    static func makeCertificates(_ folder: String) throws {
        let days = ["-days", "2"]
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try capture(
            ["openssl", "req", "-x509", "-subj", "/CN=scratch authority", "-out", folder + "/ca.pem"]
                + ["-keyout", folder + "/ca.key"] + key + days)
        try capture(
            ["openssl", "req", "-subj", "/CN=localhost", "-out", folder + "/server.csr"]
                + ["-keyout", folder + "/server.key"] + key)
        try Data("subjectAltName=DNS:localhost\n".utf8).write(to: URL(fileURLWithPath: folder + "/extensions"))
        try capture(
            ["openssl", "x509", "-req", "-in", folder + "/server.csr", "-CA", folder + "/ca.pem"]
                + ["-CAkey", folder + "/ca.key", "-CAcreateserial", "-out", folder + "/server.pem"]
                + ["-extfile", folder + "/extensions"] + days)
    }
}
