internal import Bytes
internal import CLibPQ
internal import Glibc

/// A connection of libpq, used on one thread.
///
/// Every wait has an end on this side too: the server's own timeouts don't cover a commit that waits for a standby.
@safe final class PostgresConnection: Connection {
    enum Trouble { case none, again, lost }

    private let handle: OpaquePointer
    private let notices: Notices
    private let answerMilliseconds: UInt64
    private var prepared: [ObjectIdentifier: String] = [:]
    /// BEGIN, to go out with the transaction's first statement: a round trip saved.
    private var openingStatement: String?
    /// Since the transaction began. After any trouble it can't be committed, even if the job passed over the error.
    private(set) var trouble = Trouble.none
    private(set) var firstError: StoreError?

    init(_ address: PostgresAddress, answerMilliseconds: UInt64) throws(StoreError) {
        guard let handle = unsafe Self.connect(address.parameters) else { throw .unavailable("libpq has no memory") }
        unsafe self.handle = unsafe handle
        self.answerMilliseconds = answerMilliseconds
        notices = unsafe Notices(handle)
        guard unsafe PQstatus(handle) == CONNECTION_OK else {
            throw .unavailable("no connection to PostgreSQL: \(unsafe Self.reason(handle))")
        }
        guard unsafe PQparameterStatus(handle, "server_encoding").map({ unsafe String(cString: $0) }) == "UTF8" else {
            throw .misconfigured("the PostgreSQL database's encoding is not UTF8")
        }
        // The standby's acknowledgement is part of a commit. A transaction that its client left must not hold rows.
        try run("SET client_min_messages = warning")
        try run("SET synchronous_commit = on")
        try run("SET statement_timeout = \(answerMilliseconds)")
        try wait(forLocks: 2000)
        try run("SET idle_in_transaction_session_timeout = 5000")
    }

    /// Never cancels: a commit that waits for a standby would then report success without it.
    deinit { unsafe PQfinish(handle) }

    func select(
        _ query: Query,
        _ values: [Value],
        _ each: (any Columns) throws(StoreError) -> Void
    ) throws(StoreError) {
        let result = try answer(to: query, values)
        for row in 0..<result.rowCount { try each(result.row(row)) }
    }

    func execute(_ query: Query, _ values: [Value]) throws(StoreError) -> Int {
        try answer(to: query, values).changedRows
    }

    func wait(forLocks milliseconds: UInt64) throws(StoreError) { try run("SET lock_timeout = \(milliseconds)") }

    private func answer(to query: Query, _ values: [Value]) throws(StoreError) -> PostgresResult {
        let name = try name(of: query)
        if let begin = openingStatement {
            openingStatement = nil
            return try checked(answer(to: begin, then: name, values))
        }
        let isSent = unsafe PostgresArguments(values).withPointers { count, pointers, lengths, formats in
            unsafe PQsendQueryPrepared(handle, name, count, pointers, lengths, formats, 1)
        }
        return try checked(isSent == 1 ? receive() : nil)
    }

    /// Both in one round trip. `nil` when the connection or the time is over.
    private func answer(to begin: String, then name: String, _ values: [Value]) -> PostgresResult? {
        guard unsafe PQenterPipelineMode(handle) == 1 else { return nil }
        let isSent = unsafe PostgresArguments(values).withPointers { count, pointers, lengths, formats in
            unsafe PQsendQueryParams(handle, begin, 0, nil, nil, nil, nil, 1) == 1
                && PQsendQueryPrepared(handle, name, count, pointers, lengths, formats, 1) == 1
                && PQpipelineSync(handle) == 1
        }
        guard isSent else { return nil }
        let end = Monotonic.now() &+ answerMilliseconds &* 1_500_000
        // One result for each statement and one for the end of the pipeline, with nothing after each of the first two.
        let begun = results(until: end)
        let answer = results(until: end)
        guard begun != nil, answer != nil, results(until: end, isSync: true) != nil,
            unsafe PQexitPipelineMode(handle) == 1
        else { return nil }
        return begun?.isGood == true ? answer : begun
    }

    private func name(of query: Query) throws(StoreError) -> String {
        if let known = prepared[ObjectIdentifier(query)] { return known }
        let name = "u\(prepared.count)"
        _ = try checked(unsafe PQsendPrepare(handle, name, query.postgres, 0, nil) == 1 ? receive() : nil)
        prepared[ObjectIdentifier(query)] = name
        return name
    }

    private func checked(_ result: PostgresResult?) throws(StoreError) -> PostgresResult {
        if let result, result.isGood { return result }
        let isBroken = unsafe result == nil || PQstatus(handle) != CONNECTION_OK
        let fault = PostgresFault(isBroken ? nil : result?.code ?? "?")
        switch fault.course {
        case .again: trouble = .again
        case .lost: trouble = .lost
        case .stays: break
        }
        if firstError == nil { firstError = fault.error }
        throw fault.error
    }

