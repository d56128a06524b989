import Bytes

/// A value of a policy that is compared with text of the request.
enum Pattern: Sendable {
    case fixed(Glob)
    case template(Template)

    /// - Parameter wildcards: whether `*` and `?` mean more than themselves.
    /// - Parameter variables: whether `${…}` is substituted (only in version 2012-10-17).
    init(_ text: Text, wildcards: Bool, variables: Bool) throws(MalformedPolicy) {
        let parts =
            variables
            ? try Template.parse(text.bytes, wildcards: wildcards)
            : [.units(text.utf8.map { wildcards ? Glob.wildUnit($0) : UInt16($0) })]
        self = Template(parts: parts).reduced
    }

    func glob(_ evaluation: Evaluation) -> Glob? {
        switch self {
        case .fixed(let glob): glob
        case .template(let template): template.expanded(evaluation).map { Glob($0) }
        }
    }

    func matches(_ text: Span<UInt8>, _ evaluation: Evaluation) -> Bool {
        if case .fixed(let glob) = self { return glob.matches(text) }
        return glob(evaluation)?.matches(text) ?? false
    }

    func isResolvable(_ evaluation: Evaluation) -> Bool {
        if case .template(let template) = self { template.isResolvable(evaluation) } else { true }
    }
}

/// Text with policy variables in it.
struct Template: Sendable {
    enum Part: Sendable {
        case units([UInt16])
        case variable(foldedName: Text, fallback: Text?)
    }

    let parts: [Part]

    /// Without variables a template is a fixed pattern.
    var reduced: Pattern {
        var units: [UInt16] = []
        for part in parts {
            guard case .units(let some) = part else { return .template(self) }
            units += some
        }
        return .fixed(Glob(units))
    }

    func isResolvable(_ evaluation: Evaluation) -> Bool {
        parts.allSatisfy { part in
            guard case .variable(let name, let fallback) = part else { return true }
            return evaluation.single(name) != nil || (fallback != nil && evaluation.values(name) == nil)
        }
    }

    /// More than any text of a request has, so that a template that repeats a long value costs nothing and matches nothing.
    private static let longest = 131_072

    /// `nil` if a variable has no value, or several. Substituted text is literal: a tag `*` does not become a wildcard.
    func expanded(_ evaluation: Evaluation) -> [UInt16]? {
        guard isResolvable(evaluation) else { return nil }
        var out: [UInt16] = []
        for part in parts {
            switch part {
            case .units(let units): out += units
            case .variable(let name, let fallback):
                guard let value = evaluation.single(name) ?? fallback else { return nil }
                out += value.utf8.map { UInt16($0) }
            }
            guard out.count <= Template.longest else { return nil }
        }
        return out
    }
}

extension Template {
    static func parse(_ bytes: [UInt8], wildcards: Bool) throws(MalformedPolicy) -> [Part] {
        var parts: [Part] = []
        var units: [UInt16] = []
        var index = 0
        while index < bytes.count {
            guard opensVariable(bytes, at: index) else {
                units.append(wildcards ? Glob.wildUnit(bytes[index]) : UInt16(bytes[index]))
                index += 1
                continue
            }
            let end = try variableEnd(bytes, from: index + 2)
            let body = bytes[(index + 2)..<end]
            if body.count == 1, let only = body.first, [0x2A, 0x3F, 0x24].contains(only) {
                units.append(UInt16(only))
            } else {
                if !units.isEmpty { parts.append(.units(units)) }
                units = []
                parts.append(try variable(body))
            }
            index = end + 1
        }
        if !units.isEmpty || parts.isEmpty { parts.append(.units(units)) }
        return parts
    }

    static func hasVariable(_ bytes: [UInt8]) -> Bool { bytes.indices.contains { opensVariable(bytes, at: $0) } }

    static func opensVariable(_ bytes: [UInt8], at index: Int) -> Bool {
        bytes[index] == 0x24 && index + 1 < bytes.count && bytes[index + 1] == 0x7B
    }

    /// The index of the closing brace; one inside the quotes of a default does not count.
    static func variableEnd(_ bytes: [UInt8], from start: Int) throws(MalformedPolicy) -> Int {
        var isQuoted = false
        for index in start..<bytes.count {
            if bytes[index] == 0x27 { isQuoted.toggle() }
            if bytes[index] == 0x7D, !isQuoted { return index }
        }
        throw MalformedPolicy("a policy variable does not end")
    }

    /// `aws:username` or `aws:PrincipalTag/team, 'everyone'`
    private static func variable(_ body: ArraySlice<UInt8>) throws(MalformedPolicy) -> Part {
        let halves = body.split(separator: 0x2C, maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = halves.first.flatMap({ Text(utf8: $0) }), name.utf8.contains(0x3A),
            !name.utf8.contains(where: { [0x2A, 0x3F, 0x24, 0x7B, 0x27].contains($0) })
        else { throw MalformedPolicy("a policy variable is not a condition key") }
        guard halves.count == 2 else { return .variable(foldedName: name.asciiLowercased, fallback: nil) }
        let quoted = halves[1].drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
        guard quoted.count >= 2, quoted.first == 0x27, quoted.last == 0x27,
            let fallback = Text(utf8: quoted.dropFirst().dropLast()), !fallback.utf8.contains(0x27)
        else { throw MalformedPolicy("the default of a policy variable is not in single quotes") }
        return .variable(foldedName: name.asciiLowercased, fallback: fallback)
    }
}
