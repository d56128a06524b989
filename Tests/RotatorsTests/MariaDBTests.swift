import Bytes
import Foundation
import Seal
import Services
import Testing

@testable import Rotators

@Suite(.enabled(if: ScratchMariaDB.isInstalled, "MariaDB is not installed"))
struct MariaDBRotatorsTests {
    @Test func single() async throws {
        try await DatabaseTests.single(try await ScratchMariaDB.shared.value, "single")
        try await DatabaseTests.single(try await ScratchMariaDB.shared.value, DatabaseTests.hostile)
    }
    @Test func alternating() async throws {
        try await DatabaseTests.alternating(try await ScratchMariaDB.shared.value, "alternating")
        try await DatabaseTests.alternating(try await ScratchMariaDB.shared.value, "a \(DatabaseTests.hostile)")
    }
    @Test func crashes() async throws {
        let database = try await ScratchMariaDB.shared.value
        try await DatabaseTests.crashes(database, database.single(), "crash")
        try await DatabaseTests.crashes(database, database.alternating(), "crash a")
    }
    @Test func failures() async throws {
        try await DatabaseTests.failures(try await ScratchMariaDB.shared.value, "failing")
    }
    @Test func masters() async throws {
        try await DatabaseTests.masters(try await ScratchMariaDB.shared.value, "mastered")
    }
    @Test func tls() async throws {
        let database = try await ScratchMariaDB.shared.value
        try await DatabaseTests.tls(database, MySQLServer(authorities: Authorities.ofSystem), "tls")
    }
    @Test func restart() async throws {
        try await DatabaseTests.restart(try await ScratchMariaDB(hasTLS: false), "restarted")
    }

    @Test("the clone gets roles, options and limits, and the hosts of its original")
    func grants() async throws {
        let database = try await ScratchMariaDB.shared.value
        let session = try database.master().session
        try session.run("CREATE USER 'rich'@'127.0.0.%' IDENTIFIED BY 'first' WITH MAX_USER_CONNECTIONS 7")
        try session.run("GRANT SELECT ON work.* TO 'rich'@'127.0.0.%' WITH GRANT OPTION")
        try session.run("GRANT reader TO 'rich'@'127.0.0.%'")
        try session.run("SET DEFAULT ROLE reader FOR 'rich'@'127.0.0.%'")
        let vault = FakeVault(
            current: database.secret("rich", "first", master: "arn:master"),
            others: ["arn:master": database.secret("master", ScratchMariaDB.masterPassword)])
        try await database.alternating().rotate(vault)
        func grants(_ user: Text) throws -> [String] {
            try session.rows("SHOW GRANTS FOR ", .quoted(user), "@'127.0.0.%'").map { line in
                let text = String(decoding: line, as: UTF8.self).replacing("rich_clone", with: "rich")
                return text.replacing(/IDENTIFIED BY PASSWORD '[^']*'/, with: "…")
            }
        }
        #expect(try grants("rich_clone") == grants("rich"))
        #expect(try grants("rich").count == 4)
    }

    @Test("a clone that is half made can't be logged in to, and is finished by the retry")
    func half() async throws {
        let database = try await ScratchMariaDB.shared.value
        let session = try database.master().session
        try session.run("CREATE USER 'half'@'%' IDENTIFIED BY 'half'")
        try session.run("GRANT CREATE USER ON *.* TO 'half'@'%'")
        try session.run("GRANT SELECT, UPDATE ON mysql.* TO 'half'@'%'")
        try database.make("whole", "first")
        let vault = FakeVault(
            current: database.secret("whole", "first", master: "arn:master"),
            others: ["arn:master": database.secret("half", "half")])
        // It may make the user, and not give it the rights.
        let refused = await failure { () throws(RotationFailure) in
            try await database.alternating().run(.create, .set, on: vault)
        }
        #expect(refused?.kind == "StatementRefused")
        #expect(try session.rows("SELECT 1 FROM mysql.user WHERE User = 'whole_clone'").count == 1)
        let password = try #require(try vault.member("password", "AWSPENDING"))
        #expect(try !database.opens("whole_clone", password))
        try session.run("GRANT SELECT, INSERT ON work.* TO 'half'@'%' WITH GRANT OPTION")
        try await database.alternating().rotate(vault)
        #expect(try vault.member("password", "AWSCURRENT") == password)
        #expect(try database.mayWork("whole_clone", password))
    }

    @Test("the server's log, with every statement in it, holds no password that is in use")
    func log() async throws {
        let database = try await ScratchMariaDB.shared.value
        try database.make("logged", "first")
        let vault = FakeVault(
            current: database.secret("logged", "first", master: "arn:master"),
            others: ["arn:master": database.secret("master", ScratchMariaDB.masterPassword)])
        try await database.single().rotate(vault)
        try await database.alternating().rotate(vault)
        let log = try String(contentsOfFile: database.process.folder + "/general", encoding: .utf8)
        #expect(log.contains("SET PASSWORD FOR 'logged_clone'@'%' = '*"))
        for stage in ["AWSCURRENT", "AWSPREVIOUS"] as [Text] {
            let password = try #require(try vault.member("password", stage))
            #expect(password.hasPrefix("Drawn-") && !log.contains(password.string))
        }
    }

    @Test("an account's method of authentication stays")
    func ed25519() async throws {
        let database = try await ScratchMariaDB.shared.value
        let session = try database.master().session
        guard (try? session.run("INSTALL SONAME 'auth_ed25519'")) != nil else { return }
        try session.run("CREATE USER 'curve'@'%' IDENTIFIED VIA ed25519 USING PASSWORD('first')")
        let vault = FakeVault(current: database.secret("curve", "first"))
        try await database.single().rotate(vault)
        let plugin = try session.rows("SELECT plugin FROM mysql.user WHERE User = 'curve'")
        #expect(plugin == [Array("ed25519".utf8)])
        #expect(try database.opens("curve", try vault.member("password", "AWSCURRENT")))
    }
}
