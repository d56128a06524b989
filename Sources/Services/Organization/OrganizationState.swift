internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// An organization as the caches hold it.
final class OrganizationState: Sendable {
    let id: Text
    let master: AccountID
    let root: Text
    let email: Text

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let master = body.text("master").flatMap({ AccountID($0) }), let root = body.text("root") else {
            throw StoreError.corrupt("organization \(item.key.id)")
        }
        id = item.key.id
        self.master = master
        self.root = root
        email = body.text("email") ?? ""
    }

    var arn: Text { "arn:aws:organizations::\(master):organization/\(id)" }
    func arn(account: Text) -> Text { "arn:aws:organizations::\(master):account/\(id)/\(account)" }
    func arn(unit: Text) -> Text {
        "arn:aws:organizations::\(master):\(OrganizationID.isRoot(unit) ? "root" : "ou")/\(id)/\(unit)"
    }
    func arn(policy: Text, _ type: Text) -> Text {
        "arn:aws:organizations::\(master):policy/\(id)/\(type.asciiLowercased)/\(policy)"
    }

    /// Of anything that policies or tags can be put on.
    func arn(of id: Text) -> Text { OrganizationID.isAccount(id) ? arn(account: id) : arn(unit: id) }
}

extension View {
    func organization(of account: AccountID) throws -> OrganizationState? {
        guard let id = try self.account(account)?.organization else { return nil }
        let key = OrganizationRows.organization(id)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try OrganizationState($0), $0.body.count + 256) }
        }
    }
}

/// The row of an account, a root, a unit or a policy while it is read or changed.
struct OrganizationRow: Sendable {
    let key: ItemKey
    var link: Text?
    private let rev: Int64
    var body: Fields

    init(_ key: ItemKey, link: Text?, _ body: Fields) {
        (self.key, self.link, rev, self.body) = (key, link, 1, body)
    }

    init(_ item: Item) throws {
        (key, link, rev, body) = (item.key, item.link, item.rev, try Fields(json: item.body))
    }

    var item: Item { Item(key: key, link: link, due: nil, rev: rev, body: body.json) }
    var id: Text { key.id }
    var name: Text { body.text("name") ?? "" }
    var organization: Text? { body.text("organization") }
    var isManagement: Bool { body.bool("management") ?? false }
    var isManaged: Bool { body.bool("managed") ?? false }
    var type: Text { body.text("type") ?? "" }

    /// The row's link is the parent too, so that children can be listed.
    var parent: Text? {
        get { body.text("parent") }
        set {
            set("parent", newValue.map { .string($0) })
            link = newValue
        }
    }
    var controls: [Text] {
        get { body.texts("controls") ?? [] }
        set { set("controls", .list(newValue.map { .string($0) })) }
    }
    /// Of a root: the types of policies that are in force.
    var enabled: [Text] {
        get { body.texts("enabled") ?? [] }
        set { set("enabled", .list(newValue.map { .string($0) })) }
    }
    var tags: [Tag] {
        get { Tag.list(body.list("tags")) }
        set { set("tags", newValue.isEmpty ? nil : Tag.stored(newValue)) }
    }

    mutating func set(_ name: Text, _ value: Document?) {
        body.members.removeAll { $0.name == name }
        if let value { body.add(name, value) }
    }
}

extension StoreReader where Self: ~Copyable {
    private borrowing func organizationRow(_ key: ItemKey, _ organization: OrganizationState) throws -> OrganizationRow?
    {
        guard let row = try item(key).map({ try OrganizationRow($0) }), row.organization == organization.id else {
            return nil
        }
        return row
    }

    borrowing func memberAccount(_ id: Text, _ organization: OrganizationState) throws -> OrganizationRow {
        guard let account = AccountID(id) else { throw Fault.badPattern }
        guard let row = try organizationRow(OrganizationRows.account(account), organization) else {
            throw Fault.noAccount
        }
        return row
    }

    /// A root or a unit.
    borrowing func parent(
        _ id: Text, _ organization: OrganizationState, missing: Fault = .noParent
    ) throws -> OrganizationRow {
        guard OrganizationID.isRoot(id) || OrganizationID.isUnit(id) else { throw Fault.badPattern }
        guard let row = try organizationRow(OrganizationRows.unit(id), organization) else { throw missing }
        return row
    }

    borrowing func unit(_ id: Text, _ organization: OrganizationState) throws -> OrganizationRow {
        guard OrganizationID.isUnit(id) else { throw Fault.badPattern }
        return try parent(id, organization, missing: .noUnit)
    }

