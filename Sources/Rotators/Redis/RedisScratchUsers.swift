internal import Bytes
internal import Seal
internal import Services

/// Users of Redis for the time of a rehearsal. They may rotate themselves and nothing else: a rotation needs no keys.
struct RedisScratchUsers: LoginStage {
    let server: RedisServer

    var kind: ServerKind { RedisServer.kind }
    /// Who may change their own password may make users.
    var needsAdmin: Bool { false }

    func raise(
        _ copy: SecretBytes, like value: SecretBytes, _ admin: SecretBytes?
    ) async throws(RotationFailure) {
        let scratch = try Login(copy, .current, for: kind)
        try await asMaker("prepare", of: value, admin) { session throws(RotationFailure) in
            try await session.makeUser(scratch.username, scratch.password)
        }
    }

    func strike(_ username: Text, of value: SecretBytes, _ admin: SecretBytes?) async throws(RotationFailure) {
        try await asMaker("cleanUp", of: value, admin) { session throws(RotationFailure) in
            try await session.removeUser(username)
        }
    }

    private func asMaker(
        _ task: Text, of value: SecretBytes, _ admin: SecretBytes?,
        _ body: (RedisSession) async throws(RotationFailure) -> Void
    ) async throws(RotationFailure) {
        let current = try Login(value, .current, for: kind)
        let maker = admin == nil ? current : try Login(admin: admin, of: current, for: kind)
        // Whoever rehearses must own a user of that server.
        let own = try await open(current, task)
        await own.connection.close()
        let session = try await open(maker, task)
        do throws(RotationFailure) { try await body(session) } catch {
            await session.connection.close()
            throw error
        }
        await session.connection.close()
    }

    private func open(_ login: Login, _ task: Text) async throws(RotationFailure) -> RedisSession {
        do throws(Refusal) { return RedisSession(try await server.open(login), login, task) } catch {
            throw Explanation(task: task, title: kind.title, login: login).failure(error)
        }
    }
}
