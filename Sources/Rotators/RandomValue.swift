internal import Bytes
internal import Seal
internal import Services

/// For what no server checks: an encryption key, a cookie secret, a token that others read from here.
struct RandomValue: NativeRotator {
    var name: Text { "undercroft-rotate-random" }
    var summary: Text {
        "Draws a new value by the rules of GetRandomPassword. setSecret and testSecret do nothing: no server knows the value."
    }
    var reachesOut: Bool { false }
    var schema: [RotatorField] {
        [
            RotatorField(
                "password", isRequired: false,
                "Of a JSON object this member is rotated (another one with the tag undercroft:member). A value that is no JSON object is rotated as a whole."
            )
        ]
    }

    func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure) {
        guard event.step == .create, try await vault.value(stage: Stage.pending.rawValue) == nil else { return }
        let current = try await vault.required(.current)
        let member = try await vault.tag("undercroft:member") ?? "password"
        let drawn = try await vault.password(try await PasswordSettings.rules(vault))
        guard var document = try? SecretDocument(current, .current) else { return try await vault.put(drawn) }
        try document.replace(member, drawn)
        try await vault.put(document.encoded)
    }
}
