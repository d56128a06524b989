import Bytes
import Seal
import Testing

@testable import Store

struct SecretTests {
    @Test(arguments: Engine.all)
    func whatIsInsertedIsRead(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let rows = [
                secret("a"), secret("b", accessed: 5, deleteAfter: 9),
                secret("c", created: -1, changed: .max, body: []),
                secret("a", abroad), secret("a", neighbour, body: [1]),
            ]
            try await bench.store.add(rows)
            for row in rows {
                #expect(try await bench.store.read { try $0.secret(row.place, row.name) } == row)
                #expect(try await bench.store.write { try $0.secret(row.place, row.name) } == row)
            }
            #expect(try await bench.store.read { try $0.secret(neighbour, "b") } == nil)
            #expect(try await bench.store.write { try $0.insert(secret("a", body: [3])) } == false)
            #expect(try await bench.store.read { try $0.secretCount(home) } == 3)
        }
    }

    @Test(arguments: Engine.all)
    func anUpdateNamesTheRevisionItRead(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([secret("a")])
            var next = secret("a", created: 2, changed: 3, accessed: 4, deleteAfter: 5, body: [6])
            next.suffix = "xxxxxx"
            let first = next
            let raised = try await bench.store.write { try $0.update(first) }
            #expect(raised == 2)
            await #expect(throws: StoreError.conflict) { try await bench.store.write { try $0.update(first) } }
            await #expect(throws: StoreError.conflict) { try await bench.store.write { try $0.update(secret("none")) } }
            next.rev = 2
            #expect(try await bench.store.read { try $0.secret(home, "a") } == next)
        }
    }

    @Test(arguments: Engine.all)
    func theCountKeepsUp(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            #expect(try await bench.store.read { try $0.secretCount(home) } == 0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<30 {
                    group.addTask {
                        try await bench.store.write { transaction in
                            _ = try transaction.insert(secret("s\(index % 20)"))
                            _ = try transaction.insert(secret("s\(index)", index % 2 == 0 ? abroad : neighbour))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let seen = try await bench.store.write { transaction in
                try transaction.deleteSecret(home, "s0")
                try transaction.deleteSecret(home, "s0")
                try transaction.deleteSecret(neighbour, "s1")
                _ = try transaction.insert(secret("new", neighbour))
                return (try transaction.secretCount(home), try transaction.secretCount(neighbour))
            }
            #expect(seen == (19, 15))
            _ = try? await bench.store.write { transaction in
                try transaction.deleteSecret(home, "s1")
                throw Refused()
            }
            let counts = try await bench.store.read { snapshot in
                try [home, abroad, neighbour].map { try snapshot.secretCount($0) }
            }
            #expect(counts == [19, 15, 15])
        }
    }

    @Test(arguments: Engine.all)
    func aSecretTakesItsVersionsAlong(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([secret("a"), secret("a", neighbour)])
            try await bench.store.write { transaction in
                for id in ["1", "2"] as [Text] { _ = try transaction.insert(version(id, of: "a")) }
                _ = try transaction.insert(version("1", of: "a", neighbour))
            }
            #expect(try await bench.store.write { try $0.deleteSecret(home, "a") })
            #expect(try await bench.store.write { try $0.deleteSecret(home, "a") } == false)
            #expect(try await bench.store.read { try $0.versions(home, "a") } == [])
            #expect(try await bench.store.read { try $0.secret(home, "a") } == nil)
            #expect(try await bench.store.read { try $0.versions(neighbour, "a").count } == 1)
            #expect(try await bench.store.read { try $0.secret(neighbour, "a") } != nil)
        }
    }

    @Test(arguments: Engine.all)
    func theLongestDueComesFirst(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([
                secret("a", deleteAfter: 30), secret("b", neighbour, deleteAfter: 10), secret("c"),
                secret("d", deleteAfter: 20),
            ])
            #expect(try await bench.store.read { try $0.secretsDue(by: at(20), limit: 9).map(\.name) } == ["b", "d"])
            #expect(try await bench.store.read { try $0.secretsDue(by: at(99), limit: 2).map(\.name) } == ["b", "d"])
            #expect(try await bench.store.read { try $0.secretsDue(by: at(9), limit: 9) } == [])
        }
    }

    @Test(arguments: Engine.all)
    func versionsAreOldestFirst(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            var touched = version("3", of: "a", created: 5, sealed: nil)
            touched.accessed = at(8)
            let rows = [
                version("2", of: "a", created: -3, sealed: []), version("1", of: "a", created: 5), touched,
                version("0", of: "a", created: 6, sealed: [UInt8](repeating: 1, count: 65_536)),
            ]
            try await bench.store.write { transaction in
                for row in rows.reversed() { _ = try transaction.insert(row) }
                _ = try transaction.insert(version("9", of: "a", neighbour))
            }
            #expect(try await bench.store.read { try $0.versions(home, "a") } == rows)
            #expect(try await bench.store.read { try $0.version(home, "a", "0") } == rows[3])
            #expect(try await bench.store.read { try $0.version(home, "a", "9") } == nil)
            #expect(try await bench.store.write { try $0.insert(rows[0]) } == false)

            let changed = version("2", of: "a", created: 7, sealed: [5])
            try await bench.store.write { try $0.update(changed) }
            #expect(try await bench.store.read { try $0.versions(home, "a").last } == changed)
            await #expect(throws: StoreError.conflict) {
                try await bench.store.write { try $0.update(version("x", of: "a")) }
            }
            #expect(try await bench.store.write { try $0.deleteVersion(home, "a", "2") })
            #expect(try await bench.store.write { try $0.deleteVersion(home, "a", "2") } == false)
            #expect(try await bench.store.read { try $0.versions(home, "a").count } == 3)
        }
    }
}
