internal import Bytes
internal import Seal

/// MySQL and MariaDB, which differ in how a password is set.
struct MySQLServer: DatabaseServer {
    let authorities: String

    var kind: ServerKind {
        ServerKind(title: "MySQL", engines: ["mysql", "mariadb", "aurora-mysql"], port: 3306)
    }

    func nameLimit(_ engine: Text) -> NameLimit {
        NameLimit(count: engine == "mariadb" ? 80 : 32, isInBytes: false)
    }

    func connect(_ login: Login, isSecured: Bool) throws(Refusal) -> MySQLUser {
        MySQLUser(session: try MySQLSession(login, isSecured: isSecured, authorities: authorities))
    }
}

struct MySQLUser: DatabaseConnection {
    let session: MySQLSession

    /// A user without a password is not let in with one.
    var isProven: Bool { true }

    /// `%` of `app@%`.
    func origin() throws(Refusal) -> Text {
        let account = try session.rows("SELECT CURRENT_USER()").first ?? []
        guard let at = account.lastIndex(of: 0x40), let host = Text(utf8: account[(at + 1)...]) else {
            throw .statement("CURRENT_USER() is not USER@HOST")
        }
        return host
    }

    func ask() throws(Refusal) { _ = try session.rows("SELECT NOW()") }

    func changeOwnPassword(_ username: Text, to password: SecretBytes) throws(Refusal) {
        switch try passwordForm() {
        case .alterUser:
            try session.run("ALTER USER CURRENT_USER() IDENTIFIED BY ", .secret(password))
        case .setPassword: try setPassword([], password)
        }
    }

    /// The server's general log has statements as they were sent, so the digest goes first. An account with another method of
    /// authentication, or a server that checks passwords itself, refuses it.
    private func setPassword(_ account: [SQLPart], _ password: SecretBytes) throws(Refusal) {
        let start: [SQLPart] = ["SET PASSWORD"] + (account.isEmpty ? [] : [" FOR "] + account) + [" = "]
        do throws(Refusal) {
            return try session.run(start + [.quoted(NativePassword.digest(password))])
        } catch {
            guard case .statement = error else { throw error }
        }
        try session.run(start + ["PASSWORD(", .secret(password), ")"])
    }

    func provide(_ clone: Clone) throws(Refusal) {
        let account: [SQLPart] = [.quoted(clone.username), "@", .quoted(clone.origin)]
        // Not in a transaction, here: until the rights are there, nobody knows the password.
        try session.run(["CREATE USER IF NOT EXISTS "] + account + [" IDENTIFIED BY ", .secret(clone.interim)])
        let original: [SQLPart] = [.quoted(clone.original), "@", .quoted(clone.origin)]
        for line in try session.rows(["SHOW GRANTS FOR "] + original) {
            guard let grant = GrantLine(line, of: clone.original, at: clone.origin), !grant.saysNothing else {
                continue
            }
            try session.run([.plain(grant.head)] + account + [.plain(grant.tail)])
        }
        switch try passwordForm() {
        case .alterUser:
            try session.run(["ALTER USER "] + account + [" IDENTIFIED BY ", .secret(clone.password)])
        case .setPassword: try setPassword(account, clone.password)
        }
    }

    func remove(_ username: Text) throws(Refusal) {
        for host in try session.rows("SELECT Host FROM mysql.user WHERE User = ", .quoted(username)) {
            guard let host = Text(utf8: host) else { continue }
            try session.run("DROP USER IF EXISTS ", .quoted(username), "@", .quoted(host))
        }
    }

    private enum PasswordForm { case alterUser, setPassword }

    /// MariaDB's SET PASSWORD keeps to the account's own method of authentication, where its ALTER USER would change that; MySQL
    /// has had ALTER USER since 5.7.6, and takes no digests since 8.
    private func passwordForm() throws(Refusal) -> PasswordForm {
        let version = String(decoding: try session.rows("SELECT VERSION()").first ?? [], as: UTF8.self)
        if version.contains("MariaDB") { return .setPassword }
        let numbers = version.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
        return numbers.lexicographicallyPrecedes([5, 7, 6]) ? .setPassword : .alterUser
    }
}
