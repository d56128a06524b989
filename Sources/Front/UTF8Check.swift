/// Follows a head's bytes and finds the first that is not UTF-8, across reads.
///
/// The parser hands out headers as `String`, which repairs what is not UTF-8: a signature would then be verified over other bytes
/// than were sent.
struct UTF8Check {
    /// Continuation bytes still owed, and the range that the next one must be in.
    private var owed = 0
    private var range: ClosedRange<UInt8> = 0x80...0xBF

    /// False at the first byte that can't be UTF-8 (RFC 3629: no overlong forms, no surrogates).
    mutating func take(_ bytes: Span<UInt8>, from start: Int, count: Int) -> Bool {
        for index in start..<start + count {
            let byte = bytes[index]
            if owed == 0, byte < 0x80 { continue }
            guard take(byte) else { return false }
        }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if owed > 0 {
            guard range.contains(byte) else { return false }
            (owed, range) = (owed - 1, 0x80...0xBF)
            return true
        }
        switch byte {
        case 0xC2...0xDF: owed = 1
        case 0xE0: (owed, range) = (2, 0xA0...0xBF)
        case 0xED: (owed, range) = (2, 0x80...0x9F)
        case 0xE1...0xEF: owed = 2
        case 0xF0: (owed, range) = (3, 0x90...0xBF)
        case 0xF1...0xF3: owed = 3
        case 0xF4: (owed, range) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}
