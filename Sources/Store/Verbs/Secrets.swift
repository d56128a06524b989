package import Bytes

private enum Queries {
    private static let columns = "suffix, created, changed, accessed, delete_after, rev, body, tag"
    private static let select = "SELECT \(columns) FROM secret WHERE account = ?1 AND region = ?2 AND name = ?3"
    static let one = Query(select)
    static let locked = Query("\(select) {lock}")
    static let due = Query(
        """
        SELECT account, region, name, \(columns) FROM secret {by secret_due} \
        WHERE delete_after <= ?1 AND (delete_after, account, region, name) > (?2, ?3, ?4, ?5) \
        ORDER BY delete_after, account, region, name LIMIT ?6
        """
    )
    static let insert = Query(
        """
        INSERT INTO secret (account, region, name, \(columns)) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING
        """
    )
    /// An index is written anew when a column of it is assigned, changed or not: only what changes is.
    static let updates = (0..<SecretRow.Changes.all.rawValue + 1).map { update(SecretRow.Changes(rawValue: $0)) }

    private static func update(_ changes: SecretRow.Changes) -> Query {
        let columns = ["rev", "body", "tag"] + changes.columns
        let assignments = columns.enumerated().map { "\($1) = ?\($0 + 5)" }
        return Query(
            """
            UPDATE secret SET \(assignments.joined(separator: ", ")) \
            WHERE account = ?1 AND region = ?2 AND name = ?3 AND rev = ?4
            """
        )
    }

    static let delete = Query("DELETE FROM secret WHERE account = ?1 AND region = ?2 AND name = ?3")
    static let versionIDs = Query("SELECT version_id FROM version WHERE account = ?1 AND region = ?2 AND name = ?3")
    static let deleteVersions = Query("DELETE FROM version WHERE account = ?1 AND region = ?2 AND name = ?3")
}

extension Snapshot {
    package borrowing func secret(_ place: Place, _ name: Text) throws(StoreError) -> SecretRow? {
        try session.secret(Queries.one, place, name)
    }
}

extension Transaction {
    /// Nobody else writes the secret until this transaction ends.
    package borrowing func secret(_ place: Place, _ name: Text) throws(StoreError) -> SecretRow? {
        try session.secret(Queries.locked, place, name)
    }

    /// False if the name is taken, also by a secret scheduled for deletion. Nothing is changed then.
    package borrowing func insert(_ secret: SecretRow) throws(StoreError) -> Bool {
        let values = secret.values(session)
        guard try session.connection.execute(Queries.insert, values) > 0 else { return false }
        session.touch(.secret(secret.place, secret.name))
        session.noteSecrets(1, secret.place)
        return true
    }

    /// Writes `secret`, which was `old`, with a revision raised by one, which it returns. Throws `conflict` unless the stored
    /// revision is that of `old`. A secret's suffix and its creation are never written again.
    @discardableResult
    package borrowing func update(_ secret: SecretRow, from old: SecretRow) throws(StoreError) -> Int64 {
        var next = secret
        (next.suffix, next.created, next.rev) = (old.suffix, old.created, old.rev &+ 1)
        let changes = next.changes(from: old)
        var values = Value.place(old.place) + [.text(old.name), .integer(old.rev)]
        values += [.integer(next.rev), .bytes(next.body), .bytes(next.tag(session.ground.rows))]
        values += next.values(changes)
        guard try session.connection.execute(Queries.updates[changes.rawValue], values) > 0 else { throw .conflict }
        session.touch(.secret(old.place, old.name))
        return next.rev
    }

    /// Takes all its versions along. False if there was none.
    @discardableResult
    package borrowing func deleteSecret(_ place: Place, _ name: Text) throws(StoreError) -> Bool {
        let session = session
        let key = Value.place(place) + [.text(name)]
        try session.connection.select(Queries.versionIDs, key) { columns in
            session.touch(.version(place, name, columns.text(0)))
        }
        _ = try session.connection.execute(Queries.deleteVersions, key)
        guard try session.connection.execute(Queries.delete, key) > 0 else { return false }
        session.touch(.secret(place, name))
        session.noteSecrets(-1, place)
        return true
    }
}

extension StoreReader where Self: ~Copyable {
    /// Of all places, those whose deletion is due at or before `by`, the longest due first.
    package borrowing func secretsDue(by: Timestamp, limit: Int) throws(StoreError) -> [SecretRow] {
        try session.secretsDue(by, limit)
    }
}

extension SecretRow {
    fileprivate func values(_ session: Session) -> [Value] {
        [
            .text(place.account.text), .text(place.region), .text(name), .text(suffix), .time(created), .time(changed),
            .integer(Self.accessedColumn(accessed)), .time(deleteAfter),
            .integer(rev), .bytes(body), .bytes(tag(session.ground.rows)),
        ]
    }

    /// Columns beside the body that an update may change, in the order of their bits.
    fileprivate struct Changes: OptionSet {
        let rawValue: Int
        static let changed = Changes(rawValue: 1)
        static let accessed = Changes(rawValue: 2)
        static let deleteAfter = Changes(rawValue: 4)
        static let all: Changes = [.changed, .accessed, .deleteAfter]

        var columns: [String] {
            (contains(.changed) ? ["changed"] : []) + (contains(.accessed) ? ["accessed"] : [])
                + (contains(.deleteAfter) ? ["delete_after"] : [])
        }
    }

    fileprivate func changes(from old: SecretRow) -> Changes {
        var changes: Changes = []
        if changed != old.changed { changes.insert(.changed) }
        if accessed != old.accessed { changes.insert(.accessed) }
        if deleteAfter != old.deleteAfter { changes.insert(.deleteAfter) }
        return changes
    }

    fileprivate func values(_ changes: Changes) -> [Value] {
        var values: [Value] = []
        if changes.contains(.changed) { values.append(.time(changed)) }
        if changes.contains(.accessed) { values.append(.integer(Self.accessedColumn(accessed))) }
        if changes.contains(.deleteAfter) { values.append(.time(deleteAfter)) }
        return values
    }
}

extension Session {
    fileprivate func secret(_ query: Query, _ place: Place, _ name: Text) throws(StoreError) -> SecretRow? {
        var found: (SecretRow, tag: [UInt8])?
        try connection.select(query, Value.place(place) + [.text(name)]) { columns in
            found = (SecretRow(place, name, columns, from: 0), columns.bytes(7))
        }
        guard let found else { return nil }
        return try checked(found.0, found.tag)
    }

    fileprivate func secretsDue(_ by: Timestamp, _ limit: Int) throws(StoreError) -> [SecretRow] {
        typealias Position = (due: Int64, account: Text, region: Text, name: Text)
        var page = Page<SecretRow, Position>(limit: limit, after: nil)
        while page.isOpen {
            let from = page.after ?? (.min, "", "", "")
            let values: [Value] = [
                .time(by), .integer(from.due), .text(from.account), .text(from.region), .text(from.name),
                .integer(page.missing),
            ]
            page.begin()
            try connection.select(Queries.due, values) { columns in
                let (region, name) = (columns.text(1), columns.text(2))
                let secret = columns.account(0).map {
                    SecretRow(Place(account: $0, region: region), name, columns, from: 3)
                }
                page.add(
                    sifted(secret, columns.bytes(10), "secret \(columns.text(0))/\(region)/\(name)"),
                    at: (columns.integer(7), columns.text(0), region, name)
                )
            }
        }
        return page.rows
    }
}
