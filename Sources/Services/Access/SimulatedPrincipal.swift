internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// A user, group or role whose policies are simulated.
struct SimulatedPrincipal: Sendable {
    let subject: AccessSubject
    let controls: [[NamedPolicy]]

    init(_ arn: Text, _ call: Call) throws {
        guard let parsed = ARN(arn) else {
            throw Fault.frontEnd("ValidationException", "Invalid ARN:  Could not be parsed!")
        }
        let parts = parsed.resource.split(on: 0x2F)
        guard parsed.service == "iam", parts.count > 1, let kind = EntityKind(rawValue: parts[0]), kind != .policy,
            let name = parts.last
        else { throw Fault("InvalidInput", "Invalid Entity Arn: \(arn) does not clearly define entity type and name.") }
        let found = try AccessSubject(kind, name, call)
        guard let state = found.state, found.arn == arn else {
            subject = AccessSubject(absent: kind, name, arn, call)
            controls = []
            return
        }
        subject = found
        controls = try call.view.account(found.account).map { try call.view.controls(on: $0).over(state).service } ?? []
    }

    /// As policies see it; `nil` for a group.
    var principal: Principal? {
        let account = subject.account.text
        switch subject.kind {
        case .user: return Principal(account: account, arn: subject.arn, kind: .user, uniqueID: subject.state?.id)
        case .role:
            return Principal(
                account: account, arn: Caller.roleSessionARN(subject.account, subject.name, "simulation"),
                kind: .assumedRole(roleARN: subject.arn), uniqueID: subject.state?.id)
        case .group, .policy: return nil
        }
    }

    /// Its own policies and those of its groups, and its boundary.
    func sources(
        _ store: Store, without excluded: Exclusions = Exclusions(Fields())
    ) async throws -> (policies: [Simulation.Source], boundary: Simulation.Source?) {
        let subject = subject
        guard subject.state != nil else { throw subject.missing }
        return try await store.read { snapshot in
            guard let item = try snapshot.item(subject.key) else { throw subject.missing }
            let entity = try Entity(item)
            var policies = try Self.policies(of: entity, excluded, snapshot)
            for group in entity.groups {
                guard let item = try snapshot.item(Entity.key(.group, group, subject.account)) else { continue }
                policies += try Self.policies(of: try Entity(item), excluded, snapshot)
            }
            guard let arn = entity.boundary, !excluded.types.contains("permission-boundary"),
                !excluded.arns.contains(arn), let text = try Self.document(arn, snapshot)
            else { return (policies, nil) }
            let boundary = try Simulation.Source(
                arn, Simulation.boundaryType, text, .boundary, shownAs: arn.split(on: 0x2F).last)
            return (policies, boundary)
        }
    }

    private static func policies(
        of entity: Entity, _ excluded: Exclusions, _ snapshot: borrowing Snapshot
    ) throws -> [Simulation.Source] {
        var sources: [Simulation.Source] = []
        for policy in entity.inline where !excluded.excludes(inline: policy.name, of: entity) {
            let id: Text = "\(entity.kind.rawValue)_\(entity.name)_\(policy.name)"
            sources.append(try Simulation.Source(id, Simulation.identityType, policy.document, .identity))
        }
        for arn in entity.attached where !excluded.excludes(arn) {
            guard let text = try document(arn, snapshot) else { continue }
            sources.append(
                try Simulation.Source(
                    arn, Simulation.identityType, text, .identity, shownAs: arn.split(on: 0x2F).last))
        }
        return sources
    }

    private static func document(_ arn: Text, _ snapshot: borrowing Snapshot) throws -> Text? {
        if let shipped = ManagedPolicy.shipped(arn) { return shipped.versions.defaultDocument }
        guard let (account, name) = View.policyName(arn),
            let item = try snapshot.item(Entity.key(.policy, name, account))
        else { return nil }
        return PolicyVersions(try Entity(item)).defaultDocument
    }

    /// Policies that the caller wants left out.
    struct Exclusions: Sendable {
        private(set) var types: Set<Text> = []
        private(set) var arns: Set<Text> = []
        private var inline: Set<Text> = []

        init(_ input: Fields) {
            for case .structure(let entry) in input.list("PolicyExclusionList") ?? [] {
                if let arn = entry.text("PolicyArn") {
                    arns.insert(arn)
                } else if let one = entry.fields("InlinePolicyIdentifier") {
                    let names = ["AttachmentType", "AttachmentName", "PolicyName"].map { one.text(Text($0)) ?? "" }
                    inline.insert(Self.id(names[0], names[1], names[2]))
                } else if let type = entry.text("PolicyType") {
                    types.insert(type)
                }
            }
        }

        private static func id(_ kind: Text, _ owner: Text, _ name: Text) -> Text {
            "\(kind)/\(owner.asciiLowercased)/\(name.asciiLowercased)"
        }

        func excludes(_ arn: Text) -> Bool {
            arns.contains(arn)
                || types.contains(arn.hasPrefix("arn:aws:iam::aws:") ? "aws-managed" : "user-managed")
        }

        func excludes(inline name: Text, of entity: Entity) -> Bool {
            types.contains("inline") || inline.contains(Self.id(entity.kind.rawValue, entity.name, name))
        }
    }
}

extension AccessSubject {
    /// One whose ARN names nothing: another path, or another account.
    init(absent kind: EntityKind, _ name: Text, _ arn: Text, _ call: Call) {
        (account, state) = (call.caller.account, nil)
        (self.kind, self.name, self.arn) = (kind, name, arn)
    }
}

/// An operation of IAM on the policies of whom `PolicySourceArn` names.
protocol PrincipalOperation: AccessCall where Subject == SimulatedPrincipal {}

extension PrincipalOperation {
    static func find(_ input: Fields, _ call: Call) throws -> SimulatedPrincipal {
        try SimulatedPrincipal(input.text("PolicySourceArn") ?? "", call)
    }
    static func asks(_ input: Fields, _ subject: SimulatedPrincipal, _ call: Call) -> [Question] {
        let keys = Access.conditionKeys(subject.subject.state?.tags ?? [], input, call)
        return [Access.question("iam:\(name)", subject.subject.arn, keys, call)]
    }
}
