internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// A job of GenerateServiceLastAccessedDetails: what the report is to be about. It is made when it is read, so that nothing has to
/// be kept of it.
struct ServiceReport: Sendable {
    static let kind: Text = "service-report"
    /// How long a job is answered for.
    static let lifetime: Int64 = 24 * 3_600_000
    /// How far back it tells of: 400 days.
    static let tracked: Int64 = 400 * 86_400_000

    let arn: Text
    let granularity: Text
    /// Unique id of who may read it.
    let owner: Text
    let created: Timestamp

    static func key(_ id: Text, _ account: AccountID) -> ItemKey {
        ItemKey(place: Entity.place(account), kind: kind, id: id)
    }

    init(_ arn: Text, _ granularity: Text, for owner: Text, at time: Timestamp) {
        (self.arn, self.granularity, self.owner, created) = (arn, granularity, owner, time)
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let arn = body.text("arn"), let granularity = body.text("granularity"), let owner = body.text("owner"),
            let created = body.storedTime("created")
        else { throw StoreError.corrupt("\(Self.kind) \(item.key.id)") }
        self.init(arn, granularity, for: owner, at: created)
    }

    func item(_ key: ItemKey) -> Item {
        let body: Fields = [
            "arn": .string(arn), "granularity": .string(granularity), "owner": .string(owner),
            "created": .integer(created.milliseconds),
        ]
        return Item(key: key, link: nil, due: created + Self.lifetime, rev: 1, body: body.json)
    }

    /// Members that both kinds of report begin with.
    var fields: Fields {
        ["JobStatus": "COMPLETED", "JobCreationDate": .timestamp(created), "JobCompletionDate": .timestamp(created)]
    }
}

extension ServiceReport {
    /// What the policy language calls a service, and what people do.
    static let services: [(namespace: Text, name: Text)] = [
        ("iam", "AWS Identity and Access Management"), ("kms", "AWS Key Management Service"),
        ("lambda", "AWS Lambda"), ("logs", "Amazon CloudWatch Logs"), ("organizations", "AWS Organizations"),
        ("secretsmanager", "AWS Secrets Manager"), ("sts", "AWS Security Token Service"),
    ]

    /// A user or role with what it used, by the services' names.
    struct Member: Sendable {
        let entity: Entity
        let memories: [Text: ServiceMemory]
    }

    /// Those who could have used the permissions that it is about.
    func members(
        _ account: AccountID, at now: Timestamp, _ house: House
    ) async throws -> (members: [Member], policies: [GrantingPolicy]) {
        let (arn, noted) = (arn, house.serviceUses)
        return try await house.store.read { snapshot in
            let target = try ReportTarget.read(arn, account, snapshot)
            let members = try target.entities(snapshot).map { entity in
                let memories = try ServiceMemory.all(of: entity, noted, snapshot)
                return Member(entity: entity, memories: memories.mapValues { $0.since(now + -Self.tracked) })
            }
            return (members, try target.policies(snapshot))
        }
    }
}

/// A permissions policy as an entity has it.
struct GrantingPolicy: Sendable {
    let name: Text
    /// Of a managed policy.
    let arn: Text?
    /// The user, group or role that an inline policy is part of.
    let owner: Entity?
    let document: PolicyDocument

    static func all<Reader: StoreReader & ~Copyable>(
        of entity: Entity, _ reader: borrowing Reader
    ) throws -> [GrantingPolicy] {
        var found = try entity.inline.map { policy in
            GrantingPolicy(
                name: policy.name, arn: nil, owner: entity,
                document: try EntityState.parse(policy.document, .identity, entity.arn))
        }
        for arn in entity.attached {
            if let policy = try managed(arn, reader) { found.append(policy) }
        }
        for group in entity.groups {
            guard let item = try reader.item(Entity.key(.group, group, entity.account)) else { continue }
            found += try all(of: try Entity(item), reader)
        }
        return found
    }

    /// `nil` if there is none under exactly this ARN.
    static func managed<Reader: StoreReader & ~Copyable>(
        _ arn: Text, _ reader: borrowing Reader
    ) throws -> GrantingPolicy? {
        guard let state = try state(arn, reader), state.arn == arn else { return nil }
        return GrantingPolicy(
            name: arn.split(on: 0x2F).last ?? arn, arn: arn, owner: nil, document: state.policy.document)
    }

    private static func state<Reader: StoreReader & ~Copyable>(
        _ arn: Text, _ reader: borrowing Reader
    ) throws -> PolicyState? {
        if let shipped = AWSManagedPolicies.state(arn) { return shipped }
        guard let (account, name) = View.policyName(arn),
            let item = try reader.item(Entity.key(.policy, name, account))
        else { return nil }
        return try PolicyState(Entity(item))
    }
}

extension EntityKind {
    /// `policyOwnerEntityType`
    var policyOwnerType: Text {
        switch self {
        case .user: "USER"
        case .group: "GROUP"
        case .role: "ROLE"
        case .policy: "POLICY"
        }
    }
}

