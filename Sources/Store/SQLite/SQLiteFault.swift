internal import Bytes
internal import GRDBSQLite

/// What a result code of SQLite means for the job and for the store.
struct SQLiteFault {
    enum Moment { case statement, commit }

    let error: StoreError
    /// A sync or write failed underneath: the kernel may have dropped what it could not write and says so only once, so a
    /// later "success" would prove nothing. The store writes no more.
    let endsWriting: Bool

    // Extended codes are a primary code and a number above it, a shape of macro that Swift does not import.
    /// WRITE, FSYNC, DIR_FSYNC, TRUNCATE.
    private static let failedWrites: [Int32] = [3, 4, 5, 6].map { SQLITE_IOERR | $0 << 8 }

    init(_ code: Int32, _ moment: Moment) {
        switch code & 0xFF {
        case SQLITE_FULL:
            error = .full("no space is left for the database")
            endsWriting = false
        case SQLITE_IOERR where moment == .commit:
            error = .unknownOutcome("the disk failed while a transaction was written (SQLite \(code))")
            endsWriting = true
        case SQLITE_IOERR:
            error = .unavailable("the disk failed (SQLite \(code))")
            endsWriting = Self.failedWrites.contains(code)
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            error = .corrupt("the database file is damaged (SQLite \(code))")
            endsWriting = false
        case SQLITE_BUSY, SQLITE_LOCKED:
            error = .locked("another process uses the database file (SQLite \(code))")
            endsWriting = false
        case SQLITE_CONSTRAINT:
            error = .corrupt("a row contradicts the schema (SQLite \(code))")
            endsWriting = false
        case SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN:
            error = .misconfigured("the database file can't be written (SQLite \(code))")
            endsWriting = false
        default:
            error = .unavailable("the database refused a statement (SQLite \(code))")
            endsWriting = false
        }
    }
}
