internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// What IAM's operations that are not about a named user, group or role have in common.
protocol AccessCall: WriteOperation where Input == Fields, Output == Fields {}

extension AccessCall {
    static var api: API { .iam }
    static var quota: Quota { Access.quota }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
}

/// What an operation on a managed policy is about: one of the caller's account or of AWS, there or not.
struct PolicySubject: Sendable {
    let account: AccountID
    let arn: Text
    let name: Text
    let isAWS: Bool
    /// `nil` if there is none.
    let state: PolicyState?

    init(_ arn: Text, _ call: Call) throws {
        try Access.requireARN(arn, of: "policy/")
        account = call.caller.account
        self.arn = arn
        name = arn.split(on: 0x2F).last ?? ""
        isAWS = arn.hasPrefix("arn:aws:iam::aws:")
        let isOwn = View.policyName(arn).map { $0.0 == call.caller.account } ?? false
        state = isAWS || isOwn ? try call.view.managedPolicy(arn) : nil
    }

    var key: ItemKey { Entity.key(.policy, name, account) }
    var missing: Fault { Access.missing(policy: arn) }
    private var isOwn: Bool { View.policyName(arn).map { $0.0 == account } ?? false }

    /// The row of a policy of the caller's account.
    func entity<Reader: StoreReader & ~Copyable>(_ reader: borrowing Reader) throws -> Entity {
        guard isOwn, let item = try reader.item(key) else { throw missing }
        let entity = try Entity(item)
        guard entity.arn == arn else { throw missing }
        return entity
    }

    func policy<Reader: StoreReader & ~Copyable>(_ reader: borrowing Reader) throws -> ManagedPolicy {
        guard isAWS else { return ManagedPolicy(try entity(reader)) }
        guard let policy = ManagedPolicy.shipped(arn) else { throw missing }
        return policy
    }
}

/// An operation of IAM on the managed policy that `PolicyArn` names.
protocol PolicyOperation: AccessCall where Subject == PolicySubject {}

extension PolicyOperation {
    static func find(_ input: Fields, _ call: Call) throws -> PolicySubject {
        try PolicySubject(input.text("PolicyArn") ?? "", call)
    }
    static func asks(_ input: Fields, _ subject: PolicySubject, _ call: Call) -> [Question] {
        let keys = Access.conditionKeys(subject.state?.tags ?? [], input, call)
        return [Access.question("iam:\(name)", subject.arn, keys, call)]
    }
}

extension Authorized where Op: PolicyOperation {
    /// Reads the policy's row inside the transaction, lets `body` change it, and writes it back.
    func changePolicy(
        _ body: @escaping @Sendable (inout Entity, borrowing Transaction) throws -> Fields
    ) async throws -> Fields {
        let subject = subject
        try requireOwn()
        return try await commit { transaction in
            var entity = try subject.entity(transaction)
            let output = try body(&entity, transaction)
            _ = try transaction.update(entity.item)
            return output
        }
    }

    /// Nobody changes AWS's policies, whatever their own allow them.
    func requireOwn() throws(Fault) {
        guard subject.isAWS else { return }
        let who = call.caller.principal.arn
        throw Fault(
            "AccessDenied",
            "User: \(who) is not authorized to perform: iam:\(Op.name) on resource: policy \(subject.arn)", status: 403)
    }

    func readPolicy() async throws -> ManagedPolicy {
        let subject = subject
        return try await house.store.read { try subject.policy($0) }
    }
}

/// A managed policy with all its versions, the account's or AWS's.
struct ManagedPolicy: Sendable {
    let arn: Text
    let name: Text
    let id: Text
    let path: Text
    let description: Text?
    let created: Timestamp
    let updated: Timestamp
    let versions: PolicyVersions
    let tags: [Tag]

    init(_ entity: Entity) {
        (arn, name, id, path) = (entity.arn, entity.name, entity.id, entity.path)
        description = entity.body.text("description")
        created = entity.created
        updated = entity.body.storedTime("updated") ?? entity.created
        versions = PolicyVersions(entity)
        tags = entity.tags
    }

    /// When most of AWS's own policies appeared: some date they must have.
    private static let dawn = Timestamp(seconds: 1_423_161_586)

    init(_ shipped: AWSManagedPolicies.Shipped) {
        (arn, name, id, path) = (shipped.arn, shipped.name, shipped.id, shipped.path)
        description = shipped.description
        (created, updated) = (Self.dawn, Self.dawn)
        versions = PolicyVersions(first: shipped.document, at: Self.dawn)
        tags = []
    }

    static func shipped(_ arn: Text) -> ManagedPolicy? {
        AWSManagedPolicies.all.first { $0.arn == arn }.map { ManagedPolicy($0) }
    }
}

/// How often a managed policy is used.
struct PolicyUse: Sendable {
    let attached: Int
    let bounding: Int

    init<Reader: StoreReader & ~Copyable>(_ arn: Text, _ account: AccountID, _ reader: borrowing Reader) throws {
        attached = try Bond.all(.attachment, account, to: arn, reader).count
        bounding = try Bond.all(.boundary, account, to: arn, reader).count
    }
}

