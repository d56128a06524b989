/// Runs of bytes compared and hashed a word at a time, for tables on the hot path.
extension Span where Element == UInt8 {
    package func isSame(as other: borrowing Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let (mine, theirs) = unsafe (self.bytes, other.bytes)
        var offset = 0
        while offset &+ 8 <= count {
            guard Self.word(mine, offset) == Self.word(theirs, offset) else { return false }
            offset &+= 8
        }
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset &+= 1
        }
        return true
    }

    /// Not for dictionaries that must withstand an attacker: whoever chooses the bytes can make two runs mix alike. Fit for
    /// tables where the worst of it is that one entry takes the place of another.
    package func mixed(_ seed: UInt64 = 0) -> UInt64 {
        let mine = unsafe self.bytes
        var mix = seed ^ (UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
        var offset = 0
        while offset &+ 8 <= count {
            mix = Self.stir(mix ^ Self.word(mine, offset))
            offset &+= 8
        }
        var rest: UInt64 = 0
        while offset < count {
            rest = rest << 8 | UInt64(self[offset])
            offset &+= 1
        }
        return Self.stir(mix ^ rest)
    }

    private static func stir(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    private static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
        unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
    }
}
