import Bytes
import Seal
import Testing

@testable import Store

/// Whoever can write to the database can make rows vanish, but not make one say something else.
struct TamperTests {
    private struct Edit: Sendable {
        let table: String
        let column: String
        let value: String
    }

    private static func bytes(_ engine: Engine) -> String { engine == .sqlite ? "x'0102'" : "'\\x0102'" }

    /// Each column that is not part of the key.
    private static func edits(_ engine: Engine) -> [Edit] {
        let columns: [(String, [(String, String)])] = [
            (
                "item",
                [
                    ("link", "'forged'"), ("link", "NULL"), ("due", "5"), ("due", "NULL"), ("rev", "7"),
                    ("body", bytes(engine)),
                    ("tag", bytes(engine)),
                ]
            ),
            (
                "secret",
                [
                    ("suffix", "'zzzzzz'"), ("created", "5"), ("changed", "5"), ("accessed", "5"),
                    ("delete_after", "5"),
                    ("delete_after", "NULL"), ("rev", "7"), ("body", bytes(engine)), ("tag", bytes(engine)),
                ]
            ),
            (
                "version",
                [
                    ("created", "5"), ("accessed", "5"), ("sealed", bytes(engine)), ("sealed", "NULL"),
                    ("body", bytes(engine)),
                    ("tag", bytes(engine)),
                ]
            ),
            ("outbox", [("body", bytes(engine)), ("tag", bytes(engine))]),
        ]
        return columns.flatMap { table, edits in edits.map { Edit(table: table, column: $0.0, value: $0.1) } }
    }

    private static func fill(_ store: Store) async throws {
        try await store.write { transaction in
            for id in ["a", "b", "c"] as [Text] {
                _ = try transaction.insert(item(id, link: "l", due: at(1)))
                _ = try transaction.insert(secret(id, deleteAfter: 1))
                _ = try transaction.insert(version(id, of: "s"))
            }
        }
        for id in ["a", "b", "c"] as [Text] { try await store.write { $0.appendRecord(node: "n", id.bytes) } }
    }

    private static func refill(_ bench: Bench) async throws {
        for table in ["item", "secret", "version", "outbox"] { try bench.tamper("DELETE FROM \(table)") }
        bench.tampered.clear()
        try await fill(bench.store)
    }

    private static func lists(_ store: Store) async throws -> [String: [Text]] {
        try await store.read { snapshot in
            let all = SecretListing(place: home, includeDeleted: true, limit: 2)
            let linked = try snapshot.items(home, kind: "user", link: "l", limit: 2).map(\.key.id)
            let due = try snapshot.itemsDue(kind: "user", by: at(99), limit: 2).map(\.key.id)
            return [
                "item": try snapshot.items(home, kind: "user", limit: 2).map(\.key.id), "linked": linked, "due": due,
                "secret": try snapshot.listSecrets(all).map(\.name),
                "secretsDue": try snapshot.secretsDue(by: at(99), limit: 2).map(\.name),
                "version": try snapshot.versions(home, "s").map(\.versionID),
                "outbox": try snapshot.records(node: "n", after: 0, limit: 2).flatMap(\.1)
                    .compactMap { Text(utf8: $0) },
            ]
        }
    }

    private static func single(_ table: String, _ id: Text, _ store: Store) async throws {
        try await store.read { snapshot in
            switch table {
            case "item": _ = try snapshot.item(item(id).key)
            case "secret": _ = try snapshot.secret(home, id)
            default: _ = try snapshot.version(home, "s", id)
            }
        }
    }

    private static func condition(_ table: String, _ id: String) -> String {
        switch table {
        case "item": "id = '\(id)'"
        case "secret": "name = '\(id)'"
        case "version": "version_id = '\(id)'"
        default: "seq = (SELECT MIN(seq) FROM outbox)"
        }
    }

