internal import Bytes
internal import Seal
internal import Wire

/// Where a listing goes on, opaque to the caller and authenticated: a made-up one is refused, not misread.
enum PageToken {
    private static let tagLength = 16

    /// - Parameter purpose: what is being listed and how; a token of another listing is refused.
    static func close(_ position: [Text], for purpose: Text, _ house: House) -> Text {
        var content = ByteBuilder()
        for part in position { content.append(lengthPrefixed: part.utf8) }
        let tag = house.root.rows.tag(Binding("page-token", [purpose]), content.bytes)
        return Base64.encode(tag.prefix(tagLength) + content.bytes)
    }

    static func open(_ token: Text, for purpose: Text, _ house: House) throws(Fault) -> [Text] {
        guard let bytes = Base64.decode(Array(token.utf8)), bytes.count > tagLength else { throw .invalidNextToken }
        let content = Array(bytes[tagLength...])
        let tag = house.root.rows.tag(Binding("page-token", [purpose]), content)
        guard tag.prefix(tagLength).elementsEqual(bytes.prefix(tagLength)) else { throw .invalidNextToken }
        var position: [Text] = []
        var index = 0
        while index + 4 <= content.count {
            let length = content[index..<index + 4].reduce(0) { $0 << 8 | Int($1) }
            index += 4
            guard index + length <= content.count, let part = Text(utf8: content[index..<index + length]) else {
                throw .invalidNextToken
            }
            position.append(part)
            index += length
        }
        return position
    }
}
