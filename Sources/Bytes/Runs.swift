/// Runs of bytes a word at a time, for tables and writers on the hot path. All that is unsafe in this room is here: each load is
/// of eight bytes that the line before has seen to be there.
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

    /// For dictionaries, which an attacker may choose the keys of.
    func hash(into hasher: inout Hasher) {
        unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        // No key begins another: 0xFF is in no UTF-8.
        hasher.combine(0xFF as UInt8)
    }

    private static func stir(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    private static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
        unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
    }

    /// Where the run of bytes from `start` on that need no escape in a JSON string ends.
    func plainEnd(from start: Int) -> Int {
        let mine = unsafe self.bytes
        var index = start
        // Two words a step: the processor works on both at once.
        while index &+ 16 <= count {
            if Self.escapes(Self.word(mine, index)) | Self.escapes(Self.word(mine, index &+ 8)) != 0 { break }
            index &+= 16
        }
        while index < count, !Self.needsEscape(self[index]) { index &+= 1 }
        return index
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F
    }

    /// Eight bytes at once, by the usual arithmetic on packed bytes. Never 0 where one of them needs an escape.
    private static func escapes(_ word: UInt64) -> UInt64 {
        let quote = word ^ 0x2222_2222_2222_2222
        let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
        let control = (word &- 0x2020_2020_2020_2020) & ~word
        let delete = (word &+ 0x0101_0101_0101_0101) & ~word
        let quotes = (quote &- 0x0101_0101_0101_0101) & ~quote
        let backslashes = (backslash &- 0x0101_0101_0101_0101) & ~backslash
        return (control | delete | quotes | backslashes) & 0x8080_8080_8080_8080
    }
}

extension [UInt8] {
    /// In one piece, and without a reference to what holds the bytes: a text's own view is copied through an iterator, which
    /// retains it several times.
    package mutating func append(_ source: borrowing Span<UInt8>) {
        unsafe source.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// A part of `source`, in one piece.
    package mutating func append(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        append(source.extracting(range))
    }

    /// Eight bytes, the highest first.
    package mutating func append(bigEndian word: UInt64) {
        unsafe Swift.withUnsafeBytes(of: word.bigEndian) { unsafe append(contentsOf: $0) }
    }
}
