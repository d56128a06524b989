internal import Bytes
internal import Policy
internal import Store

/// A user, a group or a role with its policies compiled, as the caches hold it.
final class EntityState: Sendable {
    let kind: EntityKind
    let account: AccountID
    let name: Text
    let id: Text
    let path: Text
    let arn: Text
    let tags: [Tag]
    let policies: [NamedPolicy]
    /// ARNs of managed policies.
    let attached: [Text]
    let boundary: Text?
    /// Ids of group rows.
    let groups: [Text]
    /// Of a role: who may assume it.
    let trust: NamedPolicy?
    let maxSession: Int64
    let isServiceLinked: Bool

    init(_ entity: Entity) throws {
        kind = entity.kind
        account = entity.account
        name = entity.name
        id = entity.id
        path = entity.path
        arn = entity.arn
        tags = entity.tags
        attached = entity.attached
        boundary = entity.boundary
        groups = entity.groups
        maxSession = entity.maxSession
        isServiceLinked = entity.isServiceLinked
        let label = entity.arn
        policies = try entity.inline.map { policy in
            NamedPolicy(name: policy.name, document: try Self.parse(policy.document, .identity, label))
        }
        do { trust = try entity.trust?.compiled(.trust, name: label) } catch {
            throw StoreError.corrupt("a policy of \(label)")
        }
    }

    static func parse(_ text: Text, _ kind: DocumentKind, _ label: Text) throws -> PolicyDocument {
        do { return try PolicyDocument.parse(text.bytes, kind: kind) } catch {
            throw StoreError.corrupt("a policy of \(label)")
        }
    }
}

/// A managed policy's default version, compiled.
final class PolicyState: Sendable {
    let arn: Text
    let policy: NamedPolicy
    let tags: [Tag]

    init(_ entity: Entity) throws {
        arn = entity.arn
        tags = entity.tags
        guard let text = PolicyVersions(entity).defaultDocument else { throw StoreError.corrupt("\(entity.arn)") }
        policy = NamedPolicy(name: entity.arn, document: try EntityState.parse(text, .identity, entity.arn))
    }

    init(arn: Text, document: PolicyDocument) {
        self.arn = arn
        tags = []
        policy = NamedPolicy(name: arn, document: document)
    }
}

/// The versions of a managed policy, in its row's body: at most five, one of them the default.
struct PolicyVersions: Sendable {
    struct Version: Sendable {
        let id: Text
        let document: Text
        let created: Timestamp
    }

    static let most = 5
    private(set) var all: [Version]
    var defaultID: Text
    /// Numbers are never given again.
    private var next: Int64

    init(first document: Text, at time: Timestamp) {
        all = [Version(id: "v1", document: document, created: time)]
        (defaultID, next) = ("v1", 2)
    }

    init(_ entity: Entity) {
        all = (entity.body.list("versions") ?? []).compactMap { document in
            guard case .structure(let fields) = document, let id = fields.text("id"),
                let text = fields.text("document"), let created = fields.storedTime("created")
            else { return nil }
            return Version(id: id, document: text, created: created)
        }
        defaultID = entity.body.text("default") ?? ""
        next = entity.body.integer("next") ?? 1
    }

    var defaultDocument: Text? { self[defaultID]?.document }
    subscript(id: Text) -> Version? { all.first { $0.id == id } }

    @discardableResult
    mutating func add(_ document: Text, at time: Timestamp) -> Version {
        let version = Version(id: "v\(next)", document: document, created: time)
        next += 1
        all.append(version)
        return version
    }

    mutating func remove(_ id: Text) { all.removeAll { $0.id == id } }

    func store(in entity: inout Entity) {
        entity.set(
            "versions",
            .list(
                all.map { version in
                    .structure([
                        "id": .string(version.id), "document": .string(version.document),
                        "created": .integer(version.created.milliseconds),
                    ])
                }))
        entity.set("default", .string(defaultID))
        entity.set("next", .integer(next))
    }
}

extension View {
    func entity(_ kind: EntityKind, _ name: Text, _ account: AccountID) throws -> EntityState? {
        let key = Entity.key(kind, name, account)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try EntityState(Entity($0)), $0.body.count * 4 + 512) }
        }
    }

    /// AWS's own ones included. `nil` if there is none under exactly this ARN.
    func managedPolicy(_ arn: Text) throws -> PolicyState? {
        if let known = AWSManagedPolicies.state(arn) { return known }
        guard let (account, name) = Self.policyName(arn) else { return nil }
        let key = Entity.key(.policy, name, account)
        let found: PolicyState? = try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try PolicyState(Entity($0)), $0.body.count * 4 + 512) }
        }
        return found?.arn == arn ? found : nil
    }

    /// Account and name of a customer's policy.
    static func policyName(_ arn: Text) -> (AccountID, Text)? {
        let parts = arn.split(on: 0x3A, limit: 6)
        guard parts.count == 6, parts[2] == "iam", let account = AccountID(parts[4]),
            let name = parts[5].dropping("policy/")?.split(on: 0x2F).last
        else { return nil }
        return (account, name)
    }
}

/// What an entity may do by its policies and those of its groups, and what bounds it.
struct Rights: Sendable {
    var policies: [NamedPolicy] = []
    var boundary: NamedPolicy?
    /// What all this was read from: the same objects mean the same rights.
    var sources: [any AnyObject & Sendable] = []

    func isSame(as other: Rights) -> Bool {
        sources.count == other.sources.count && zip(sources, other.sources).allSatisfy { $0 === $1 }
    }
}

extension View {
    func rights(of entity: EntityState) throws -> Rights {
        var rights = Rights()
        try add(entity, to: &rights)
        for group in entity.groups {
            guard let group = try self.entity(.group, group, entity.account) else { continue }
            try add(group, to: &rights)
        }
        if let arn = entity.boundary {
            // A boundary that is not there must not set free.
            guard let boundary = try managedPolicy(arn) else {
                throw StoreError.corrupt("the boundary of \(entity.arn)")
            }
            rights.boundary = boundary.policy
            rights.sources.append(boundary)
        }
        return rights
    }

    private func add(_ entity: EntityState, to rights: inout Rights) throws {
        rights.sources.append(entity)
        rights.policies += entity.policies
        for arn in entity.attached {
            guard let policy = try managedPolicy(arn) else { continue }
            rights.policies.append(policy.policy)
            rights.sources.append(policy)
        }
    }
}
