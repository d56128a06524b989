internal import Bytes
internal import Wire

/// Names and reading of the trail's files: `NUMBER-TIME.trail`, numbered without gaps.
struct Segment: Sendable, Equatable {
    let number: UInt64
    let name: String
    /// In whole seconds.
    let opened: Timestamp

    init(number: UInt64, at time: Timestamp) {
        var out = ByteBuilder()
        out.append(decimal: number, width: 12)
        out.append("-")
        out.append(time.basicISO8601)
        out.append(".trail")
        self.number = number
        opened = Timestamp(seconds: time.seconds)
        name = String(decoding: out.bytes, as: UTF8.self)
    }

    init?(name: String) {
        let parts = Text(name).split(on: 0x2D, limit: 2)
        guard parts.count == 2, parts[0].utf8.count == 12, parts[0].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = UInt64(parts[0].string), name.utf8.suffix(6).elementsEqual(".trail".utf8),
            let opened = Timestamp(basicISO8601: Array(parts[1].utf8.dropLast(6)).span)
        else { return nil }
        self.opened = opened
        self.number = number
        self.name = name
    }

    static func all(in folder: String) throws(FileFlaw) -> [Segment] {
        try Folder.names(in: folder).compactMap { Segment(name: $0) }
    }
}

/// Where the trail ended when it was last synced, authenticated under the root key: a trail that ends earlier was cut.
struct Head: Sendable, Equatable {
    var segment: String
    var offset: UInt64
    var chain: Chain

    /// What the tag covers.
    var content: [UInt8] {
        var out = ByteBuilder()
        out.append(segment)
        out.append(" ")
        out.append(decimal: offset, width: 20)
        out.append(" ")
        out.append(decimal: chain.count, width: 20)
        out.append(" ")
        out.append(hex: chain.link)
        return out.bytes
    }

    /// Fixed length, so that overwriting in place never leaves a tail of the old one.
    func line(tag: [UInt8]) -> [UInt8] {
        var out = ByteBuilder()
        out.append(content)
        out.append(" ")
        out.append(hex: tag)
        out.append("\n")
        return out.bytes
    }

    /// The head and its tag, still to be verified.
    static func parse(_ bytes: [UInt8]) -> (Head, tag: [UInt8])? {
        guard let text = Text(utf8: bytes) else { return nil }
        let parts = text.split(on: 0x20)
        guard parts.count == 5, let offset = UInt64(parts[1].string), let count = UInt64(parts[2].string),
            let link = Hex.decode(Array(parts[3].utf8)), link.count == 32,
            let tag = Hex.decode(Array(parts[4].utf8.dropLast()))
        else { return nil }
        return (Head(segment: parts[0].string, offset: offset, chain: Chain(link: link, count: count)), tag)
    }
}
