internal import Bytes
internal import Seal
internal import Services

struct RedisServer: Sendable {
    let authorities: String?

    static let kind = ServerKind(title: "Redis", engines: ["redis", "valkey"], port: 6379)

    /// As ``Door``: clear text only on this machine, or where the secret says so. Logged in.
    func open(_ login: Login) async throws(Refusal) -> RedisConnection {
        let connection = try await connect(login)
        do throws(Refusal) {
            let reply = try await connection.command([
                Array("AUTH".utf8), login.username.bytes, login.password.revealBytes(),
            ])
            if case .error(let text) = reply { throw Self.refusalOfLogin(text) }
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    private func connect(_ login: Login) async throws(Refusal) -> RedisConnection {
        if login.ssl == false {
            return try await RedisConnection.open(login, isSecured: false, authorities: authorities)
        }
        do throws(Refusal) {
            return try await RedisConnection.open(login, isSecured: true, authorities: authorities)
        } catch {
            guard case .unsecured = error, login.ssl == nil, Host.isLoopback(login.host) else { throw error }
            return try await RedisConnection.open(login, isSecured: false, authorities: authorities)
        }
    }

    private static func refusalOfLogin(_ text: String) -> Refusal {
        switch code(text) {
        case "WRONGPASS": .login("wrong password, or no such user, or it is off")
        case "LOADING": .unreachable("it is loading its data")
        default: .statement("AUTH failed (\(code(text))); users with names need Redis 6 or newer")
        }
    }

    /// The first word: what follows may repeat the command.
    static func code(_ text: String) -> String {
        let word = text.prefix { $0 != " " }
        return word.utf8.allSatisfy { (0x41...0x5A).contains($0) } && word.count <= 16 ? String(word) : "ERR"
    }
}
