internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension ManagedPolicy {
    static func all<Reader: StoreReader & ~Copyable>(
        _ account: AccountID, _ reader: borrowing Reader
    ) throws -> [ManagedPolicy] {
        try Entity.all(.policy, account, reader).map { ManagedPolicy($0) }
    }
}

extension Entity {
    static func all<Reader: StoreReader & ~Copyable>(
        _ kind: EntityKind, _ account: AccountID, _ reader: borrowing Reader
    ) throws -> [Entity] {
        var (found, after): ([Entity], Text?) = ([], nil)
        while true {
            let items = try reader.items(place(account), kind: kind.rawValue, after: after, limit: 500)
            for item in items { found.append(try Entity(item)) }
            guard items.count == 500, let last = items.last else { return found }
            after = last.key.id
        }
    }
}
