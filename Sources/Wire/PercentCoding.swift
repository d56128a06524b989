internal import Bytes

/// RFC 3986 percent-encoding over bytes.
package enum PercentCoding {
    /// Letters, digits, `-._~`.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static let upperDigits: [UInt8] = Array("0123456789ABCDEF".utf8)

    static func append(_ byte: UInt8, to out: inout [UInt8]) {
        if isUnreserved(byte) {
            out.append(byte)
        } else {
            out.append(0x25)
            out.append(upperDigits[Int(byte >> 4)])
            out.append(upperDigits[Int(byte & 15)])
        }
    }

    package static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        for byte in bytes { append(byte, to: &out) }
        return out
    }

    /// What `%` should have introduced but does not stays as it is: the signature then covers the bytes that were sent.
    package static func decodeLeniently(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if let byte = escape(in: bytes, at: index) {
                out.append(byte)
                index += 3
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }

    /// `nil` for a broken escape.
    ///
    /// - Parameter isForm: `application/x-www-form-urlencoded`: `+` is a space.
    static func decode(_ bytes: ArraySlice<UInt8>, isForm: Bool = false) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case 0x25:
                guard let byte = escape(in: bytes, at: index) else { return nil }
                out.append(byte)
                index += 3
            case 0x2B where isForm:
                out.append(0x20)
                index += 1
            default:
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }

    private static func escape(in bytes: ArraySlice<UInt8>, at index: Int) -> UInt8? {
        guard bytes[index] == 0x25, bytes.endIndex - index > 2, let high = Hex.value(of: bytes[index + 1]),
            let low = Hex.value(of: bytes[index + 2])
        else { return nil }
        return high << 4 | low
    }
}
