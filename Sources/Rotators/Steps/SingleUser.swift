internal import Bytes
internal import Services

/// One user whose password changes: for a moment the current password is refused already and the new one not current yet.
struct SingleUser<Server: DatabaseServer>: NativeRotator {
    let server: Server
    let name: Text

    var summary: Text {
        "Changes the password of a \(server.kind.title) user, who does it itself. Clients that log in between setSecret and finishSecret have to try again."
    }
    var schema: [RotatorField] { RotatorField.login(server.kind) + [.database] }

    func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure) {
        let door = Door(server: server, step: event.step)
        switch event.step {
        case .create:
            let current = try await vault.login(.current, for: server.kind)
            try await Creation.run(vault) { _ throws(RotationFailure) in _ = current }
        case .set:
            let pending = try await vault.login(.pending, for: server.kind)
            let current = try await vault.login(.current, for: server.kind)
            let previous = try await vault.previousLogin(for: server.kind)
            try pending.mustBe(current.username, at: current)
            try await BlockingThreads.shared.run { () throws(RotationFailure) in
                try Self.set(door, pending, current, previous)
            }
        case .test: try await Proof.run(door, vault)
        case .finish: break
        }
    }

    private static func set(
        _ door: Door<Server>, _ pending: Login, _ current: Login, _ previous: Login?
    ) throws(RotationFailure) {
        // The current password first: as a rule it is the right one, and servers lock users out for wrong ones.
        for login in [current, pending, previous].compactMap(\.self) {
            // The previous value may be of another time: what it names is not to be changed now.
            guard login.username == current.username, Host.isSame(login.host, current.host), login.port == current.port,
                let connection = try door.openIfLetIn(login)
            else { continue }
            if login.stage == .pending { return }
            do throws(Refusal) {
                try connection.changeOwnPassword(pending.username, to: pending.password)
            } catch { throw door.failure(error, login) }
            return
        }
        throw RotationFailure(
            "LoginRefused",
            "\(door.prefix(pending)) refused the user \(Shown.text(pending.username)) with the pending, the current and the previous password. Set the current one in the database, or put the right one into the secret with PutSecretValue."
        )
    }
}

/// testSecret: the new password opens the database.
enum Proof {
    static func run<Server>(
        _ door: Door<Server>, _ vault: any RotationVault
    ) async throws(RotationFailure) {
        let pending = try await vault.login(.pending, for: door.server.kind)
        try await BlockingThreads.shared.run { () throws(RotationFailure) in
            guard let connection = try door.openIfLetIn(pending) else {
                throw RotationFailure(
                    "LoginRefused",
                    "\(door.prefix(pending)) refused the user \(Shown.text(pending.username)) with the pending password."
                )
            }
            do throws(Refusal) { try connection.ask() } catch { throw door.failure(error, pending) }
        }
    }
}
