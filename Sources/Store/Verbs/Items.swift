package import Bytes

private enum Queries {
    private static let byKey =
        "SELECT link, due, rev, body, tag FROM item WHERE account = ?1 AND region = ?2 AND kind = ?3 AND id = ?4"
    static let one = Query(byKey)
    static let locked = Query("\(byKey) {lock}")
    static let count = Query("SELECT COUNT(*) FROM item WHERE account = ?1 AND region = ?2 AND kind = ?3")
    static let linkedCount = Query(
        "SELECT COUNT(*) FROM item WHERE account = ?1 AND region = ?2 AND kind = ?3 AND link = ?4")
    static let insert = Query(
        """
        INSERT INTO item (account, region, kind, id, link, due, rev, body, tag) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
        """
    )
    static let update = Query(
        """
        UPDATE item SET link = ?5, due = ?6, rev = ?7, body = ?8, tag = ?9 \
        WHERE account = ?1 AND region = ?2 AND kind = ?3 AND id = ?4 AND rev = ?10
        """
    )
    static let delete = Query("DELETE FROM item WHERE account = ?1 AND region = ?2 AND kind = ?3 AND id = ?4")
    static let due = Query(
        """
        SELECT account, region, id, link, due, rev, body, tag FROM item {by item_due} \
        WHERE kind = ?1 AND due <= ?2 AND (due, account, region, id) > (?3, ?4, ?5, ?6) \
        ORDER BY due, account, region, id LIMIT ?7
        """
    )

    private static let select =
        "SELECT id, link, due, rev, body, tag FROM item WHERE account = ?1 AND region = ?2 AND kind = ?3"
    static let first = Query("\(select) AND id >= ?4 ORDER BY id LIMIT ?5")
    static let next = Query("\(select) AND id > ?4 ORDER BY id LIMIT ?5")
    static let firstLinked = Query("\(select) AND link = ?6 AND id >= ?4 ORDER BY id LIMIT ?5")
    static let nextLinked = Query("\(select) AND link = ?6 AND id > ?4 ORDER BY id LIMIT ?5")
}

extension Snapshot {
    package borrowing func item(_ key: ItemKey) throws(StoreError) -> Item? { try session.item(Queries.one, key) }
}

extension StoreReader where Self: ~Copyable {
    /// In byte order of their ids, from the one after `after` on.
    package borrowing func items(
        _ place: Place,
        kind: Text,
        after: Text? = nil,
        limit: Int
    ) throws(StoreError) -> [Item] {
        try session.items(place, kind, nil, after, limit)
    }

    /// Those that carry this link, in byte order of their ids.
    package borrowing func items(
        _ place: Place,
        kind: Text,
        link: Text,
        after: Text? = nil,
        limit: Int
    ) throws(StoreError) -> [Item] {
        try session.items(place, kind, link, after, limit)
    }

    /// Of all places, what is due at or before `by`, the longest due first.
    package borrowing func itemsDue(kind: Text, by: Timestamp, limit: Int) throws(StoreError) -> [Item] {
        try session.itemsDue(kind, by, limit)
    }

    package borrowing func itemCount(_ place: Place, kind: Text) throws(StoreError) -> Int {
        try session.count(Queries.count, Value.place(place) + [.text(kind)])
    }

    /// How many carry this link.
    package borrowing func itemCount(_ place: Place, kind: Text, link: Text) throws(StoreError) -> Int {
        try session.count(Queries.linkedCount, Value.place(place) + [.text(kind), .text(link)])
    }
}

extension Transaction {
    /// Nobody else changes or deletes it until this transaction is over.
    package borrowing func item(_ key: ItemKey) throws(StoreError) -> Item? { try session.item(Queries.locked, key) }

    /// False if there is one under that key already. Nothing is changed then.
    package borrowing func insert(_ item: Item) throws(StoreError) -> Bool {
        let values = item.key.values + item.valueColumns(session)
        guard try session.connection.execute(Queries.insert, values) > 0 else { return false }
        session.touch(.item(item.key))
        return true
    }

