import Bytes
import Foundation
import NIOCore
import NIOSSL
import Services
import Synchronization
import Testing
import Wire

@testable import Front

@Suite struct TLSTests {
    /// A throw-away certificate for `localhost`, in a folder that is removed at the end.
    private final class Files {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("front-\(UUID().uuidString)")
        var certificate: String { folder.appendingPathComponent("cert.pem").path }
        var key: String { folder.appendingPathComponent("key.pem").path }

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try renew()
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func renew() throws {
            let openssl = Process()
            openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            openssl.arguments =
                [
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2",
                ]
                + [
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                    certificate,
                ]
            openssl.standardError = FileHandle.nullDevice
            try openssl.run()
            openssl.waitUntilExit()
            try #require(openssl.terminationStatus == 0, "the tests need the openssl command")
        }

        func configure(_ options: inout FrontOptions) {
            options.certificatePath = certificate
            options.keyPath = key
        }
    }

    @Test(arguments: [(TLSVersion.tlsv13, "TLSv1.3"), (.tlsv12, "TLSv1.2")])
    func `HTTP 1 over TLS`(version: TLSVersion, name: String) async throws {
        let files = try Files()
        let door = FakeDoor()
        try await withFront(door, files.configure) { front in
            for offered in [[], ["http/1.1"]] {
                try await Client.with(front, trusting: files.certificate, offering: offered, maximum: version) {
                    client in
                    try await client.send(post("/x", "body", "Connection: close\r\n"))
                    #expect(await client.all().hasSuffix("\r\n\r\nPOST /x"))
                }
            }
            #expect(door.seen.map { $0.peer.tls?.version.string } == [name, name])
        }
    }

    @Test func `HTTP 2 over TLS`() async throws {
        let files = try Files()
        let door = FakeDoor()
        try await withFront(door, files.configure) { front in
            let client = try await Http2Client.connect(front, trusting: files.certificate)
            #expect(try await client.exchange("GET", "/x").body == "GET /x")
            #expect(door.seen.first?.peer.tls?.version == "TLSv1.3")
            try await client.close()
        }
    }

    @Test func `TLS 1 and cleartext are turned away`() async throws {
        let files = try Files()
        let door = FakeDoor()
        try await withFront(door, files.configure) { front in
            await #expect(throws: (any Error).self) {
                try await Client.with(front, trusting: files.certificate, maximum: .tlsv11) { client in
                    try await client.send(get("/"))
                    _ = await client.all()
                }
            }
            let text = try? await Client.with(front) { client in
                try await client.send(get("/"))
                return await client.all()
            }
            #expect(!(text ?? "").contains("HTTP"))
            #expect(door.seen.isEmpty)
        }
    }

    @Test func `a handshake that does not come is dropped`() async throws {
        let files = try Files()
        let change = { (options: inout FrontOptions) in
            files.configure(&options)
            options.limits.headTimeout = .milliseconds(50)
        }
        try await withFront(FakeDoor(), change) { front in
            #expect((try? await Client.with(front) { await $0.all() }) ?? "" == "")
            #expect(front.figures.timedOut == 1)
        }
    }

    @Test func `a new certificate is taken up, a broken one is not`() async throws {
        let files = try Files()
        let lines = Mutex<[String]>([])
        var options = FrontOptions(host: "127.0.0.1", port: 0)
        files.configure(&options)
        let log: @Sendable (Text) -> Void = { line in lines.withLock { $0.append(line.string) } }
        let front = try await Front.start(options, door: FakeDoor(), pages: .plain, log: log)

        let old = try String(contentsOfFile: files.certificate, encoding: .utf8)
        try files.renew()
        let new = try String(contentsOfFile: files.certificate, encoding: .utf8)
        #expect(await !accepts(front, files.certificate), "not before it is told")
        try front.reloadCertificates()
        #expect(await accepts(front, files.certificate))

        try Data("no certificate".utf8).write(to: URL(fileURLWithPath: files.certificate))
        #expect(throws: (any Error).self) { try front.reloadCertificates() }
        // A certificate of another key.
        try Data(old.utf8).write(to: URL(fileURLWithPath: files.certificate))
        #expect(throws: (any Error).self) { try front.reloadCertificates() }
        try Data(new.utf8).write(to: URL(fileURLWithPath: files.certificate))
        #expect(await accepts(front, files.certificate))
        #expect(lines.withLock { $0.count { $0.contains("not reloaded") } } == 2)
        await front.drain(deadline: 0)
    }

    private func accepts(_ front: Front, _ certificate: String) async -> Bool {
        let text = try? await Client.with(front, trusting: certificate) { client in
            try await client.send(get("/a", "Connection: close\r\n"))
            return await client.all()
        }
        return Wired.statuses(text ?? "") == [200]
    }

    @Test func `half a TLS configuration is an error`() async throws {
        let files = try Files()
        for (certificate, key) in [(files.certificate, nil), (nil, files.key), ("/nowhere", files.key)] {
            let options = FrontOptions(host: "127.0.0.1", port: 0, certificatePath: certificate, keyPath: key)
            await #expect(throws: (any Error).self) {
                _ = try await Front.start(options, door: FakeDoor(), pages: .plain, log: { _ in })
            }
        }
    }
}
