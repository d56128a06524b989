internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// When access keys were used last. A row beside the key's own: writing that one would make the gate forget who signs with it.
enum AccessKeyUses {
    static let kind: Text = "access-key-use"

    static func key(_ id: Text) -> ItemKey { ItemKey(place: IdentityRows.place, kind: kind, id: id) }

    static func use(_ item: Item?) throws -> CredentialUse? {
        guard let item else { return nil }
        let body = try Fields(json: item.body)
        guard let time = body.storedTime("time"), let region = body.text("region"), let service = body.text("service")
        else { throw StoreError.corrupt("\(kind) \(item.key.id)") }
        return CredentialUse(time: time, region: region, service: service)
    }

    static func write(_ id: Text, _ use: CredentialUse, _ transaction: borrowing Transaction) throws {
        // A session's key has no row, and a deleted one must not leave this behind.
        guard try transaction.item(IdentityRows.accessKey(id)) != nil else { return }
        let old = try transaction.item(key(id))
        if let known = try self.use(old), known.time >= use.time { return }
        let body: Fields = [
            "time": .integer(use.time.milliseconds), "region": .string(use.region), "service": .string(use.service),
        ]
        if var item = old {
            item.body = body.json
            try transaction.update(item)
        } else {
            _ = try transaction.insert(Item(key: key(id), rev: 1, body: body.json))
        }
    }
}
