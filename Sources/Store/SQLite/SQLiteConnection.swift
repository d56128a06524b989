internal import Bytes
internal import GRDB
internal import GRDBSQLite

/// A connection that GRDB opened, used on one thread. Statements are GRDB's; binding and stepping are SQLite's own calls,
/// because GRDB's end a text at its first NUL.
@safe final class SQLiteConnection: Connection {
    private let database: Database
    private let handle: OpaquePointer
    private var statements: [ObjectIdentifier: Statement] = [:]
    /// The first fault since ``begin()`` that ends writing.
    private(set) var lastingFault: StoreError?

    /// Inside one of GRDB's accesses, and to be dropped with it.
    init(_ database: Database) throws(StoreError) {
        guard let handle = unsafe database.sqliteConnection else { throw .unavailable("the database is closed") }
        self.database = database
        unsafe self.handle = unsafe handle
    }

    func select(
        _ query: Query,
        _ values: [Value],
        _ each: (any Columns) throws(StoreError) -> Void
    ) throws(StoreError) {
        let statement = try prepared(query)
        defer { unsafe sqlite3_reset(statement.pointer) }
        try bind(values, from: 0, to: statement) { () throws(StoreError) in
            while try step(statement, .statement) { try each(statement) }
        }
    }

    func execute(_ query: Query, _ values: [Value]) throws(StoreError) -> Int {
        try select(query, values) { _ in }
        return Int(unsafe sqlite3_changes(handle))
    }

    func discard(_ query: Query, _ values: [Value]) throws(StoreError) {
        // Else each page that becomes free is written once more, full of zeros.
        try run("PRAGMA secure_delete = OFF")
        let deleted = Result { () throws(StoreError) in try execute(query, values) }
        try run("PRAGMA secure_delete = ON")
        _ = try deleted.get()
    }

    /// True while a transaction is open. SQLite gives one up by itself on some errors.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    func end(_ query: Query) throws(StoreError) {
        let statement = try prepared(query)
        defer { unsafe sqlite3_reset(statement.pointer) }
        _ = try step(statement, .commit)
    }

    private func prepared(_ query: Query) throws(StoreError) -> SQLiteStatement {
        if let known = statements[ObjectIdentifier(query)] { return SQLiteStatement(known) }
        do {
            let statement = try database.makeStatement(sql: query.sqlite)
            statements[ObjectIdentifier(query)] = statement
            return SQLiteStatement(statement)
        } catch let error as DatabaseError {
            throw fault(error.extendedResultCode.rawValue, .statement)
        } catch {
            throw .unavailable("a statement could not be prepared")
        }
    }

    private func step(_ statement: SQLiteStatement, _ moment: SQLiteFault.Moment) throws(StoreError) -> Bool {
        let code = unsafe sqlite3_step(statement.pointer)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw fault(unsafe sqlite3_extended_errcode(handle), moment)
        }
    }

    /// SQLite reads large values where they lie: they are held there while `body` runs.
    private func bind(
        _ values: [Value],
        from first: Int,
        to statement: SQLiteStatement,
        _ body: () throws(StoreError) -> Void
    ) throws(StoreError) {
        let all = values.span
        for index in first..<all.count {
            let parameter = Int32(index + 1)
            if case .bytes(let bytes) = all[index], !bytes.isEmpty {
                return try statement.lending(bytes, at: parameter) { code throws(StoreError) in
                    guard code == SQLITE_OK else { throw fault(code, .statement) }
                    try bind(values, from: index + 1, to: statement, body)
                }
            }
            let code = statement.bind(all[index], at: parameter)
            guard code == SQLITE_OK else { throw fault(code, .statement) }
        }
        try body()
    }

    private func fault(_ code: Int32, _ moment: SQLiteFault.Moment) -> StoreError {
        let fault = SQLiteFault(code, moment)
        if fault.endsWriting, lastingFault == nil { lastingFault = fault.error }
        return fault.error
    }
}

extension SQLiteConnection: SetUpConnection {
    static let dialect = Dialect(text: "TEXT", bytes: "BLOB", integer: "INTEGER", options: "STRICT")
    private static let begin = Query("BEGIN IMMEDIATE")
    private static let beginReading = Query("BEGIN DEFERRED")
    private static let commit = Query("COMMIT")
    private static let rollback = Query("ROLLBACK")

    func run(_ sql: String) throws(StoreError) {
        do {
            try database.execute(sql: sql)
        } catch let error as DatabaseError {
            throw SQLiteFault(error.extendedResultCode.rawValue, .statement).error
        } catch {
            throw .unavailable("a statement failed")
        }
    }

    func begin() throws(StoreError) { _ = try execute(Self.begin, []) }
    func beginReading() throws(StoreError) { _ = try execute(Self.beginReading, []) }
    func commit() throws(StoreError) { try end(Self.commit) }

    func rollback() {
        // SQLite may have rolled back by itself; there is nothing else to do about a failure.
        if isInTransaction { try? end(Self.rollback) }
    }
}
