import Bytes

/// The values of a condition, ready to be compared.
enum Operands: Sendable {
    case patterns([Pattern])
    /// Compared without regard to ASCII case; the fixed ones are in lower case.
    case folded([Pattern])
    case arns([ARNPattern])
    case binaries([[UInt8]])
    case ranges([AddressRange])
    case numbers(ConditionOperator.Order, [DecimalNumber])
    case dates(ConditionOperator.Order, [Timestamp])
    /// Whether the key has to be absent; several values are alternatives.
    case absences([Bool])

    init(_ family: ConditionOperator.Family, _ values: Texts, variables: Bool) throws(MalformedPolicy) {
        switch family {
        case .string(let isLike):
            self = .patterns(
                try values.map { (value) throws(MalformedPolicy) in
                    try Pattern(value, wildcards: isLike, variables: variables)
                })
        case .stringIgnoringCase:
            self = .folded(
                try values.map { (value) throws(MalformedPolicy) in
                    try Operands.folding(value, variables: variables)
                })
        case .bool:
            self = .folded(
                try values.map { (value) throws(MalformedPolicy) in
                    try Operands.bool(value, variables: variables)
                })
        case .arn:
            self = .arns(
                try values.map { (value) throws(MalformedPolicy) in
                    try ARNPattern(value, variables: variables, allowsWhole: true)
                })
        case .binary: self = .binaries(try values.map("not base64") { Base64.decode($0.utf8) })
        case .address: self = .ranges(try values.map("not an address or CIDR block") { AddressRange($0) })
        case .numeric(let order): self = .numbers(order, try values.map("not a number") { DecimalNumber($0) })
        case .date(let order): self = .dates(order, try values.map("not a date") { PolicyDate.parse($0) })
        case .null: self = .absences(try values.map("not true or false") { Operands.truth($0) })
        }
    }

    private static func truth(_ text: Text) -> Bool? {
        switch text.asciiLowercased {
        case "true": true
        case "false": false
        default: nil
        }
    }

    private static func bool(_ text: Text, variables: Bool) throws(MalformedPolicy) -> Pattern {
        let pattern = try folding(text, variables: variables)
        if case .fixed = pattern, truth(text) == nil { throw MalformedPolicy("not true or false") }
        return pattern
    }

    private static func folding(_ text: Text, variables: Bool) throws(MalformedPolicy) -> Pattern {
        let pattern = try Pattern(text, wildcards: false, variables: variables)
        guard case .fixed(let glob) = pattern, let bytes = glob.literal else { return pattern }
        return .fixed(Glob(bytes.map { UInt16(FoldedAction.fold($0)) }))
    }
}

extension Texts {
    fileprivate func map<T>(_ otherwise: Text, _ make: (Text) -> T?) throws(MalformedPolicy) -> [T] {
        try map { (text) throws(MalformedPolicy) in
            guard let made = make(text) else { throw MalformedPolicy(otherwise) }
            return made
        }
    }
}

extension Operands {
    /// Whether one value of the request matches one of the policy's.
    func matches(_ value: Text, _ evaluation: Evaluation) -> Bool {
        switch self {
        case .patterns(let patterns):
            let text = value.string.utf8.span
            let all = patterns.span
            for index in all.indices where all[index].matches(text, evaluation) { return true }
            return false
        case .folded(let patterns): return patterns.contains { Operands.isSameFolded($0, value, evaluation) }
        case .arns(let patterns):
            let text = value.string.utf8.span
            guard let sections = ARNSections(text) else { return false }
            let all = patterns.span
            for index in all.indices where all[index].matches(text, sections, evaluation) { return true }
            return false
        case .binaries(let binaries): return Base64.decode(value.utf8).map(binaries.contains) ?? false
        case .ranges(let ranges):
            return Address(value.bytes).map { address in ranges.contains { $0.contains(address) } } ?? false
        case .numbers(let order, let numbers):
            guard let number = DecimalNumber(value) else { return false }
            return numbers.contains { order.holds(number, $0) }
        case .dates(let order, let dates):
            guard let date = PolicyDate.parse(value) else { return false }
            return dates.contains { order.holds(date, $0) }
        case .absences: return false
        }
    }

    private static func isSameFolded(_ pattern: Pattern, _ value: Text, _ evaluation: Evaluation) -> Bool {
        guard let bytes = pattern.glob(evaluation)?.literal else { return false }
        let text = value.string.utf8.span
        guard bytes.count == text.count else { return false }
        for index in bytes.indices {
            guard FoldedAction.fold(bytes[index]) == FoldedAction.fold(text[index]) else { return false }
        }
        return true
    }

    func isResolvable(_ evaluation: Evaluation) -> Bool {
        switch self {
        case .patterns(let patterns), .folded(let patterns): patterns.allSatisfy { $0.isResolvable(evaluation) }
        case .arns(let patterns): patterns.allSatisfy { $0.isResolvable(evaluation) }
        case .binaries, .ranges, .numbers, .dates, .absences: true
        }
    }
}
