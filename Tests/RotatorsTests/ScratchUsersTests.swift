import Bytes
import Seal
import Services
import Testing

@testable import Rotators

/// Users for rehearsals in real servers.
@Suite struct ScratchUsersTests {
    @Test(.enabled(if: ScratchPostgres.binaries != nil, "PostgreSQL is not installed"))
    func postgres() async throws {
        let database = try await ScratchPostgres.shared.value
        try await rehearse(database, "rehearsed")
        try await refusals(database, "half rehearsed")
    }

    @Test(.enabled(if: ScratchMariaDB.isInstalled, "MariaDB is not installed"))
    func mariaDB() async throws {
        let database = try await ScratchMariaDB.shared.value
        try await rehearse(database, "rehearsed")
        try await refusals(database, "half rehearsed")
    }

    /// The user can do what the secret's user can, rotates either way, and is gone afterwards with its clone.
    private func rehearse(_ database: some ScratchDatabase, _ user: Text) async throws {
        try database.make(user, "first")
        let stage = ScratchUsers(server: database.server)
        let value = secret(database.secret(user, "first", master: "arn:master"))
        let admin = secret(database.secret("master", type(of: database).masterPassword))
        #expect(stage.fits(value) && stage.admin(of: value) == "arn:master")
        let copy = try stage.cast(value, as: "uc_rehearsal_abc", SecretBytes(Array("drawn".utf8)))
        for _ in 0..<2 { try await stage.raise(copy, like: value, admin) }
        #expect(try database.mayWork("uc_rehearsal_abc", "drawn"))
        let vault = FakeVault(
            current: String(decoding: copy.revealBytes(), as: UTF8.self),
            others: ["arn:master": database.secret("master", type(of: database).masterPassword)])
        try await database.single().rotate(vault)
        try await database.alternating().rotate(vault)
        let (clone, password) = (
            try vault.member("username", "AWSCURRENT"), try vault.member("password", "AWSCURRENT")
        )
        #expect(try clone == "uc_rehearsal_abc_clone" && database.mayWork(try #require(clone), try #require(password)))
        for _ in 0..<2 { try await stage.strike("uc_rehearsal_abc", of: value, admin) }
        #expect(try !database.opens("uc_rehearsal_abc_clone", password))
        #expect(try !database.opens("uc_rehearsal_abc", "drawn"))
        #expect(try database.opens(user, "first"))
    }

    private func refusals(_ database: some ScratchDatabase, _ user: Text) async throws {
        try database.make(user, "first")
        let stage = ScratchUsers(server: database.server)
        let admin = secret(database.secret("master", type(of: database).masterPassword))
        let wrong = secret(database.secret(user, "guessed"))
        let copy = try stage.cast(wrong, as: "uc_rehearsal_def", SecretBytes(Array("drawn".utf8)))
        let refused = await failure { () throws(RotationFailure) in try await stage.raise(copy, like: wrong, admin) }
        #expect(refused?.kind == "LoginRefused" && refused?.message.string.hasPrefix("prepare: ") == true)
        #expect(try !database.opens("uc_rehearsal_def", "drawn"))
        let right = secret(database.secret(user, "first"))
        let elsewhere = secret(database.secret("master", type(of: database).masterPassword, host: "db.example"))
        let foreign = await failure { () throws(RotationFailure) in
            try await stage.raise(copy, like: right, elsewhere)
        }
        #expect(foreign?.kind == "HostMismatch")
        let nobody = await failure { () throws(RotationFailure) in try await stage.raise(copy, like: right, nil) }
        #expect(nobody?.kind == "InvalidSecret")
        #expect(!stage.fits(secret(#"{"password":"x"}"#)))
    }

    @Test(.enabled(if: ScratchRedis.isInstalled, "Redis is not installed"))
    func redis() async throws {
        let database = try await ScratchRedis.shared.value
        try await database.make("rehearsed", "first", "+acl")
        let stage = RedisScratchUsers(server: database.server)
        let value = secret(database.secret("rehearsed", "first"))
        let copy = try stage.cast(value, as: "uc_rehearsal_abc", SecretBytes(Array("drawn".utf8)))
        for _ in 0..<2 { try await stage.raise(copy, like: value, nil) }
        #expect(try await database.opens("uc_rehearsal_abc", "drawn"))
        let vault = FakeVault(current: String(decoding: copy.revealBytes(), as: UTF8.self))
        try await database.rotator.rotate(vault)
        let password = try vault.member("password", "AWSCURRENT")
        #expect(try await database.opens("uc_rehearsal_abc", password))
        for _ in 0..<2 { try await stage.strike("uc_rehearsal_abc", of: value, nil) }
        #expect(try await !database.opens("uc_rehearsal_abc", password))
        #expect(try await database.opens("rehearsed", "first"))
        let admin = secret(database.secret("master", "masterful"))
        let wrong = secret(database.secret("rehearsed", "guessed"))
        let refused = await failure { () throws(RotationFailure) in try await stage.raise(copy, like: wrong, admin) }
        #expect(refused?.kind == "LoginRefused")
    }

    private func secret(_ value: String) -> SecretBytes { SecretBytes(Array(value.utf8)) }
}
