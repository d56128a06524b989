internal import Bytes

struct OutboxRow: TaggedRow {
    let node: Text
    let sequence: Int64
    let body: [UInt8]

    static var table: Text { "outbox" }
    static var purpose: Text { "undercroft row outbox" }
    var keyParts: [Text] { [node, "\(sequence)"] }

    var content: [UInt8] {
        var out = RowContent(capacity: body.count + 8)
        out.add(body)
        return out.bytes
    }
}
