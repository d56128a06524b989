internal import Bytes

extension QRCode {
    /// Light modules around the code: section 6.3.8.
    private static let margin = 4
    /// Pixels on the side of a module.
    private static let scale = 4

    /// ISO/IEC 15948: one bit a pixel, stored without compression.
    var png: [UInt8] {
        let side = (size + 2 * Self.margin) * Self.scale
        var out = ByteBuilder(capacity: side * side / 8 + 256)
        out.append([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var head = ByteBuilder()
        head.append(bigEndian: UInt32(side))
        head.append(bigEndian: UInt32(side))
        // Bit depth 1, greyscale, and the only methods of compression, filtering and interlacing that there are to choose.
        head.append([1, 0, 0, 0, 0])
        Self.append("IHDR", head.bytes, to: &out)
        Self.append("IDAT", Self.stored(pixels(side)), to: &out)
        Self.append("IEND", [], to: &out)
        return out.bytes
    }

    /// Each row begins with its filter, none; a bit that is set is light.
    private func pixels(_ side: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for pixelRow in 0..<side {
            var row = [UInt8](repeating: 0, count: (side + 7) / 8)
            for pixel in 0..<side {
                let (x, y) = (pixel / Self.scale - Self.margin, pixelRow / Self.scale - Self.margin)
                let isDark = (0..<size).contains(x) && (0..<size).contains(y) && self[x, y]
                if !isDark { row[pixel / 8] |= 0x80 >> UInt8(pixel % 8) }
            }
            bytes.append(0)
            bytes += row
        }
        return bytes
    }

    /// A zlib stream (RFC 1950) of one stored block (RFC 1951): the largest code has 94,864 pixels, which are 12 KB.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt16(bytes.count)
        var out = ByteBuilder(capacity: bytes.count + 16)
        out.append([0x78, 0x01, 0x01])
        for half in [length, ~length] { out.append([UInt8(half & 0xFF), UInt8(half >> 8)]) }
        out.append(bytes)
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        out.append(bigEndian: b << 16 | a)
        return out.bytes
    }

    private static func append(_ kind: Text, _ body: [UInt8], to out: inout ByteBuilder) {
        out.append(bigEndian: UInt32(body.count))
        out.append(kind)
        out.append(body)
        out.append(bigEndian: checksum(Array(kind.utf8) + body))
    }

    /// CRC-32 as in ISO 3309.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = ~0
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 0 ? 0 : 0xEDB8_8320) }
        }
        return ~value
    }
}
