internal import Bytes

/// Names from `first` to before `end`, in byte order. Without `end`: all from `first` on.
struct NameRange: Equatable {
    let first: Text
    let end: Text?

    /// All names with that prefix. UTF-8 sorts as its code points do, so the range ends where the last code point is one up.
    init(prefix: Text) {
        first = prefix
        var scalars = prefix.string.unicodeScalars
        var end: Text?
        while let last = scalars.popLast() {
            guard let up = NameRange.successor(last) else { continue }
            scalars.append(up)
            end = Text(String(scalars))
            break
        }
        self.end = end
    }

    /// Surrogates are no code points of UTF-8.
    private static func successor(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        Unicode.Scalar(scalar.value == 0xD7FF ? 0xE000 : scalar.value + 1)
    }

    /// Disjoint ranges, ascending, of names that begin with one of `prefixes`. Empty: all names.
    static func covering(_ prefixes: [Text]) -> [NameRange] {
        var kept: [Text] = []
        for prefix in prefixes.sorted() where kept.last.map({ !prefix.hasPrefix($0) }) ?? true { kept.append(prefix) }
        return kept == [""] ? [] : kept.map(NameRange.init(prefix:))
    }
}