    @Test(arguments: Engine.all)
    func anEditedColumnIsRefusedAndTheOthersAreServed(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            for edit in Self.edits(engine) {
                try await Self.refill(bench)
                let what = "\(edit.table).\(edit.column) = \(edit.value)"
                try bench.tamper(
                    "UPDATE \(edit.table) SET \(edit.column) = \(edit.value) WHERE \(Self.condition(edit.table, "a"))"
                )
                let lists = try await Self.lists(bench.store)
                #expect(lists[edit.table] == ["b", "c"], "\(what)")
                #expect(!bench.tampered.all.isEmpty, "\(what)")
                #expect(bench.tampered.all.allSatisfy { $0.hasPrefix(Text(edit.table + " ")) }, "\(what)")
                for table in ["item", "secret"] where table != edit.table {
                    #expect(lists[table] == ["a", "b"], "\(what)")
                }
                guard edit.table != "outbox" else { continue }
                await #expect(throws: StoreError.self, "\(what)") {
                    try await Self.single(edit.table, "a", bench.store)
                }
                try await Self.single(edit.table, "b", bench.store)
            }
        }
    }

    @Test(arguments: Engine.all)
    func aRowUnderAnotherKeyIsRefused(_ engine: Engine) async throws {
        let moves: [(table: String, column: String, value: String)] = [
            ("item", "account", "000000000002"), ("item", "region", "us-east-1"), ("item", "kind", "role"),
            ("item", "id", "x"),
            ("secret", "account", "000000000002"), ("secret", "region", "us-east-1"), ("secret", "name", "x"),
            ("version", "account", "000000000002"), ("version", "region", "us-east-1"), ("version", "name", "t"),
            ("version", "version_id", "x"),
        ]
        try await withStore(engine) { bench in
            for move in moves {
                try await Self.refill(bench)
                try bench.tamper(
                    "UPDATE \(move.table) SET \(move.column) = '\(move.value)' WHERE \(Self.condition(move.table, "a"))"
                )
                let place =
                    switch move.column {
                    case "account": neighbour
                    case "region": abroad
                    default: home
                    }
                let value = Text(move.value)
                await #expect(throws: StoreError.self, "\(move)") {
                    try await bench.store.read { snapshot in
                        switch move.table {
                        case "item":
                            let kind: Text = move.column == "kind" ? value : "user"
                            _ = try snapshot.item(item(move.column == "id" ? value : "a", place, kind: kind).key)
                        case "secret": _ = try snapshot.secret(place, move.column == "name" ? value : "a")
                        default:
                            let name: Text = move.column == "name" ? value : "s"
                            _ = try snapshot.version(place, name, move.column == "version_id" ? value : "a")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: Engine.all)
    func theErrorNamesTheRow(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await Self.fill(bench.store)
            try bench.tamper("UPDATE secret SET rev = 5 WHERE name = 'a'")
            await #expect(throws: StoreError.tampered("secret 000000000001/eu-west-1/a")) {
                try await bench.store.write { try $0.secret(home, "a") }
            }
            #expect(bench.store.figures.tamperedRows == 1)
            // A key that reads as no account at all is no reason to fail either.
            try bench.tamper("UPDATE item SET account = 'x', region = 'y' WHERE id = 'a'")
            let due = try await bench.store.read { try $0.itemsDue(kind: "user", by: at(9), limit: 9).map(\.key.id) }
            #expect(due == ["b", "c"])
            #expect(bench.tampered.all == ["item x/y/user/a"])
        }
    }

    /// Rows of one table that change places, tags and all.
    @Test(arguments: Engine.all)
    func swappedRowsAreRefused(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await Self.fill(bench.store)
            try await bench.store.write { try $0.update(version("a", of: "s", sealed: [1])) }
            try bench.tamper(
                """
                UPDATE version SET sealed = (SELECT v.sealed FROM version v WHERE v.version_id = 'b'), \
                tag = (SELECT v.tag FROM version v WHERE v.version_id = 'b') WHERE version_id = 'a'
                """
            )
            await #expect(throws: StoreError.tampered("version 000000000001/eu-west-1/s/a")) {
                try await bench.store.read { try $0.version(home, "s", "a") }
            }
        }
    }

    @Test(arguments: Engine.all)
    func anotherKeyReadsNothing(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await Self.fill(bench.store)
            await bench.store.close()
            let stranger = try Self.stranger(bench)
            await #expect(throws: StoreError.tampered("secret 000000000001/eu-west-1/a")) {
                try await stranger.read { try $0.secret(home, "a") }
            }
            await stranger.close()
        }
    }

    private static func stranger(_ bench: Bench) throws -> Store {
        let rows = RootKey.generate().rows
        return switch bench.engine {
        case .sqlite: try Store.sqlite(directory: bench.location, rows: rows)
        case .postgres: try Store.postgres(bench.location, node: "stranger", rows: rows)
        }
    }
}
