/// 32 bytes held inline: a SHA-256 hash, a MAC, or a derived key. Equality takes the same time wherever the bytes differ.
///
/// It prints as a placeholder: an expected MAC in a log is as good as the key to whoever replays the request.
package struct Digest32: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    package static let length = 32

    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// `nil` unless exactly 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Digest32.length else { return nil }
        unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyBytes(from: bytes) }
    }

    /// `nil` unless 64 lower-case hexadecimal digits.
    package init?(lowercaseHex digits: borrowing Span<UInt8>) {
        guard digits.count == 2 * Digest32.length else { return nil }
        var wrong: UInt8 = 0
        unsafe withUnsafeMutableBytes(of: &words) { target in
            for index in 0..<Digest32.length {
                let high = Digest32.nibble(digits[2 * index])
                let low = Digest32.nibble(digits[2 * index + 1])
                wrong |= high | low
                unsafe target[index] = high << 4 | low & 15
            }
        }
        guard wrong < 16 else { return nil }
    }

    /// 255 for what is no digit.
    private static func nibble(_ digit: UInt8) -> UInt8 {
        if digit &- 0x30 < 10 { return digit & 15 }
        return digit &- 0x61 < 6 ? digit &- 0x57 : 255
    }

    /// `write` writes 32 bytes where it is told to.
    @unsafe init(writing write: (UnsafeMutableRawPointer) -> Void) {
        unsafe withUnsafeMutableBytes(of: &words) { target in
            if let start = target.baseAddress { unsafe write(start) }
        }
    }

    package var bytes: [UInt8] { withBytes { span in unsafe span.withUnsafeBytes { unsafe [UInt8]($0) } } }

    /// 64 lower-case hexadecimal digits.
    package var hexBytes: [UInt8] {
        withBytes { span in
            unsafe [UInt8](unsafeUninitializedCapacity: 2 * Digest32.length) { target, count in
                for index in 0..<Digest32.length {
                    let byte = unsafe span.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                    unsafe target[2 * index] = Digest32.digit(byte >> 4)
                    unsafe target[2 * index + 1] = Digest32.digit(byte & 15)
                }
                count = 2 * Digest32.length
            }
        }
    }

    /// The bytes as eight words, the highest byte first.
    package func forEachWord(_ body: (UInt32) -> Void) {
        withBytes { span in
            for offset in stride(from: 0, to: Digest32.length, by: 4) {
                body(UInt32(bigEndian: unsafe span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }

    /// Borrows the 32 bytes without an array.
    package func withBytes<T, E: Error>(_ body: (RawSpan) throws(E) -> T) throws(E) -> T {
        try unsafe withUnsafeBytes(of: words) { buffer throws(E) in try body(unsafe RawSpan(_unsafeBytes: buffer)) }
    }

    package static func == (a: Digest32, b: Digest32) -> Bool {
        (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2) | (a.words.3 ^ b.words.3) == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    package var description: String { "‹32 bytes›" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
