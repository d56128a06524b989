internal import Bytes
internal import Wire

extension Secrets {
    static func checkedTags(_ documents: [Document]?) throws(Fault) -> [Tag]? {
        guard let documents else { return nil }
        var tags: [Tag] = []
        for case .structure(let fields) in documents {
            guard let key = fields.text("Key") else {
                throw .invalidParameter("You must specify a key for each tag.")
            }
            guard !key.asciiLowercased.hasPrefix("aws:") else {
                throw .invalidParameter("aws: prefixed tag key names are not allowed for external use.")
            }
            guard !tags.contains(where: { $0.key == key }) else {
                throw .invalidParameter("The tag key \(key) occurs more than once in the request.")
            }
            let tag = Tag(key: key, value: fields.text("Value") ?? "")
            try RotationWait.check(tag)
            tags.append(tag)
        }
        try requireFew(tags.count, limit: 50)
        return tags
    }

    static func requireFew(_ count: Int, limit: Int) throws(Fault) {
        guard count <= limit else { throw .invalidParameter("A secret can't have more than \(limit) tags.") }
    }

    static func shown(_ tags: [Tag]) -> Document {
        .list(tags.map { .structure(["Key": .string($0.key), "Value": .string($0.value)]) })
    }
}
