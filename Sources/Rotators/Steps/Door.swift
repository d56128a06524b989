internal import Bytes
internal import Services

/// How a login becomes a connection, and a refusal words for the secret's owner.
///
/// With `"ssl": true` only TLS, verified. Without `ssl` the same, but on this machine clear text if TLS can't be had. Only
/// `"ssl": false` sends a password in clear text over a network.
struct Door<Server: DatabaseServer>: Sendable {
    let server: Server
    /// What the words of a refusal begin with: the step.
    let task: Text

    init(server: Server, step: RotationStep) { self.init(server: server, task: step.rawValue) }
    init(server: Server, task: Text) { (self.server, self.task) = (server, task) }

    func open(_ login: Login) throws(RotationFailure) -> Server.Connection {
        do throws(Refusal) { return try attempt(login) } catch { throw failure(error, login) }
    }

    /// `nil` if the server does not take user and password.
    func openIfLetIn(_ login: Login) throws(RotationFailure) -> Server.Connection? {
        let connection: Server.Connection
        do throws(Refusal) { connection = try attempt(login) } catch {
            if case .login = error { return nil }
            throw failure(error, login)
        }
        guard connection.isProven else {
            throw RotationFailure(
                "PasswordNotAsked",
                "\(prefix(login)) lets \(Shown.text(login.username)) in without asking for the password, so no rotation could be proven. Make it ask (pg_hba.conf: scram-sha-256 instead of trust)."
            )
        }
        return connection
    }

    private func attempt(_ login: Login) throws(Refusal) -> Server.Connection {
        if login.ssl == false { return try server.connect(login, isSecured: false) }
        do throws(Refusal) { return try server.connect(login, isSecured: true) } catch {
            guard case .unsecured = error, login.ssl == nil, Host.isLoopback(login.host) else { throw error }
            return try server.connect(login, isSecured: false)
        }
    }

    func failure(_ refusal: Refusal, _ login: Login) -> RotationFailure {
        Explanation(task: task, title: server.kind.title, login: login).failure(refusal)
    }

    func prefix(_ login: Login) -> String {
        Explanation(task: task, title: server.kind.title, login: login).prefix
    }
}

/// The words of a refusal: which step, which server, which user, and what to do.
struct Explanation {
    let task: Text
    let title: String
    let login: Login

    var prefix: String { "\(task): \(title) at \(login.host):\(login.port)" }

    func failure(_ refusal: Refusal) -> RotationFailure {
        let user = Shown.text(login.username)
        switch refusal {
        case .login(let reason):
            return RotationFailure(
                "LoginRefused", "\(prefix) refused the user \(user) with the \(login.stage.words) password: \(reason).")
        case .unsecured(let reason):
            let rest =
                login.ssl == true
                ? "\"ssl\" is true, so clear text is no way out."
                : "Set \"ssl\" to false in the secret if passwords may cross this network in clear text."
            return RotationFailure(
                "TLSRefused",
                "\(prefix) has no TLS that can be trusted: \(reason). Give it a certificate for that host from an authority that this node trusts. \(rest)"
            )
        case .unreachable(let reason):
            return RotationFailure(
                "Unreachable",
                "\(prefix) can't be reached: \(reason). Check \"host\" and \"port\" in the secret, and the way there from this node. It is tried again."
            )
        case .statement(let reason):
            return RotationFailure("StatementRefused", "\(prefix), as \(user): \(reason).")
        }
    }
}
