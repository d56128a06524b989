package import Bytes

/// A secret without its values.
package struct SecretRow: Sendable, Hashable {
    package var place: Place
    package var name: Text
    /// The six characters that end its ARN.
    package var suffix: Text
    package var created: Timestamp
    package var changed: Timestamp
    /// The day somebody read a value last.
    package var accessed: Timestamp?
    /// Set while deletion is scheduled.
    package var deleteAfter: Timestamp?
    /// Raised by each update, which must name the one it read.
    package var rev: Int64
    package var body: [UInt8]

    package init(
        place: Place,
        name: Text,
        suffix: Text,
        created: Timestamp,
        changed: Timestamp,
        accessed: Timestamp? = nil,
        deleteAfter: Timestamp? = nil,
        rev: Int64 = 1,
        body: [UInt8]
    ) {
        self.place = place
        self.name = name
        self.suffix = suffix
        self.created = created
        self.changed = changed
        self.accessed = accessed
        self.deleteAfter = deleteAfter
        self.rev = rev
        self.body = body
    }
}

extension SecretRow: TaggedRow {
    static var table: Text { "secret" }
    static var purpose: Text { "undercroft row secret" }
    var keyParts: [Text] { [place.account.text, place.region, name] }

    var content: [UInt8] {
        var out = RowContent(capacity: body.count + 96)
        out.add(suffix)
        out.add(created)
        out.add(changed)
        out.add(accessed)
        out.add(deleteAfter)
        out.add(rev)
        out.add(body)
        return out.bytes
    }

    /// Column of a secret that was never read: `NULL` has no place in an order that cursors compare with.
    private static let never = Int64.min

    static func accessedColumn(_ time: Timestamp?) -> Int64 { time?.milliseconds ?? never }

    /// Reads `suffix, created, changed, accessed, delete_after, rev, body` from column `first` on.
    init(_ place: Place, _ name: Text, _ columns: any Columns, from first: Int32) {
        let accessed = columns.integer(first + 3)
        self.init(
            place: place,
            name: name,
            suffix: columns.text(first),
            created: columns.time(first + 1),
            changed: columns.time(first + 2),
            accessed: accessed == Self.never ? nil : Timestamp(milliseconds: accessed),
            deleteAfter: columns.optionalTime(first + 4),
            rev: columns.integer(first + 5),
            body: columns.bytes(first + 6)
        )
    }
}
