package import Bytes
package import Seal

/// One value of a secret. There is no way to put plaintext here: `sealed` is the only column for values.
package struct VersionRow: Sendable, Hashable {
    package var place: Place
    package var name: Text
    package var versionID: Text
    package var created: Timestamp
    package var accessed: Timestamp?
    /// `nil` while a version has no value yet.
    package var sealed: Sealed?
    package var body: [UInt8]

    package init(
        place: Place,
        name: Text,
        versionID: Text,
        created: Timestamp,
        accessed: Timestamp? = nil,
        sealed: Sealed?,
        body: [UInt8]
    ) {
        self.place = place
        self.name = name
        self.versionID = versionID
        self.created = created
        self.accessed = accessed
        self.sealed = sealed
        self.body = body
    }
}

extension VersionRow: TaggedRow {
    static var table: Text { "version" }
    static var purpose: Text { "undercroft row version" }
    var keyParts: [Text] { [place.account.text, place.region, name, versionID] }

    var content: [UInt8] {
        var out = RowContent(capacity: body.count + (sealed?.bytes.count ?? 0) + 64)
        out.add(created)
        out.add(accessed)
        out.add(sealed?.bytes)
        out.add(body)
        return out.bytes
    }

    /// Reads `created, accessed, sealed, body` from column `first` on.
    init(_ place: Place, _ name: Text, _ versionID: Text, _ columns: any Columns, from first: Int32) {
        self.init(
            place: place,
            name: name,
            versionID: versionID,
            created: columns.time(first),
            accessed: columns.optionalTime(first + 1),
            sealed: columns.isNull(first + 2) ? nil : Sealed(stored: columns.bytes(first + 2)),
            body: columns.bytes(first + 3)
        )
    }
}
