internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// The kinds of thing that IAM keeps by name. A name is unique in its account and kind without regard to case.
enum EntityKind: Text, Sendable, CaseIterable {
    case user = "user"
    case group = "group"
    case role = "role"
    case policy = "policy"

    /// What AWS begins its unique ids with.
    var idPrefix: Text {
        switch self {
        case .user: "AIDA"
        case .group: "AGPA"
        case .role: "AROA"
        case .policy: "ANPA"
        }
    }
}

/// An IAM entity's row while it is read or changed. The row keeps all there is to say, so that one read tells it.
struct Entity: Sendable {
    let kind: EntityKind
    let account: AccountID
    let key: ItemKey
    private(set) var rev: Int64
    var body: Fields

    init(
        _ kind: EntityKind, name: Text, path: Text, account: AccountID, at time: Timestamp, chance: Chance,
        _ more: Fields = [:]
    ) {
        self.kind = kind
        self.account = account
        key = Self.key(kind, name, account)
        rev = 1
        body = [
            "name": .string(name), "id": .string(Founding.identifier(kind.idPrefix, chance)), "path": .string(path),
            "created": .integer(time.milliseconds),
        ]
        for member in more.members { body.add(member.name, member.value) }
    }

    init(_ item: Item) throws {
        guard let kind = EntityKind(rawValue: item.key.kind) else { throw StoreError.corrupt("\(item.key.kind)") }
        self.kind = kind
        account = item.key.place.account
        key = item.key
        rev = item.rev
        body = try Fields(json: item.body)
        guard body.text("name") != nil, body.text("id") != nil, body.text("path") != nil else {
            throw StoreError.corrupt("\(kind.rawValue) \(item.key.id)")
        }
    }

    static func place(_ account: AccountID) -> Place { Place(account: account, region: "") }

    static func key(_ kind: EntityKind, _ name: Text, _ account: AccountID) -> ItemKey {
        ItemKey(place: place(account), kind: kind.rawValue, id: name.asciiLowercased)
    }

    var item: Item { Item(key: key, link: nil, due: nil, rev: rev, body: body.json) }

    var name: Text { body.text("name") ?? key.id }
    /// `AIDA…` and its kin: a name can be given again, this can't.
    var id: Text { body.text("id") ?? "" }
    var path: Text { body.text("path") ?? "/" }
    var created: Timestamp { body.storedTime("created") ?? Timestamp(milliseconds: 0) }
    var arn: Text { "arn:aws:iam::\(account):\(kind.rawValue)\(path)\(name)" }

    var tags: [Tag] {
        get { Tag.list(body.list("tags")) }
        set { set("tags", newValue.isEmpty ? nil : Tag.stored(newValue)) }
    }
    /// Inline policies by name.
    var inline: [(name: Text, document: Text)] {
        get {
            (body.fields("policies")?.members ?? []).compactMap { member in
                if case .string(let text) = member.value { (member.name, text) } else { nil }
            }
        }
        set {
            set(
                "policies",
                .structure(Fields(newValue.map { Fields.Member(name: $0.name, value: .string($0.document)) })))
        }
    }
    /// ARNs of managed policies.
    var attached: [Text] {
        get { body.texts("attached") ?? [] }
        set { set("attached", .list(newValue.map { .string($0) })) }
    }
    var boundary: Text? {
        get { body.text("boundary") }
        set { set("boundary", newValue.map { .string($0) }) }
    }
    /// Of a user: ids of group rows.
    var groups: [Text] {
        get { body.texts("groups") ?? [] }
        set { set("groups", .list(newValue.map { .string($0) })) }
    }
    /// Of a role.
    var trust: WrittenPolicy? {
        get { WrittenPolicy(body, "trust") }
        set { WrittenPolicy.store(newValue, in: &body, "trust") }
    }
    /// Of a role, in seconds.
    var maxSession: Int64 { body.integer("maxSession") ?? 3600 }

    mutating func set(_ name: Text, _ value: Document?) {
        body.members.removeAll { $0.name == name }
        if let value { body.add(name, value) }
    }
}

/// Rows that say who is connected with what, so that both ends can be listed. The entity's own row is what decides.
struct Bond: Sendable {
    enum Kind: Text, Sendable {
        /// A managed policy and an entity that it is attached to.
        case attachment = "attachment"
        /// A managed policy and a user or role that it bounds.
        case boundary = "boundary"
        /// A group and a user in it.
        case membership = "membership"
    }

    let kind: Kind
    let account: AccountID
    /// A policy's ARN, or a group's id.
    let to: Text
    /// The other end's kind and name, as they stand in its key.
    let member: ItemKey

    init(_ kind: Kind, _ account: AccountID, to: Text, _ member: ItemKey) {
        (self.kind, self.account, self.to, self.member) = (kind, account, to, member)
    }

    init?(_ item: Item) {
        guard let kind = Kind(rawValue: item.key.kind), let to = item.link,
            let rest = item.key.id.dropping("\(to)|")
        else { return nil }
        let parts = rest.split(on: 0x2F, limit: 2)
        guard parts.count == 2 else { return nil }
        self.init(
            kind, item.key.place.account, to: to, ItemKey(place: item.key.place, kind: parts[0], id: parts[1]))
    }

    var key: ItemKey {
        ItemKey(place: Entity.place(account), kind: kind.rawValue, id: "\(to)|\(member.kind)/\(member.id)")
    }
    var item: Item { Item(key: key, link: to, due: nil, rev: 1, body: Fields().json) }
}
