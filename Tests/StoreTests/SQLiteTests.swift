import Bytes
import Foundation
import GRDB
import GRDBSQLite
import Synchronization
import Testing

@testable import Store

struct SQLiteTests {
    @Test func eachCommitIsSynced() throws {
        let folder = newFolder()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ours = try SQLiteFile.open(folder + "/a.db", StoreOptions())
        #expect(try SQLiteFile.synchronous(ours) == 2)
        #expect(try ours.inDatabase { try Int.fetchOne($0, sql: "PRAGMA wal_autocheckpoint") } == 0)
        #expect(try ours.inDatabase { try Int.fetchOne($0, sql: "PRAGMA secure_delete") } == 1)
        #expect(try ours.inDatabase { try Int.fetchOne($0, sql: "PRAGMA mmap_size") } ?? 0 == 0)
        // The control: what GRDB gives by itself in WAL mode.
        var configuration = Configuration()
        configuration.journalMode = .wal
        let plain = try DatabaseQueue(path: folder + "/b.db", configuration: configuration)
        #expect(try SQLiteFile.synchronous(plain) == 1)
        // The writer's log is written by methods of our own.
        let systems = try logMethods(plain)
        #expect(systems != nil)
        #expect(try logMethods(SQLiteFile.openReading(folder + "/a.db", number: 1)) == systems)
        #expect(try logMethods(ours) != systems)
    }

    private func logMethods(_ queue: DatabaseQueue) throws -> UInt? {
        try queue.inDatabase { database in
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
            var file: UnsafeMutablePointer<sqlite3_file>?
            let code = unsafe sqlite3_file_control(
                database.sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file)
            guard code == SQLITE_OK, let file = unsafe file else { return nil }
            return unsafe UInt(bitPattern: file.pointee.pMethods)
        }
    }

