package import Bytes
internal import Seal

private enum Queries {
    private static let place = "account = ?1 AND region = ?2 AND name = ?3"
    static let one = Query(
        "SELECT created, accessed, sealed, body, tag FROM version WHERE \(place) AND version_id = ?4"
    )
    static let all = Query(
        """
        SELECT version_id, created, accessed, sealed, body, tag FROM version WHERE \(place) \
        ORDER BY created, version_id
        """
    )
    static let ages = Query("SELECT version_id, created FROM version WHERE \(place) ORDER BY created, version_id")
    static let count = Query("SELECT count(*) FROM version WHERE \(place)")
    static let insert = Query(
        """
        INSERT INTO version (account, region, name, version_id, created, accessed, sealed, body, tag) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
        """
    )
    static let update = Query(
        """
        UPDATE version SET created = ?5, accessed = ?6, sealed = ?7, body = ?8, tag = ?9 \
        WHERE \(place) AND version_id = ?4
        """
    )
    static let delete = Query("DELETE FROM version WHERE \(place) AND version_id = ?4")
}

extension StoreReader where Self: ~Copyable {
    package borrowing func version(
        _ place: Place,
        _ name: Text,
        _ versionID: Text
    ) throws(StoreError) -> VersionRow? {
        var found: (VersionRow, tag: [UInt8])?
        let key = Value.place(place) + [.text(name), .text(versionID)]
        try session.connection.select(Queries.one, key) { columns in
            found = (VersionRow(place, name, versionID, columns, from: 0), columns.bytes(4))
        }
        guard let found else { return nil }
        return try session.checked(found.0, found.tag)
    }

    /// How many there are, without reading them.
    package borrowing func versionCount(_ place: Place, _ name: Text) throws(StoreError) -> Int {
        try session.count(Queries.count, Value.place(place) + [.text(name)])
    }

    /// Ids and dates alone, the oldest first. Tags are not checked: a changed date can at most let an unlabelled version live
    /// or die too early, and the row itself is checked wherever it is read.
    package borrowing func versionAges(
        _ place: Place,
        _ name: Text
    ) throws(StoreError) -> [(id: Text, created: Timestamp)] {
        var ages: [(id: Text, created: Timestamp)] = []
        try session.connection.select(Queries.ages, Value.place(place) + [.text(name)]) { columns in
            ages.append((columns.text(0), columns.time(1)))
        }
        return ages
    }

    /// The oldest first; those of one millisecond in byte order of their ids.
    package borrowing func versions(_ place: Place, _ name: Text) throws(StoreError) -> [VersionRow] {
        let session = session
        var rows: [VersionRow] = []
        try session.connection.select(Queries.all, Value.place(place) + [.text(name)]) { columns in
            let row = VersionRow(place, name, columns.text(0), columns, from: 1)
            if let row = session.sifted(row, columns.bytes(5), row.label) { rows.append(row) }
        }
        return rows
    }
}

extension Transaction {
    /// False if there is one under that id already. Nothing is changed then.
    ///
    /// The secret's own row must be read in the same transaction before, so that nobody deletes the secret meanwhile.
    package borrowing func insert(_ version: VersionRow) throws(StoreError) -> Bool {
        guard try session.connection.execute(Queries.insert, version.values(session)) > 0 else { return false }
        session.touch(.version(version.place, version.name, version.versionID))
        return true
    }

    /// Throws `conflict` if there is none. Concurrent updates are kept apart by the secret's row, to be read before.
    package borrowing func update(_ version: VersionRow) throws(StoreError) {
        guard try session.connection.execute(Queries.update, version.values(session)) > 0 else { throw .conflict }
        session.touch(.version(version.place, version.name, version.versionID))
    }

    /// False if there was none.
    @discardableResult
    package borrowing func deleteVersion(
        _ place: Place,
        _ name: Text,
        _ versionID: Text
    ) throws(StoreError) -> Bool {
        let key = Value.place(place) + [.text(name), .text(versionID)]
        guard try session.connection.execute(Queries.delete, key) > 0 else { return false }
        session.touch(.version(place, name, versionID))
        return true
    }
}

extension VersionRow {
    fileprivate func values(_ session: Session) -> [Value] {
        [
            .text(place.account.text), .text(place.region), .text(name), .text(versionID), .time(created),
            .time(accessed), sealed.map { .bytes($0.bytes) } ?? .null,
            .bytes(body), .bytes(tag(session.ground.rows)),
        ]
    }
}
