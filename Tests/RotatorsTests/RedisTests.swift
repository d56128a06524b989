import Bytes
import Foundation
import Seal
import Services
import Testing

@testable import Rotators

/// With an ACL file, and TLS on a port of its own.
struct ScratchRedis: Sendable {
    static var isInstalled: Bool { ScratchServer.isInstalled("redis-server") }
    static let shared = Task { try await ScratchRedis() }

    let process: ScratchServer
    let tlsPort: UInt16
    var server: RedisServer { RedisServer(authorities: process.folder + "/ca.pem") }
    var rotator: RedisUser { RedisUser(server: server) }

    /// - Parameter hasFile: users in a file of their own; else in the configuration.
    init(hasFile: Bool = true) async throws {
        let folder = try ScratchServer.newFolder()
        try ScratchServer.makeCertificates(folder)
        let port = try ScratchServer.freePort()
        tlsPort = try ScratchServer.freePort()
        let users = "user default off\nuser master on >masterful ~* &* +@all\n"
        let (file, configuration) = (folder + "/users.acl", folder + "/redis.conf")
        try Data((hasFile ? users : "").utf8).write(to: URL(fileURLWithPath: file))
        try Data((hasFile ? "aclfile \(file)\n" : users).utf8).write(to: URL(fileURLWithPath: configuration))
        process = try ScratchServer(
            folder, port,
            [
                "redis-server", configuration, "--port", "\(port)", "--tls-port", "\(tlsPort)", "--bind", "127.0.0.1",
                "--dir", folder,
            ]
                + ["--tls-cert-file", folder + "/server.pem"]
                + ["--tls-key-file", folder + "/server.key", "--tls-ca-cert-file", folder + "/ca.pem"]
                + ["--tls-auth-clients", "no", "--save", ""])
        try await waitUntilUp()
    }

    func waitUntilUp() async throws {
        try await process.waitUntil { (try? await opens("master", "masterful")) == true }
    }

    func secret(
        _ user: Text, _ password: Text, host: Text = "127.0.0.1", port: UInt16? = nil, master: Text? = nil,
        ssl: Document = .bool(false)
    ) -> String {
        var members: [(Text, Document)] = [
            ("engine", "redis"), ("host", .string(host)), ("port", .integer(Int64(port ?? process.port))),
            ("username", .string(user)), ("password", .string(password)), ("ssl", ssl),
        ]
        if let master { members.append(("masterarn", .string(master))) }
        return json(members)
    }

    func login(_ user: Text, _ password: Text) throws -> Login {
        try Login(SecretBytes(Array(secret(user, password).utf8)), .current, for: RedisServer.kind)
    }

    func opens(_ user: Text, _ password: Text?) async throws -> Bool {
        let login = try login(user, password ?? "")
        do throws(Refusal) {
            await (try server.open(login)).close()
            return true
        } catch {
            if case .login = error { return false }
            throw error
        }
    }

    func command(_ words: Text...) async throws -> RedisReply {
        let connection = try await server.open(try login("master", "masterful"))
        let reply = try await connection.command(words.map(\.bytes))
        await connection.close()
        return reply
    }

    /// With the rights to rotate its own passwords and no more than that.
    func make(_ user: Text, _ password: Text, _ rights: Text = "+acl|setuser") async throws {
        let reply = try await command("ACL", "SETUSER", user, "on", ">\(password)", "~*", rights, "+acl|save")
        guard case .text = reply else { throw ScratchServer.Broken(description: "\(reply)") }
    }
}

@Suite(.enabled(if: ScratchRedis.isInstalled, "Redis is not installed"))
struct RedisRotatorsTests {
    @Test(
        "the new and the current password work, the one before does not, and a restart changes nothing",
        arguments: [true, false])
    func rotations(_ hasFile: Bool) async throws {
        let redis = try await ScratchRedis(hasFile: hasFile)
        // Redis can't read its own configuration back with such a name in it.
        let hostile: Text = hasFile ? "us'er\"é☃\\" : "user"
        try await redis.make(hostile, "first", "+@all")
        let vault = FakeVault(current: redis.secret(hostile, "first"), draw: DatabaseTests.hostileDraw)
        try await redis.rotator.rotate(vault)
        let second = try vault.member("password", "AWSCURRENT")
        #expect(try await redis.opens(hostile, second))
        #expect(try await redis.opens(hostile, "first"))
        try await redis.rotator.rotate(vault)
        redis.process.stop()
        try redis.process.start()
        try await redis.waitUntilUp()
        #expect(try await redis.opens(hostile, try vault.member("password", "AWSCURRENT")))
        #expect(try await redis.opens(hostile, second))
        #expect(try await !redis.opens(hostile, "first"))
    }

