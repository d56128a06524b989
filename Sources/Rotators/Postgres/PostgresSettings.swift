internal import Bytes
internal import CLibPQ
internal import Glibc
internal import Seal

/// A connection's parameters. None is left to the environment or the home folder of the server, which are not the secret's.
struct PostgresSettings {
    private var settings: [(String, String)]

    init(_ login: Login, isSecured: Bool, authorities: String) {
        settings = [
            ("host", login.host.string), ("port", "\(login.port)"), ("user", login.username.string),
            ("dbname", login.database?.string ?? "postgres"), ("passfile", "/dev/null"),
            ("sslmode", isSecured ? "verify-full" : "disable"), ("sslrootcert", authorities),
            ("sslcert", "/nonexistent"), ("sslkey", "/nonexistent"), ("gssencmode", "disable"),
            ("target_session_attrs", "any"), ("client_encoding", "UTF8"), ("application_name", "undercroft rotation"),
            ("tcp_user_timeout", "35000"), ("connect_timeout", "5"),
        ]
    }

    func start(_ password: SecretBytes) -> OpaquePointer? {
        let keys = unsafe settings.map { unsafe UnsafePointer(strdup($0.0)) }
        let values = unsafe settings.map { unsafe UnsafePointer(strdup($0.1)) }
        defer { unsafe (keys + values).forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
        return unsafe Wipe.withCString(password) { password in
            unsafe "password".withCString { name in
                let allKeys = unsafe keys + [name, nil]
                let allValues = unsafe values + [password, nil]
                return unsafe PQconnectStartParams(allKeys, allValues, 0)
            }
        }
    }
}
