internal import Bytes
internal import Seal
internal import Services

struct RedisServer: Sendable {
    let authorities: String?

    static let kind = ServerKind(title: "Redis", engines: ["redis", "valkey"], port: 6379)

    /// Logged in. As with a ``Door``, clear text only on this machine or where the secret says so.
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
        if login.ssl == nil, Host.isLoopback(login.host), let plain = try await plain(login) { return plain }
        return try await RedisConnection.open(login, isSecured: true, authorities: authorities)
    }

    /// On this machine, what answers in clear text has no TLS on that port; such a port says nothing at all to the beginning of
    /// TLS.
    private func plain(_ login: Login) async throws(Refusal) -> RedisConnection? {
        let connection = try await RedisConnection.open(login, isSecured: false, authorities: nil)
        do throws(Refusal) {
            _ = try await connection.command([Array("PING".utf8)], seconds: 5)
            return connection
        } catch {
            await connection.close()
            return nil
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