    /// Writes `item` with a revision raised by one, which it returns. Throws `conflict` unless the stored revision is `item.rev`.
    @discardableResult
    package borrowing func update(_ item: Item) throws(StoreError) -> Int64 {
        var next = item
        next.rev &+= 1
        let values = item.key.values + next.valueColumns(session) + [.integer(item.rev)]
        guard try session.connection.execute(Queries.update, values) > 0 else { throw .conflict }
        session.touch(.item(item.key))
        return next.rev
    }

    /// False if there was none.
    @discardableResult
    package borrowing func delete(_ key: ItemKey) throws(StoreError) -> Bool {
        guard try session.connection.execute(Queries.delete, key.values) > 0 else { return false }
        session.touch(.item(key))
        return true
    }
}

extension ItemKey {
    fileprivate var values: [Value] { Value.place(place) + [.text(kind), .text(id)] }
}

extension Item {
    fileprivate func valueColumns(_ session: Session) -> [Value] {
        [.text(link), .time(due), .integer(rev), .bytes(body), .bytes(tag(session.ground.rows))]
    }
}

extension Session {
    fileprivate func item(_ query: Query, _ key: ItemKey) throws(StoreError) -> Item? {
        var found: (Item, tag: [UInt8])?
        try connection.select(query, key.values) { columns in
            found = (Item(key, columns, from: 0), columns.bytes(4))
        }
        guard let found else { return nil }
        return try checked(found.0, found.tag)
    }

    /// Rows that are left out don't shorten the page: a short page means the end to its reader.
    fileprivate func items(
        _ place: Place,
        _ kind: Text,
        _ link: Text?,
        _ after: Text?,
        _ limit: Int
    ) throws(StoreError) -> [Item] {
        var page = Page<Item, Text>(limit: limit, after: after)
        while page.isOpen {
            var values = Value.place(place) + [.text(kind), .text(page.after ?? ""), .integer(page.missing)]
            if let link { values.append(.text(link)) }
            let (first, next) =
                link == nil ? (Queries.first, Queries.next) : (Queries.firstLinked, Queries.nextLinked)
            page.begin()
            try connection.select(page.after == nil ? first : next, values) { columns in
                let key = ItemKey(place: place, kind: kind, id: columns.text(0))
                let item = Item(key, columns, from: 1)
                page.add(sifted(item, columns.bytes(5), item.label), at: key.id)
            }
        }
        return page.rows
    }

    fileprivate func itemsDue(_ kind: Text, _ by: Timestamp, _ limit: Int) throws(StoreError) -> [Item] {
        typealias Position = (due: Int64, account: Text, region: Text, id: Text)
        var page = Page<Item, Position>(limit: limit, after: nil)
        while page.isOpen {
            let from = page.after ?? (.min, "", "", "")
            let values: [Value] = [
                .text(kind), .time(by), .integer(from.due), .text(from.account), .text(from.region), .text(from.id),
                .integer(page.missing),
            ]
            page.begin()
            try connection.select(Queries.due, values) { columns in
                let (region, id) = (columns.text(1), columns.text(2))
                let item = columns.account(0).map { account in
                    let key = ItemKey(place: Place(account: account, region: region), kind: kind, id: id)
                    return Item(key, columns, from: 3)
                }
                page.add(
                    sifted(item, columns.bytes(7), "item \(columns.text(0))/\(region)/\(kind)/\(id)"),
                    at: (columns.integer(4), columns.text(0), region, id)
                )
            }
        }
        return page.rows
    }

    func count(_ query: Query, _ values: [Value]) throws(StoreError) -> Int {
        var count: Int64 = 0
        try connection.select(query, values) { columns in count = columns.integer(0) }
        return Int(count)
    }
}
