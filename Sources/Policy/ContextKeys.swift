package import Bytes

/// The condition keys of one request. Names are compared without regard to (ASCII) case.
///
/// Building costs an append per key; nothing is folded or hashed until a policy asks. Keys that are dear to compute can be
/// left to `lazily`.
package struct ContextKeys: Sendable, ExpressibleByDictionaryLiteral {
    package enum Value: Sendable, Equatable {
        case one(Text)
        case many([Text])

        package var texts: [Text] {
            switch self {
            case .one(let text): [text]
            case .many(let texts): texts
            }
        }
    }

    private var entries: [(name: Text, value: Value)] = []
    private var lazily: (@Sendable (_ foldedName: Text) -> Value?)?

    package init() {}

    /// - Parameter lazily: asked, with the name in lower case, for keys that were not added. Must be pure: it may be asked
    ///   several times.
    package init(lazily: @escaping @Sendable (_ foldedName: Text) -> Value?) { self.lazily = lazily }

    package init(dictionaryLiteral elements: (Text, Value)...) { entries = elements.map { ($0.0, $0.1) } }

    package mutating func reserve(_ count: Int) { entries.reserveCapacity(count) }

    /// The first of two keys with the same name wins. An absent value leaves the key absent.
    package mutating func add(_ name: Text, _ value: Text?) { if let value { entries.append((name, .one(value))) } }
    package mutating func add(_ name: Text, _ values: [Text]) { entries.append((name, .many(values))) }
    package mutating func add(_ name: Text, _ value: Bool?) { if let value { add(name, value ? "true" : "false") } }

    package var names: [Text] { entries.map(\.name) }

    package subscript(name: Text) -> Value? {
        get {
            for index in entries.indices where ContextKeys.isSame(entries[index].name, name) {
                return entries[index].value
            }
            guard let lazily else { return nil }
            return lazily(name.asciiLowercased)
        }
        set {
            entries.removeAll { ContextKeys.isSame($0.name, name) }
            if let newValue { entries.append((name, newValue)) }
        }
    }

    private static func isSame(_ a: Text, _ b: Text) -> Bool {
        let (left, right) = (a.string.utf8.span, b.string.utf8.span)
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] {
            guard FoldedAction.fold(left[index]) == FoldedAction.fold(right[index]) else { return false }
        }
        return true
    }
}

extension ContextKeys.Value: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    package init(stringLiteral value: String) { self = .one(Text(value)) }
    package init(arrayLiteral elements: Text...) { self = .many(elements) }
}
