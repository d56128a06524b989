/// ASCII case folding on bytes: what HTTP means by "case-insensitive", and nothing beyond it.
enum ASCII {
    static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// `lowercased` must be lower case.
    static func matches(_ name: String, _ lowercased: String) -> Bool {
        let mine = name.utf8.span
        let wanted = lowercased.utf8.span
        guard mine.count == wanted.count else { return false }
        for index in mine.indices where lower(mine[index]) != wanted[index] { return false }
        return true
    }

    /// Byte for byte.
    static func equal(_ a: String, _ b: String) -> Bool {
        let (a, b) = (a.utf8.span, b.utf8.span)
        guard a.count == b.count else { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }

    /// `lowercased` must be lower case.
    static func hasPrefix(_ mine: Span<UInt8>, _ lowercased: String) -> Bool {
        let wanted = lowercased.utf8.span
        guard mine.count >= wanted.count else { return false }
        for index in wanted.indices where lower(mine[index]) != wanted[index] { return false }
        return true
    }

    /// Digits only, at most nine of them, so that the value fits anywhere. (`Int` would take a sign.)
    static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...9).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard isDigit(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
}
