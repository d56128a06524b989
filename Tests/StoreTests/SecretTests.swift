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
            let old = secret("a", created: 1, changed: 1)
            try await bench.store.add([old])
            var next = secret("a", created: 1, changed: 3, accessed: 4, deleteAfter: 5, body: [6])
            let first = next
            let raised = try await bench.store.write { try $0.update(first, from: old) }
            #expect(raised == 2)
            await #expect(throws: StoreError.conflict) {
                try await bench.store.write { try $0.update(first, from: old) }
            }
            await #expect(throws: StoreError.conflict) {
                try await bench.store.write { try $0.update(secret("none"), from: secret("none")) }
            }
            next.rev = 2
            #expect(try await bench.store.read { try $0.secret(home, "a") } == next)
        }
    }

    /// Each choice of columns has a statement of its own.
    @Test(arguments: Engine.all)
    func anUpdateWritesWhatChanged(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            var old = secret("a", created: 1, changed: 1)
            try await bench.store.add([old])
            for changes in (0..<8) + (0..<8).reversed() {
                var next = old
                next.body = [UInt8(changes)]
                if changes & 1 != 0 { next.changed = Timestamp(milliseconds: old.changed.milliseconds + 1) }
                if changes & 2 != 0 { next.accessed = next.accessed == nil ? Timestamp(milliseconds: 7) : nil }
                if changes & 4 != 0 { next.deleteAfter = next.deleteAfter == nil ? Timestamp(milliseconds: 9) : nil }
                next.rev = try await bench.store.write { [next, old] in try $0.update(next, from: old) }
                #expect(try await bench.store.read { try $0.secret(home, "a") } == next)
                old = next
            }
        }
    }

    @Test(arguments: Engine.all)
    func anUpdateLeavesSuffixAndCreation(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let old = secret("a", created: 1)
            try await bench.store.add([old])
            var other = secret("a", created: 2, body: [9])
            other.suffix = "xxxxxx"
            try await bench.store.write { [other] in try $0.update(other, from: old) }
            let stored = try await bench.store.read { try $0.secret(home, "a") }
            #expect((stored?.suffix, stored?.created, stored?.body) == (old.suffix, old.created, [9]))
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
