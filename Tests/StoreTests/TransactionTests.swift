import Bytes
import Synchronization
import Testing

@testable import Store

struct TransactionTests {
    @Test(arguments: Engine.all)
    func anErrorUndoesAllOfIt(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([item("kept")])
            await #expect(throws: Refused()) {
                try await bench.store.write { transaction in
                    _ = try transaction.insert(item("a"))
                    _ = try transaction.insert(secret("a"))
                    try transaction.delete(item("kept").key)
                    transaction.appendRecord(node: "n", [1])
                    throw Refused()
                }
            }
            #expect(try await bench.store.read { try $0.item(item("a").key) } == nil)
            #expect(try await bench.store.read { try $0.secret(home, "a") } == nil)
            #expect(try await bench.store.read { try $0.item(item("kept").key) } != nil)
            #expect(try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9).count } == 0)
        }
    }

    @Test(arguments: Engine.all)
    func aTransactionSeesItsOwnWrites(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let seen = try await bench.store.write { transaction in
                _ = try transaction.insert(item("a"))
                try transaction.update(item("a", body: [5]))
                return try transaction.item(item("a").key)
            }
            #expect(seen?.body == [5])
            #expect(seen?.rev == 2)
        }
    }

    /// A snapshot does not change under its reader.
    @Test(arguments: Engine.all)
    func aSnapshotStandsStill(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let (reading, written) = (Monitor(false), Monitor(false))
            async let counts = bench.store.read { snapshot in
                let before = try snapshot.itemCount(home, kind: "user")
                reading.change { $0 = true }
                // PostgreSQL ends a transaction that is idle for five seconds, and the writer may take longer.
                while written.wait(milliseconds: 500, { $0 ? true : nil }) == nil {
                    _ = try snapshot.itemCount(home, kind: "user")
                }
                return (before, try snapshot.itemCount(home, kind: "user"))
            }
            while !reading.read({ $0 }) { await Task.yield() }
            try await bench.store.add([item("a")])
            written.change { $0 = true }
            #expect(try await counts == (0, 0))
            #expect(try await bench.store.read { try $0.itemCount(home, kind: "user") } == 1)
        }
    }

    /// Who raises a counter by revision and starts over on conflict loses no step, whoever else does.
    @Test(arguments: Engine.all)
    func noUpdateIsLost(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([item("counter", body: [0])])
            let conflicts = Tally()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        while true {
                            do {
                                return try await bench.store.write { transaction in
                                    guard var row = try transaction.item(item("counter").key) else { throw Refused() }
                                    row.body[0] += 1
                                    try transaction.update(row)
                                }
                            } catch StoreError.conflict {
                                conflicts.add()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let row = try await bench.store.read { try $0.item(item("counter").key) }
            #expect(row?.body == [20])
            #expect(row?.rev == 21)
        }
    }

    /// Reading a secret in a transaction keeps others from writing it: no conflict ever.
    @Test(arguments: Engine.all)
    func aSecretReadToBeWrittenIsHeld(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([secret("s", body: [0])])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        try await bench.store.write { transaction in
                            guard let old = try transaction.secret(home, "s") else { throw Refused() }
                            var row = old
                            row.body[0] += 1
                            try transaction.update(row, from: old)
                            _ = try transaction.insert(version("v\(index)", of: "s", created: Int64(row.body[0])))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.store.read { try $0.secret(home, "s")?.body } == [20])
            let order = try await bench.store.read { try $0.versions(home, "s").map(\.created.milliseconds) }
            #expect(order == Array(1...20))
        }
    }

    @Test(arguments: Engine.all)
    func oneOfManyCreatorsWins(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 { group.addTask { try await bench.store.write { try $0.insert(secret("s")) } } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(winners == 1)
        }
    }

    @Test(arguments: Engine.all)
    func whatWasAnsweredIsThereAfterReopening(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([item("a", link: "l", due: at(1))])
            await bench.store.close()
            await #expect(throws: StoreError.unavailable("the store is closed")) {
                try await bench.store.add([item("late")])
            }
            await #expect(throws: StoreError.unavailable("the store is closed")) {
                try await bench.store.read { try $0.item(item("a").key) }
            }
            let again = try bench.reopened()
            #expect(try await again.read { try $0.item(item("a").key) } == item("a", link: "l", due: at(1)))
            await again.close()
            await again.close()
        }
    }

    @Test(arguments: Engine.all)
    func anOlderSchemaIsBroughtUpToDate(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([secret("a", changed: 2000), secret("b", created: 1500)])
            await bench.store.close()
            try bench.tamper("DROP INDEX secret_by_name")
            try bench.tamper(
                "CREATE INDEX secret_by_name ON secret (account, region, name, created, changed, accessed, delete_after)"
            )
            try bench.tamper("UPDATE schema_version SET version = 1")
            let again = try bench.reopened()
            let listing = SecretListing(place: home, order: .changed, namePrefixes: ["a", "b"], limit: 9)
            #expect(try await again.read { try $0.listSecrets(listing).map(\.name) } == ["b", "a"])
            await again.close()
        }
    }

    @Test(arguments: Engine.all)
    func aNewerSchemaIsRefused(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            await bench.store.close()
            try bench.tamper("UPDATE schema_version SET version = 99")
            #expect(throws: StoreError.newerSchema(found: 99, known: Schema.version)) { try bench.reopened() }
            // Refused without a trace: with the number put back, everything works.
            try bench.tamper("UPDATE schema_version SET version = \(Schema.version)")
            await (try bench.reopened()).close()
        }
    }

    @Test(arguments: Engine.all)
    func figuresCount(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([item("a")])
            _ = try? await bench.store.write { _ in throw Refused() }
            _ = try await bench.store.read { try $0.item(item("a").key) }
            let figures = bench.store.figures
            #expect(figures.reads == 1)
            #expect(figures.writes == 1)
            #expect(figures.failedWrites == 1)
            #expect(figures.commits >= 1)
            #expect(figures.readNanoseconds > 0)
            #expect(figures.writeNanoseconds > 0)
            #expect(bench.store.health == .ok)
        }
    }
}
