internal import Bytes

/// Names in an archive, which must not lead out of where it is unpacked.
enum EntryPath {
    static func parts(_ name: ArraySlice<UInt8>) throws(ZipFlaw) -> [Text] {
        guard let text = Text(utf8: name), !name.contains(0) else {
            throw ZipFlaw("the name \(Text(decoding: name)) is not UTF-8")
        }
        guard name.first != 0x2F else { throw ZipFlaw("\(text) is an absolute path") }
        guard name.count <= 4096 else { throw ZipFlaw("a path is longer than 4096 bytes") }
        var parts: [Text] = []
        for part in text.split(on: 0x2F) where !part.isEmpty && part != "." {
            guard part != ".." else { throw ZipFlaw("\(text) leads out of the archive") }
            guard part.utf8.count <= 255 else { throw ZipFlaw("a name in \(text) is longer than 255 bytes") }
            parts.append(part)
        }
        return parts
    }

    /// Where a link leads. It may go up only at its beginning, and no further than to the top: its folder is a real one, and so,
    /// by induction over all the links, is wherever it leads inside.
    static func destination(_ target: [UInt8], of path: [Text]) throws(ZipFlaw) -> Text {
        let shown = ZipArchive.shown(path)
        guard let text = Text(utf8: target), !target.isEmpty, target.count <= 4096, !target.contains(0),
            target.first != 0x2F
        else { throw ZipFlaw("the link \(shown) leads out of the archive") }
        var height = path.count - 1
        var isGoingUp = true
        for part in text.split(on: 0x2F) where !part.isEmpty && part != "." {
            isGoingUp = isGoingUp && part == ".."
            if isGoingUp { height -= 1 }
            guard height >= 0, isGoingUp || part != ".." else {
                throw ZipFlaw("the link \(shown) leads out of the archive")
            }
        }
        return text
    }
}
