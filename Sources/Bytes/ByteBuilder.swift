/// A growing run of bytes: replies, records and canonical strings are written with it, without `String` or `Data` between.
package struct ByteBuilder: Sendable {
    package var bytes: [UInt8] = []

    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package mutating func append(_ string: String) { bytes.append(string.utf8.span) }
    package mutating func append(_ text: Text) { bytes.append(text.string.utf8.span) }
    package mutating func append(_ other: [UInt8]) { bytes.append(other.span) }
    package mutating func append(_ other: ArraySlice<UInt8>) { bytes.append(other.span) }
    package mutating func append(_ utf8: Substring.UTF8View) { bytes.append(contentsOf: utf8) }
    package mutating func append(byte: UInt8) { bytes.append(byte) }

    package mutating func append(decimal value: Int64) {
        if value < 0 { bytes.append(0x2D) }
        append(decimal: value.magnitude, width: 1)
    }

    /// Zero-padded on the left to at least `width` digits.
    package mutating func append(decimal value: UInt64, width: Int) {
        var (divisor, digits) = (UInt64(1), 1)
        while value / divisor >= 10 {
            divisor *= 10
            digits += 1
        }
        for _ in digits..<max(width, digits) { bytes.append(0x30) }
        while divisor > 0 {
            bytes.append(0x30 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    package mutating func append(hex data: [UInt8]) {
        var index = 0
        while index &+ 4 <= data.count {
            append(
                hexWord: UInt32(data[index]) << 24 | UInt32(data[index + 1]) << 16 | UInt32(data[index + 2]) << 8
                    | UInt32(data[index + 3]))
            index &+= 4
        }
        while index < data.count {
            append(hexByte: data[index])
            index &+= 1
        }
    }

    /// Eight digits, the highest first.
    package mutating func append(hexWord word: UInt32) { bytes.append(bigEndian: Hex.digits(word)) }

    package mutating func append(hexByte byte: UInt8) {
        bytes.append(Hex.digit(byte >> 4))
        bytes.append(Hex.digit(byte & 15))
    }

    /// Big-endian length prefix: used where bytes are bound to a signature or a seal, so that fields can't run together.
    package mutating func append(lengthPrefixed data: String.UTF8View) {
        append(bigEndian: UInt32(data.count))
        bytes.append(data.span)
    }

    package mutating func append(lengthPrefixed data: [UInt8]) {
        append(bigEndian: UInt32(data.count))
        bytes.append(contentsOf: data)
    }

    package mutating func append(bigEndian value: UInt32) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    package mutating func append(bigEndian value: UInt64) {
        append(bigEndian: UInt32(truncatingIfNeeded: value >> 32))
        append(bigEndian: UInt32(truncatingIfNeeded: value))
    }
}

package enum Hex {
    /// `value` is 0...15.
    package static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    /// The eight digits of `word` as eight bytes, the highest first.
    package static func digits(_ word: UInt32) -> UInt64 {
        var nibbles = UInt64(word)
        nibbles = (nibbles << 16 | nibbles) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles << 8 | nibbles) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles << 4 | nibbles) & 0x0F0F_0F0F_0F0F_0F0F
        let ones: UInt64 = 0x0101_0101_0101_0101
        // 1 in each byte of 10 or more: those are letters, which lie 39 beyond the digits.
        let letters = (nibbles &+ ones &* 6) >> 4 & ones
        return nibbles &+ ones &* 0x30 &+ letters &* 39
    }

    package static func encode(_ data: [UInt8]) -> Text {
        var out = ByteBuilder(capacity: data.count * 2)
        out.append(hex: data)
        return Text(String(decoding: out.bytes, as: UTF8.self))
    }

    /// `nil` unless an even number of hex digits, of either case.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 2 == 0 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 2)
        var high: UInt8?
        for byte in text {
            guard let digit = value(of: byte) else { return nil }
            if let first = high {
                out.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return out
    }

    package static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46: digit - 0x41 + 10
        default: nil
        }
    }
}
