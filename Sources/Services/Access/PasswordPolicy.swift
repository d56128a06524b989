internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// What an account demands of its users' passwords.
struct PasswordPolicy: Sendable {
    static let input: Structure = [
        .optional("MinimumPasswordLength", .integer(6...128)), .optional("RequireSymbols", .boolean),
        .optional("RequireNumbers", .boolean), .optional("RequireUppercaseCharacters", .boolean),
        .optional("RequireLowercaseCharacters", .boolean), .optional("AllowUsersToChangePassword", .boolean),
        .optional("MaxPasswordAge", .integer(1...1095)), .optional("PasswordReusePrevention", .integer(1...24)),
        .optional("HardExpiry", .boolean),
    ]
    private static let symbols = Set("!@#$%^&*()_+-=[]{}|'".utf8)

    /// `nil` for AWS's own, of accounts that have set none.
    private let rules: Fields?

    init(_ rules: Fields?) { self.rules = rules }
    init(_ item: Item?) throws { rules = try item.map { try Fields(json: $0.body) } }

    static func key(_ account: AccountID) -> ItemKey {
        ItemKey(place: Entity.place(account), kind: "password-policy", id: "default")
    }

    static func missing(_ account: AccountID) -> Fault {
        Fault("NoSuchEntity", "The Password Policy with domain name \(account) cannot be found.", status: 404)
    }

    var letsUsersChange: Bool { rules?.bool("AllowUsersToChangePassword") ?? false }
    var isHard: Bool { rules?.bool("HardExpiry") ?? false }
    /// How many passwords may not come again, the present one included.
    var remembered: Int { Int(rules?.integer("PasswordReusePrevention") ?? 0) }

    func expiry(of changed: Timestamp) -> Timestamp? {
        rules?.integer("MaxPasswordAge").map { changed + $0 * 86_400_000 }
    }

    /// AWS's texts, without the password in them.
    func check(_ password: [UInt8], account: AccountID) throws(Fault) {
        let length = Text(utf8: password)?.length ?? 0
        let hasUpper = password.contains { (0x41...0x5A).contains($0) }
        let hasLower = password.contains { (0x61...0x7A).contains($0) }
        let hasNumber = password.contains { (0x30...0x39).contains($0) }
        let hasSymbol = password.contains { Self.symbols.contains($0) }
        guard let rules else {
            let kinds = [hasUpper, hasLower, hasNumber, hasSymbol].count { $0 }
            guard length >= 8, kinds >= 3, password != account.text.bytes else {
                throw violation("Password does not conform to the account password policy.")
            }
            return
        }
        let least = rules.integer("MinimumPasswordLength") ?? 6
        guard length >= least else { throw violation("Password should have a minimum length of \(least)") }
        let demands: [(Text, Bool, Text)] = [
            ("RequireUppercaseCharacters", hasUpper, "uppercase letter"),
            ("RequireLowercaseCharacters", hasLower, "lowercase letter"),
            ("RequireNumbers", hasNumber, "number"), ("RequireSymbols", hasSymbol, "symbol"),
        ]
        for (rule, isMet, noun) in demands where (rules.bool(rule) ?? false) && !isMet {
            throw violation("Password should have at least one \(noun)")
        }
    }

    func violation(_ text: Text) -> Fault { Fault("PasswordPolicyViolation", text) }

    var shown: Fields {
        let rules = rules ?? Fields()
        var fields: Fields = ["MinimumPasswordLength": .integer(rules.integer("MinimumPasswordLength") ?? 6)]
        for name in [
            "RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters", "RequireLowercaseCharacters",
            "AllowUsersToChangePassword",
        ] as [Text] { fields.add(name, rules.bool(name) ?? false) }
        fields.add("ExpirePasswords", rules.integer("MaxPasswordAge") != nil)
        fields.add("MaxPasswordAge", rules.integer("MaxPasswordAge"))
        fields.add("PasswordReusePrevention", rules.integer("PasswordReusePrevention"))
        fields.add("HardExpiry", rules.bool("HardExpiry") ?? false)
        return fields
    }
}

extension View {
    func passwordPolicy(_ account: AccountID) throws -> PasswordPolicy? {
        let key = PasswordPolicy.key(account)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try PasswordPolicy($0), $0.body.count + 256) }
        }
    }
}