/// What a report, or ListPoliciesGrantingServiceAccess, is about.
enum ReportTarget: Sendable {
    case entity(Entity)
    case policy(GrantingPolicy, AccountID)

    static func read<Reader: StoreReader & ~Copyable>(
        _ arn: Text, _ account: AccountID, _ reader: borrowing Reader
    ) throws -> ReportTarget {
        guard let parsed = ARN(arn) else {
            throw Fault.frontEnd("ValidationException", "Invalid ARN:  Could not be parsed!")
        }
        let parts = parsed.resource.split(on: 0x2F)
        guard parsed.service == "iam", parsed.region.isEmpty, parts.count > 1,
            let kind = EntityKind(rawValue: parts[0]), let name = parts.last, !name.isEmpty
        else { throw Fault("InvalidInput", "ARN \(arn) is not valid.") }
        if kind == .policy {
            guard parsed.account == "aws" || parsed.account == account.text,
                let policy = try GrantingPolicy.managed(arn, reader)
            else { throw Access.missing(policy: arn) }
            return .policy(policy, account)
        }
        guard let item = try reader.item(Entity.key(kind, name, account)) else { throw Access.missing(kind, name) }
        let entity = try Entity(item)
        guard entity.arn == arn else { throw Access.missing(kind, name) }
        return .entity(entity)
    }

    /// The users and roles behind it.
    func entities<Reader: StoreReader & ~Copyable>(_ reader: borrowing Reader) throws -> [Entity] {
        switch self {
        case .entity(let entity):
            return entity.kind == .group ? try Self.members(of: entity.key, entity.account, reader) : [entity]
        case .policy(let policy, let account):
            var found: [ItemKey: Entity] = [:]
            for bond in try Bond.all(.attachment, account, to: policy.arn ?? "", reader) {
                let entities =
                    bond.member.kind == EntityKind.group.rawValue
                    ? try Self.members(of: bond.member, account, reader)
                    : try reader.item(bond.member).map { [try Entity($0)] } ?? []
                for entity in entities { found[entity.key] = entity }
            }
            return Array(found.values)
        }
    }

    func policies<Reader: StoreReader & ~Copyable>(_ reader: borrowing Reader) throws -> [GrantingPolicy] {
        switch self {
        case .entity(let entity): try GrantingPolicy.all(of: entity, reader)
        case .policy(let policy, _): [policy]
        }
    }

    private static func members<Reader: StoreReader & ~Copyable>(
        of group: ItemKey, _ account: AccountID, _ reader: borrowing Reader
    ) throws -> [Entity] {
        try Bond.all(.membership, account, to: group.id, reader).compactMap { bond in
            try reader.item(bond.member).map { try Entity($0) }
        }
    }
}

/// An operation on the user, group, role or policy that `Arn` names.
protocol ReportRequest: AccessCall where Subject == Text {}

extension ReportRequest {
    static var isBrief: Bool { false }
    static func find(_ input: Fields, _ call: Call) throws -> Text { input.text("Arn") ?? "" }
    static func asks(_ input: Fields, _ subject: Text, _ call: Call) -> [Question] {
        [Access.question("iam:\(name)", subject, Access.conditionKeys([], input, call), call)]
    }
}

/// An operation that reads the report of the job that `JobId` names.
protocol ReportReading: AccessListing {
    static func report(
        _ report: ServiceReport, _ members: [ServiceReport.Member], _ policies: [GrantingPolicy], _ input: Fields
    ) throws -> Fields
}

extension ReportReading {
    static var isReadOnly: Bool { true }
    static var isBrief: Bool { false }

    static func run(_ call: Authorized<Self>) async throws -> Fields {
        let (id, caller, now) = (call.input.text("JobId") ?? "", call.call.caller, call.now)
        let key = ServiceReport.key(id, caller.account)
        let report = try await call.house.store.read { try $0.item(key).map { try ServiceReport($0) } }
        // Only who asked for it may read it.
        guard let report, report.owner == caller.entityID, now < report.created + ServiceReport.lifetime else {
            throw Fault("NoSuchEntity", "Job with id \(id) was not found.", status: 404)
        }
        let found = try await report.members(caller.account, at: now, call.house)
        return try self.report(report, found.members, found.policies, call.input)
    }
}

extension Access {
    static let jobID = Shape.string(36...36)
    static let serviceNamespace = Shape.string(1...64, Pattern.each(of: "\\w\\-", text: "[\\w-]*"))
}

extension Sweep {
    /// Jobs that nobody can read any more.
    func dropReports() async throws {
        let now = house.clock.now()
        while true {
            let due = try await house.store.read {
                try $0.itemsDue(kind: ServiceReport.kind, by: now, limit: Self.batch)
            }
            guard !due.isEmpty else { return }
            try await house.store.write { transaction in
                for item in due { try transaction.delete(item.key) }
            }
        }
    }
}
