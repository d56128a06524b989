internal import Bytes
internal import Seal
internal import Store
internal import Wire

/// Where an event lies: in which chunk, and the how manieth it is.
struct LogPosition: Sendable, Comparable {
    var chunk: Text
    var line: Int

    init(_ chunk: Text, _ line: Int) { (self.chunk, self.line) = (chunk, line) }

    init?(_ parts: [Text]) {
        guard parts.count == 2, let line = Int(parts[1].string) else { return nil }
        self.init(parts[0], line)
    }

    var parts: [Text] { [chunk, "\(line)"] }

    static func < (a: LogPosition, b: LogPosition) -> Bool { (a.chunk, a.line) < (b.chunk, b.line) }
}

struct LogEvent: Sendable {
    var position: LogPosition
    var stream: Text
    var time: Timestamp
    var ingested: Timestamp
    var text: Text

    /// Digits, as CloudWatch's are: the time, the chunk, the line.
    var id: Text {
        // FNV-1a: it only has to tell apart what was written in the same millisecond.
        let hash = position.chunk.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var out = ByteBuilder(capacity: 42)
        out.append(decimal: UInt64(max(0, time.milliseconds)), width: 14)
        out.append(decimal: hash, width: 20)
        out.append(decimal: UInt64(position.line), width: 7)
        return Text(decoding: out.bytes[...])
    }
}

/// Walks the events of a group, or of one of its streams, in the order of their chunks.
struct LogScan: Sendable {
    let group: LogGroup
    /// `nil` for all.
    let stream: Text?
    let from: Timestamp?
    let until: Timestamp?
    let root: RootKey

    private static let page = 20

    /// - Parameters:
    ///   - position: the first one; `nil` for the beginning.
    ///   - visit: false ends the walk.
    func walk(
        from position: LogPosition?, _ snapshot: borrowing Snapshot, _ visit: (LogEvent) throws -> Bool
    ) throws {
        // Just before the chunk that is asked for, whose id is not an end of another.
        var after =
            position.map { Text(String($0.chunk.string.dropLast())) }
            ?? LogRows.start(group, Timestamp(milliseconds: (from?.milliseconds ?? 0) - LogRows.longest))
        let prefix: Text = "\(group.name):"
        while true {
            let items =
                if let stream {
                    try snapshot.items(
                        group.place, kind: LogRows.chunk, link: "\(group.name):\(stream)", after: after,
                        limit: Self.page)
                } else {
                    try snapshot.items(group.place, kind: LogRows.chunk, after: after, limit: Self.page)
                }
            for item in items {
                guard item.key.id.hasPrefix(prefix) else { return }
                if let until, !(item.key.id < LogRows.start(group, until)) { return }
                if let position, item.key.id < position.chunk { continue }
                let chunk = try LogChunk(item, root)
                for (number, line) in chunk.lines.enumerated() {
                    if let position, position.chunk == item.key.id, number < position.line { continue }
                    if let from, line.time < from { continue }
                    if let until, !(line.time < until) { continue }
                    let event = LogEvent(
                        position: LogPosition(item.key.id, number), stream: chunk.stream, time: line.time,
                        ingested: chunk.ingested, text: line.text)
                    guard try visit(event) else { return }
                }
            }
            guard items.count == Self.page, let last = items.last else { return }
            after = last.key.id
        }
    }
}
