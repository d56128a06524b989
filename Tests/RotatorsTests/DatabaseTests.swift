import Bytes
import Foundation
import Seal
import Services
import Testing

@testable import Rotators

/// What holds for every database. Each test has users of its own on a server that all of them share.
enum DatabaseTests {
    static let hostile: Text = "o'b\"r\\ien`é☃ %s $1;--"

    static func hostileDraw(_ number: Int) -> Text {
        "'\"\\`%s é☃ $1;-- \(number) \(UInt64.random(in: 0 ... .max))"
    }

    /// Twice in a row: the second rotation has a previous value.
    static func single(_ database: some ScratchDatabase, _ user: Text) async throws {
        try database.make(user, "first '\"\\ one")
        let vault = FakeVault(current: database.secret(user, "first '\"\\ one"), draw: hostileDraw)
        var last: Text? = "first '\"\\ one"
        for _ in 0..<2 {
            try await database.single().rotate(vault)
            let new = try vault.member("password", "AWSCURRENT")
            #expect(new != last)
            #expect(try database.opens(user, new))
            #expect(try !database.opens(user, last))
            last = new
        }
        #expect(try vault.member("note", "AWSCURRENT") == "stays")
        #expect(vault.snapshot.puts == 2)
    }

    /// The server's user before keeps its password until its turn comes again.
    static func alternating(_ database: some ScratchDatabase, _ user: Text) async throws {
        try database.make(user, "first")
        let vault = FakeVault(
            current: database.secret(user, "first", master: "arn:master"),
            others: ["arn:master": database.secret("master", type(of: database).masterPassword)], draw: hostileDraw)
        var (lastUser, lastPassword): (Text, Text) = (user, "first")
        for round in 0..<3 {
            try await database.alternating().rotate(vault)
            let newUser = try #require(try vault.member("username", "AWSCURRENT"))
            let newPassword = try #require(try vault.member("password", "AWSCURRENT"))
            #expect(newUser == (round % 2 == 0 ? "\(user)_clone" : user))
            #expect(try database.mayWork(newUser, newPassword))
            #expect(try database.opens(lastUser, lastPassword))
            (lastUser, lastPassword) = (newUser, newPassword)
        }
        #expect(try !database.opens(user, "first"))
        #expect(try vault.member("masterarn", "AWSCURRENT") == "arn:master")
    }

    /// A crash after any step, before anyone knows that it is done: all begins again, with the same value.
    static func crashes(_ database: some ScratchDatabase, _ rotator: any NativeRotator, _ prefix: Text) async throws {
        let steps: [RotationStep] = [.create, .set, .test, .finish]
        for count in 1...4 {
            let user: Text = "\(prefix)\(count)"
            try database.make(user, "first")
            let vault = FakeVault(
                current: database.secret(user, "first", master: "arn:master"),
                others: ["arn:master": database.secret("master", type(of: database).masterPassword)])
            for step in steps.prefix(count) { try await rotator.run(step, on: vault) }
            let value = vault["AWSPENDING"]
            try await rotator.run(.create, .set, .test, .finish, on: vault)
            #expect(vault["AWSPENDING"] == value)
            vault.moveLabels()
            let (name, password) = (
                try vault.member("username", "AWSCURRENT"), try vault.member("password", "AWSCURRENT")
            )
            #expect(try database.mayWork(try #require(name), try #require(password)))
        }
    }

    static func failures(_ database: some ScratchDatabase, _ user: Text) async throws {
        try database.make(user, "first")
        let good = database.secret(user, "first")

        // Nothing is left of a creation that could not be stored.
        let full = FakeVault(current: good)
        full.change { $0.isFull = true }
        #expect(
            await failure { () throws(RotationFailure) in try await database.single().rotate(full) }?.kind
                == "Unavailable")
        full.change { $0.isFull = false }
        try await database.single().run(.create, on: full)

        // Down: at any step, and nothing has changed.
        let down = FakeVault(current: database.secret(user, "first", port: 1))
        try await database.single().run(.create, on: down)
        let unreachable = await failure { () throws(RotationFailure) in try await database.single().run(.set, on: down)
        }
        #expect(unreachable?.kind == "Unreachable")
        #expect(unreachable?.message.string.contains("127.0.0.1:1 can't be reached") == true)

