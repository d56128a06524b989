import Bytes

/// Where the first five colons of an ARN are. The resource part, after them, may have more.
struct ARNSections: Sendable {
    private var colons: InlineArray<5, Int> = [0, 0, 0, 0, 0]

    /// `nil` if there are fewer than six parts.
    init?(_ text: Span<UInt8>) {
        var found = 0
        var index = 0
        while found < 5, index < text.count {
            if text[index] == 0x3A {
                colons[found] = index
                found += 1
            }
            index += 1
        }
        guard found == 5 else { return nil }
    }

    func range(_ section: Int, count: Int) -> Range<Int> {
        let start = section == 0 ? 0 : colons[section - 1] + 1
        return start..<(section == 5 ? count : colons[section])
    }
}

/// An ARN whose six parts are matched one by one: a wildcard of one part never reaches into the next. Only in the last may
/// it cross `:` and `/`.
final class ARNPattern: Sendable {
    /// Leading parts without wildcards, fused into one comparison, colons included. `rest` are the parts after them.
    private let leading: [UInt8]
    private let rest: [Glob]
    private let dynamic: Dynamic?

    private enum Dynamic: Sendable {
        case parts([Pattern])
        /// A variable that holds the ARN, or part of it together with its colons.
        case whole(Template)
    }

    /// - Parameter allowsWhole: whether the ARN may come out of a variable (conditions), or its colons must be written.
    init(_ text: Text, variables: Bool, allowsWhole: Bool) throws(MalformedPolicy) {
        let written = try ARNPattern.split(text.bytes, variables: variables)
        guard written.count == 6 else {
            guard variables, allowsWhole,
                case .template(let template) = try Pattern(text, wildcards: true, variables: true)
            else { throw MalformedPolicy("an ARN has six parts") }
            (leading, rest, dynamic) = ([], [], .whole(template))
            return
        }
        var patterns: [Pattern] = []
        for part in written {
            guard let part = Text(utf8: part) else { throw MalformedPolicy("an ARN is not text") }
            patterns.append(try Pattern(part, wildcards: true, variables: variables))
        }
        let globs = patterns.compactMap { if case .fixed(let glob) = $0 { glob } else { nil } }
        let literals = globs.prefix(5).prefix { $0.literal != nil }
        leading = Array(literals.compactMap(\.literal).map { $0 + [0x3A] }.joined())
        rest = Array(globs.dropFirst(literals.count))
        dynamic = globs.count == 6 ? nil : .parts(patterns)
    }

    /// Parts between the first five colons that are not within `${…}`.
    static func split(_ bytes: [UInt8], variables: Bool) throws(MalformedPolicy) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        var index = 0
        while index < bytes.count, parts.count < 5 {
            if variables, Template.opensVariable(bytes, at: index) {
                index = try Template.variableEnd(bytes, from: index + 2)
            } else if bytes[index] == 0x3A {
                parts.append(bytes[start..<index])
                start = index + 1
            }
            index += 1
        }
        parts.append(bytes[start...])
        return parts
    }

    func matches(_ text: Span<UInt8>, _ sections: ARNSections, _ evaluation: Evaluation) -> Bool {
        if let dynamic { return ARNPattern.matches(dynamic, text, sections, evaluation) }
        // Last parts first: the ARNs of one account seldom differ earlier.
        var index = rest.count
        while index > 0 {
            index -= 1
            let range = sections.range(6 - rest.count + index, count: text.count)
            guard rest[index].matches(text.extracting(range)) else { return false }
        }
        return Glob.starts(text, with: leading)
    }

    private static func matches(
        _ dynamic: Dynamic, _ text: Span<UInt8>, _ sections: ARNSections, _ evaluation: Evaluation
    ) -> Bool {
        switch dynamic {
        case .parts(let patterns):
            for index in patterns.indices {
                let range = sections.range(index, count: text.count)
                guard patterns[index].matches(text.extracting(range), evaluation) else { return false }
            }
            return true
        case .whole(let template):
            guard let units = template.expanded(evaluation) else { return false }
            let parts = units.split(separator: 0x3A, maxSplits: 5, omittingEmptySubsequences: false)
            guard parts.count == 6 else { return false }
            for (index, part) in parts.enumerated() {
                let range = sections.range(index, count: text.count)
                guard Glob(Array(part)).matches(text.extracting(range)) else { return false }
            }
            return true
        }
    }

    var hasVariables: Bool { dynamic != nil }

    /// What the last part of every ARN that it matches begins with; empty with variables.
    var beginning: [UInt8] { dynamic == nil ? rest.last?.beginning ?? [] : [] }

    func isResolvable(_ evaluation: Evaluation) -> Bool {
        switch dynamic {
        case nil: true
        case .parts(let patterns)?: patterns.allSatisfy { $0.isResolvable(evaluation) }
        case .whole(let template)?: template.isResolvable(evaluation)
        }
    }
}
