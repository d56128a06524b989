internal import Bytes
internal import Services

/// The rules of new passwords, from the secret's tags; what no tag sets is as in AWS's rotation functions.
struct PasswordSettings {
    static let prefix: Text = "undercroft:"

    static func rules(_ vault: any RotationVault) async throws(RotationFailure) -> PasswordRules {
        var rules = PasswordRules()
        if let excluded = try await vault.tag("undercroft:exclude-characters") { rules.excluded = excluded }
        if let text = try await vault.tag("undercroft:password-length") {
            guard let length = Int(text.string), (1...4096).contains(length) else {
                throw invalid("undercroft:password-length", "is not a number from 1 to 4096")
            }
            rules.length = length
        }
        if let flag = try await flag("exclude-numbers", vault) { rules.excludesNumbers = flag }
        if let flag = try await flag("exclude-punctuation", vault) { rules.excludesPunctuation = flag }
        if let flag = try await flag("exclude-uppercase", vault) { rules.excludesUppercase = flag }
        if let flag = try await flag("exclude-lowercase", vault) { rules.excludesLowercase = flag }
        if let flag = try await flag("require-each-included-type", vault) { rules.requiresEachType = flag }
        return rules
    }

    private static func flag(_ name: Text, _ vault: any RotationVault) async throws(RotationFailure) -> Bool? {
        let tag: Text = "\(prefix)\(name)"
        guard let text = try await vault.tag(tag) else { return nil }
        switch text.asciiLowercased {
        case "true": return true
        case "false": return false
        default: throw invalid(tag, "is neither true nor false")
        }
    }

    private static func invalid(_ tag: Text, _ flaw: String) -> RotationFailure {
        RotationFailure("InvalidTag", "The secret's tag \(tag) \(flaw).")
    }
}
