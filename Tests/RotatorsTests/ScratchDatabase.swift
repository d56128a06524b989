import Bytes
import Foundation
import Seal
import Testing

@testable import Rotators

/// A database with a user `master`, who may do everything, and TLS by an authority of its own.
protocol ScratchDatabase: Sendable {
    associatedtype Server: DatabaseServer

    var process: ScratchServer { get }
    var server: Server { get }
    /// For the secrets.
    var engine: Text { get }
    /// With the right to read and write what the tests look at.
    func make(_ user: Text, _ password: Text) throws
    /// Whether a user has the rights of those that ``make(_:_:)`` makes.
    func mayWork(_ user: Text, _ password: Text) throws -> Bool
}

extension ScratchDatabase {
    static var masterPassword: Text { "master's \"pass\\word\"" }

    func secret(
        _ user: Text, _ password: Text, host: Text = "127.0.0.1", port: UInt16? = nil, master: Text? = nil,
        ssl: Document = .null
    ) -> String {
        var fields: [(Text, Document)] = [
            ("engine", .string(engine)), ("host", .string(host)), ("port", .integer(Int64(port ?? process.port))),
            ("username", .string(user)), ("password", .string(password)), ("note", .string("stays")),
        ]
        if let master { fields.append(("masterarn", .string(master))) }
        if case .null = ssl {} else { fields.append(("ssl", ssl)) }
        return json(fields)
    }

    func login(_ user: Text, _ password: Text) throws -> Login {
        try Login(SecretBytes(Array(secret(user, password).utf8)), .current, for: server.kind)
    }

    func master() throws -> Server.Connection {
        try server.connect(try login("master", Self.masterPassword), isSecured: false)
    }

    func opens(_ user: Text, _ password: Text?) throws -> Bool {
        do throws(Refusal) {
            let login: Login
            do { login = try self.login(user, password ?? "") } catch { return false }
            try server.connect(login, isSecured: false).ask()
            return true
        } catch {
            if case .login = error { return false }
            throw error
        }
    }

    func waitUntilUp() async throws {
        try await process.waitUntil { (try? master().ask()) != nil }
    }

    /// - Parameter server: another one than the scratch server's own, with other authorities.
    func single(_ server: Server? = nil) -> SingleUser<Server> {
        SingleUser(server: server ?? self.server, name: "single")
    }
    func alternating() -> AlternatingUsers<Server> { AlternatingUsers(server: server, name: "alternating") }
}

struct ScratchPostgres: ScratchDatabase {
    static let binaries: String? = {
        guard let folder = try? ScratchServer.capture(["pg_config", "--bindir"]) else { return nil }
        return FileManager.default.isExecutableFile(atPath: folder + "/initdb") ? folder : nil
    }()
    static let shared = Task { try await ScratchPostgres() }

    let process: ScratchServer
    let server: PostgresServer
    var engine: Text { "postgres" }

    init(hasTLS: Bool = true) async throws {
        let folder = try ScratchServer.newFolder()
        let binaries = try #require(Self.binaries)
        let (data, port) = (folder + "/data", try ScratchServer.freePort())
        try ScratchServer.makeCertificates(folder)
        try Data(Self.masterPassword.bytes).write(to: URL(fileURLWithPath: folder + "/password"))
        // PostgreSQL refuses to run as root.
        let isRoot = geteuid() == 0
        let asPostgres = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        if isRoot { try ScratchServer.capture(["chown", "-R", "postgres", folder]) }
        try ScratchServer.capture(
            asPostgres + [binaries + "/initdb", "-D", data, "-E", "UTF8", "--locale=C", "-A", "scram-sha-256"]
                + ["-U", "master", "--pwfile=\(folder)/password", "-N"])
        let hba = "local all all scram-sha-256\nhost all trusted all trust\nhost all all all scram-sha-256\n"
        try Data(hba.utf8).write(to: URL(fileURLWithPath: data + "/pg_hba.conf"))
        process = try ScratchServer(
            folder, port,
            asPostgres + [binaries + "/postgres", "-D", data, "-p", "\(port)", "-k", folder, "-F"]
                + [
                    "-c", "listen_addresses=*", "-c", "ssl=\(hasTLS ? "on" : "off")", "-c",
                    "ssl_cert_file=\(folder)/server.pem",
                ]
                + ["-c", "ssl_key_file=\(folder)/server.key", "-c", "log_statement=all"])
        server = PostgresServer(authorities: folder + "/ca.pem")
        try await waitUntilUp()
        let session = try master().session
        _ = try session.run("CREATE TABLE work (id int)")
        // Grants on one table at the same time get into each other's way.
        _ = try session.run("CREATE ROLE worker")
        _ = try session.run("GRANT ALL ON work TO worker")
    }

