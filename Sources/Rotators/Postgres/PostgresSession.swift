internal import Bytes
internal import CLibPQ
internal import Glibc
internal import Seal

/// A connection of libpq, used on one thread. No wait is longer than the time that its kind may take.
@safe final class PostgresSession {
    private let handle: OpaquePointer

    /// - Parameter isSecured: TLS, its certificate for this host and from `authorities`.
    init(_ login: Login, isSecured: Bool, authorities: String) throws(Refusal) {
        let settings = PostgresSettings(login, isSecured: isSecured, authorities: authorities)
        guard let handle = unsafe settings.start(login.password) else { throw .unreachable("libpq has no memory") }
        unsafe self.handle = unsafe handle
        // Codes instead of the server's words: those come in any language and may repeat what they were sent.
        unsafe PQsetErrorVerbosity(handle, PQERRORS_SQLSTATE)
        unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try connect()
    }

    deinit { unsafe PQfinish(handle) }

    var wasAskedForPassword: Bool { unsafe PQconnectionUsedPassword(handle) == 1 }

    private func connect() throws(Refusal) {
        var phase = unsafe PQstatus(handle)
        var wanted = PGRES_POLLING_WRITING
        while phase != CONNECTION_BAD {
            guard wait(for: wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, milliseconds: 5000) else {
                throw .unreachable("no answer within 5 seconds")
            }
            phase = unsafe PQstatus(handle)
            wanted = unsafe PQconnectPoll(handle)
            if wanted == PGRES_POLLING_OK { return }
            if wanted == PGRES_POLLING_FAILED { break }
        }
        throw unsafe PostgresWords.refusal(String(cString: PQerrorMessage(handle)), phase)
    }

    func run(_ sql: String, _ values: [String] = []) throws(Refusal) -> PostgresAnswer {
        var texts = unsafe values.map { unsafe UnsafePointer(strdup($0)) }
        defer { unsafe texts.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
        let isSent = unsafe PQsendQueryParams(handle, sql, Int32(values.count), nil, &texts, nil, nil, 0)
        guard isSent == 1 else { throw .unreachable("the connection broke") }
        var last: PostgresAnswer?
        while true {
            while unsafe PQisBusy(handle) == 1 {
                guard wait(for: POLLIN, milliseconds: 35_000) else { throw .unreachable("no answer within 35 seconds") }
                guard unsafe PQconsumeInput(handle) == 1 else { throw .unreachable("the connection broke") }
            }
            guard let result = unsafe PQgetResult(handle) else { break }
            let answer = unsafe PostgresAnswer(taking: result)
            if last?.isGood != false { last = answer }
        }
        guard let last, last.isGood else { throw PostgresWords.refusal(code: last?.code) }
        return last
    }

    func identifier(_ name: Text) throws(Refusal) -> String {
        try unsafe taken(PQescapeIdentifier(handle, name.string, name.utf8.count))
    }

    func literal(_ text: String) throws(Refusal) -> String {
        try unsafe taken(PQescapeLiteral(handle, text, text.utf8.count))
    }

    /// What the server keeps instead of the password.
    func verifier(_ password: SecretBytes, for username: Text, algorithm: String) throws(Refusal) -> String {
        try unsafe taken(
            Wipe.withCString(password) { password in
                unsafe PQencryptPasswordConn(handle, password, username.string, algorithm)
            })
    }

    private func taken(_ made: UnsafeMutablePointer<CChar>?) throws(Refusal) -> String {
        guard let made = unsafe made else { throw .statement("a name or password is not UTF-8") }
        defer { unsafe PQfreemem(made) }
        return unsafe String(cString: made)
    }

    private func wait(for event: Int32, milliseconds: Int32) -> Bool {
        while true {
            var descriptor = pollfd(fd: unsafe PQsocket(handle), events: Int16(event), revents: 0)
            let ready = unsafe poll(&descriptor, 1, milliseconds)
            if ready > 0 { return true }
            guard ready < 0, errno == EINTR else { return false }
        }
    }
}

/// An answer, in libpq's memory until it goes.
@safe final class PostgresAnswer {
    private let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }
    deinit { unsafe PQclear(pointer) }

    var isGood: Bool {
        let status = unsafe PQresultStatus(pointer)
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
    }
    /// The SQLSTATE.
    var code: String? {
        guard let code = unsafe PQresultErrorField(pointer, 0x43) else { return nil }
        return unsafe String(cString: code)
    }
    var command: String { unsafe String(cString: PQcmdStatus(pointer)) }
    var rowCount: Int32 { unsafe PQntuples(pointer) }
    /// The first column of the first row.
    var text: String? {
        guard rowCount > 0 else { return nil }
        return unsafe String(cString: PQgetvalue(pointer, 0, 0))
    }
}
