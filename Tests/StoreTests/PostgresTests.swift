import Bytes
import Foundation
import Synchronization
import Testing

@testable import Store

@Suite(.enabled(if: PostgresCluster.isInstalled, "PostgreSQL is not installed"))
struct PostgresTests {
    private static func value(_ cache: RowCache, _ key: CacheKey) -> String {
        if case .hit(let value) = cache.lookup(key) { value as? String ?? "another type" } else { "none" }
    }

    private static func two(_ body: (Store, Store, String) async throws -> Void) async throws {
        let conninfo = try PostgresCluster.shared.get().newDatabase()
        let a = try Store.postgres(conninfo, node: "a", rows: Bench.rows)
        let b = try Store.postgres(conninfo, node: "b", rows: Bench.rows)
        let result: Result<Void, any Error>
        do { result = .success(try await body(a, b, conninfo)) } catch { result = .failure(error) }
        await a.close()
        await b.close()
        try result.get()
    }

    @Test func whatOneNodeWritesLeavesTheOthersCache() async throws {
        try await Self.two { a, b, _ in
            try await a.add([item("x"), item("y", neighbour)])
            #expect(await eventually { a.cache.isTrusted && b.cache.isTrusted })
            let (key, other) = (CacheKey.item(item("x").key), CacheKey.item(item("y", neighbour).key))
            // The feed may still be on its way with the inserts.
            #expect(
                await eventually {
                    for cache in [a.cache, b.cache] {
                        for key in [key, other] { cache.insert(key, "old", cost: 1, cache.ticket(for: key)) }
                    }
                    return Self.value(b.cache, key) == "old" && Self.value(b.cache, other) == "old"
                }
            )
            for _ in 0..<3 { _ = try await b.read { try $0.itemCount(home, kind: "user") } }
            try await a.write { try $0.update(item("x")) }
            #expect(Self.value(a.cache, key) == "none")
            // Within a second: a cache that hears nothing for so long is not believed (CacheTests).
            #expect(await eventually { Self.value(b.cache, key) == "none" })
            #expect(Self.value(a.cache, other) == "old")
        }
    }

    @Test func manyWritersOnTwoNodesLoseNoChange() async throws {
        try await Self.two { a, b, _ in
            let ids = (0..<40).map { index -> Text in "i\(index)" }
            try await a.add(ids.map { item($0) })
            try await a.add(ids.map { item($0, neighbour) })
            #expect(await eventually { b.cache.isTrusted })
            let keys = ids.flatMap { [CacheKey.item(item($0).key), .item(item($0, neighbour).key)] }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, id) in ids.enumerated() {
                    group.addTask {
                        let place = index % 2 == 0 ? home : neighbour
                        // Each row is cached on B as it was, then changed on A or B.
                        for key in [CacheKey.item(item(id, place).key)] {
                            b.cache.insert(key, "old", cost: 1, b.cache.ticket(for: key))
                        }
                        try await (index % 3 == 0 ? b : a).write { try $0.update(item(id, place, body: [9])) }
                    }
                }
                try await group.waitForAll()
            }
            let changed = ids.enumerated().map { CacheKey.item(item($1, $0 % 2 == 0 ? home : neighbour).key) }
            #expect(await eventually(2) { changed.allSatisfy { Self.value(b.cache, $0) == "none" } })
            #expect(keys.count == 80)
        }
    }

    @Test func prunedChangesEmptyTheCache() async throws {
        try await Self.two { a, b, conninfo in
            try await a.add([item("x")])
            let key = CacheKey.item(item("unrelated").key)
            let connection = try PostgresConnection(
                try PostgresAddress(conninfo, node: "t"),
                answerMilliseconds: 20_000
            )
            #expect(
                await eventually {
                    b.cache.insert(key, "old", cost: 1, b.cache.ticket(for: key))
                    return Self.value(b.cache, key) == "old"
                }
            )
            try connection.run(
                "BEGIN; UPDATE account_epoch SET epoch = epoch + 5; INSERT INTO change SELECT account, epoch, 0, '' FROM account_epoch; COMMIT"
            )
            #expect(await eventually { Self.value(b.cache, key) == "none" })
        }
    }

    @Test func nodesThatStartTogetherMigrateOnce() async throws {
        let conninfo = try PostgresCluster.shared.get().newDatabase()
        let stores = Mutex<[Store]>([])
        let threads = Countdown()
        let failures = Collected()
        for index in 0..<6 {
            threads.enter()
            #expect(
                WorkThread.start {
                    do {
                        let store = try Store.postgres(conninfo, node: "n\(index)", rows: Bench.rows)
                        stores.withLock { $0.append(store) }
                    } catch {
                        failures.add("\(error)")
                    }
                    threads.leave()
                }
            )
        }
        await threads.reachedZero()
        let opened = stores.withLock { $0 }
        #expect(opened.count == 6, "\(failures.all)")
        for (index, store) in opened.enumerated() { try await store.add([item("i\(index)")]) }
        for store in opened {
            #expect(try await store.read { try $0.itemCount(home, kind: "user") } == 6)
            await store.close()
        }
    }

    @Test func crosswiseLocksAreResolved() async throws {
        try await withStore(.postgres) { bench in
            try await bench.store.add([secret("a"), secret("b")])
            let met = Monitor(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for names in [["a", "b"], ["b", "a"]] as [[Text]] {
                    group.addTask {
                        try await bench.store.write { transaction in
                            for name in names {
                                guard let old = try transaction.secret(home, name) else { throw Refused() }
                                var row = old
                                row.body.append(1)
                                try transaction.update(row, from: old)
                                met.change { $0 += 1 }
                                _ = met.wait(milliseconds: 500) { $0 >= 2 ? true : nil }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(bench.store.figures.retries >= 1)
            #expect(try await bench.store.read { try $0.secret(home, "a")?.body.count } == 3)
            #expect(try await bench.store.read { try $0.secret(home, "b")?.body.count } == 3)
        }
    }

    @Test func aConnectionLostBeforeItsCommitIsReplaced() async throws {
        try await withStore(.postgres) { bench in
            try await bench.store.add([item("a")])
            try bench.tamper(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            try await bench.store.add([item("b")])
            let runs = Tally()
            try await bench.store.write { transaction in
                _ = try transaction.insert(item("c"))
                if runs.add() == 1 {
                    try bench.tamper(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"
                    )
                    _ = try? transaction.item(item("a").key)
                }
            }
            #expect(runs.value == 2)
            #expect(try await bench.store.read { try $0.itemCount(home, kind: "user") } == 3)
        }
    }

    /// An error that the job passes over still can't be committed.
    @Test func aSwallowedFailureIsNoSuccess() async throws {
        try await withStore(.postgres) { bench in
            await #expect(throws: StoreError.self) {
                try await bench.store.write { transaction in
                    _ = try transaction.insert(item("a"))
                    _ = try? transaction.session.connection.execute(Query("SELECT 1 / 0"), [])
                }
            }
            let count = try await bench.store.read { try $0.itemCount(home, kind: "user") }
            #expect(count == 0)
        }
    }

    @Test func faultsMeanWhatTheySay() {
        let table: [(String?, String, PostgresFault.Course, Bool)] = [
            ("40001", "unavailable", .again, true), ("40P01", "unavailable", .again, true),
            ("40003", "unavailable", .stays, false),
            ("53100", "full", .stays, false), ("25006", "unavailable", .lost, false),
            ("57P01", "unavailable", .lost, false),
            ("57014", "unavailable", .stays, false), ("08006", "unavailable", .lost, false),
            (nil, "unavailable", .lost, false),
            ("XX001", "corrupt", .stays, false), ("23505", "corrupt", .stays, true),
            ("42P01", "misconfigured", .stays, false),
            ("42501", "misconfigured", .stays, false), ("55P03", "unavailable", .stays, false),
        ]
        for (code, name, course, isCertain) in table {
            let fault = PostgresFault(code)
            #expect(fault.error.name == name, "\(code ?? "nil")")
            #expect(fault.course == course, "\(code ?? "nil")")
            #expect(PostgresFault.isCertain(atCommit: code) == isCertain, "\(code ?? "nil")")
        }
    }

    @Test func addressesGetTheirDefaults() throws {
        let plain = try PostgresAddress("postgres://u:pw@h1,h2/db", node: "n1").parameters
        #expect(plain["target_session_attrs"] == "read-write")
        #expect(plain["host"] == "h1,h2")
        #expect(plain["client_encoding"] == "UTF8")
        #expect(plain["application_name"] == "undercroft n1")
        let chosen = try PostgresAddress("host=h target_session_attrs=primary connect_timeout=9", node: "n").parameters
        #expect(chosen["target_session_attrs"] == "primary")
        #expect(chosen["connect_timeout"] == "9")
        #expect(throws: StoreError.misconfigured("the PostgreSQL connection string can't be read")) {
            try PostgresAddress("host=h password=hunter2 nonsense=1", node: "n")
        }
    }

    @Test func anOlderTimelineIsRefused() throws {
        let reported = Collected()
        var options = StoreOptions()
        options.timeline = 3
        options.onTimeline = { reported.add("\($0)") }
        let timeline = PostgresTimeline(options)
        #expect(throws: StoreError.self) { try timeline.check(2 as UInt32) }
        try timeline.check(3 as UInt32)
        try timeline.check(5 as UInt32)
        #expect(throws: StoreError.self) { try timeline.check(4 as UInt32) }
        #expect(reported.all == ["5"])
        // A server that is on timeline 1, asked by a node that remembers 7.
        options.timeline = 7
        let conninfo = try PostgresCluster.shared.get().newDatabase()
        #expect(throws: StoreError.self) {
            try Store.postgres(conninfo, node: "n", rows: Bench.rows, options: options)
        }
    }

    @Test func statementsAreTranslated() {
        let query = Query("SELECT a FROM t {by t_a} WHERE b = ?1 AND c = ?12 {lock}")
        #expect(query.sqlite == "SELECT a FROM t INDEXED BY t_a WHERE b = ?1 AND c = ?12 ")
        #expect(query.postgres == "SELECT a FROM t  WHERE b = $1 AND c = $12 FOR UPDATE")
        #expect(Query.shared("SELECT 1") === Query.shared("SELECT 1"))
    }
}

/// With a server of their own, which they mistreat.
@Suite(.serialized, .enabled(if: PostgresCluster.isInstalled, "PostgreSQL is not installed"))
struct PostgresFailureTests {
    /// A commit that waits for a standby which never comes.
    private static func stalled(
        _ answerMilliseconds: UInt64,
        _ body: (Store, PostgresConnection) async throws -> Void
    ) async throws {
        let cluster = try PostgresCluster()
        let conninfo = try cluster.newDatabase()
        var options = StoreOptions()
        options.answerMilliseconds = answerMilliseconds
        let store = try Store.postgres(conninfo, node: "n", rows: Bench.rows, options: options)
        let operatorsOwn = try cluster.connect("postgres")
        try operatorsOwn.run("ALTER SYSTEM SET synchronous_standby_names = 'ghost'")
        try operatorsOwn.run("SELECT pg_reload_conf()")
        try await body(store, operatorsOwn)
        try operatorsOwn.run("ALTER SYSTEM RESET synchronous_standby_names")
        try operatorsOwn.run("SELECT pg_reload_conf()")
        await store.close()
    }

    private static func endWaits(_ connection: PostgresConnection, _ function: String) throws -> Int {
        let query = Query(
            """
            SELECT COUNT(*) FROM (SELECT \(function)(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' \
            AND application_name = 'undercroft n' OFFSET 0) AS ended
            """
        )
        var ended = 0
        try connection.select(query, []) { columns in ended = Int(columns.integer(0)) }
        return ended
    }

    @Test(arguments: ["pg_cancel_backend", "pg_terminate_backend"])
    func aCommitEndedFromOutsideIsUnknown(_ function: String) async throws {
        try await Self.stalled(20_000) { store, connection in
            async let write: Void = store.add([item("a")])
            #expect(try await eventually { try Self.endWaits(connection, function) > 0 })
            do {
                try await write
                Issue.record("a commit that a standby may lack was acknowledged")
            } catch StoreError.unknownOutcome {
                // The client's token settles it.
            }
        }
    }

    @Test func aCommitWithoutAnAnswerIsUnknown() async throws {
        try await Self.stalled(300) { store, _ in
            await #expect(throws: StoreError.unknownOutcome("the answer to a commit was lost")) {
                try await store.add([item("a")])
            }
        }
    }

    @Test func aServerThatGoesAndComesBack() async throws {
        let cluster = try PostgresCluster()
        let store = try Store.postgres(try cluster.newDatabase(), node: "n", rows: Bench.rows)
        try await store.add([item("a")])
        #expect(await eventually { store.cache.isTrusted })
        try cluster.stop()
        #expect(await eventually { store.health != .ok && !store.cache.isTrusted })
        await #expect(throws: StoreError.self) { try await store.read { try $0.item(item("a").key) } }
        await #expect(throws: StoreError.self) { try await store.add([item("b")]) }
        try cluster.start()
        #expect(await eventually { store.health == .ok && store.cache.isTrusted })
        #expect(await eventually { (try? await store.add([item("c")])) != nil })
        #expect(try await store.read { try $0.item(item("a").key) } == item("a"))
        await store.close()
    }
}
