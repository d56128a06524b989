internal import Dispatch
internal import Foundation
internal import GRDBSQLite
internal import Synchronization

/// What SQLite can do for 64 writers with nothing around it: each hands over a transaction that writes what one PutSecretValue
/// has to make durable, and waits until the group that it went with is committed.
///
/// Tables and indexes are those of a server's database, row sizes what it writes: a new version, its secret's new state, and the
/// audit records, which are deleted once they would be in the trail.
struct Puts {
    private let writers: Int
    private let nanoseconds: UInt64
    private let folder: String
    private let schema: [String]

    init(_ options: Options) throws(Trouble) {
        writers = try options.number("connections") ?? 64
        nanoseconds = try options.duration("seconds") ?? 3_000_000_000
        folder = try options.required("folder")
        let source = try Bare(path: try options.required("database"), isReadOnly: true)
        schema = try source.texts("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    }

    func run() throws(Trouble) {
        let path = folder + "/bare.sqlite"
        defer { for end in ["", "-wal", "-shm"] { unsafe unlink(path + end) } }
        let base = try Bare(path: path, isReadOnly: false)
        for pragma in ["journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY", "cache_size = -16384"] {
            try base.run("PRAGMA \(pragma)")
        }
        try base.run("PRAGMA wal_autocheckpoint = 4000")
        for sql in schema { try base.run(sql) }
        var work = try Work(base)
        let line = Line(writers: writers)
        for writer in 0..<writers { Thread.detachNewThread { while line.wait(writer) {} } }
        let begin = DispatchTime.now().uptimeNanoseconds
        var (count, elapsed) = (0, UInt64(0))
        repeat {
            let group = line.take()
            try base.run("BEGIN IMMEDIATE")
            for _ in group { try work.put() }
            try base.run("COMMIT")
            line.release(group)
            count += group.count
            try work.forget()
            elapsed = DispatchTime.now().uptimeNanoseconds - begin
        } while elapsed < nanoseconds
        line.end()
        print(#"{"rps":\#(Double(count) * 1e9 / Double(elapsed)),"requests":\#(count)}"#)
    }
}

/// Writers on one side, the committing thread on the other.
private final class Line: Sendable {
    private let waiting = Mutex<(writers: [Int], isOver: Bool)>(([], false))
    private let someone = DispatchSemaphore(value: 0)
    private let done: [DispatchSemaphore]

    init(writers: Int) { done = (0..<writers).map { _ in DispatchSemaphore(value: 0) } }

    /// Hands over one transaction and waits for it; false at the end.
    func wait(_ writer: Int) -> Bool {
        let (isFirst, isOver) = waiting.withLock { waiting in
            waiting.writers.append(writer)
            return (waiting.writers.count == 1, waiting.isOver)
        }
        if isOver { return false }
        if isFirst { someone.signal() }
        done[writer].wait()
        return true
    }

    func take() -> [Int] {
        while true {
            let group = waiting.withLock { waiting in
                defer { waiting.writers = [] }
                return waiting.writers
            }
            if !group.isEmpty { return group }
            someone.wait()
        }
    }

    func release(_ group: [Int]) { for writer in group { done[writer].signal() } }

    func end() {
        waiting.withLock { $0.isOver = true }
        for semaphore in done { semaphore.signal() }
    }
}

private struct Work {
    private let base: Bare
    private let save, version, secret, outbox, release, delete: Bare.Statement
    private let state = Work.noise(400)
    private let sealed = Work.noise(1050)
    private let wrapped = Work.noise(300)
    private let records = Work.noise(2300)
    private let tag = Work.noise(32)
    private var count: Int64 = 0
    private static let secrets: Int64 = 2000

    init(_ base: Bare) throws(Trouble) {
        self.base = base
        save = try base.statement("SAVEPOINT one")
        version = try base.statement(
            "INSERT INTO version VALUES ('000000000001', 'us-west-2', ?1, ?2, ?3, NULL, ?4, ?5, ?6)")
        secret = try base.statement(
            "UPDATE secret SET changed = ?2, rev = ?2, body = ?3, tag = ?4 WHERE account = '000000000001' AND region = 'us-west-2' AND name = ?1"
        )
        outbox = try base.statement("INSERT INTO outbox VALUES ('node', ?1, ?2, ?3)")
        release = try base.statement("RELEASE one")
        delete = try base.statement("DELETE FROM outbox WHERE node = 'node' AND seq < ?1")
        let insert = try base.statement(
            "INSERT INTO secret VALUES ('000000000001', 'us-west-2', ?1, 'AbCdEf', 0, 0, 0, NULL, 1, ?2, ?3)"
        )
        try base.run("BEGIN")
        for number in 0..<Self.secrets {
            try insert.run([.text(Self.name(number)), .bytes(state), .bytes(tag)])
        }
        try base.run("COMMIT")
    }

    private static func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max) } }
    private static func name(_ number: Int64) -> String { "bench/app/\(number % secrets)" }

