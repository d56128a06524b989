internal import Bytes
internal import Policy
internal import Store

/// A user or role as policies name it.
struct KnownPrincipal: Sendable {
    let id: Text
    let name: Text
    let arn: Text
}

/// Where principals of all accounts are looked up: in the store as it is, or in what a call sees of it.
protocol PrincipalDirectory: ~Copyable {
    func principal(_ kind: EntityKind, _ name: Text, _ account: AccountID) throws -> KnownPrincipal?
    /// - Parameter id: `AIDA…` or `AROA…`.
    func principal(_ id: Text) throws -> KnownPrincipal?
    func hasAccount(_ id: AccountID) throws -> Bool
}

/// Where the user or role with a unique id is: a row outside of every account, since ids name none.
struct PrincipalPlace: Sendable {
    let account: AccountID
    let kind: EntityKind
    /// Of the entity's row.
    let name: Text

    static func key(_ id: Text) -> ItemKey { ItemKey(place: IdentityRows.place, kind: "principal", id: id) }

    static func item(_ entity: Entity) -> Item {
        let body: Fields = [
            "account": .string(entity.account.text), "kind": .string(entity.kind.rawValue),
            "name": .string(entity.key.id),
        ]
        return Item(key: key(entity.id), body: body.json)
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let account = body.text("account").flatMap({ AccountID($0) }),
            let kind = body.text("kind").flatMap({ EntityKind(rawValue: $0) }), let name = body.text("name")
        else { throw StoreError.corrupt("principal \(item.key.id)") }
        (self.account, self.kind, self.name) = (account, kind, name)
    }
}

extension Transaction {
    /// A user or role, so that it is found by its unique id as well. False if there is one of that name.
    borrowing func insert(principal entity: Entity) throws -> Bool {
        guard try insert(entity.item) else { return false }
        return try insert(PrincipalPlace.item(entity))
    }

    borrowing func delete(principal entity: Entity) throws {
        try delete(entity.key)
        try delete(PrincipalPlace.key(entity.id))
    }

    /// After its row has got a new key. Entities from before there was a directory get into it.
    borrowing func move(principal entity: Entity) throws {
        try delete(PrincipalPlace.key(entity.id))
        _ = try insert(PrincipalPlace.item(entity))
    }
}

extension StoreReader where Self: ~Copyable {
    borrowing func principal(_ kind: EntityKind, _ name: Text, _ account: AccountID) throws -> KnownPrincipal? {
        guard let item = try item(Entity.key(kind, name, account)) else { return nil }
        let entity = try Entity(item)
        return KnownPrincipal(id: entity.id, name: entity.name, arn: entity.arn)
    }

    borrowing func principal(_ id: Text) throws -> KnownPrincipal? {
        guard let item = try item(PrincipalPlace.key(id)) else { return nil }
        let place = try PrincipalPlace(item)
        let found = try principal(place.kind, place.name, place.account)
        return found?.id == id ? found : nil
    }

    borrowing func hasAccount(_ id: AccountID) throws -> Bool { try item(OrganizationRows.account(id)) != nil }
}

extension Snapshot: PrincipalDirectory {}
extension Transaction: PrincipalDirectory {}

extension View: PrincipalDirectory {
    func principal(_ kind: EntityKind, _ name: Text, _ account: AccountID) throws -> KnownPrincipal? {
        try entity(kind, name, account).map { KnownPrincipal(id: $0.id, name: $0.name, arn: $0.arn) }
    }

    func principal(_ id: Text) throws -> KnownPrincipal? {
        guard let state = try entity(withID: id) else { return nil }
        return KnownPrincipal(id: state.id, name: state.name, arn: state.arn)
    }

    func hasAccount(_ id: AccountID) throws -> Bool { try account(id) != nil }

    /// The user or role that has this unique id, whatever its name is by now.
    func entity(withID id: Text) throws -> EntityState? {
        let key = PrincipalPlace.key(id)
        let place: PrincipalPlace? = try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try PrincipalPlace($0), $0.body.count + 128) }
        }
        guard let place, let found = try entity(place.kind, place.name, place.account) else { return nil }
        return found.id == id ? found : nil
    }
}