    /// The last result of what was sent, the first bad one before all others. `nil` when the connection or the time is over.
    private func receive() -> PostgresResult? {
        results(until: Monotonic.now() &+ answerMilliseconds &* 1_500_000)
    }

    private func results(until end: UInt64, isSync: Bool = false) -> PostgresResult? {
        var last: PostgresResult?
        while true {
            while unsafe PQisBusy(handle) == 1 {
                guard waitToRead(until: end), unsafe PQconsumeInput(handle) == 1 else { return nil }
            }
            guard let next = unsafe PQgetResult(handle) else { return last }
            let result = unsafe PostgresResult(next)
            if last?.isGood != false { last = result }
            // Nothing comes after it.
            if isSync { return last }
        }
    }

    private func waitToRead(until end: UInt64) -> Bool {
        while true {
            let now = Monotonic.now()
            guard now < end else { return false }
            var descriptor = pollfd(fd: unsafe PQsocket(handle), events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&descriptor, 1, Int32(clamping: (end - now) / 1_000_000 + 1))
            if ready > 0 { return true }
            guard ready == 0 || errno == EINTR else { return false }
        }
    }

    enum Commit {
        case done
        case again(StoreError)
        case failed(StoreError)
        /// The connection was gone before the commit was sent: nothing was written.
        case lost
        case unknown(Text)
    }

    func commitOutcome() -> Commit {
        guard openingStatement == nil else { return .done }
        // What the server said meanwhile, such as that the transaction idled for too long.
        guard unsafe PQconsumeInput(handle) == 1, unsafe PQstatus(handle) == CONNECTION_OK else {
            trouble = .lost
            return .lost
        }
        notices.warnings = 0
        let isSent = unsafe PQsendQuery(handle, "COMMIT") == 1
        guard isSent, let result = receive() else {
            trouble = .lost
            return .unknown("the answer to a commit was lost")
        }
        guard result.isGood else {
            let fault = PostgresFault(result.code)
            guard PostgresFault.isCertain(atCommit: result.code) else {
                trouble = .lost
                return .unknown("a commit failed in a way that does not tell whether it happened")
            }
            return fault.course == .again ? .again(fault.error) : .failed(fault.error)
        }
        // A cancelled wait for the standby "succeeds", with no more than a warning.
        guard notices.warnings == 0 else {
            trouble = .lost
            return .unknown("a commit came back with a warning: a standby may not have it")
        }
        return result.command == "COMMIT" ? .done : .failed(.unavailable("PostgreSQL rolled a transaction back"))
    }

    private static func connect(_ parameters: [String: String]) -> OpaquePointer? {
        let pairs = parameters.sorted { $0.key < $1.key }
        var keys = unsafe pairs.map { unsafe UnsafePointer(strdup($0.key)) }
        var values = unsafe pairs.map { unsafe UnsafePointer(strdup($0.value)) }
        unsafe keys.append(nil)
        unsafe values.append(nil)
        defer { unsafe (keys + values).forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
        return unsafe PQconnectdbParams(keys, values, 0)
    }

    private static func reason(_ handle: OpaquePointer) -> Text {
        let words = unsafe String(cString: PQerrorMessage(handle))
        return Text(words.split(whereSeparator: \.isNewline).joined(separator: "; "))
    }
}

extension PostgresConnection: SetUpConnection {
    static let dialect = Dialect(text: #"TEXT COLLATE "C""#, bytes: "BYTEA", integer: "BIGINT", options: "")

    func run(_ sql: String) throws(StoreError) {
        if let begin = openingStatement {
            openingStatement = nil
            try run(begin)
        }
        _ = try checked(unsafe PQsendQuery(handle, sql) == 1 ? receive() : nil)
    }

    func begin() { begin("BEGIN ISOLATION LEVEL READ COMMITTED") }

    /// All its statements see one moment.
    func beginReading() { begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") }

    private func begin(_ sql: String) {
        trouble = .none
        firstError = nil
        openingStatement = sql
    }

    func commit() throws(StoreError) {
        switch commitOutcome() {
        case .done: return
        case .again(let error), .failed(let error): throw error
        case .lost: throw .unavailable("the connection to PostgreSQL broke")
        case .unknown(let text): throw .unknownOutcome(text)
        }
    }

    func rollback() {
        guard trouble != .lost else { return }
        guard openingStatement == nil else {
            openingStatement = nil
            return
        }
        do { try run("ROLLBACK") } catch { trouble = .lost }
    }
}

/// Counts warnings, and keeps libpq from printing them.
@safe private final class Notices {
    var warnings = 0

    /// The connection must not outlive it.
    init(_ handle: OpaquePointer) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe PQsetNoticeReceiver(
            handle,
            { context, notice in
                // PG_DIAG_SEVERITY_NONLOCALIZED is 'V'.
                guard let context = unsafe context, let severity = unsafe PQresultErrorField(notice, 0x56) else {
                    return
                }
                guard unsafe String(cString: severity) == "WARNING" else { return }
                unsafe Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().warnings += 1
            },
            context
        )
    }
}
