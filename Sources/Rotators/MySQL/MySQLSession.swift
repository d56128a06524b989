internal import Bytes
internal import CMariaDB
internal import Seal

/// A connection of libmariadb, used on one thread.
@safe final class MySQLSession {
    private let handle: UnsafeMutablePointer<MYSQL>

    init(_ login: Login, isSecured: Bool, authorities: String) throws(Refusal) {
        guard let handle = unsafe mysql_init(nil) else { throw .unreachable("libmariadb has no memory") }
        unsafe self.handle = unsafe handle
        set(MYSQL_OPT_CONNECT_TIMEOUT, UInt32(5))
        set(MYSQL_OPT_READ_TIMEOUT, UInt32(30))
        set(MYSQL_OPT_WRITE_TIMEOUT, UInt32(30))
        // The host `localhost` would be a socket, where the system vouches for the server's own user.
        set(MYSQL_OPT_PROTOCOL, MYSQL_PROTOCOL_TCP.rawValue)
        // A server may ask for files of the client, and for its password in clear text.
        set(MYSQL_OPT_LOCAL_INFILE, UInt32(0))
        set(MARIADB_OPT_RESTRICTED_AUTH, "mysql_native_password,caching_sha2_password,client_ed25519")
        set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
        if isSecured {
            set(MYSQL_OPT_SSL_CA, authorities)
            set(MYSQL_OPT_SSL_ENFORCE, CChar(1))
            set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, CChar(1))
        }
        let database = login.database?.string
        let isOpen = unsafe Wipe.withCString(login.password) { password in
            unsafe mysql_real_connect(
                handle, login.host.string, login.username.string, password, database, UInt32(login.port), nil, 0) != nil
        }
        guard isOpen else { throw refusalOfConnecting(isSecured) }
        // Quotes and backslashes then mean what the escaping below takes them for.
        try run("SET SESSION sql_mode = ''")
    }

    deinit { unsafe mysql_close(handle) }

    private func set<T: BitwiseCopyable>(_ option: mysql_option, _ value: T) {
        var value = value
        _ = unsafe withUnsafeBytes(of: &value) { unsafe mysql_options(handle, option, $0.baseAddress) }
    }

    private func set(_ option: mysql_option, _ value: String) {
        _ = unsafe value.withCString { unsafe mysql_options(handle, option, $0) }
    }

    func run(_ parts: SQLPart...) throws(Refusal) { try run(parts) }
    func run(_ parts: [SQLPart]) throws(Refusal) { _ = try rows(parts) }
    func rows(_ parts: SQLPart...) throws(Refusal) -> [[UInt8]] { try rows(parts) }

    /// The first column of each row.
    func rows(_ parts: [SQLPart]) throws(Refusal) -> [[UInt8]] {
        var sql: [UInt8] = []
        defer { Wipe.wipe(&sql) }
        // Grown at once, so that no outgrown copy is left behind.
        sql.reserveCapacity(parts.reduce(0) { $0 + room($1) })
        for part in parts { append(part, to: &sql) }
        let code = unsafe sql.withUnsafeBytes { raw in
            unsafe mysql_real_query(handle, raw.baseAddress?.assumingMemoryBound(to: CChar.self), UInt(raw.count))
        }
        guard code == 0 else { throw refusal }
        guard let result = unsafe mysql_store_result(handle) else {
            guard unsafe mysql_errno(handle) == 0 else { throw refusal }
            return []
        }
        defer { unsafe mysql_free_result(result) }
        var rows: [[UInt8]] = []
        while let row = unsafe mysql_fetch_row(result) {
            guard let lengths = unsafe mysql_fetch_lengths(result), let start = unsafe row[0] else { continue }
            rows.append(unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: Int(lengths[0]))))
        }
        return rows
    }

    private func room(_ part: SQLPart) -> Int {
        switch part {
        case .plain(let bytes): bytes.count
        case .quoted(let text): text.utf8.count * 2 + 3
        case .secret(let secret): secret.count * 2 + 3
        }
    }

    private func append(_ part: SQLPart, to sql: inout [UInt8]) {
        switch part {
        case .plain(let bytes): sql += bytes
        case .quoted(let text): appendLiteral(text.bytes, to: &sql)
        case .secret(let secret):
            var bytes = secret.revealBytes()
            defer { Wipe.wipe(&bytes) }
            appendLiteral(bytes, to: &sql)
        }
    }

    private func appendLiteral(_ bytes: [UInt8], to sql: inout [UInt8]) {
        var escaped = [UInt8](repeating: 0, count: bytes.count * 2 + 1)
        defer { Wipe.wipe(&escaped) }
        let length = unsafe escaped.withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                unsafe mysql_real_escape_string(
                    handle, target.baseAddress?.assumingMemoryBound(to: CChar.self),
                    source.baseAddress?.assumingMemoryBound(to: CChar.self), UInt(source.count))
            }
        }
        sql.append(0x27)
        sql += escaped[..<Int(length)]
        sql.append(0x27)
    }

    private var refusal: Refusal { MySQLWords.refusal(unsafe mysql_errno(handle)) }

    private func refusalOfConnecting(_ isSecured: Bool) -> Refusal {
        unsafe MySQLWords.refusalOfConnecting(mysql_errno(handle), String(cString: mysql_error(handle)))
    }
}
