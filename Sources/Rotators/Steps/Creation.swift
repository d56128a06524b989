internal import Bytes
internal import Seal
internal import Services

/// createSecret: the current value with what is new. What an earlier attempt has left stays: its password may be the database's
/// already.
enum Creation {
    static func run(
        _ vault: any RotationVault, _ change: (inout SecretDocument) throws(RotationFailure) -> Void
    ) async throws(RotationFailure) {
        guard try await vault.value(stage: Stage.pending.rawValue) == nil else { return }
        var document = try SecretDocument(try await vault.required(.current), .current)
        try change(&document)
        let password = try await vault.password(try await PasswordSettings.rules(vault))
        try document.replace("password", password)
        try await vault.put(document.encoded)
    }
}
