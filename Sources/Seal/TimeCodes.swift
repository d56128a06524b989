internal import Bytes
internal import Primitives

/// RFC 6238: the codes of six digits that a device shows, a new one every thirty seconds.
package struct TimeCodes: Sendable {
    package static let period: Int64 = 30
    private static let digits = 6

    private let seed: SecretBytes

    package init(seed: SecretBytes) { self.seed = seed }

    package static func step(seconds: Int64) -> Int64 { seconds / period }

    /// RFC 4226's truncation, as a number.
    package func value(_ step: Int64, modulo: UInt32 = 1_000_000) -> UInt32 {
        let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let code = seed.reveal { HMACSHA1.authenticate(message, key: $0) }
        let offset = Int(code[19] & 0x0F)
        let word = code[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return (word & 0x7FFF_FFFF) % modulo
    }

    /// The step in `steps` whose code this is; every one of them is computed, whichever fits.
    package func step(of code: [UInt8], in steps: ClosedRange<Int64>) -> Int64? {
        guard let wanted = Self.number(code) else { return nil }
        var found: Int64?
        for step in steps where value(step) == wanted { found = found ?? step }
        return found
    }

    /// The step of `second`, which must follow `first` at once.
    package func step(of first: [UInt8], then second: [UInt8], in steps: ClosedRange<Int64>) -> Int64? {
        guard let first = Self.number(first), let second = Self.number(second) else { return nil }
        var (found, before): (Int64?, UInt32?) = (nil, nil)
        for step in steps {
            let value = value(step)
            if before == first, value == second { found = found ?? step }
            before = value
        }
        return found
    }

    private static func number(_ code: [UInt8]) -> UInt32? {
        guard code.count == digits, code.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return code.reduce(0) { $0 * 10 + UInt32($1 - 0x30) }
    }
}
