internal import Bytes
internal import Seal
internal import Services

/// Users of databases for the time of a rehearsal: as with alternating users, a master user makes them and gives them the rights
/// of the secret's user.
struct ScratchUsers<Server: DatabaseServer>: LoginStage {
    let server: Server

    var kind: ServerKind { server.kind }
    var needsAdmin: Bool { true }

    func raise(
        _ copy: SecretBytes, like value: SecretBytes, _ admin: SecretBytes?
    ) async throws(RotationFailure) {
        let door = Door(server: server, task: "prepare")
        let current = try Login(value, .current, for: kind)
        let scratch = try Login(copy, .current, for: kind)
        let master = try Login(admin: admin, of: current, for: kind)
        try await BlockingThreads.shared.run { () throws(RotationFailure) in
            // Whoever rehearses must own the user whose rights are copied, or the master would lend anybody's.
            let own = try door.open(current)
            let origin: Text
            do throws(Refusal) { origin = try own.origin() } catch { throw door.failure(error, current) }
            let connection = try door.open(master)
            let clone = Clone(
                username: scratch.username, password: scratch.password, original: current.username, origin: origin,
                interim: scratch.password)
            do throws(Refusal) { try connection.provide(clone) } catch { throw door.failure(error, master) }
        }
    }

    func strike(_ username: Text, of value: SecretBytes, _ admin: SecretBytes?) async throws(RotationFailure) {
        let door = Door(server: server, task: "cleanUp")
        let current = try Login(value, .current, for: kind)
        let master = try Login(admin: admin, of: current, for: kind)
        let alternate = try AlternateName.of(username, server.nameLimit(current.engine))
        try await BlockingThreads.shared.run { () throws(RotationFailure) in
            let connection = try door.open(master)
            do throws(Refusal) {
                for name in [alternate, username] { try connection.remove(name) }
            } catch { throw door.failure(error, master) }
        }
    }
}
