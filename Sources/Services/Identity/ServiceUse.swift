internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// What a user or role tried to do, allowed or not: of each operation the last time.
package struct ServiceUse: LastUse {
    package struct Key: Hashable, Sendable {
        /// `AIDA…` or `AROA…`.
        let entityID: Text
        /// Index in the catalog.
        let entry: Int
    }

    let time: Timestamp
    let region: Text
    let caller: Caller
    let service: Text
    let action: Text

    func isNews(after last: ServiceUse) -> Bool { time >= last.time + CredentialUse.grain }
}

extension Caller {
    /// Of the user or role behind a session, or the user itself.
    var entityID: Text { session?.entityID ?? uniqueID }

    var entityARN: Text {
        if case .assumedRole(roleARN: let role) = principal.kind { return role }
        return principal.federatedBy ?? principal.arn
    }
}

/// One service in the memory of one user or role. A row beside the entity's own: writing that one would make the gate forget who
/// signs as it.
struct ServiceMemory: Sendable {
    static let kind: Text = "service-use"

    struct Use: Sendable {
        let time: Timestamp
        let region: Text
    }

    let service: Text
    /// By the operations' names.
    private(set) var uses: [Text: Use] = [:]

    init(service: Text) { self.service = service }

    init(_ item: Item) throws {
        service = item.key.id.split(on: 0x2F).last ?? ""
        for member in try Fields(json: item.body).members {
            guard case .structure(let fields) = member.value, let time = fields.storedTime("time"),
                let region = fields.text("region")
            else { throw StoreError.corrupt("\(Self.kind) \(item.key.id)") }
            uses[member.name] = Use(time: time, region: region)
        }
    }

    var last: Use? { uses.values.max { $0.time < $1.time } }

    /// Other nodes may have seen a later one.
    mutating func add(_ action: Text, _ use: Use) {
        if let known = uses[action], known.time >= use.time { return }
        uses[action] = use
    }

    /// Without what happened before `start`.
    func since(_ start: Timestamp) -> ServiceMemory {
        var rest = self
        rest.uses = uses.filter { $0.value.time >= start }
        return rest
    }

    private var body: [UInt8] {
        let members = uses.sorted { $0.key < $1.key }.map { action, use in
            Fields.Member(
                name: action,
                value: .structure(["time": .integer(use.time.milliseconds), "region": .string(use.region)]))
        }
        return Fields(members).json
    }
}

extension ServiceMemory {
    /// What an entity used, by the services' names: as written, and as noted here since.
    static func all<Reader: StoreReader & ~Copyable>(
        of entity: Entity, _ noted: LastUses<ServiceUse.Key, ServiceUse>, _ reader: borrowing Reader
    ) throws -> [Text: ServiceMemory] {
        let items = try reader.items(Entity.place(entity.account), kind: kind, link: entity.id, after: nil, limit: 100)
        var found: [Text: ServiceMemory] = [:]
        for item in items {
            let memory = try ServiceMemory(item)
            found[memory.service] = memory
        }
        for (key, use) in noted.all where key.entityID == entity.id {
            found[use.service, default: ServiceMemory(service: use.service)]
                .add(use.action, Use(time: use.time, region: use.region))
        }
        return found
    }

    /// - Parameter uses: of one service by one entity.
    static func write(_ uses: [ServiceUse], _ transaction: borrowing Transaction) throws {
        // A deleted entity must not leave this behind.
        guard let first = uses.first, let arn = ARN(first.caller.entityARN),
            let kind = arn.resource.split(on: 0x2F).first.flatMap(EntityKind.init(rawValue:)),
            let name = arn.resource.split(on: 0x2F).last,
            let entity = try transaction.item(Entity.key(kind, name, first.caller.account)),
            try Entity(entity).id == first.caller.entityID
        else { return }
        let key = ItemKey(
            place: entity.key.place, kind: Self.kind, id: "\(first.caller.entityID)/\(first.service)")
        let old = try transaction.item(key)
        var memory = try old.map { try ServiceMemory($0) } ?? ServiceMemory(service: first.service)
        for use in uses { memory.add(use.action, Use(time: use.time, region: use.region)) }
        if var item = old {
            item.body = memory.body
            try transaction.update(item)
        } else {
            _ = try transaction.insert(
                Item(key: key, link: first.caller.entityID, due: nil, rev: 1, body: memory.body))
        }
    }

    /// Goes with its entity.
    static func forget(_ entity: Entity, _ transaction: borrowing Transaction) throws {
        let items = try transaction.items(
            Entity.place(entity.account), kind: kind, link: entity.id, after: nil, limit: 100)
        for item in items { try transaction.delete(item.key) }
    }
}
