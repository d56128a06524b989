package import Bytes
package import Seal

/// Servers in which a rehearsal gets a user of its own, with the rights of the secret's user.
package protocol RehearsalStage: Sendable {
    /// Whether making users takes somebody else than the secret's user.
    var needsAdmin: Bool { get }

    /// Whether `value` is a login of such a server.
    func fits(_ value: SecretBytes) -> Bool
    /// ARN of the secret of the user who may make users, where `value` names one.
    func admin(of value: SecretBytes) -> Text?
    /// `value` for another user.
    func cast(
        _ value: SecretBytes, as username: Text, _ password: SecretBytes
    ) throws(RotationFailure) -> SecretBytes
    /// Makes the user of `copy`, or gives it its password again, like the user of `value`, who must be let in.
    ///
    /// - Parameter admin: the value of ``admin(of:)``'s secret.
    func raise(_ copy: SecretBytes, like value: SecretBytes, _ admin: SecretBytes?) async throws(RotationFailure)
    /// Takes away the user of that name, and whoever alternates with it.
    func strike(_ username: Text, of value: SecretBytes, _ admin: SecretBytes?) async throws(RotationFailure)
}
