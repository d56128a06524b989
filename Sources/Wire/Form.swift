import Bytes

/// The parameters of an AWS Query request, sorted by name so that lists and structures are ranges.
struct Form: Sendable {
    struct Entry: Sendable {
        let name: Text
        let value: Text
    }

    private let entries: [Entry]

    /// The most parameters that a request may have: bounds the work of sorting.
    private static let limit = 20_000

    /// `nil` for a broken escape, text that is not UTF-8, a name that occurs twice, or too many parameters.
    init?(_ bytes: [UInt8]) {
        var found: [Entry] = []
        for pair in bytes.split(separator: 0x26) {
            let cut = pair.firstIndex(of: 0x3D) ?? pair.endIndex
            let rest = cut < pair.endIndex ? pair[(cut + 1)...] : []
            guard found.count < Self.limit, let name = Self.text(pair[..<cut]), let value = Self.text(rest) else {
                return nil
            }
            found.append(Entry(name: name, value: value))
        }
        found.sort { $0.name < $1.name }
        for index in found.indices.dropFirst() where found[index].name == found[index - 1].name { return nil }
        entries = found
    }

    /// Of parameters whose names differ.
    init(_ pairs: [(Text, Text)]) {
        entries = pairs.map { Entry(name: $0.0, value: $0.1) }.sorted { $0.name < $1.name }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> Text? {
        guard let decoded = PercentCoding.decode(bytes, isForm: true) else { return nil }
        return Text(utf8: decoded)
    }

    subscript(name: Text) -> Text? {
        let index = firstIndex(from: name)
        guard index < entries.count, entries[index].name == name else { return nil }
        return entries[index].value
    }

    /// Whether any parameter's name starts with `prefix`.
    func hasNames(under prefix: Text) -> Bool {
        let index = firstIndex(from: prefix)
        return index < entries.count && entries[index].name.hasPrefix(prefix)
    }

    /// The numbers `N` of `<prefix>N` and `<prefix>N.…`, ascending. What is not a plain number from 1 is no element: `01`
    /// beside `1` would be a second name for the same one.
    func numbers(under prefix: Text) -> [Int] {
        let length = prefix.utf8.count
        var numbers: Set<Int> = []
        var index = firstIndex(from: prefix)
        while index < entries.count, entries[index].name.hasPrefix(prefix) {
            let digits = entries[index].name.utf8.dropFirst(length).prefix { $0 != 0x2E }
            if digits.first != 0x30, let number = ASCII.number(digits) { numbers.insert(number) }
            index += 1
        }
        return numbers.sorted()
    }

    /// The first entry whose name is not before `name`.
    private func firstIndex(from name: Text) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