    /// Under a savepoint: one writer's failure must not be another's.
    mutating func put() throws(Trouble) {
        count += 1
        let name = Self.name(count)
        try save.run([])
        try version.run([
            .text(name), .text(UUID().uuidString), .number(count), .bytes(sealed), .bytes(wrapped), .bytes(tag),
        ])
        try secret.run([.text(name), .number(count), .bytes(state), .bytes(tag)])
        try outbox.run([.number(count), .bytes(records), .bytes(tag)])
        try release.run([])
    }

    /// As the server does now and then.
    mutating func forget() throws(Trouble) {
        if count % 512 < 64 { try delete.run([.number(count)]) }
    }
}

/// SQLite's own calls.
@safe private final class Bare {
    enum Value {
        case text(String)
        case number(Int64)
        case bytes([UInt8])
    }

    private let handle: OpaquePointer

    init(path: String, isReadOnly: Bool) throws(Trouble) {
        var opened: OpaquePointer?
        let flags = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else { throw Trouble("\(path) can't be opened") }
        unsafe handle = unsafe opened
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    func run(_ sql: String) throws(Trouble) {
        guard unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw Trouble("SQLite refuses \(sql)")
        }
    }

    func statement(_ sql: String) throws(Trouble) -> Statement {
        var prepared: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK, let prepared = unsafe prepared
        else {
            throw Trouble("SQLite refuses \(sql)")
        }
        return unsafe Statement(prepared)
    }

    func texts(_ sql: String) throws(Trouble) -> [String] {
        let statement = try statement(sql)
        var texts: [String] = []
        while unsafe sqlite3_step(statement.pointer) == SQLITE_ROW {
            if let text = unsafe sqlite3_column_text(statement.pointer, 0) {
                texts.append(unsafe String(cString: text))
            }
        }
        return texts
    }

    @safe final class Statement {
        fileprivate let pointer: OpaquePointer
        private static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

        fileprivate init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

        deinit { unsafe sqlite3_finalize(pointer) }

        func run(_ values: [Value]) throws(Trouble) {
            for (index, value) in values.enumerated() {
                switch value {
                case .text(let text): unsafe sqlite3_bind_text(pointer, Int32(index + 1), text, -1, Self.copied)
                case .number(let number): unsafe sqlite3_bind_int64(pointer, Int32(index + 1), number)
                case .bytes(let bytes):
                    unsafe bytes.withUnsafeBytes { buffer in
                        _ = unsafe sqlite3_bind_blob(
                            pointer, Int32(index + 1), buffer.baseAddress, Int32(buffer.count), Self.copied)
                    }
                }
            }
            let code = unsafe sqlite3_step(pointer)
            unsafe sqlite3_reset(pointer)
            guard code == SQLITE_DONE || code == SQLITE_ROW else { throw Trouble("SQLite fails with \(code)") }
        }
    }
}
