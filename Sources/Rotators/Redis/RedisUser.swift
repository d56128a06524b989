internal import Bytes
internal import Seal
internal import Services

/// A Redis user has the new and the current password at once, and loses the one before: no client is ever refused.
struct RedisUser: NativeRotator {
    let server: RedisServer

    var name: Text { "undercroft-rotate-redis-acl" }
    var summary: Text {
        "Gives a Redis user a new password beside the current one; the one before both ends. The user does it itself, or a master user."
    }
    var schema: [RotatorField] {
        RotatorField.login(RedisServer.kind) + [.master(isRequired: false, "ACL SETUSER, ACL GETUSER and ACL SAVE")]
    }

    func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure) {
        let kind = RedisServer.kind
        switch event.step {
        case .create:
            _ = try await vault.login(.current, for: kind)
            try await Creation.run(vault) { _ throws(RotationFailure) in }
        case .set:
            let pending = try await vault.login(.pending, for: kind)
            let current = try await vault.login(.current, for: kind)
            let previous = try await vault.previousLogin(for: kind)
            try pending.mustBe(current.username, at: current)
            try await set(pending, current, previous, vault)
        case .test:
            let pending = try await vault.login(.pending, for: kind)
            let session = RedisSession(try await open(pending, event.step), pending, event.step.rawValue)
            await session.connection.close()
        case .finish: break
        }
    }

    private func open(_ login: Login, _ step: RotationStep) async throws(RotationFailure) -> RedisConnection {
        do throws(Refusal) { return try await server.open(login) } catch {
            throw Explanation(task: step.rawValue, title: RedisServer.kind.title, login: login).failure(error)
        }
    }

    private func set(
        _ pending: Login, _ current: Login, _ previous: Login?, _ vault: any RotationVault
    ) async throws(RotationFailure) {
        // One of the secret's own passwords must open the server, or the master would lend anybody's user.
        let own = try await first([pending, current, previous].compactMap(\.self), like: current)
        do throws(RotationFailure) {
            if current.masterARN == nil {
                try await own.setPasswords(of: current.username, pending.password, current.password)
            } else {
                let login = try await vault.master(of: current, for: RedisServer.kind)
                let master = RedisSession(try await open(login, .set), login, RotationStep.set.rawValue)
                do throws(RotationFailure) {
                    try await master.setPasswords(of: current.username, pending.password, current.password)
                } catch {
                    await master.connection.close()
                    throw error
                }
                await master.connection.close()
            }
        } catch {
            await own.connection.close()
            throw error
        }
        await own.connection.close()
    }

    private func first(_ logins: [Login], like current: Login) async throws(RotationFailure) -> RedisSession {
        for login in logins {
            guard login.username == current.username, Host.isSame(login.host, current.host), login.port == current.port
            else { continue }
            do throws(Refusal) {
                return RedisSession(try await server.open(login), login, RotationStep.set.rawValue)
            } catch {
                if case .login = error { continue }
                throw Explanation(task: RotationStep.set.rawValue, title: RedisServer.kind.title, login: login).failure(
                    error)
            }
        }
        throw RotationFailure(
            "LoginRefused",
            "setSecret: Redis at \(current.host):\(current.port) refused the user \(Shown.text(current.username)) with the pending, the current and the previous password. Set the current one with ACL SETUSER, or put the right one into the secret with PutSecretValue."
        )
    }
}
