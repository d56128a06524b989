internal import Bytes
internal import Policy
internal import Store

/// Rows of accounts and of the organization that they belong to. They lie outside of every account.
enum OrganizationRows {
    static let place = Place(account: .none, region: "")
    static func account(_ id: AccountID) -> ItemKey { ItemKey(place: place, kind: "account", id: id.text) }
    /// Of a root (`r-…`) or an organizational unit (`ou-…`).
    static func unit(_ id: Text) -> ItemKey { ItemKey(place: place, kind: "organizational-unit", id: id) }
    static func policy(_ id: Text) -> ItemKey { ItemKey(place: place, kind: "organization-policy", id: id) }
    static func organization(_ id: Text) -> ItemKey { ItemKey(place: place, kind: "organization", id: id) }
}

/// An account as the gate sees it.
final class AccountState: Sendable {
    let id: AccountID
    let isActive: Bool
    /// `o-…`; `nil` outside of organizations.
    let organization: Text?
    /// The root or unit that holds it.
    let parent: Text?
    /// The account that the organization was made from: no control limits it.
    let isManagement: Bool
    /// Ids of organization policies attached to the account itself.
    let controls: [Text]

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let id = AccountID(item.key.id) else { throw StoreError.corrupt("account \(item.key.id)") }
        self.id = id
        isActive = body.text("status") == "ACTIVE"
        organization = body.text("organization")
        parent = body.text("parent")
        isManagement = body.bool("management") ?? false
        controls = body.texts("controls") ?? []
    }
}

/// A root or an organizational unit.
final class UnitState: Sendable {
    let id: Text
    let parent: Text?
    let controls: [Text]
    /// Of a root: the types of policies that are in force.
    let enabled: [Text]

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        id = item.key.id
        parent = body.text("parent")
        controls = body.texts("controls") ?? []
        enabled = body.texts("enabled") ?? []
    }
}

/// A service or resource control policy.
final class ControlState: Sendable {
    static let serviceType: Text = "SERVICE_CONTROL_POLICY"
    static let resourceType: Text = "RESOURCE_CONTROL_POLICY"

    let type: Text
    let policy: NamedPolicy

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let type = body.text("type"), let content = body.text("content"), let arn = body.text("arn") else {
            throw StoreError.corrupt("organization policy \(item.key.id)")
        }
        self.type = type
        let kind: DocumentKind = type == Self.resourceType ? .rcp : .scp
        policy = NamedPolicy(name: arn, document: try EntityState.parse(content, kind, arn))
    }
}

/// What an organization says about one of its accounts.
struct Controls: Sendable {
    /// Each level from the root down; every level must allow.
    var service: [[NamedPolicy]] = []
    var resource: [[NamedPolicy]] = []
    /// Ids of the root, the units and the account: of each level.
    var targets: [Text] = []
    var organization: Text?
    /// `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`, as `aws:PrincipalOrgPaths` has it.
    var organizationPath: Text?
    var sources: [any AnyObject & Sendable] = []
    /// Of a role that a service keeps: neither kind of policy limits it, in whatever account the resource is.
    private(set) var isExempt = false

    /// What they say about one of the account's users or roles: AWS leaves the roles that services keep to themselves.
    func over(_ entity: EntityState) -> Controls {
        guard entity.isServiceLinked else { return self }
        var rest = self
        (rest.service, rest.isExempt) = ([], true)
        return rest
    }
}

extension View {
    func account(_ id: AccountID) throws -> AccountState? {
        let key = OrganizationRows.account(id)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try AccountState($0), $0.body.count + 256) }
        }
    }

    func unit(_ id: Text) throws -> UnitState? {
        let key = OrganizationRows.unit(id)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try UnitState($0), $0.body.count + 256) }
        }
    }

    /// AWS's own ones included.
    func control(_ id: Text) throws -> ControlState? {
        if let managed = ManagedControls.state(id) { return managed }
        let key = OrganizationRows.policy(id)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try ControlState($0), $0.body.count * 4 + 256) }
        }
    }

    func controls(on account: AccountState) throws -> Controls {
        var controls = Controls()
        controls.sources.append(account)
        guard let organization = account.organization else { return controls }
        controls.organization = organization
        // From the account up; then turned around.
        var levels = [account.controls]
        var (units, parent, enabled): ([Text], Text?, [Text]) = ([], account.parent, [])
        while let id = parent, let unit = try unit(id) {
            controls.sources.append(unit)
            levels.append(unit.controls)
            units.append(unit.id)
            enabled = unit.enabled
            parent = unit.parent
        }
        controls.organizationPath = Text(
            "\(organization)/" + units.reversed().map { "\($0)/" }.joined())
        controls.targets = units.reversed() + [account.id.text]
        guard !account.isManagement else { return controls }
        for level in levels.reversed() {
            var (service, resource): ([NamedPolicy], [NamedPolicy]) = ([], [])
            for id in level {
                guard let control = try control(id) else { continue }
                controls.sources.append(control)
                if control.type == ControlState.resourceType {
                    resource.append(control.policy)
                } else {
                    service.append(control.policy)
                }
            }
            if enabled.contains(ControlState.serviceType) { controls.service.append(service) }
            if enabled.contains(ControlState.resourceType) { controls.resource.append(resource) }
        }
        return controls
    }
}
