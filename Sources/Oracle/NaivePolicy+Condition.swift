import Bytes
import Policy

/// One key under one operator, read anew for each request.
struct NaiveCondition {
    private var name: String
    private let key: Text
    private let values: [Text]
    private let variables: Bool
    private var quantifier = ""
    private var isIfExists = false
    private var isNegated = false

    init(_ operatorName: Text, _ key: Text, _ values: [Text], _ variables: Bool) {
        (self.key, self.values, self.variables) = (key, values, variables)
        name = operatorName.string
        if let colon = name.firstIndex(of: ":") {
            quantifier = String(name[..<colon])
            name = String(name[name.index(after: colon)...])
        }
        if name.hasSuffix("IfExists") {
            isIfExists = true
            name = String(name.dropLast(8))
        }
        if name.contains("Not") {
            isNegated = true
            name.replaceSubrange(name.firstRange(of: "Not") ?? name.endIndex..<name.endIndex, with: "")
        }
    }

    func holds(_ ask: Ask) -> Bool {
        let given = NaivePolicy.value(of: key, ask)
        let isNull = given?.allSatisfy(\.isEmpty) ?? true
        if name == "Null" { return values.contains { ($0.asciiLowercased == "true") == isNull } }
        if isNegated, values.contains(where: { !isResolvable($0, ask) }) { return false }
        guard let given, !given.isEmpty else {
            return quantifier == "ForAllValues" || isIfExists || (isNegated && quantifier.isEmpty)
        }
        let hits = given.map { value in values.contains { compare($0, value, ask) } }
        switch quantifier {
        case "ForAllValues": return isNull || hits.allSatisfy { $0 != isNegated }
        case "ForAnyValue": return hits.contains { $0 != isNegated }
        default: return hits.contains(true) != isNegated
        }
    }

    private func isResolvable(_ policy: Text, _ ask: Ask) -> Bool {
        guard name.hasPrefix("String") || name.hasPrefix("Arn") || name == "Bool" else { return true }
        return NaivePolicy.expand(policy, ask, wild: false, variables: variables) != nil
    }

    private func compare(_ policy: Text, _ request: Text, _ ask: Ask) -> Bool {
        let literal = NaivePolicy.expand(policy, ask, wild: false, variables: variables)
        switch name {
        case "StringEquals": return literal == NaivePolicy.tokens(request, wild: false)
        case "StringEqualsIgnoreCase", "Bool":
            return literal.map { $0.map(lower) } == NaivePolicy.tokens(request, wild: false).map(lower)
        case "StringLike":
            let pattern = NaivePolicy.expand(policy, ask, wild: true, variables: variables)
            return pattern.map { NaivePolicy.glob($0, NaivePolicy.scalars(request)) } ?? false
        case "ArnEquals", "ArnLike":
            let isWhole = policy.hasPrefix("${")
            return NaivePolicy.sectionwise(policy, request, ask, variables, afterExpansion: isWhole) ?? false
        case "IpAddress": return NaiveCondition.contains(policy, request)
        case "BinaryEquals": return policy == request
        default: return compareOrdered(policy, request)
        }
    }

    private func lower(_ token: NaivePolicy.Token) -> NaivePolicy.Token {
        if case .scalar(let value) = token, value >= 0x41, value <= 0x5A { .scalar(value + 32) } else { token }
    }

    private func compareOrdered(_ policy: Text, _ request: Text) -> Bool {
        let isDate = name.hasPrefix("Date")
        guard let left = isDate ? NaiveCondition.date(request) : Double(request.string),
            let right = isDate ? NaiveCondition.date(policy) : Double(policy.string)
        else { return false }
        switch name.dropFirst(isDate ? 4 : 7) {
        case "Equals": return left == right
        case "LessThan": return left < right
        case "LessThanEquals": return left <= right
        case "GreaterThan": return left > right
        case "GreaterThanEquals": return left >= right
        default: return false
        }
    }

    /// `2026-11-24T18:27:08Z` or seconds since 1970.
    private static func date(_ text: Text) -> Double? {
        let isNumeric = text.string.allSatisfy { $0.isNumber || $0 == "." || $0 == "-" }
        if isNumeric, text.utf8.count != 4, let seconds = Double(text.string) { return seconds * 1000 }
        let digits = text.string.split { !$0.isNumber }.compactMap { Int64($0) }
        guard digits.count == 6, text.utf8.count == 20,
            let time = CivilTime(
                year: digits[0], month: digits[1], day: digits[2], hour: digits[3], minute: digits[4], second: digits[5]
            )
        else { return nil }
        return Double(time.timestamp.milliseconds)
    }

