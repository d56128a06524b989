internal import Bytes
internal import Primitives
internal import Seal
internal import Services

/// Commands about users, as somebody who is logged in.
struct RedisSession: Sendable {
    let connection: RedisConnection
    private let explanation: Explanation

    init(_ connection: RedisConnection, _ login: Login, _ task: Text) {
        self.connection = connection
        explanation = Explanation(task: task, title: RedisServer.kind.title, login: login)
    }

    /// Repeated as it is after a crash. Redis gets digests only: MONITOR and its logs show commands.
    func setPasswords(
        of username: Text, _ pending: SecretBytes, _ current: SecretBytes
    ) async throws(RotationFailure) {
        // SETUSER would make a user that is not there.
        if username != explanation.login.username, case .null = try await checked("ACL", "GETUSER", username) {
            throw refused("there is no user \(Shown.text(username))")
        }
        _ = try await checked(
            "ACL", "SETUSER", username, "resetpass", "#\(Self.digest(pending))", "#\(Self.digest(current))")
        try await persist()
    }

    /// A user who may log in and rotate itself; made anew if it is there.
    func makeUser(_ username: Text, _ password: SecretBytes) async throws(RotationFailure) {
        _ = try await checked(
            "ACL", "SETUSER", username, "reset", "on", "#\(Self.digest(password))", "+ping", "+auth", "+acl|setuser",
            "+acl|getuser", "+acl|save", "+config|rewrite")
    }

    func removeUser(_ username: Text) async throws(RotationFailure) {
        _ = try await checked("ACL", "DELUSER", username)
        try await persist()
    }

    /// A server that starts again with the passwords of before would refuse the one that is current by then.
    private func persist() async throws(RotationFailure) {
        guard case .error(let text) = try await send(["ACL", "SAVE"]) else { return }
        guard text.contains("not configured to use an ACL file") else { throw mayNot("ACL SAVE", text) }
        guard case .error(let text) = try await send(["CONFIG", "REWRITE"]) else { return }
        // Such a server forgets all its users; and where CONFIG is unknown, somebody else runs it.
        let isHarmless = text.contains("without a config file") || text.contains("unknown command")
        guard isHarmless else { throw mayNot("CONFIG REWRITE", text) }
    }

    private func mayNot(_ command: String, _ text: String) -> RotationFailure {
        refused(
            "\(command) failed (\(RedisServer.code(text))), so the new password would not outlive a restart. Allow the user \(command), or name a master user in \"masterarn\" who may"
        )
    }

    private func checked(_ words: Text...) async throws(RotationFailure) -> RedisReply {
        let reply = try await send(words)
        guard case .error(let text) = reply else { return reply }
        let command = words.prefix(2).map(\.string).joined(separator: " ")
        throw refused(
            "\(command) failed (\(RedisServer.code(text))). Allow the user \(command), or name a master user in \"masterarn\" who may"
        )
    }

    private func send(_ words: [Text]) async throws(RotationFailure) -> RedisReply {
        do throws(Refusal) { return try await connection.command(words.map(\.bytes)) } catch {
            throw explanation.failure(error)
        }
    }

    private func refused(_ reason: String) -> RotationFailure { explanation.failure(.statement(reason)) }

    private static func digest(_ password: SecretBytes) -> Text {
        Hex.encode(password.reveal { SHA256.hash($0) }.bytes)
    }
}
