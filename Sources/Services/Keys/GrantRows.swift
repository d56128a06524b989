internal import Bytes
internal import Store
internal import Wire

/// How grants stand in the store.
///
/// `grant` — one row each, `KEY-ID/GRANT-ID`, linked as `KEY-ID GRANTEE`; `grants-of` — how many a key has;
/// `retirable` — in the retiring principal's account, linked by that principal: it points to a grant.
enum GrantRows {
    static func grant(_ keyID: Text, _ grantID: Text, in place: Place) -> ItemKey {
        ItemKey(place: place, kind: "grant", id: "\(keyID)/\(grantID)")
    }

    static func link(_ keyID: Text, to grantee: Text) -> Text { "\(keyID) \(grantee)" }

    /// Under which caches hold what a principal was granted on a key. No row has this key.
    static func granted(_ keyID: Text, to grantee: Text, in place: Place) -> CacheKey {
        .item(ItemKey(place: place, kind: "granted", id: link(keyID, to: grantee)))
    }

    static func count(_ keyID: Text, in place: Place) -> ItemKey { ItemKey(place: place, kind: "grants-of", id: keyID) }

    /// `nil` where nobody could ask for it: only the service itself may list what a service can retire.
    static func pointer(_ grant: GrantState) -> Item? {
        guard let retiring = grant.terms.retiring, let account = retiring.account else { return nil }
        let body: Fields = ["account": .string(grant.place.account.text), "key": .string(grant.keyID)]
        let place = Place(account: account, region: grant.place.region)
        return Item(key: ItemKey(place: place, kind: "retirable", id: grant.id), link: retiring.text, body: body.json)
    }

    static func item(
        _ terms: GrantTerms,
        ids: [Text: Text],
        id: Text,
        on key: KeyState,
        issuer: AccountID,
        at time: Timestamp
    ) -> Item {
        var body: Fields = ["created": .integer(time.milliseconds), "issuer": .string(issuer.text)]
        terms.store(in: &body)
        WrittenPolicy.store(ids: ids, in: &body)
        return Item(
            key: grant(key.id, id, in: key.place), link: link(key.id, to: terms.grantee.text), body: body.json
        )
    }
}

extension StoreReader where Self: ~Copyable {
    /// In the order of their ids, from the one after `after` on.
    borrowing func grants(on keyID: Text, in place: Place, after: Text?, limit: Int) throws -> [GrantState] {
        let prefix: Text = "\(keyID)/"
        let items = try items(place, kind: "grant", after: "\(prefix)\(after ?? "")", limit: limit)
        return try items.prefix { $0.key.id.hasPrefix(prefix) }.map { try GrantState($0) }
    }

    borrowing func grants(
        on keyID: Text,
        in place: Place,
        to grantee: Text,
        after: Text? = nil,
        limit: Int
    ) throws -> [GrantState] {
        let link = GrantRows.link(keyID, to: grantee)
        let after = after.map { "\(keyID)/\($0)" as Text }
        return try items(place, kind: "grant", link: link, after: after, limit: limit).map { try GrantState($0) }
    }
}

extension Transaction {
    borrowing func insert(_ item: Item, grant: GrantState, limit: Int) throws {
        try countGrants(1, on: grant.keyID, in: grant.place, limit: limit)
        _ = try insert(item)
        if let pointer = GrantRows.pointer(grant) { _ = try insert(pointer) }
        touch(GrantRows.granted(grant.keyID, to: grant.terms.grantee.text, in: grant.place))
    }

    /// False if it is gone already.
    borrowing func delete(_ grant: GrantState) throws -> Bool {
        guard try delete(GrantRows.grant(grant.keyID, grant.id, in: grant.place)) else { return false }
        if let pointer = GrantRows.pointer(grant) { _ = try delete(pointer.key) }
        try countGrants(-1, on: grant.keyID, in: grant.place, limit: .max)
        touch(GrantRows.granted(grant.keyID, to: grant.terms.grantee.text, in: grant.place))
        return true
    }

    /// All that a key has, when it goes.
    borrowing func deleteGrants(on keyID: Text, in place: Place) throws {
        while true {
            let page = try grants(on: keyID, in: place, after: nil, limit: 500)
            for grant in page { _ = try delete(grant) }
            guard page.count == 500 else { break }
        }
        _ = try delete(GrantRows.count(keyID, in: place))
    }

    private borrowing func countGrants(_ change: Int, on keyID: Text, in place: Place, limit: Int) throws {
        let key = GrantRows.count(keyID, in: place)
        guard var row = try item(key) else {
            let body: Fields = ["count": .integer(Int64(change))]
            _ = try insert(Item(key: key, body: body.json))
            return
        }
        let count = Int(try Fields(json: row.body).integer("count") ?? 0) + change
        guard count <= limit else {
            throw Fault("LimitExceededException", "A KMS key can't have more than \(limit) grants.")
        }
        let body: Fields = ["count": .integer(Int64(count))]
        row.body = body.json
        _ = try update(row)
    }
}

extension View {
    /// What the principal was granted on the key; empty if nothing.
    func grants(to principal: Text, on keyID: Text, in place: Place) throws -> [GrantState] {
        let found: [GrantState]? = try row(GrantRows.granted(keyID, to: principal, in: place)) { snapshot in
            let grants = try snapshot.grants(on: keyID, in: place, to: principal, limit: .max)
            return grants.isEmpty ? nil : (grants, grants.count * 4096)
        }
        return found ?? []
    }

    func grant(_ grantID: Text, on keyID: Text, in place: Place) throws -> GrantState? {
        let key = GrantRows.grant(keyID, grantID, in: place)
        return try row(.item(key)) { snapshot in try snapshot.item(key).map { (try GrantState($0), 4096) } }
    }
}
