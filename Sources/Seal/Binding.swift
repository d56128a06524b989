package import Bytes

/// What a ciphertext or a tag belongs to (account, ARN, version, key ...). It is authenticated, not stored: opening with
/// other parts, in another order, or for another purpose fails.
///
/// The bytes are `1 || purpose || count || parts`, every length and the count as 4 bytes big-endian before what they
/// measure. No two bindings share their bytes, and none is the beginning of another.
package struct Binding: Sendable, Hashable {
    package let bytes: [UInt8]

    package init(_ purpose: Text, _ parts: [Text]) {
        var length = 9 + purpose.utf8.count
        let all = parts.span
        for index in all.indices { length += 4 + all[index].string.utf8.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length)
        bytes.append(1)
        Binding.append(purpose, to: &bytes)
        Binding.append(parts.count, to: &bytes)
        for index in all.indices { Binding.append(all[index], to: &bytes) }
        self.bytes = bytes
    }

    private static func append(_ text: Text, to bytes: inout [UInt8]) {
        let utf8 = text.string.utf8.span
        append(utf8.count, to: &bytes)
        bytes.append(utf8)
    }

    private static func append(_ count: Int, to bytes: inout [UInt8]) {
        // Lengths beyond 32 bits would alias shorter ones; no request is that long.
        let value = UInt32(count)
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }
}
