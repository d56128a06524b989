package import Bytes
package import Seal

/// The four steps of a rotation, as AWS spells them.
package enum RotationStep: Text, Sendable, CaseIterable {
    case create = "createSecret"
    case set = "setSecret"
    case test = "testSecret"
    case finish = "finishSecret"
}

/// What a rotation function is told: which version of which secret it is to bring forward.
package struct RotationEvent: Sendable {
    package var step: RotationStep
    package var secretARN: Text
    /// The version's id.
    package var token: Text

    package init(step: RotationStep, secretARN: Text, token: Text) {
        self.step = step
        self.secretARN = secretARN
        self.token = token
    }
}

/// A rotation function that is part of the server. A step must be safe to repeat: after a crash it is.
package protocol NativeRotator: Sendable {
    /// The function's name, `undercroft-rotate-…`.
    var name: Text { get }
    /// One line for people.
    var summary: Text { get }
    /// The members of the secret's JSON.
    var schema: [RotatorField] { get }

    /// Whether anything but the secret changes.
    var reachesOut: Bool { get }

    /// Everything but moving AWSCURRENT, which is the engine's after the last step, in the transaction that ends the rotation.
    func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure)
}

extension NativeRotator {
    package var reachesOut: Bool { true }
}

package struct RotatorField: Sendable {
    package var name: Text
    package var isRequired: Bool
    package var meaning: Text

    package init(_ name: Text, isRequired: Bool, _ meaning: Text) {
        self.name = name
        self.isRequired = isRequired
        self.meaning = meaning
    }
}

/// What a native rotator sees of Secrets Manager. Each is a call through the gate, decided and recorded like any other.
package protocol RotationVault: Sendable {
    /// The value of the version that carries `stage`; `nil` if there is none, or it has no value yet.
    func value(stage: Text) async throws(RotationFailure) -> SecretBytes?
    /// AWSCURRENT of another secret (`masterarn`), whose policy must let this secret's rotation read it.
    func value(of secretID: Text) async throws(RotationFailure) -> SecretBytes
    /// Gives the event's version its value, under AWSPENDING.
    func put(_ value: SecretBytes) async throws(RotationFailure)
    /// As GetRandomPassword answers.
    func password(_ rules: PasswordRules) async throws(RotationFailure) -> SecretBytes
    /// The secret's tag of this name, for settings.
    func tag(_ name: Text) async throws(RotationFailure) -> Text?
}

/// GetRandomPassword's parameters.
package struct PasswordRules: Sendable {
    package var length: Int
    package var excluded: Text
    package var excludesNumbers = false
    package var excludesPunctuation = false
    package var excludesUppercase = false
    package var excludesLowercase = false
    package var requiresEachType = true

    /// The defaults of AWS's rotation functions.
    package init(length: Int = 32, excluded: Text = "/@\"'\\`") {
        self.length = length
        self.excluded = excluded
    }
}

/// Why a step failed. Its words reach the trail and the owner of the secret: they hold nothing secret.
package struct RotationFailure: Error, Sendable {
    package var kind: Text
    package var message: Text

    package init(_ kind: Text, _ message: Text) {
        self.kind = kind
        self.message = message
    }
}