    private static func bits(_ address: Text) -> [Bool]? {
        let bytes = address.split(on: 0x2E).compactMap { UInt8($0.string) }
        guard bytes.count == 4 else { return nil }
        return bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
    }

    private static func contains(_ range: Text, _ address: Text) -> Bool {
        let halves = range.split(on: 0x2F)
        guard let base = bits(halves[0]), let bits = bits(address) else { return false }
        let length = halves.count == 2 ? Int(halves[1].string) ?? 32 : 32
        return base.prefix(length) == bits.prefix(length)
    }
}

/// Principal elements, read anew for each request.
struct NaivePrincipals {
    private let ids: [Text: Text]

    init(_ ids: [Text: Text]) { self.ids = ids }

    /// Whom an element means, and what an allow to it excuses (IAM guide, evaluation within an account).
    private func waiver(_ kind: Text, _ entry: Text, _ principal: Principal) -> (identity: Bool, limits: Bool)? {
        let isWithAccount = !principal.account.isEmpty
        let accountRoot = "arn:aws:iam::\(principal.account.string):root"
        switch (kind, entry) {
        case ("AWS", "*"):
            switch principal.kind {
            case .assumedRole, .federatedUser: return (true, false)
            default: return (true, true)
            }
        case ("Service", _): return principal.kind == .service(host: entry) ? (true, true) : nil
        case ("Federated", _): return principal.kind == .anonymous && principal.arn == entry ? (true, true) : nil
        case ("AWS", _) where isWithAccount && (entry == principal.account || entry.string == accountRoot):
            return (false, false)
        case ("AWS", _) where ids[entry] != nil || entry.hasPrefix("AIDA") || entry.hasPrefix("AROA"):
            let id = ids[entry] ?? entry
            let own = principal.kind == .federatedUser ? principal.federatedByID : principal.uniqueID
            guard own?.split(on: 0x3A).first == id else { return nil }
            guard entry.string.contains(":assumed-role/") else { return (true, principal.kind == .user) }
            return entry == principal.arn ? (true, true) : nil
        case ("AWS", _) where entry == principal.arn: return (true, true)
        case ("AWS", _) where entry == principal.federatedBy && principal.kind == .federatedUser: return (true, false)
        case ("AWS", _): return principal.kind == .assumedRole(roleARN: entry) ? (true, false) : nil
        default: return nil
        }
    }

    private static func entries(_ document: Document?) -> [(Text, Text)]? {
        switch document {
        case .string(let text)?: [("AWS", text)]
        case .structure(let fields)?:
            fields.members.flatMap { member in NaivePolicy.texts(member.value).map { (member.name, $0) } }
        default: nil
        }
    }

    func waivers(_ statement: Fields, _ principal: Principal) -> [(identity: Bool, limits: Bool)] {
        if let entries = Self.entries(statement["Principal"]) {
            return entries.compactMap { waiver($0.0, $0.1, principal) }
        }
        guard let entries = Self.entries(statement["NotPrincipal"]),
            !entries.contains(where: { waiver($0.0, $0.1, principal) != nil })
        else { return [] }
        return [waiver("AWS", "*", principal) ?? (true, false)]
    }

    func isHit(_ statement: Fields, _ principal: Principal) -> Bool {
        if statement["Principal"] != nil || statement.text("Effect") == "Allow" {
            return !waivers(statement, principal).isEmpty
        }
        let spared = Self.entries(statement["NotPrincipal"]) ?? []
        if spared.contains(where: { $0.1 == "*" }) { return false }
        let hits = spared.compactMap { waiver($0.0, $0.1, principal) }
        let account = hits.contains { !$0.identity }
        let exact = hits.contains { $0.limits }
        let role = hits.contains { $0.identity && !$0.limits }
        switch principal.kind {
        case .root: return !account
        case .user, .federatedUser: return !(account && exact)
        case .assumedRole: return !(account && role && exact)
        case .service, .anonymous: return !exact
        }
    }
}
