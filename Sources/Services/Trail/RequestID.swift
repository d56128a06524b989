package import Bytes

/// A version 7 UUID (RFC 9562): the time in milliseconds, then chance. Ids sort as the calls came in, so that a record is found
/// by its id without reading the whole trail.
///
/// What a service does on a caller's behalf has ids of its own that differ from the request's in the last twelve digits only.
package struct RequestID: Sendable, Equatable {
    /// With hyphens, in lower case.
    package let text: Text

    /// Digits and hyphens that the ids of one request have in common.
    static let familyLength = 24

    package init(at time: Timestamp, _ chance: Chance) {
        let (high, low) = chance.words()
        let stamp = UInt64(bitPattern: time.milliseconds) << 16
        var out = ByteBuilder(capacity: 36)
        out.append(uuid: stamp | 0x7000 | high & 0x0FFF, low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
        text = Text(decoding: out.bytes[...])
    }

    /// From a request id, or from an authorization id, which has no hyphens. `nil` for what is no version 7 UUID.
    package init?(_ text: Text) {
        let bytes = text.bytes
        let digits = bytes.filter { $0 != 0x2D }
        guard digits.count == 32, digits[12] == 0x37, digits.allSatisfy({ $0 < 0x41 || $0 >= 0x61 }),
            let raw = Hex.decode(digits), raw[8] & 0xC0 == 0x80
        else { return nil }
        var out: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { out.append(0x2D) }
            out.append(digit)
        }
        guard bytes.count == 32 || bytes == out else { return nil }
        self.text = Text(decoding: out[...])
    }

    /// When the call came in, in whole milliseconds.
    package var time: Timestamp {
        let digits = Array(authorizationID.utf8.prefix(12))
        let value = (Hex.decode(digits) ?? []).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return Timestamp(milliseconds: value)
    }

    /// What `iam-toolbox` calls it.
    package var authorizationID: Text { Text(decoding: text.bytes.filter { $0 != 0x2D }[...]) }

    var family: [UInt8] { Array(text.utf8.prefix(Self.familyLength)) }
}

extension Chance {
    /// An id for what a service does on behalf of the request `id`.
    func kin(of id: Text) -> Text {
        var out = ByteBuilder(capacity: 36)
        append(kinOf: id, to: &out)
        return Text(decoding: out.bytes[...])
    }

    func append(kinOf id: Text, to out: inout ByteBuilder) {
        let bytes = id.utf8
        out.bytes.append(bytes.span, 0..<min(RequestID.familyLength, bytes.count))
        let word = words().0
        out.append(hexWord: UInt32(truncatingIfNeeded: word))
        out.append(hexByte: UInt8(truncatingIfNeeded: word >> 32))
        out.append(hexByte: UInt8(truncatingIfNeeded: word >> 40))
    }
}
