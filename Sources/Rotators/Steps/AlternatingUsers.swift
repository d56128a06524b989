internal import Bytes
internal import Seal
internal import Services

/// Two users with the same rights in turn: the current user's password stays good until the next rotation but one.
struct AlternatingUsers<Server: DatabaseServer>: NativeRotator {
    let server: Server
    let name: Text

    var summary: Text {
        "Alternates between a \(server.kind.title) user and its clone (user, user_clone), whom the master user makes and gives its password. The user before keeps working."
    }
    var schema: [RotatorField] {
        RotatorField.login(server.kind) + [.database, .master(isRequired: true, "create users and grant")]
    }

    func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure) {
        let door = Door(server: server, step: event.step)
        switch event.step {
        case .create:
            let current = try await vault.login(.current, for: server.kind)
            let alternate = try AlternateName.of(current.username, server.nameLimit(current.engine))
            // Better now than after the pending value is there.
            _ = try await vault.master(of: current, for: server.kind)
            try await Creation.run(vault) { document throws(RotationFailure) in
                try document.replace("username", alternate)
            }
        case .set:
            let pending = try await vault.login(.pending, for: server.kind)
            let current = try await vault.login(.current, for: server.kind)
            let alternate = try AlternateName.of(current.username, server.nameLimit(current.engine))
            try pending.mustBe(alternate, at: current)
            let master = try await vault.master(of: current, for: server.kind)
            let interim = try await vault.password(PasswordRules())
            try await BlockingThreads.shared.run { () throws(RotationFailure) in
                try Self.set(door, pending, current, master, interim)
            }
        case .test: try await Proof.run(door, vault)
        case .finish: break
        }
    }

    private static func set(
        _ door: Door<Server>, _ pending: Login, _ current: Login, _ master: Login, _ interim: SecretBytes
    ) throws(RotationFailure) {
        if try door.openIfLetIn(pending) != nil { return }
        // Whoever owns the secret must be the user whose rights are copied, or the master would lend anybody's.
        guard let own = try door.openIfLetIn(current) else {
            throw RotationFailure(
                "LoginRefused",
                "\(door.prefix(current)) refused the user \(Shown.text(current.username)) with the current password, so \(Shown.text(pending.username)) does not get its rights. Set it in the database, or put the right one into the secret with PutSecretValue."
            )
        }
        let origin: Text
        do throws(Refusal) { origin = try own.origin() } catch { throw door.failure(error, current) }
        let connection = try door.open(master)
        let clone = Clone(
            username: pending.username, password: pending.password, original: current.username, origin: origin,
            interim: interim)
        do throws(Refusal) { try connection.provide(clone) } catch { throw door.failure(error, master) }
    }
}