    func make(_ user: Text, _ password: Text) throws {
        let session = try master().session
        let name = try session.identifier(user)
        _ = try session.run("CREATE USER \(name) PASSWORD \(try session.literal(password.string)) IN ROLE worker")
    }

    func mayWork(_ user: Text, _ password: Text) throws -> Bool {
        let session = try server.connect(try login(user, password), isSecured: false).session
        return (try? session.run("INSERT INTO work VALUES (1)")) != nil
    }
}

struct ScratchMariaDB: ScratchDatabase {
    static var isInstalled: Bool { ScratchServer.isInstalled("mariadbd") }
    static let shared = Task { try await ScratchMariaDB() }

    let process: ScratchServer
    let server: MySQLServer
    var engine: Text { "mariadb" }

    init(hasTLS: Bool = true) async throws {
        let folder = try ScratchServer.newFolder()
        let (data, port) = (folder + "/data", try ScratchServer.freePort())
        try ScratchServer.makeCertificates(folder)
        let sql = """
            CREATE USER 'master'@'%' IDENTIFIED BY 'master''s "pass\\\\word"';
            GRANT ALL ON *.* TO 'master'@'%' WITH GRANT OPTION;
            CREATE DATABASE IF NOT EXISTS work;
            CREATE TABLE IF NOT EXISTS work.work (id int);
            CREATE ROLE IF NOT EXISTS reader WITH ADMIN 'master'@'%';

            """
        try Data(sql.replacing("CREATE USER", with: "CREATE USER IF NOT EXISTS").utf8)
            .write(to: URL(fileURLWithPath: folder + "/init.sql"))
        let user = geteuid() == 0 ? ["--user=mysql"] : []
        if geteuid() == 0 { try ScratchServer.capture(["chown", "-R", "mysql", folder]) }
        try ScratchServer.capture(
            ["TMPDIR=\(folder)", "mariadb-install-db", "--no-defaults", "--datadir=\(data)", "--skip-test-db"]
                + ["--auth-root-authentication-method=normal"] + user)
        process = try ScratchServer(
            folder, port,
            ["/usr/sbin/mariadbd", "--no-defaults", "--datadir=\(data)", "--port=\(port)", "--bind-address=*"] + user
                + ["--tmpdir=\(folder)"]
                + ["--socket=\(folder)/s", "--pid-file=\(folder)/pid", "--skip-name-resolve", "--skip-log-bin"]
                + ["--init-file=\(folder)/init.sql", "--general-log", "--general-log-file=\(folder)/general"]
                + (hasTLS ? ["--ssl-cert=\(folder)/server.pem", "--ssl-key=\(folder)/server.key"] : [])
                + ["--innodb-buffer-pool-size=16M", "--plugin-maturity=unknown"])
        server = MySQLServer(authorities: folder + "/ca.pem")
        try await waitUntilUp()
    }

    func make(_ user: Text, _ password: Text) throws {
        let session = try master().session
        let account: [SQLPart] = [.quoted(user), "@'%'"]
        try session.run(["CREATE USER "] + account + [" IDENTIFIED BY ", .quoted(password)])
        try session.run(["GRANT SELECT, INSERT ON work.* TO "] + account + [" WITH GRANT OPTION"])
    }

    func mayWork(_ user: Text, _ password: Text) throws -> Bool {
        let session = try server.connect(try login(user, password), isSecured: false).session
        return (try? session.run("INSERT INTO work.work VALUES (1)")) != nil
    }
}
