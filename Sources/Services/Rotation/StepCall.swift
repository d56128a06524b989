internal import Bytes
internal import Wire

/// The steps of one rotation, by whatever function.
struct StepCall: Sendable {
    let house: House
    let place: Place
    let function: Text
    /// ARN of the secret that the function is to work on.
    let secretARN: Text
    let token: Text
    let rotationToken: Text
    /// Of the secret itself, or of the one that this is a copy of.
    let mandate: Mandate

    init(
        _ function: Text, _ secretARN: Text, token: Text, rotationToken: Text, mandate: Mandate, in place: Place,
        _ house: House
    ) {
        (self.house, self.place, self.function, self.secretARN) = (house, place, function, secretARN)
        (self.token, self.rotationToken, self.mandate) = (token, rotationToken, mandate)
    }

    var native: (any NativeRotator)? { Rotation.native(function, in: place, house) }

    var vault: ServiceVault { ServiceVault(secretARN, token: token, mandate, in: place, house) }

    /// `nil` if it succeeded.
    func make(_ step: RotationStep) async -> RotationFailure? {
        guard let native else { return await call(step) }
        do {
            try await native.run(RotationEvent(step: step, secretARN: secretARN, token: token), vault)
            return nil
        } catch {
            return error
        }
    }

    private func call(_ step: RotationStep) async -> RotationFailure? {
        let event: Fields = [
            "Step": .string(step.rawValue), "SecretId": .string(secretARN), "ClientRequestToken": .string(token),
            "RotationToken": .string(rotationToken),
        ]
        let outcome: FunctionOutcome
        do {
            outcome = try await house.functions.invoke(function, payload: event.json, for: mandate.secretARN, house)
        } catch {
            return RotationFailure(error)
        }
        switch outcome.end {
        case .succeeded: return nil
        case .unavailable(let text): return RotationFailure("Unavailable", text)
        case .failed: return RotationFailure(payload: outcome.payload)
        }
    }
}