    borrowing func root(_ id: Text, _ organization: OrganizationState) throws -> OrganizationRow {
        guard OrganizationID.isRoot(id) else { throw Fault.badPattern }
        return try parent(id, organization, missing: .noRoot)
    }

    /// What a policy can be attached to.
    borrowing func target(
        _ id: Text, _ organization: OrganizationState, missing: Fault = .noTarget
    ) throws -> OrganizationRow {
        guard let account = AccountID(id) else { return try parent(id, organization, missing: missing) }
        guard let row = try organizationRow(OrganizationRows.account(account), organization) else { throw missing }
        return row
    }

    /// AWS's own ones included.
    borrowing func organizationPolicy(
        _ id: Text, _ organization: OrganizationState, missing: Fault = .noPolicy
    ) throws -> OrganizationRow {
        guard OrganizationID.isPolicy(id) else { throw Fault.badPattern }
        if let managed = ManagedControls.row(id) { return managed }
        guard let row = try organizationRow(OrganizationRows.policy(id), organization) else { throw missing }
        return row
    }

    /// `o-…/r-…/ou-…/` of a parent, root first.
    borrowing func path(of parent: Text?, _ organization: OrganizationState) throws -> Text {
        var (steps, next): ([Text], Text?) = ([], parent)
        while let id = next, let row = try organizationRow(OrganizationRows.unit(id), organization) {
            steps.append(id)
            next = row.parent
        }
        return Text("\(organization.id)/" + steps.reversed().map { "\($0)/" }.joined())
    }

    /// Every row of a kind in the organization, in the order of ids, from the one behind `after` on.
    borrowing func organizationRows(
        _ kind: Text, _ organization: OrganizationState, link: Text? = nil, after: Text? = nil, limit: Int = .max,
        where isWanted: (OrganizationRow) -> Bool = { _ in true }
    ) throws -> [OrganizationRow] {
        var (rows, from): ([OrganizationRow], Text?) = ([], after)
        while true {
            let items =
                if let link {
                    try items(OrganizationRows.place, kind: kind, link: link, after: from, limit: 500)
                } else {
                    try items(OrganizationRows.place, kind: kind, after: from, limit: 500)
                }
            for item in items {
                let row = try OrganizationRow(item)
                guard row.organization == organization.id, isWanted(row) else { continue }
                rows.append(row)
                if rows.count == limit { return rows }
            }
            guard items.count == 500, let last = items.last else { return rows }
            from = last.key.id
        }
    }
}

extension OrganizationRows {
    static let accounts: Text = "account"
    static let units: Text = "organizational-unit"
    static let policies: Text = "organization-policy"
    static let requests: Text = "create-account-request"

    /// Of a request for an account.
    static func request(_ id: Text) -> ItemKey { ItemKey(place: place, kind: requests, id: id) }
    /// An address that an account has: no other can have it.
    static func email(_ address: Text) -> ItemKey {
        ItemKey(place: place, kind: "account-email", id: address.asciiLowercased)
    }
}

/// The policies that AWS attaches to everything, so that a type of policies can be enabled without denying all.
enum ManagedControls {
    static let service: Text = "p-FullAWSAccess"
    static let resource: Text = "p-RCPFullAWSAccess"

    static func id(for type: Text) -> Text { type == ControlState.resourceType ? resource : service }

    private static let rows: [OrganizationRow] = [
        row(
            service, "FullAWSAccess", ControlState.serviceType, "Allows access to every operation",
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#),
        row(
            resource, "RCPFullAWSAccess", ControlState.resourceType, "Allows access to every resource",
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#),
    ]
    private static let states: [Text: ControlState] = Dictionary(
        uniqueKeysWithValues: rows.compactMap { row in (try? ControlState(row.item)).map { (row.id, $0) } })

    static func row(_ id: Text) -> OrganizationRow? { rows.first { $0.id == id } }
    static func row(ofType type: Text) -> [OrganizationRow] { rows.filter { $0.type == type } }
    static func state(_ id: Text) -> ControlState? { states[id] }

    private static func row(
        _ id: Text, _ name: Text, _ type: Text, _ description: Text, _ content: Text
    ) -> OrganizationRow {
        OrganizationRow(
            OrganizationRows.policy(id), link: nil,
            [
                "name": .string(name), "type": .string(type), "description": .string(description),
                "content": .string(content), "managed": .bool(true),
                "arn": .string("arn:aws:organizations::aws:policy/\(type.asciiLowercased)/\(id)"),
            ])
    }
}
