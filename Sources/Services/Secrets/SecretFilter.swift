internal import Bytes
internal import Store
internal import Wire

/// One filter of ListSecrets or BatchGetSecretValue. Its values are alternatives; several filters must all match.
struct SecretFilter: Sendable {
    enum Key: Text, Sendable {
        case description, name
        case tagKey = "tag-key"
        case tagValue = "tag-value"
        case primaryRegion = "primary-region"
        case owningService = "owning-service"
        case all
    }

    struct Value: Sendable {
        let text: Text
        let isNegated: Bool
        /// The value's words, for the keys that match by word.
        let words: [[UInt8]]

        init(_ sent: Text) {
            isNegated = sent.hasPrefix("!")
            text = isNegated ? Text(String(Substring(sent.string.utf8.dropFirst()))) : sent
            words = Words.split(text)
        }
    }

    let key: Key
    let values: [Value]

    static func list(_ documents: [Document]?) throws(Fault) -> [SecretFilter] {
        var filters: [SecretFilter] = []
        for case .structure(let fields) in documents ?? [] {
            guard let key = fields.text("Key").flatMap(Key.init(rawValue:)) else {
                throw .invalidParameter("Invalid filter key")
            }
            guard let values = fields.texts("Values"), !values.isEmpty else {
                throw .invalidParameter("Invalid filter values for key: \(key.rawValue)")
            }
            filters.append(SecretFilter(key: key, values: values.map { Value($0) }))
        }
        return filters
    }

    func matches(_ secret: SecretState) -> Bool { values.contains { matches(secret, $0) } }

    /// A negated value asks that nothing matches, so a secret without the attribute satisfies it.
    private func matches(_ secret: SecretState, _ value: Value) -> Bool { isMatch(secret, value) != value.isNegated }

    private func isMatch(_ secret: SecretState, _ value: Value) -> Bool {
        let draft = secret.draft
        switch key {
        case .name: return secret.name.hasPrefix(value.text)
        case .tagKey: return (draft.tags ?? []).contains { $0.key.hasPrefix(value.text) }
        case .tagValue: return (draft.tags ?? []).contains { $0.value.hasPrefix(value.text) }
        case .description: return Words.match(value.words, in: [draft.description ?? ""])
        // No secret here has replicas or is owned by a service.
        case .primaryRegion, .owningService: return false
        case .all:
            let tags = (draft.tags ?? []).flatMap { [$0.key, $0.value] }
            return Words.match(value.words, in: [secret.name, draft.description ?? ""] + tags)
        }
    }

    /// Prefixes that a name must begin with one of, if that is all that this filter asks.
    var namePrefixes: [Text]? {
        guard key == .name, !values.contains(where: \.isNegated) else { return nil }
        return values.map(\.text)
    }
}

/// Matching by words, as AWS was observed to do it (specification 1.7.3).
enum Words {
    private static let separators: Set<UInt8> = Set("/-_+=.@".utf8)

    /// In lower case. A text with two kinds of separator is one word, whatever is in it. Otherwise it is cut at its separators and
    /// spaces, and each part before and after every run of "one byte that is no lower-case letter, then lower-case letters".
    static func split(_ text: Text) -> [[UInt8]] {
        text.bytes.split(separator: 0x20).flatMap { token in
            let kinds = Set(token.filter { separators.contains($0) })
            guard kinds.count < 2 else { return [lowered(token)] }
            return token.split { separators.contains($0) }.flatMap { splitByCase($0) }
        }
    }

    private static func splitByCase(_ part: ArraySlice<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        func isLower(_ index: Int) -> Bool { index < part.endIndex && (0x61...0x7A).contains(part[index]) }
        var index = part.startIndex
        while index < part.endIndex {
            if !isLower(index), isLower(index + 1) {
                words.append(word)
                word = [part[index]]
                index += 1
                while isLower(index) {
                    word.append(part[index])
                    index += 1
                }
                words.append(word)
                word = []
            } else {
                word.append(part[index])
                index += 1
            }
        }
        words.append(word)
        return words.map { lowered($0[...]) }.filter { !$0.isEmpty }
    }

    private static func lowered(_ word: ArraySlice<UInt8>) -> [UInt8] {
        word.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Every wanted word begins some word of one of the attributes. Nothing wanted matches nothing.
    static func match(_ wanted: [[UInt8]], in attributes: [Text]) -> Bool {
        guard !wanted.isEmpty else { return false }
        return attributes.contains { attribute in
            let words = split(attribute)
            return wanted.allSatisfy { one in words.contains { $0.starts(with: one) } }
        }
    }
}