    @Test("a master user does it for one who may not")
    func master() async throws {
        let redis = try await ScratchRedis.shared.value
        try await redis.make("poor", "first", "+get")
        let vault = FakeVault(
            current: redis.secret("poor", "first", master: "arn:master"),
            others: ["arn:master": redis.secret("master", "masterful")])
        for _ in 0..<2 { try await redis.rotator.rotate(vault) }
        #expect(try await redis.opens("poor", try vault.member("password", "AWSCURRENT")))
        #expect(try await !redis.opens("poor", "first"))

        let alone = FakeVault(current: redis.secret("poor", try #require(try vault.member("password", "AWSCURRENT"))))
        let refused = await failure { () throws(RotationFailure) in try await redis.rotator.rotate(alone) }
        #expect(refused?.kind == "StatementRefused")
        #expect(refused?.message.string.contains("ACL SETUSER") == true)

        // Nobody's user is lent to who does not know its password, and none is made.
        let guess = FakeVault(
            current: redis.secret("poor", "guess", master: "arn:master"),
            others: ["arn:master": redis.secret("master", "masterful")])
        #expect(
            await failure { () throws(RotationFailure) in try await redis.rotator.rotate(guess) }?.kind
                == "LoginRefused")
        let elsewhere = FakeVault(
            current: redis.secret("master", "masterful", master: "arn:master"),
            others: ["arn:master": redis.secret("master", "masterful", host: "localhost")])
        #expect(
            await failure { () throws(RotationFailure) in try await redis.rotator.rotate(elsewhere) }?.kind
                == "HostMismatch")
    }

    @Test("after a crash at any step the same value is used")
    func crashes() async throws {
        let redis = try await ScratchRedis.shared.value
        let steps: [RotationStep] = [.create, .set, .test, .finish]
        for count in 1...4 {
            let user: Text = "crash\(count)"
            try await redis.make(user, "first")
            let vault = FakeVault(current: redis.secret(user, "first"))
            for step in steps.prefix(count) { try await redis.rotator.run(step, on: vault) }
            let value = vault["AWSPENDING"]
            try await redis.rotator.rotate(vault)
            #expect(vault["AWSCURRENT"] == value)
            #expect(try await redis.opens(user, try vault.member("password", "AWSCURRENT")))
            #expect(try await redis.opens(user, "first"))
        }
    }

    @Test("Redis sees digests, not passwords")
    func digests() async throws {
        let redis = try await ScratchRedis.shared.value
        try await redis.make("seen", "first")
        _ = try await redis.command("CONFIG", "SET", "slowlog-log-slower-than", "0")
        try await redis.rotator.rotate(FakeVault(current: redis.secret("seen", "first")))
        let log = "\(try await redis.command("SLOWLOG", "GET", "100"))"
        #expect(!log.contains("Drawn-"))
    }

    @Test("what can't be kept over a restart is refused")
    func persistence() async throws {
        let redis = try await ScratchRedis.shared.value
        _ = try await redis.command("ACL", "SETUSER", "forgetful", "on", ">first", "~*", "+acl|setuser")
        let vault = FakeVault(current: redis.secret("forgetful", "first"))
        let refused = await failure { () throws(RotationFailure) in try await redis.rotator.rotate(vault) }
        #expect(refused?.message.string.contains("would not outlive a restart") == true)
        // With the right, the retry goes through, though the password is set already.
        _ = try await redis.command("ACL", "SETUSER", "forgetful", "+acl|save")
        try await redis.rotator.rotate(vault)
    }

    @Test func tls() async throws {
        let redis = try await ScratchRedis.shared.value
        try await redis.make("tls", "first")
        func end(_ host: Text, _ port: UInt16, _ ssl: Document, _ rotator: RedisUser? = nil) async -> RotationFailure? {
            let vault = FakeVault(current: redis.secret("tls", "first", host: host, port: port, ssl: ssl))
            vault.change { $0.stages["AWSPENDING"] = $0.stages["AWSCURRENT"] }
            return await failure { () throws(RotationFailure) in
                try await (rotator ?? redis.rotator).run(.test, on: vault)
            }
        }
        let stranger = RedisUser(server: RedisServer(authorities: nil))
        let (plain, secured) = (redis.process.port, redis.tlsPort)
        #expect(await end("localhost", secured, .bool(true))?.message == nil)
        #expect(await end("localhost", secured, .bool(true), stranger)?.kind == "TLSRefused")
        #expect(await end("127.0.0.1", secured, .bool(true))?.kind == "TLSRefused")
        #expect(await end("localhost", plain, .bool(true))?.kind == "TLSRefused")
        #expect(await end("localhost", plain, .null)?.message == nil)
        #expect(await end("localhost", secured, .null)?.message == nil)
        #expect(await end("localhost", secured, .null, stranger)?.kind == "TLSRefused")
        #expect(await end("0.0.0.0", plain, .null)?.kind == "TLSRefused")
        #expect(await end("0.0.0.0", plain, .bool(false))?.message == nil)
        #expect(await end("127.0.0.1", 1, .null)?.kind == "Unreachable")
    }
}
