import Bytes
import Policy

extension NaivePolicy {
    enum Token: Equatable {
        case scalar(UInt32)
        case one
        case run
    }

    static func scalars(_ text: Text) -> [UInt32] { text.string.unicodeScalars.map(\.value) }

    static func tokens(_ text: Text, wild: Bool) -> [Token] {
        scalars(text).map { wild && $0 == 0x2A ? .run : wild && $0 == 0x3F ? .one : .scalar($0) }
    }

    /// The textbook table: `reach[j]` says whether the pattern so far matches the first `j` scalars.
    static func glob(_ pattern: [Token], _ text: [UInt32]) -> Bool {
        var reach = [true] + [Bool](repeating: false, count: text.count)
        for token in pattern {
            var next = [Bool](repeating: false, count: text.count + 1)
            for length in 0...text.count {
                switch token {
                case .run: next[length] = reach[length] || (length > 0 && next[length - 1])
                case .one: next[length] = length > 0 && reach[length - 1]
                case .scalar(let value): next[length] = length > 0 && reach[length - 1] && text[length - 1] == value
                }
            }
            reach = next
        }
        return reach[text.count]
    }

    /// `nil` if a variable can't be resolved.
    static func expand(_ text: Text, _ ask: Ask, wild: Bool, variables: Bool) -> [Token]? {
        var out: [Token] = []
        var rest = text.string.unicodeScalars[...]
        while let first = rest.first {
            guard variables, first == "$", rest.dropFirst().first == "{", let end = rest.firstIndex(of: "}") else {
                out += tokens(Text(String(first)), wild: wild)
                rest = rest.dropFirst()
                continue
            }
            let body = String(Substring(rest[..<end].dropFirst(2)))
            rest = rest[rest.index(after: end)...]
            if ["*", "?", "$"].contains(body) {
                out += tokens(Text(body), wild: false)
                continue
            }
            let halves = Text(body).split(on: 0x2C, limit: 2)
            let values = value(of: halves[0], ask)
            if let values {
                guard values.count == 1 else { return nil }
                out += tokens(values[0], wild: false)
            } else {
                guard halves.count == 2 else { return nil }
                out += tokens(Text(String(halves[1].string.dropFirst(2).dropLast())), wild: false)
            }
        }
        return out
    }

    /// Six parts, each a glob of its own. `nil` if a variable can't be resolved.
    static func sectionwise(_ pattern: Text, _ text: Text, _ ask: Ask, _ variables: Bool, afterExpansion: Bool) -> Bool?
    {
        let colon: UInt32 = 0x3A
        let parts = scalars(text).split(separator: colon, maxSplits: 5, omittingEmptySubsequences: false)
        var patterns: [[Token]] = []
        if afterExpansion {
            guard let all = expand(pattern, ask, wild: true, variables: variables) else { return nil }
            patterns = all.split(separator: .scalar(colon), maxSplits: 5, omittingEmptySubsequences: false).map {
                Array($0)
            }
        } else {
            var open = 0
            let pieces = pattern.string.unicodeScalars.split(maxSplits: 5, omittingEmptySubsequences: false) { scalar in
                if variables, scalar == "{" { open += 1 }
                if variables, scalar == "}" { open -= 1 }
                return scalar == ":" && open == 0
            }
            for piece in pieces {
                guard let tokens = expand(Text(String(Substring(piece))), ask, wild: true, variables: variables) else {
                    return nil
                }
                patterns.append(tokens)
            }
        }
        guard patterns.count == 6, parts.count == 6 else { return false }
        return zip(patterns, parts).allSatisfy { glob($0, Array($1)) }
    }

    static func value(of name: Text, _ ask: Ask) -> [Text]? {
        if let value = ask.keys[name] { return value.texts }
        let principal = ask.principal
        let last = principal.arn.split(on: 0x2F).last ?? ""
        switch (name.asciiLowercased, principal.kind) {
        case ("aws:username", .user): return [last]
        case ("aws:principalarn", .assumedRole(let role)): return [role]
        case ("aws:principalarn", .user), ("aws:principalarn", .root), ("aws:principalarn", .federatedUser):
            return [principal.arn]
        case ("aws:principalaccount", _): return principal.account.isEmpty ? nil : [principal.account]
        case ("aws:userid", .user): return principal.uniqueID.map { [$0] }
        case ("aws:userid", .assumedRole): return principal.uniqueID.map { ["\($0.string):\(last.string)"] }
        case ("aws:userid", .root): return [principal.account]
        case ("aws:userid", .federatedUser): return ["\(principal.account.string):\(last.string)"]
        default: return nil
        }
    }
}
