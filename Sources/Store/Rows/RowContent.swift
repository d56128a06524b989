internal import Bytes
internal import Seal

/// A row's columns as the bytes that its tag covers. Lengths and presence are part of it, so that no two rows look alike.
struct RowContent {
    private var out: ByteBuilder

    init(capacity: Int) { out = ByteBuilder(capacity: capacity) }

    var bytes: [UInt8] { out.bytes }

    mutating func add(_ number: Int64) { out.append(bigEndian: UInt64(bitPattern: number)) }
    mutating func add(_ time: Timestamp) { add(time.milliseconds) }
    mutating func add(_ text: Text) { out.append(lengthPrefixed: text.utf8) }
    mutating func add(_ bytes: [UInt8]) { out.append(lengthPrefixed: bytes) }

    mutating func add(_ time: Timestamp?) { if isPresent(time), let time { add(time) } }
    mutating func add(_ text: Text?) { if isPresent(text), let text { add(text) } }
    mutating func add(_ bytes: [UInt8]?) { if isPresent(bytes), let bytes { add(bytes) } }

    private mutating func isPresent<T>(_ value: T?) -> Bool {
        out.append(byte: value == nil ? 0 : 1)
        return value != nil
    }
}

/// A row that carries an authentication tag over all its columns, bound to its key.
protocol TaggedRow {
    static var table: Text { get }
    /// `undercroft row` and the table.
    static var purpose: Text { get }
    /// Account first.
    var keyParts: [Text] { get }
    var content: [UInt8] { get }
}

extension TaggedRow {
    private var binding: Binding { Binding(Self.purpose, keyParts) }

    func tag(_ rows: RowAuthenticator) -> [UInt8] { rows.tag(binding, content) }

    func isAuthentic(_ tag: [UInt8], _ rows: RowAuthenticator) -> Bool {
        rows.verify(tag, identity: binding, content: content)
    }

    /// For the operator.
    var label: Text {
        Text("\(Self.table) \(keyParts.map(\.string).joined(separator: "/"))")
    }
}

extension Session {
    /// The row, or `StoreError.tampered`.
    func checked<Row: TaggedRow>(_ row: Row, _ tag: [UInt8]) throws(StoreError) -> Row {
        guard row.isAuthentic(tag, ground.rows) else {
            noteTampered()
            throw .tampered(row.label)
        }
        return row
    }

    /// For lists: one bad row harms nothing else. `nil`, and reported, unless the row is authentic.
    func sifted<Row: TaggedRow>(_ row: Row?, _ tag: [UInt8], _ label: @autoclosure () -> Text) -> Row? {
        if let row, row.isAuthentic(tag, ground.rows) { return row }
        noteTampered()
        ground.options.onTampered(row?.label ?? label())
        return nil
    }
}
