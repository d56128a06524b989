internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// Tags of IAM's resources, listed and taken away.
enum TagPages {
    static func without(_ keys: [Text], _ tags: [Tag]) -> [Tag] {
        let gone = Set(keys.map(\.asciiLowercased))
        return tags.filter { !gone.contains($0.key.asciiLowercased) }
    }

    /// Pages begin behind a position, not behind a key: a key of the longest would not fit in a marker.
    static func list(_ input: Fields, _ tags: [Tag]) throws(Fault) -> Fields {
        let numbered = tags.sorted { $0.key < $1.key }.enumerated().map { tag in
            (place: Text("\(100 + tag.offset)"), tag: tag.element)
        }
        return try AccessPage(input).fields("Tags", of: numbered, id: { $0.place }) {
            .structure(["Key": .string($0.tag.key), "Value": .string($0.tag.value)])
        }
    }
}
