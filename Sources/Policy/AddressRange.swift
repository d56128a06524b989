import Bytes

/// An IPv4 or IPv6 address. IPv4-mapped IPv6 (`::ffff:1.2.3.4`) is the IPv4 address it stands for, so that a dual-stack
/// socket's notation can't slip past an IPv4 range.
struct Address: Sendable, Equatable {
    let bits: UInt128
    let width: Int

    static let mappedPrefix: UInt128 = 0xFFFF

    init?(_ bytes: [UInt8]) {
        guard bytes.contains(0x3A) else {
            guard let four = Address.four(bytes[...]) else { return nil }
            (bits, width) = (UInt128(four), 32)
            return
        }
        guard let groups = Address.groups(bytes) else { return nil }
        let value = groups.reduce(UInt128(0)) { $0 << 16 | UInt128($1) }
        let isMapped = value >> 32 == Address.mappedPrefix
        (bits, width) = isMapped ? (value & 0xFFFF_FFFF, 32) : (value, 128)
    }

    /// Dotted, four parts, no leading zeros (which some parsers read as octal).
    private static func four(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        var (value, part, digits, parts) = (UInt32(0), UInt32(0), 0, 1)
        for byte in bytes {
            if byte == 0x2E {
                guard digits > 0, parts < 4 else { return nil }
                (value, part, digits, parts) = (value << 8 | part, 0, 0, parts + 1)
                continue
            }
            guard byte >= 0x30, byte <= 0x39, digits < 3, digits == 0 || part > 0 else { return nil }
            part = part * 10 + UInt32(byte - 0x30)
            digits += 1
            guard part < 256 else { return nil }
        }
        return parts == 4 && digits > 0 ? value << 8 | part : nil
    }

    /// The eight groups of an IPv6 address (RFC 4291 section 2.2).
    private static func groups(_ bytes: [UInt8]) -> [UInt16]? {
        guard bytes.count <= 45 else { return nil }
        let gap = bytes.indices.dropLast().first { bytes[$0] == 0x3A && bytes[$0 + 1] == 0x3A }
        guard let gap else {
            let all = sixteens(bytes[...], mayEndInFour: true)
            return all?.count == 8 ? all : nil
        }
        guard let left = sixteens(bytes[..<gap], mayEndInFour: false),
            let right = sixteens(bytes[(gap + 2)...], mayEndInFour: true), left.count + right.count < 8
        else { return nil }
        return left + [UInt16](repeating: 0, count: 8 - left.count - right.count) + right
    }

    private static func sixteens(_ bytes: ArraySlice<UInt8>, mayEndInFour: Bool) -> [UInt16]? {
        if bytes.isEmpty { return [] }
        let parts = bytes.split(separator: 0x3A, omittingEmptySubsequences: false)
        var out: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInFour, index == parts.count - 1, part.contains(0x2E) {
                guard let four = four(part) else { return nil }
                out += [UInt16(truncatingIfNeeded: four >> 16), UInt16(truncatingIfNeeded: four)]
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var value: UInt16 = 0
            for byte in part {
                guard let digit = Hex.value(of: byte) else { return nil }
                value = value << 4 | UInt16(digit)
            }
            out.append(value)
        }
        return out
    }
}

/// A CIDR block. An address alone is a block of one.
struct AddressRange: Sendable {
    private let first: Address
    /// Leading bits that count, of `first.width`.
    let prefix: Int
    var isVersion4: Bool { first.width == 32 }

    init?(_ text: Text) {
        let halves = text.bytes.split(separator: 0x2F, maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = halves.first.flatMap({ Address(Array($0)) }) else { return nil }
        first = address
        guard halves.count == 2 else {
            prefix = address.width
            return
        }
        var reader = ByteReader(Array(halves[1]))
        guard var length = reader.takeDecimal(upTo: 3), reader.isAtEnd else { return nil }
        if isMapped(halves[0], address) {
            guard length >= 96 else { return nil }
            length -= 96
        }
        guard length <= address.width else { return nil }
        prefix = length
    }

    func contains(_ address: Address) -> Bool {
        guard address.width == first.width else { return false }
        return prefix == 0 || (address.bits ^ first.bits) >> UInt128(first.width - prefix) == 0
    }
}

/// Written as IPv6 although it stands for an IPv4 address: its prefix then counts from the IPv6 side.
private func isMapped(_ written: ArraySlice<UInt8>, _ address: Address) -> Bool {
    address.width == 32 && written.contains(0x3A)
}
