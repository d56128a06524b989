internal import Bytes
internal import Wire

extension Organization {
    /// Tags to be put on something that has `old`. Keys differ by case here.
    static func merged(_ old: [Tag], _ new: [Tag]) throws(Fault) -> [Tag] {
        var seen: Set<Text> = []
        for tag in new {
            guard !tag.key.asciiLowercased.hasPrefix("aws:") else {
                throw .invalidInput("INVALID_SYSTEM_TAGS_PARAMETER", "Tag keys that begin with aws: are reserved.")
            }
            guard seen.insert(tag.key).inserted else {
                throw .invalidInput("DUPLICATE_TAG_KEY", "You specified the same tag key more than once.")
            }
        }
        let tags = old.filter { !seen.contains($0.key) } + new
        guard tags.count <= 50 else {
            throw .constraint("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on a resource.")
        }
        return tags
    }
}
