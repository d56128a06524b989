internal import Bytes
internal import Seal

struct PostgresServer: DatabaseServer {
    let authorities: String

    var kind: ServerKind { ServerKind(title: "PostgreSQL", engines: ["postgres", "aurora-postgresql"], port: 5432) }

    /// NAMEDATALEN less the NUL; longer names would be cut off in silence.
    func nameLimit(_ engine: Text) -> NameLimit { NameLimit(count: 63, isInBytes: true) }

    func connect(_ login: Login, isSecured: Bool) throws(Refusal) -> PostgresUser {
        PostgresUser(session: try PostgresSession(login, isSecured: isSecured, authorities: authorities))
    }
}

/// Passwords leave this process as verifiers: no log of the server ever holds one.
struct PostgresUser: DatabaseConnection {
    let session: PostgresSession

    var isProven: Bool { session.wasAskedForPassword }

    func origin() throws(Refusal) -> Text { "" }

    func ask() throws(Refusal) { _ = try session.run("SELECT NOW()") }

    func changeOwnPassword(_ username: Text, to password: SecretBytes) throws(Refusal) {
        try inTransaction { encryption throws(Refusal) in
            try setPassword("ALTER USER", username, password, encryption)
        }
    }

    func provide(_ clone: Clone) throws(Refusal) {
        try inTransaction { encryption throws(Refusal) in
            let known = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1"
            guard try session.run(known, [clone.username.string]).rowCount == 0 else {
                return try setPassword("ALTER USER", clone.username, clone.password, encryption)
            }
            try setPassword("CREATE USER", clone.username, clone.password, encryption)
            let (original, member) = (try session.identifier(clone.original), try session.identifier(clone.username))
            _ = try session.run("GRANT \(original) TO \(member)")
        }
    }

    func remove(_ username: Text) throws(Refusal) {
        _ = try session.run("DROP ROLE IF EXISTS \(try session.identifier(username))")
    }

    private func setPassword(
        _ verb: String, _ username: Text, _ password: SecretBytes, _ encryption: String
    ) throws(Refusal) {
        let verifier = try session.verifier(
            password, for: username, algorithm: encryption == "scram-sha-256" ? encryption : "md5")
        _ = try session.run("\(verb) \(try session.identifier(username)) PASSWORD \(try session.literal(verifier))")
    }

    /// Hands on how the server keeps passwords.
    private func inTransaction(_ body: (_ encryption: String) throws(Refusal) -> Void) throws(Refusal) {
        _ = try session.run("BEGIN")
        let encryption = try session.run(Self.settings).text ?? ""
        try body(encryption)
        guard try session.run("COMMIT").command == "COMMIT" else { throw .statement("the transaction was rolled back") }
    }

    /// All in one round trip. A server that forgot the password in a crash would refuse the one that is current by then, so the
    /// commit waits for its disk.
    private static let settings = """
        SELECT pg_catalog.current_setting('password_encryption'),
            pg_catalog.set_config('search_path', 'pg_catalog', true),
            pg_catalog.set_config('statement_timeout', '30s', true),
            pg_catalog.set_config('synchronous_commit',
                pg_catalog.replace(pg_catalog.current_setting('synchronous_commit'), 'off', 'on'), true)
        """
}