        // The pending value is for somebody else, or somewhere else.
        let elsewhere = FakeVault(current: good)
        elsewhere.change {
            $0.stages["AWSPENDING"] = SecretBytes(Array(database.secret(user, "new", host: "localhost").utf8))
        }
        #expect(
            await failure { () throws(RotationFailure) in try await database.single().run(.set, on: elsewhere) }?.kind
                == "HostMismatch")
        elsewhere.change { $0.stages["AWSPENDING"] = SecretBytes(Array(database.secret("master", "new").utf8)) }
        #expect(
            await failure { () throws(RotationFailure) in try await database.single().run(.set, on: elsewhere) }?.kind
                == "UserMismatch")
        #expect(try database.opens(user, "first"))

        // No password works, and the words hold none.
        let lost = FakeVault(current: database.secret(user, "never-right"))
        try await database.single().run(.create, on: lost)
        let refused = await failure { () throws(RotationFailure) in try await database.single().run(.set, on: lost) }
        #expect(refused?.kind == "LoginRefused")
        #expect(refused?.message.string.contains("never-right") == false)
        #expect(
            await failure { () throws(RotationFailure) in try await database.single().run(.test, on: lost) }?.kind
                == "LoginRefused")

        // Out of step by one rotation: the previous password is still the database's.
        let behind = FakeVault(current: database.secret(user, "never-right"))
        behind.change { $0.stages["AWSPREVIOUS"] = SecretBytes(Array(good.utf8)) }
        try await database.single().rotate(behind)
        #expect(try database.opens(user, try behind.member("password", "AWSCURRENT")))
    }

    static func masters(_ database: some ScratchDatabase, _ user: Text) async throws {
        try database.make(user, "first")
        func kind(_ master: String, named: Text? = "arn:master", password: Text = "first") async -> Text? {
            let vault = FakeVault(
                current: database.secret(user, password, master: named), others: ["arn:master": master])
            return await failure { () throws(RotationFailure) in
                try await database.alternating().run(.create, .set, on: vault)
            }?.kind
        }
        let master = database.secret("master", type(of: database).masterPassword)
        #expect(await kind(master, named: nil) == "InvalidSecret")
        #expect(await kind(master, named: "arn:gone") == "ResourceNotFoundException")
        #expect(await kind(database.secret("master", "wrong")) == "LoginRefused")
        let other = database.secret("master", type(of: database).masterPassword, host: "localhost")
        #expect(await kind(other) == "HostMismatch")
        // One who may not make users.
        #expect(await kind(database.secret(user, "first")) == "StatementRefused")
        // Whoever does not know the user's password gets no clone with its rights.
        #expect(await kind(master, password: "guess") == "LoginRefused")
        #expect(await kind(master) == nil)
    }

    /// The certificate is for `localhost`, from an authority that only the scratch server's own rotators trust.
    static func tls<D: ScratchDatabase>(_ database: D, _ stranger: D.Server, _ user: Text) async throws {
        try database.make(user, "first")
        func end(_ host: Text, _ ssl: Document, _ server: D.Server? = nil) async -> RotationFailure? {
            let vault = FakeVault(current: database.secret(user, "first", host: host, ssl: ssl))
            vault.change { $0.stages["AWSPENDING"] = $0.stages["AWSCURRENT"] }
            return await failure { () throws(RotationFailure) in try await database.single(server).run(.test, on: vault)
            }
        }
        #expect(await end("localhost", .bool(true))?.message == nil)
        #expect(await end("127.0.0.1", .bool(true))?.kind == "TLSRefused")
        #expect(await end("localhost", .bool(true), stranger)?.kind == "TLSRefused")
        // Absent: clear text on loopback only.
        #expect(await end("localhost", .null, stranger)?.message == nil)
        // Another name of loopback that can't be told from a network's.
        let refused = await end("0.0.0.0", .null, stranger)
        #expect(refused?.kind == "TLSRefused")
        #expect(refused?.message.string.contains("Set \"ssl\" to false") == true)
        #expect(await end("0.0.0.0", .string("false"), stranger)?.message == nil)
    }

    /// Down between two steps, and up again: no hand is needed. The server has no TLS at all.
    static func restart(_ database: some ScratchDatabase, _ user: Text) async throws {
        try database.make(user, "first")
        let vault = FakeVault(current: database.secret(user, "first"))
        for steps in [[RotationStep.create], [.create, .set], [.create, .set, .test]] {
            for step in steps { try await database.single().run(step, on: vault) }
            database.process.stop()
            let next: RotationStep = steps.count == 1 ? .set : .test
            let down = await failure { () throws(RotationFailure) in try await database.single().run(next, on: vault) }
            #expect(down?.kind == "Unreachable")
            try database.process.start()
            try await database.waitUntilUp()
            try await database.single().rotate(vault)
            #expect(try database.opens(user, try vault.member("password", "AWSCURRENT")))
        }
    }
}
