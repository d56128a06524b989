internal import Bytes
internal import CSQLite
internal import GRDB
internal import GRDBSQLite

/// How the database file is opened.
enum SQLiteFile {
    /// The writer. There is exactly one.
    static func open(_ path: String, _ options: StoreOptions) throws(StoreError) -> DatabaseQueue {
        _ = hasNoStatistics
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.label = "undercroft.writer"
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { database in
                // GRDB has set NORMAL, which loses acknowledged commits on power loss.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                // Checkpoints are the writer's own, between two transactions.
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                // What was deleted does not linger in free pages.
                try database.execute(sql: "PRAGMA secure_delete = ON")
                // Savepoints keep what they may have to undo in memory.
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
                // KB. The default of 2 MB makes the writer read its own pages back from the file under load.
                try database.execute(sql: "PRAGMA cache_size = -16384")
                try database.execute(sql: "PRAGMA trusted_schema = OFF")
                if let limit = options.limitBytes {
                    let size = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
                    try database.execute(sql: "PRAGMA max_page_count = \(max(1, limit / size))")
                }
            }
            try checkDurable(queue)
            try collectLog(queue)
            return queue
        } catch {
            throw translate(error)
        }
    }

    /// False where somebody else in the process has used SQLite before: then it counts on.
    private static let hasNoStatistics = up_forgo_statistics() == SQLITE_OK

    static func openReading(_ path: String, number: Int) throws(StoreError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.label = "undercroft.reader\(number)"
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try $0.execute(sql: "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF") }
            return queue
        } catch {
            throw translate(error)
        }
    }

    /// 2 is FULL.
    static func synchronous(_ queue: DatabaseQueue) throws -> Int? {
        try queue.inDatabase { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
    }

    private static func checkDurable(_ queue: DatabaseQueue) throws {
        guard try synchronous(queue) == 2,
            try queue.inDatabase({ try String.fetchOne($0, sql: "PRAGMA journal_mode") }) == "wal"
        else { throw StoreError.misconfigured("SQLite does not sync each commit to the write-ahead log") }
    }

    /// The frames of a transaction go to the log in one write. After ``checkDurable(_:)``: only a sync makes them visible.
    private static func collectLog(_ queue: DatabaseQueue) throws {
        try queue.inDatabase { database in
            // The log is opened by the first look at the file.
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
            guard let handle = unsafe database.sqliteConnection, unsafe up_collect_log(handle) == SQLITE_OK else {
                throw StoreError.misconfigured("SQLite's write-ahead log can't be reached")
            }
        }
    }

    /// The first release without the WAL-reset race. The lock file and the single writer keep clear of it in older ones.
    static func warnIfOld(_ warn: (Text) -> Void) {
        guard sqlite3_libversion_number() < 3_051_003 else { return }
        let version = unsafe String(cString: sqlite3_libversion())
        warn(
            "SQLite \(version) is older than 3.51.3: never open the database file with another program while this one runs"
        )
    }

    private static func translate(_ error: any Error) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError: SQLiteFault(error.extendedResultCode.rawValue, .statement).error
        default: .unavailable("the database file could not be opened")
        }
    }
}
