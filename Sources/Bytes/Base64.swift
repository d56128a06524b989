/// RFC 4648 section 4, with padding.
package enum Base64 {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func append(_ data: [UInt8], to out: inout ByteBuilder) {
        var index = 0
        while index + 2 < data.count {
            let word = UInt32(data[index]) << 16 | UInt32(data[index + 1]) << 8 | UInt32(data[index + 2])
            for shift in [18, 12, 6, 0] as [UInt32] { out.append(byte: alphabet[Int(word >> shift & 63)]) }
            index += 3
        }
        switch data.count - index {
        case 1:
            out.append(byte: alphabet[Int(data[index] >> 2)])
            out.append(byte: alphabet[Int(data[index] & 3) << 4])
            out.append("==")
        case 2:
            let word = UInt32(data[index]) << 8 | UInt32(data[index + 1])
            out.append(byte: alphabet[Int(word >> 10)])
            out.append(byte: alphabet[Int(word >> 4 & 63)])
            out.append(byte: alphabet[Int(word & 15) << 2])
            out.append("=")
        default: break
        }
    }

    package static func encode(_ data: [UInt8]) -> Text {
        var out = ByteBuilder(capacity: (data.count + 2) / 3 * 4)
        append(data, to: &out)
        return Text(String(decoding: out.bytes, as: UTF8.self))
    }

    /// `nil` for a character outside the alphabet, wrong padding, or bits set past the last byte.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? { decode(Array(text)) }

    // One concrete loop: a generic one costs an allocation for each byte where it is not specialized.
    private static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3)
        var word: UInt32 = 0
        var bits = 0
        var padding = 0
        for byte in text {
            if byte == 0x3D {
                padding += 1
                guard padding <= 2 else { return nil }
                continue
            }
            guard padding == 0, let value = value(of: byte) else { return nil }
            word = word << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
                word &= (1 << UInt32(bits)) - 1
            }
        }
        guard word == 0, padding == (3 - out.count % 3) % 3 else { return nil }
        return out
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}
