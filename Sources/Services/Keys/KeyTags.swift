internal import Bytes
internal import Wire

extension Keys {
    /// Tags of one set on a key, those of the other kept.
    static func merged(_ tags: [Tag], with new: [Tag], limit: Int) throws(Fault) -> [Tag] {
        var tags = tags
        for tag in new {
            if let index = tags.firstIndex(where: { $0.key == tag.key }) {
                tags[index] = tag
            } else {
                tags.append(tag)
            }
        }
        guard tags.count <= limit else { throw Fault("TagException", "Too many tags") }
        return tags
    }
}