    @Test func readersCannotWrite() async throws {
        try await withStore(.sqlite) { bench in
            let reader = try SQLiteFile.openReading(bench.location + "/undercroft.db", number: 9)
            #expect(throws: DatabaseError.self) {
                try reader.inDatabase { try $0.execute(sql: "DELETE FROM item") }
            }
        }
    }

    @Test func filesAreOursAlone() async throws {
        try await withStore(.sqlite) { bench in
            try await bench.store.add([item("a")])
            let mode = { (name: String) -> Int? in
                try FileManager.default.attributesOfItem(atPath: bench.location + name)[.posixPermissions] as? Int
            }
            #expect(try mode("") == 0o700)
            for name in ["/undercroft.db", "/undercroft.db-wal", "/undercroft.db-shm", "/undercroft.lock"] {
                #expect(try mode(name) == 0o600, "\(name)")
            }
            await bench.store.close()
            #expect(!FileManager.default.fileExists(atPath: bench.location + "/undercroft.db-wal"))
        }
    }

    @Test func aSecondHolderIsRefused() async throws {
        try await withStore(.sqlite) { bench in
            #expect(throws: StoreError.locked("another process holds the data directory \(bench.location)")) {
                try bench.reopened()
            }
            await bench.store.close()
            await (try bench.reopened()).close()
        }
    }

    /// Holds the writer in a job until `count` others wait behind it, so that these make one group.
    static func inOneGroup(
        _ store: Store,
        _ count: Int,
        _ job: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let (isHeld, mayGo) = (Monitor(false), Monitor(false))
        let begun = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await store.write { _ in
                    isHeld.change { $0 = true }
                    mayGo.wait { $0 ? true : nil }
                }
            }
            while !isHeld.read({ $0 }) { await Task.yield() }
            for index in 0..<count {
                group.addTask {
                    begun.add()
                    await job(index)
                }
            }
            while begun.value < count { await Task.yield() }
            // The last one to begin may not have queued its write yet; it may make a group of its own.
            mayGo.change { $0 = true }
            try await group.waitForAll()
        }
    }

    @Test func concurrentWritersShareACommit() async throws {
        try await withStore(.sqlite) { bench in
            let before = bench.store.figures
            try await Self.inOneGroup(bench.store, 60) { index in
                try? await bench.store.add([item("i\(index)")])
            }
            let after = bench.store.figures
            #expect(try await bench.store.read { try $0.itemCount(home, kind: "user") } == 60)
            #expect(after.writes - before.writes == 61)
            #expect(after.commits - before.commits < 20)
            #expect(after.largestGroup > 20)
        }
    }

    @Test func aJobInTheGroupFailsAlone() async throws {
        try await withStore(.sqlite) { bench in
            let failures = Collected()
            try await Self.inOneGroup(bench.store, 40) { index in
                do {
                    try await bench.store.write { transaction in
                        _ = try transaction.insert(item("i\(index)"))
                        if index % 3 == 0 { throw Refused() }
                        if index % 3 == 1 { try transaction.update(item("none")) }
                    }
                } catch {
                    failures.add(error is Refused ? "refused" : "\(error)")
                }
            }
            #expect(bench.store.figures.largestGroup > 10)
            #expect(failures.all.filter { $0 == "refused" }.count == 14)
            #expect(failures.all.filter { $0 == "the row changed meanwhile" }.count == 13)
            let ids = try await bench.store.read { try $0.items(home, kind: "user", limit: 99).map(\.key.id) }
            #expect(Set(ids) == Set((0..<40).filter { $0 % 3 == 2 }.map { index -> Text in "i\(index)" }))
        }
    }

    @Test func aFullDiskRefusesWritesAndNothingElse() async throws {
        var options = StoreOptions()
        options.limitBytes = 400_000
        try await withStore(.sqlite, options) { bench in
            let large = [UInt8](repeating: 7, count: 30_000)
            var written = 0
            await #expect(throws: StoreError.full("no space is left for the database")) {
                for index in 0..<100 {
                    try await bench.store.add([item("i\(index)", body: large)])
                    written += 1
                }
            }
            #expect(written > 3)
            #expect(bench.store.health == .ok)
            #expect(try await bench.store.read { try $0.itemCount(home, kind: "user") } == written)
            await #expect(throws: StoreError.self) { try await bench.store.add([item("more", body: large)]) }
            #expect(try await bench.store.write { try $0.delete(item("i0").key) })
            try await bench.store.add([item("again", body: large)])
            #expect(try await bench.store.read { try $0.item(item("again").key)?.body } == large)
        }
    }

    /// More than the cache holds, so that pages go to the log before the commit, are read back from there and written anew.
    @Test func theLogIsWholeWhateverGoesThroughIt() async throws {
        try await withStore(.sqlite) { bench in
            let body = [UInt8](repeating: 7, count: 60_000)
            let fill: @Sendable (borrowing Transaction, UInt8) throws -> Void = { transaction, mark in
                for index in 0..<400 {
                    _ = try transaction.insert(item("i\(index)", body: body))
                    // The cache holds about 270: around there they have just left it.
                    for back in stride(from: 240, through: min(index, 300), by: 6) {
                        let id = Text("i\(index - back)")
                        guard var old = try transaction.item(item(id).key), old.body.count == body.count else {
                            throw Refused()
                        }
                        guard back == 270 else { continue }
                        old.body[0] = mark
                        try transaction.update(old)
                    }
                }
            }
            await #expect(throws: Refused.self) {
                try await bench.store.write { transaction in
                    try fill(transaction, 1)
                    throw Refused()
                }
            }
            #expect(try await bench.store.read { try $0.itemCount(home, kind: "user") } == 0)
            try await bench.store.write { try fill($0, 2) }
            let seen = try await bench.store.read { try $0.items(home, kind: "user", limit: 500) }
            #expect(seen.count == 400)
            #expect(seen.count { $0.body[0] == 2 && $0.body.count == body.count } == 130)
            // As another program finds it, by the log alone: nothing has been carried over since.
            let other = try DatabaseQueue(path: bench.location + "/undercroft.db")
            #expect(try await other.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
            #expect(try await other.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM item") } == 400)
        }
    }

    @Test func faultsMeanWhatTheySay() {
        let ioerr = SQLITE_IOERR
        let table: [(Int32, SQLiteFault.Moment, String, Bool)] = [
            (SQLITE_FULL, .statement, "full", false), (SQLITE_FULL, .commit, "full", false),
            (ioerr | 4 << 8, .commit, "unknownOutcome", true), (ioerr, .commit, "unknownOutcome", true),
            (ioerr | 3 << 8, .statement, "unavailable", true), (ioerr | 4 << 8, .statement, "unavailable", true),
            (ioerr | 1 << 8, .statement, "unavailable", false), (SQLITE_CORRUPT, .statement, "corrupt", false),
            (SQLITE_NOTADB, .statement, "corrupt", false), (SQLITE_BUSY | 1 << 8, .statement, "locked", false),
            (SQLITE_READONLY, .statement, "misconfigured", false), (SQLITE_NOMEM, .statement, "unavailable", false),
            (SQLITE_CONSTRAINT | 5 << 8, .statement, "corrupt", false),
        ]
        for (code, moment, name, ends) in table {
            let fault = SQLiteFault(code, moment)
            #expect(fault.error.name == name, "\(code)")
            #expect(fault.endsWriting == ends, "\(code)")
        }
    }

    @Test func noDatabaseIsNoCrash() async throws {
        let folder = newFolder()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("this is no database, however long one looks at it".utf8).write(
            to: URL(fileURLWithPath: folder + "/undercroft.db")
        )
        #expect(throws: StoreError.corrupt("the database file is damaged (SQLite 26)")) {
            try Store.sqlite(directory: folder, rows: Bench.rows)
        }
        #expect(throws: StoreError.self) { try Store.sqlite(directory: folder + "/none/none", rows: Bench.rows) }
    }

    @Test func anOldLibraryAndAnOpenFolderAreToldOf() async throws {
        let (folder, warnings) = (newFolder(), Collected())
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = StoreOptions()
        options.warn = { warnings.add($0) }
        let store = try Store.sqlite(directory: folder, rows: Bench.rows, options: options)
        await store.close()
        #expect(warnings.all.contains { $0.string.contains("0700") })
        #expect(warnings.all.contains { $0.hasPrefix("SQLite ") } == (sqlite3_libversion_number() < 3_051_003))
    }

    /// The log is carried over while the store runs, and starts over.
    @Test func theLogDoesNotGrowForEver() async throws {
        try await withStore(.sqlite) { bench in
            let body = [UInt8](repeating: 1, count: 1 << 20)
            for index in 0..<60 {
                try await bench.store.write { transaction in
                    _ = try transaction.insert(item("i\(index)", body: body))
                    try transaction.delete(item("i\(index)").key)
                }
            }
            let size =
                try FileManager.default.attributesOfItem(atPath: bench.location + "/undercroft.db-wal")[.size] as? Int
            #expect(try #require(size) < 40 << 20)
        }
    }
}
