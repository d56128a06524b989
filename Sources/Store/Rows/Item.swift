package import Bytes

package struct ItemKey: Sendable, Hashable {
    package var place: Place
    /// What the item is: a user, a policy, a key …
    package var kind: Text
    package var id: Text

    package init(place: Place, kind: Text, id: Text) {
        self.place = place
        self.kind = kind
        self.id = id
    }
}

/// A row of any kind but a secret's.
package struct Item: Sendable, Hashable {
    package var key: ItemKey
    /// A second way to find it: an alias's target, an access key's user.
    package var link: Text?
    /// When a sweep should look at it.
    package var due: Timestamp?
    /// Raised by each update, which must name the one it read.
    package var rev: Int64
    package var body: [UInt8]

    package init(key: ItemKey, link: Text? = nil, due: Timestamp? = nil, rev: Int64 = 1, body: [UInt8]) {
        self.key = key
        self.link = link
        self.due = due
        self.rev = rev
        self.body = body
    }
}

extension Item: TaggedRow {
    static var table: Text { "item" }
    static var purpose: Text { "undercroft row item" }
    var keyParts: [Text] { [key.place.account.text, key.place.region, key.kind, key.id] }

    var content: [UInt8] {
        var out = RowContent(capacity: body.count + 96)
        out.add(link)
        out.add(due)
        out.add(rev)
        out.add(body)
        return out.bytes
    }

    /// Reads `link, due, rev, body` from column `first` on.
    init(_ key: ItemKey, _ columns: any Columns, from first: Int32) {
        self.init(
            key: key,
            link: columns.optionalText(first),
            due: columns.optionalTime(first + 1),
            rev: columns.integer(first + 2),
            body: columns.bytes(first + 3)
        )
    }
}