extension Bond {
    static func all<Reader: StoreReader & ~Copyable>(
        _ kind: Kind, _ account: AccountID, to: Text, _ reader: borrowing Reader
    ) throws -> [Bond] {
        var (found, after): ([Bond], Text?) = ([], nil)
        while true {
            let items = try reader.items(
                Entity.place(account), kind: kind.rawValue, link: to, after: after, limit: 500)
            found += items.compactMap { Bond($0) }
            guard items.count == 500, let last = items.last else { return found }
            after = last.key.id
        }
    }
}

extension Access {
    static let policyPath = Shape.string(
        1...512,
        Pattern("((/[A-Za-z0-9\\.,\\+@=_-]+)*)/") { text in
            let parts = text.split(on: 0x2F)
            let allowed: CharacterClass = "A-Za-z0-9.,+@=_\\-"
            guard parts.count >= 2, parts.first?.isEmpty ?? false, parts.last?.isEmpty ?? false else { return false }
            return parts.dropFirst().dropLast().allSatisfy { part in
                !part.isEmpty && part.string.unicodeScalars.allSatisfy(allowed.contains)
            }
        })
    static let versionID = Shape.string(
        0...Int.max,
        Pattern("v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?") { text in
            guard let rest = text.dropping("v") else { return false }
            let parts = rest.split(on: 0x2E, limit: 2)
            guard let number = parts.first?.bytes, let head = number.first, head != 0x30 else { return false }
            let tail: CharacterClass = "A-Za-z0-9\\-"
            return number.allSatisfy { (0x30...0x39).contains($0) }
                && parts.dropFirst().allSatisfy { $0.string.unicodeScalars.allSatisfy(tail.contains) }
        })
    static let policyUsage = Shape.oneOf("PermissionsPolicy", "PermissionsBoundary")
    static let policyLimit = 6144
    static let attachmentLimit = 10

    /// - Parameter prefix: what the resource part of the ARN has to begin with.
    static func requireARN(_ text: Text, of prefix: Text) throws(Fault) {
        guard let arn = ARN(text) else {
            throw Fault.frontEnd("ValidationException", "Invalid ARN:  Could not be parsed!")
        }
        guard arn.service == "iam", arn.region.isEmpty, let name = arn.resource.dropping(prefix), !name.isEmpty,
            arn.resource.bytes.last != 0x2F
        else { throw Fault("InvalidInput", "ARN \(text) is not valid.") }
    }

    static func missing(policy arn: Text) -> Fault {
        Fault("NoSuchEntity", "Policy \(arn) was not found.", status: 404)
    }

    /// Makes sure that a policy is there and stays until the transaction has put its bond beside it.
    static func hold(policy arn: Text, _ account: AccountID, _ transaction: borrowing Transaction) throws {
        if AWSManagedPolicies.state(arn) != nil { return }
        let missing = Fault("NoSuchEntity", "Policy \(arn) does not exist or is not attachable.", status: 404)
        guard let (owner, name) = View.policyName(arn), owner == account,
            let item = try transaction.item(Entity.key(.policy, name, account)), try Entity(item).arn == arn
        else { throw missing }
        try transaction.update(item)
    }

    static func shown(policy: ManagedPolicy, _ use: PolicyUse, isWhole: Bool = true) -> Fields {
        var fields: Fields = [
            "PolicyName": .string(policy.name), "PolicyId": .string(policy.id), "Arn": .string(policy.arn),
            "Path": .string(policy.path), "DefaultVersionId": .string(policy.versions.defaultID),
            "AttachmentCount": .integer(Int64(use.attached)),
            "PermissionsBoundaryUsageCount": .integer(Int64(use.bounding)), "IsAttachable": .bool(true),
            "CreateDate": .timestamp(policy.created), "UpdateDate": .timestamp(policy.updated),
        ]
        guard isWhole else { return fields }
        fields.add("Description", policy.description)
        if !policy.tags.isEmpty { fields.add("Tags", shown(policy.tags)) }
        return fields
    }

    static func shown(version: PolicyVersions.Version, of versions: PolicyVersions, isWhole: Bool) -> Document {
        var fields: Fields = [
            "VersionId": .string(version.id), "IsDefaultVersion": .bool(version.id == versions.defaultID),
            "CreateDate": .timestamp(version.created),
        ]
        if isWhole { fields.add("Document", encoded(version.document)) }
        return .structure(fields)
    }

    static let policyShape: Structure = [
        .optional("PolicyName", .string()), .optional("PolicyId", .string()), .optional("Arn", .string()),
        .optional("Path", .string()), .optional("DefaultVersionId", .string()),
        .optional("AttachmentCount", .integer), .optional("PermissionsBoundaryUsageCount", .integer),
        .optional("IsAttachable", .boolean), .optional("CreateDate", .timestamp), .optional("UpdateDate", .timestamp),
    ]

    static let versionShape: Structure = [
        .optional("VersionId", .string()), .optional("IsDefaultVersion", .boolean), .optional("CreateDate", .timestamp),
    ]

    /// Keys of tags are compared without regard to case.
    static func tags(_ tags: [Tag], without keys: [Text]) -> [Tag] {
        let gone = Set(keys.map(\.asciiLowercased))
        return tags.filter { !gone.contains($0.key.asciiLowercased) }
    }

    static func tagPage(_ input: Fields, _ tags: [Tag]) throws -> Fields {
        let sorted = tags.sorted { $0.key < $1.key }
        return try AccessPage(input).fields("Tags", of: sorted, id: { $0.key }) {
            .structure(["Key": .string($0.key), "Value": .string($0.value)])
        }
    }
}
