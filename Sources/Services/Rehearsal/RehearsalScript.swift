internal import Bytes
internal import Seal

/// What a rehearsal gives to the function, so that nothing outside is touched that the secret is for.
enum RehearsalScript: Sendable {
    /// The secret's own value: the function has no effect outside.
    case copy
    /// The secret's login, for a user made for the rehearsal.
    case cast(any RehearsalStage, admin: Text?)
    /// The value of another secret, whose owner lent it for this.
    case lent(Text)

    static let notRehearsable: Text = "NotRehearsable"

    init(
        _ value: SecretBytes, _ function: Text, _ options: RehearsalDuty.Options, in place: Place, _ house: House
    ) throws(RotationFailure) {
        if let lender = options.valueFrom {
            self = .lent(lender)
            return
        }
        if Rotation.native(function, in: place, house)?.reachesOut == false {
            self = .copy
            return
        }
        guard let stage = house.stages.first(where: { $0.fits(value) }) else {
            throw RotationFailure(
                Self.notRehearsable,
                "The secret's value is not a login in which a user for a rehearsal can be made, so \(function) would change with the copy what it changes with the secret. Lend it another value (ValueFromSecretId, --value-of): that of a secret whose policy allows secretsmanager:GetSecretValue to the service secretsmanager.amazonaws.com."
            )
        }
        let admin = options.admin ?? stage.admin(of: value)
        guard admin != nil || !stage.needsAdmin else {
            throw RotationFailure(
                Self.notRehearsable,
                "A rehearsal makes a user of its own, and the secret names nobody who may: it has no \"masterarn\". Name the secret of a user who may create users (AdminSecretId, --admin), or lend another login (ValueFromSecretId, --value-of)."
            )
        }
        self = .cast(stage, admin: admin)
    }
}
