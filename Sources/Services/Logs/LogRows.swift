internal import Bytes
internal import Seal
internal import Store
internal import Wire

/// How logs stand in the store: what one invocation wrote is one row or a few, sealed, found by group, time and stream.
enum LogRows {
    static let group: Text = "log-group"
    static let stream: Text = "log-stream"
    static let chunk: Text = "log-chunk"

    /// Days that a log is kept.
    static let days: Int64 = 14
    static let kept: Int64 = days * 86_400_000
    /// Bytes of one chunk's lines.
    static let chunkBytes = 256 << 10
    /// A chunk begins with its first line: its last one is not later than that by more.
    static let longest: Int64 = 960_000

    static func groupKey(_ group: LogGroup) -> ItemKey { ItemKey(place: group.place, kind: Self.group, id: group.name) }
    static func streamKey(_ stream: Text, of group: LogGroup) -> ItemKey {
        ItemKey(place: group.place, kind: Self.stream, id: "\(group.name):\(stream)")
    }

    /// Where chunks from this time on begin.
    static func start(_ group: LogGroup, _ time: Timestamp) -> Text {
        "\(group.name):\(Text(max(0, time.milliseconds), digits: 14))"
    }

    static func binding(_ key: ItemKey) -> Binding {
        Binding("log-chunk", [key.place.account.text, key.place.region, key.id])
    }
}

/// Lines that were written together.
struct LogChunk: Sendable {
    struct Line: Sendable {
        var time: Timestamp
        var text: Text
    }

    let key: ItemKey
    let stream: Text
    let ingested: Timestamp
    let lines: [Line]

    init(_ group: LogGroup, _ stream: Text, _ name: Text, _ lines: [Line], at now: Timestamp) {
        let first = lines.first?.time ?? now
        key = ItemKey(
            place: group.place, kind: LogRows.chunk, id: "\(LogRows.start(group, first)):\(stream):\(name)")
        (self.stream, self.lines, ingested) = (stream, lines, now)
    }

    init(_ item: Item, _ root: RootKey) throws {
        let parts = item.key.id.split(on: 0x3A)
        guard parts.count == 4 else { throw StoreError.corrupt("log-chunk \(item.key.id)") }
        let opened = try root.accountKey(item.key.place)
            .open(Sealed(stored: item.body), boundTo: LogRows.binding(item.key))
        let body = try Fields(json: opened.revealBytes())
        (key, stream) = (item.key, parts[2])
        ingested = body.storedTime("ingested") ?? Timestamp(milliseconds: 0)
        lines = (body.list("lines") ?? []).compactMap { document in
            guard case .structure(let line) = document, let time = line.storedTime("t") else { return nil }
            return Line(time: time, text: line.text("m") ?? "")
        }
    }

    /// - Parameter group: the group's name, which every chunk of a stream is linked to with the stream's.
    func item(_ group: LogGroup, _ root: RootKey) -> Item {
        let body: Fields = [
            "ingested": .integer(ingested.milliseconds),
            "lines": .list(
                lines.map { .structure(["t": .integer($0.time.milliseconds), "m": .string($0.text)]) }),
        ]
        var plain = body.json
        let sealed = root.accountKey(key.place).seal(SecretBytes(taking: &plain), boundTo: LogRows.binding(key))
        return Item(
            key: key, link: "\(group.name):\(stream)", due: ingested + LogRows.kept, body: sealed.bytes)
    }
}

/// A stream's row.
struct LogStream: Sendable {
    let key: ItemKey
    let rev: Int64
    let created: Timestamp
    let first: Timestamp
    var last: Timestamp
    var ingested: Timestamp

    init(_ key: ItemKey, first: Timestamp, last: Timestamp, at now: Timestamp) {
        (self.key, rev, created, self.first, self.last, ingested) = (key, 1, now, first, last, now)
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let created = body.storedTime("created"), let first = body.storedTime("first"),
            let last = body.storedTime("last"), let ingested = body.storedTime("ingested")
        else { throw StoreError.corrupt("log-stream \(item.key.id)") }
        (key, rev, self.created, self.first, self.last) = (item.key, item.rev, created, first, last)
        self.ingested = ingested
    }

    var name: Text { key.id.split(on: 0x3A).last ?? "" }

    var item: Item {
        let body: Fields = [
            "created": .integer(created.milliseconds), "first": .integer(first.milliseconds),
            "last": .integer(last.milliseconds), "ingested": .integer(ingested.milliseconds),
        ]
        return Item(key: key, due: ingested + LogRows.kept, rev: rev, body: body.json)
    }

    func shown(_ group: LogGroup) -> Fields {
        [
            "logStreamName": .string(name), "creationTime": .integer(created.milliseconds),
            "firstEventTimestamp": .integer(first.milliseconds), "lastEventTimestamp": .integer(last.milliseconds),
            "lastIngestionTime": .integer(ingested.milliseconds),
            "arn": .string("\(group.arn):log-stream:\(name)"), "storedBytes": .integer(0),
        ]
    }
}
