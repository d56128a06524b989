/// The modules of a QR code: ISO/IEC 18004:2015, sections 6.3, 7.7 to 7.10.
struct QRCode: Sendable {
    /// Modules on a side.
    let size: Int
    /// Row by row; true is dark.
    private(set) var modules: [Bool]
    /// Those that carry no data, and that no mask changes.
    private var isFixed: [Bool]

    /// `nil` for more than 331 bytes.
    init?(_ text: [UInt8]) {
        guard let codewords = QRCodewords(text) else { return nil }
        size = 17 + 4 * codewords.version
        modules = [Bool](repeating: false, count: size * size)
        isFixed = modules
        drawPatterns(codewords.version)
        drawFormat(mask: 0)
        draw(codewords.bytes)
        let masked = (0..<8).map { mask in
            var code = self
            code.apply(mask)
            code.drawFormat(mask: mask)
            return code
        }
        if let best = masked.min(by: { $0.penalty < $1.penalty }) { modules = best.modules }
    }

    subscript(x: Int, y: Int) -> Bool { modules[y * size + x] }

    private mutating func fix(_ x: Int, _ y: Int, _ isDark: Bool) {
        modules[y * size + x] = isDark
        isFixed[y * size + x] = true
    }

    private mutating func drawPatterns(_ version: Int) {
        for step in 0..<size {
            fix(6, step, step % 2 == 0)
            fix(step, 6, step % 2 == 0)
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(x, y) }
        let places = Self.alignments(version, size)
        for (column, x) in places.enumerated() {
            for (row, y) in places.enumerated() {
                let last = places.count - 1
                // Finder patterns are there already.
                if (column == 0 && (row == 0 || row == last)) || (column == last && row == 0) { continue }
                for dy in -2...2 {
                    for dx in -2...2 { fix(x + dx, y + dy, max(abs(dx), abs(dy)) != 1) }
                }
            }
        }
        if version >= 7 { drawVersion(version) }
    }

    private mutating func drawFinder(_ x: Int, _ y: Int) {
        for dy in -4...4 {
            for dx in -4...4 where (0..<size).contains(x + dx) && (0..<size).contains(y + dy) {
                let distance = max(abs(dx), abs(dy))
                fix(x + dx, y + dy, distance != 2 && distance != 4)
            }
        }
    }

    /// Annex E: evenly from the last place back, what is left over is between the first two.
    private static func alignments(_ version: Int, _ size: Int) -> [Int] {
        guard version > 1 else { return [] }
        let count = version / 7 + 2
        let step = (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2
        return [6] + (0..<count - 1).reversed().map { size - 7 - $0 * step }
    }

    /// Eighteen bits beside two finder patterns: BCH(18, 6).
    private mutating func drawVersion(_ version: Int) {
        let bits = version << 12 | Self.remainder(version << 12, 0x1F25, degree: 12)
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            let (long, short) = (size - 11 + index % 3, index / 3)
            fix(long, short, isDark)
            fix(short, long, isDark)
        }
    }

    /// Fifteen bits, twice: BCH(15, 5) of level M (00) and the mask.
    private mutating func drawFormat(mask: Int) {
        let bits = (mask << 10 | Self.remainder(mask << 10, 0x537, degree: 10)) ^ 0x5412
        func isDark(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0..<6 { fix(8, index, isDark(index)) }
        fix(8, 7, isDark(6))
        fix(8, 8, isDark(7))
        fix(7, 8, isDark(8))
        for index in 9..<15 { fix(14 - index, 8, isDark(index)) }
        for index in 0..<8 { fix(size - 1 - index, 8, isDark(index)) }
        for index in 8..<15 { fix(8, size - 15 + index, isDark(index)) }
        fix(8, size - 8, true)
    }

    private static func remainder(_ value: Int, _ generator: Int, degree: Int) -> Int {
        var rest = value
        while rest >> degree != 0 {
            rest ^= generator << (Int.bitWidth - 1 - rest.leadingZeroBitCount - degree)
        }
        return rest
    }

    /// Up and down in columns of two modules from the right, past the upright timing pattern.
    private mutating func draw(_ codewords: [UInt8]) {
        var bit = 0
        for right in stride(from: size - 1, through: 1, by: -2) {
            let column = right <= 6 ? right - 1 : right
            for step in 0..<size {
                let y = (column + 1) & 2 == 0 ? size - 1 - step : step
                for x in [column, column - 1] where !isFixed[y * size + x] && bit < codewords.count * 8 {
                    modules[y * size + x] = codewords[bit / 8] >> UInt8(7 - bit % 8) & 1 == 1
                    bit += 1
                }
            }
        }
    }

    private mutating func apply(_ mask: Int) {
        for y in 0..<size {
            for x in 0..<size where !isFixed[y * size + x] {
                let inverts =
                    switch mask {
                    case 0: (x + y) % 2 == 0
                    case 1: y % 2 == 0
                    case 2: x % 3 == 0
                    case 3: (x + y) % 3 == 0
                    case 4: (x / 3 + y / 2) % 2 == 0
                    case 5: x * y % 2 + x * y % 3 == 0
                    case 6: (x * y % 2 + x * y % 3) % 2 == 0
                    default: ((x + y) % 2 + x * y % 3) % 2 == 0
                    }
                modules[y * size + x] = modules[y * size + x] != inverts
            }
        }
    }

    /// How hard it is to read: section 7.8.3.
    var penalty: Int {
        let rows = (0..<size).map { y in (0..<size).map { self[$0, y] } }
        let columns = (0..<size).map { x in (0..<size).map { self[x, $0] } }
        var sum = (rows + columns).reduce(0) { $0 + Self.penalty(ofLine: $1) }
        for y in 1..<size {
            for x in 1..<size {
                let corner = self[x, y]
                if self[x - 1, y] == corner, self[x, y - 1] == corner, self[x - 1, y - 1] == corner { sum += 3 }
            }
        }
        let dark = modules.count(where: { $0 })
        return sum + abs(dark * 20 - modules.count * 10) / modules.count * 10
    }

    /// Runs of five and more, and what looks like a finder pattern.
    private static func penalty(ofLine line: [Bool]) -> Int {
        let finder = [true, false, true, true, true, false, true]
        let light = [false, false, false, false]
        var (sum, run) = (0, 0)
        for (index, isDark) in line.enumerated() {
            run = index > 0 && line[index - 1] == isDark ? run + 1 : 1
            if run == 5 { sum += 3 } else if run > 5 { sum += 1 }
            if line[index...].starts(with: finder + light) || line[index...].starts(with: light + finder) { sum += 40 }
        }
        return sum
    }
}
