/// Text that is equal only to the same bytes.
///
/// `String` compares by canonical equivalence ("é" precomposed equals "e" + accent), which turns name, tag and policy
/// comparisons into authorization bugs. `Text` keeps `String`'s storage and compares its UTF-8.
package struct Text: Sendable, Hashable, Comparable, ExpressibleByStringInterpolation, CustomStringConvertible {
    package let string: String

    package init(_ string: String) { self.string = string }
    package init(stringLiteral value: String) { string = value }

    /// `nil` unless `bytes` are well-formed UTF-8.
    package init?(utf8 bytes: some Collection<UInt8>) {
        guard let string = String(validating: bytes, as: UTF8.self) else { return nil }
        self.string = string
    }

    /// For bytes that are UTF-8 already, or text that is only shown: what is not UTF-8 is repaired.
    package init(decoding bytes: ArraySlice<UInt8>) { string = String(decoding: bytes, as: UTF8.self) }

    package var description: String { string }
    package var utf8: String.UTF8View { string.utf8 }
    package var isEmpty: Bool { string.isEmpty }
    package var bytes: [UInt8] { Array(string.utf8) }

    /// Length in Unicode code points, the unit of the API models' length constraints.
    package var length: Int {
        // Every byte but the continuation bytes begins one.
        var count = 0
        let bytes = string.utf8.span
        for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { count &+= 1 }
        return count
    }

    package static func == (a: Text, b: Text) -> Bool {
        a.string.utf8.span.isSame(as: b.string.utf8.span)
    }

    package static func < (a: Text, b: Text) -> Bool { a.string.utf8.lexicographicallyPrecedes(b.string.utf8) }

    /// The bytes as they are: a `String` would be looked at for what has to be normalized first.
    package func hash(into hasher: inout Hasher) { string.utf8.span.hash(into: &hasher) }

    package func hasPrefix(_ prefix: Text) -> Bool {
        let (mine, wanted) = (string.utf8.span, prefix.string.utf8.span)
        guard mine.count >= wanted.count else { return false }
        for index in wanted.indices where mine[index] != wanted[index] { return false }
        return true
    }

    /// What follows `prefix`; `nil` if the text does not begin with it.
    package func dropping(_ prefix: Text) -> Text? {
        guard hasPrefix(prefix) else { return nil }
        return Text(String(Substring(string.utf8.dropFirst(prefix.utf8.count))))
    }

    /// Splits on one ASCII byte, keeping empty parts; `limit` is the largest number of parts.
    package func split(on separator: UInt8, limit: Int = .max) -> [Text] {
        string.utf8.split(separator: separator, maxSplits: limit - 1, omittingEmptySubsequences: false)
            .map { Text(String(Substring($0))) }
    }

    private var hasUppercase: Bool {
        let bytes = string.utf8.span
        for index in bytes.indices where bytes[index] >= 0x41 && bytes[index] <= 0x5A { return true }
        return false
    }

    /// ASCII letters lowered, every other byte kept. (`String.lowercased()` folds the Kelvin sign to `k`.)
    package var asciiLowercased: Text {
        guard hasUppercase else { return self }
        return Text(String(decoding: string.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self))
    }
}
