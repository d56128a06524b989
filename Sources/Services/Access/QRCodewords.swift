internal import Bytes

/// Which QR code a text needs, and the codewords of it: ISO/IEC 18004:2015, sections 7.4 to 7.6. Byte mode and error correction
/// level M (15 %) alone; the largest version holds more than the longest name of a device needs.
struct QRCodewords: Sendable {
    /// 1 to 13.
    let version: Int
    let bytes: [UInt8]

    /// Table 9, level M: error correction codewords a block, and blocks, of each version.
    private static let levels: [(correction: Int, blocks: Int)] = [
        (10, 1), (16, 1), (26, 1), (18, 2), (24, 2), (16, 4), (18, 4), (22, 4), (22, 5), (26, 5), (30, 5), (22, 8),
        (22, 9),
    ]

    /// `nil` for more bytes than version 13 holds: 331.
    init?(_ text: [UInt8]) {
        let fitting = Self.levels.indices.lazy.map { $0 + 1 }.first { version in
            let bits = 4 + (version < 10 ? 8 : 16) + 8 * text.count
            return bits <= 8 * Self.dataCount(version)
        }
        guard let version = fitting else { return nil }
        self.version = version
        bytes = Self.interleaved(Self.data(text, version), version)
    }

    /// Codewords that the modules have room for: all modules less those of the fixed patterns.
    private static func totalCount(_ version: Int) -> Int {
        var modules = (16 * version + 128) * version + 64
        if version >= 2 {
            let alignments = version / 7 + 2
            modules -= (25 * alignments - 10) * alignments - 55
            if version >= 7 { modules -= 36 }
        }
        return modules / 8
    }

    private static func dataCount(_ version: Int) -> Int {
        let level = levels[version - 1]
        return totalCount(version) - level.correction * level.blocks
    }

    /// Mode, length, the text, a terminator, and padding.
    private static func data(_ text: [UInt8], _ version: Int) -> [UInt8] {
        var bits = Bits()
        bits.append(0b0100, count: 4)
        bits.append(UInt32(text.count), count: version < 10 ? 8 : 16)
        for byte in text { bits.append(UInt32(byte), count: 8) }
        bits.append(0, count: 4)
        let count = dataCount(version)
        var bytes = Array(bits.bytes.prefix(count))
        var padding: UInt8 = 0xEC
        while bytes.count < count {
            bytes.append(padding)
            padding ^= 0xEC ^ 0x11
        }
        return bytes
    }

    /// Data and correction of all blocks, a codeword of each in turn. The last blocks have one more codeword of data.
    private static func interleaved(_ data: [UInt8], _ version: Int) -> [UInt8] {
        let level = levels[version - 1]
        let short = data.count / level.blocks
        let longBlocks = data.count % level.blocks
        let code = ReedSolomon(degree: level.correction)
        var blocks: [ArraySlice<UInt8>] = []
        var rest = data[...]
        for block in 0..<level.blocks {
            let count = short + (block >= level.blocks - longBlocks ? 1 : 0)
            blocks.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        let corrections = blocks.map { code.remainder(of: $0) }
        var out: [UInt8] = []
        for index in 0...short {
            for block in blocks where index < block.count { out.append(block[block.startIndex + index]) }
        }
        for index in 0..<level.correction {
            for correction in corrections { out.append(correction[index]) }
        }
        return out
    }

    private struct Bits {
        var bytes: [UInt8] = []
        private var free = 0

        /// The highest of the `count` bits first.
        mutating func append(_ value: UInt32, count: Int) {
            for shift in (0..<count).reversed() {
                if free == 0 {
                    bytes.append(0)
                    free = 8
                }
                free -= 1
                bytes[bytes.count - 1] |= UInt8(value >> UInt32(shift) & 1) << UInt8(free)
            }
        }
    }
}

/// Error correction over GF(2⁸) with the polynomial x⁸ + x⁴ + x³ + x² + 1.
struct ReedSolomon: Sendable {
    /// Coefficients of the generator polynomial, from the highest power below the leading one down.
    private let generator: [UInt8]

    init(degree: Int) {
        var generator = [UInt8](repeating: 0, count: degree)
        generator[degree - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in generator.indices {
                generator[index] = Self.product(generator[index], root)
                if index + 1 < degree { generator[index] ^= generator[index + 1] }
            }
            root = Self.product(root, 2)
        }
        self.generator = generator
    }

    func remainder(of data: ArraySlice<UInt8>) -> [UInt8] {
        var rest = [UInt8](repeating: 0, count: generator.count)
        for byte in data {
            let factor = byte ^ rest.removeFirst()
            rest.append(0)
            for (index, coefficient) in generator.enumerated() { rest[index] ^= Self.product(coefficient, factor) }
        }
        return rest
    }

    private static func product(_ x: UInt8, _ y: UInt8) -> UInt8 {
        (0..<8).reversed().reduce(UInt8(0)) { product, bit in
            let doubled = product << 1 ^ (product & 0x80 == 0 ? 0 : 0x1D)
            return y >> UInt8(bit) & 1 == 0 ? doubled : doubled ^ x
        }
    }
}
