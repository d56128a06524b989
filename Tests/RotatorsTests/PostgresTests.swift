import Bytes
import Foundation
import Seal
import Services
import Testing

@testable import Rotators

@Suite(.enabled(if: ScratchPostgres.binaries != nil, "PostgreSQL is not installed"))
struct PostgresRotatorsTests {
    @Test func single() async throws {
        try await DatabaseTests.single(try await ScratchPostgres.shared.value, "single")
        try await DatabaseTests.single(try await ScratchPostgres.shared.value, DatabaseTests.hostile)
    }
    @Test func alternating() async throws {
        try await DatabaseTests.alternating(try await ScratchPostgres.shared.value, "alternating")
        try await DatabaseTests.alternating(try await ScratchPostgres.shared.value, "a \(DatabaseTests.hostile)")
    }
    @Test func crashes() async throws {
        let database = try await ScratchPostgres.shared.value
        try await DatabaseTests.crashes(database, database.single(), "crash")
        try await DatabaseTests.crashes(database, database.alternating(), "crash a")
    }
    @Test func failures() async throws {
        try await DatabaseTests.failures(try await ScratchPostgres.shared.value, "failing")
    }
    @Test func masters() async throws {
        try await DatabaseTests.masters(try await ScratchPostgres.shared.value, "mastered")
    }
    @Test func tls() async throws {
        let database = try await ScratchPostgres.shared.value
        try await DatabaseTests.tls(database, PostgresServer(authorities: Authorities.ofSystem), "tls")
    }
    @Test func restart() async throws {
        try await DatabaseTests.restart(try await ScratchPostgres(hasTLS: false), "restarted")
    }

    @Test("the server's log, with every statement in it, holds no password")
    func log() async throws {
        let database = try await ScratchPostgres.shared.value
        try database.make("logged", "first")
        let vault = FakeVault(
            current: database.secret("logged", "first", master: "arn:master"),
            others: ["arn:master": database.secret("master", ScratchPostgres.masterPassword)])
        try await database.single().rotate(vault)
        try await database.alternating().rotate(vault)
        let log = try String(contentsOfFile: database.process.folder + "/log", encoding: .utf8)
        #expect(log.contains("CREATE USER \"logged_clone\" PASSWORD 'SCRAM-SHA-256$"))
        #expect(!log.contains("Drawn-"))
    }

    @Test("a server that does not ask for the password proves nothing")
    func trust() async throws {
        let database = try await ScratchPostgres.shared.value
        try database.make("trusted", "first")
        let vault = FakeVault(current: database.secret("trusted", "first"))
        let refused = await failure { () throws(RotationFailure) in try await database.single().rotate(vault) }
        #expect(refused?.kind == "PasswordNotAsked")
    }

    @Test("where the server keeps MD5, so does the rotation")
    func md5() async throws {
        let database = try await ScratchPostgres.shared.value
        try database.make("old-fashioned", "first")
        _ = try database.master().session.run("ALTER USER \"old-fashioned\" SET password_encryption = 'md5'")
        try await database.single().run(
            .create, .set, on: FakeVault(current: database.secret("old-fashioned", "first")))
        let known = try database.master().session.run("SELECT passwd FROM pg_shadow WHERE usename = 'old-fashioned'")
        #expect(known.text?.hasPrefix("md5") == true)
    }

    @Test("a missing database is told, not the login blamed")
    func database() async throws {
        let database = try await ScratchPostgres.shared.value
        try database.make("lost", "first")
        let value = database.secret("lost", "first").replacing("\"note\"", with: "\"dbname\"")
        let refused = await failure { () throws(RotationFailure) in
            try await database.single().rotate(FakeVault(current: value))
        }
        #expect(refused?.kind == "StatementRefused")
        #expect(refused?.message.string.contains("\"dbname\" (SQLSTATE 3D000)") == true)
    }
}
