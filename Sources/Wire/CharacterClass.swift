package import Bytes

/// A set of code points as in the brackets of a regular expression, matched by table: linear, whatever is asked of it.
///
/// Written as literals and ranges (`A-Z`), with `\w \d \s` (ASCII, as in Java), `\p{L} \p{M} \p{N} \p{P} \p{S} \p{Z}`
/// (general categories), and `\` before any other character to mean itself.
package struct CharacterClass: Sendable, ExpressibleByStringLiteral {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var ranges: [ClosedRange<UInt32>] = []
    private var categories: [UInt32] = []

    package init(stringLiteral text: String) { self.init(text) }

    package init(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            let isEscaped = scalar == "\\" && !rest.isEmpty
            let first = isEscaped ? rest.removeFirst() : scalar
            if isEscaped, addClass(first, &rest) { continue }
            if rest.first == "-", let last = rest.dropFirst().first, last.value >= first.value {
                rest = rest.dropFirst(2)
                add(first.value...last.value)
            } else {
                add(first.value...first.value)
            }
        }
    }

    package func contains(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        if value < 64 { return low >> UInt64(value) & 1 == 1 }
        if value < 128 { return high >> UInt64(value - 64) & 1 == 1 }
        if ranges.contains(where: { $0.contains(value) }) { return true }
        return !categories.isEmpty && categories.contains(Self.initial(of: scalar.properties.generalCategory))
    }

    private mutating func addClass(_ letter: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) -> Bool {
        switch letter {
        case "d": add(0x30...0x39)
        case "w":
            for range in [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A] as [ClosedRange<UInt32>] { add(range) }
        case "s":
            add(0x09...0x0D)
            add(0x20...0x20)
        case "p":
            guard let end = rest.firstIndex(of: "}"), let name = rest.dropFirst().first else { return false }
            categories.append(name.value)
            rest = rest[rest.index(after: end)...]
            // ASCII goes into the table with everything else.
            for value in 0..<128 as Range<UInt32> {
                guard let scalar = Unicode.Scalar(value),
                    Self.initial(of: scalar.properties.generalCategory) == name.value
                else { continue }
                add(value...value)
            }
        default: return false
        }
        return true
    }

    private mutating func add(_ range: ClosedRange<UInt32>) {
        for value in range.clamped(to: 0...127) where range.contains(value) {
            if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
        }
        if range.upperBound > 127 { ranges.append(max(range.lowerBound, 128)...range.upperBound) }
    }

    /// The first letter of the category's name, as `\p{…}` has it.
    private static func initial(of category: Unicode.GeneralCategory) -> UInt32 {
        switch category {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: 0x4C
        case .nonspacingMark, .spacingMark, .enclosingMark: 0x4D
        case .decimalNumber, .letterNumber, .otherNumber: 0x4E
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            0x50
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: 0x53
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: 0x5A
        case .control, .format, .surrogate, .privateUse, .unassigned: 0x43
        @unknown default: 0x43
        }
    }
}

extension Pattern {
    /// `[class]*`: how many there may be is the length constraint's business.
    package static func each(of characters: CharacterClass, text: Text) -> Pattern {
        Pattern(text) { value in value.string.unicodeScalars.allSatisfy(characters.contains) }
    }

    /// `[first][rest]*`
    package static func starting(with first: CharacterClass, then rest: CharacterClass, text: Text) -> Pattern {
        Pattern(text) { value in
            guard let head = value.string.unicodeScalars.first else { return false }
            return first.contains(head) && value.string.unicodeScalars.dropFirst().allSatisfy(rest.contains)
        }
    }

    /// `prefix[class]*`, for identifiers with a fixed beginning.
    package static func prefixed(by prefix: Text, then rest: CharacterClass, text: Text) -> Pattern {
        Pattern(text) { value in
            value.hasPrefix(prefix)
                && String(Substring(value.utf8.dropFirst(prefix.utf8.count))).unicodeScalars.allSatisfy(rest.contains)
        }
    }
}
