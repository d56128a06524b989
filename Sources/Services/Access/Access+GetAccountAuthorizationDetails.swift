internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetAccountAuthorizationDetails: AccessListing {
        static let name: Text = "GetAccountAuthorizationDetails"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(
            [
                .optional(
                    "Filter", .list(.oneOf("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")))
            ] + paging)

        /// One list of everything, of which each page shows the next part.
        private enum Detail {
            case entity(Entity)
            case policy(ManagedPolicy, PolicyUse)

            /// The order is that of the kinds, then that of the names.
            var id: Text {
                switch self {
                case .entity(let entity): "\(GetAccountAuthorizationDetails.rank(entity.kind))/\(entity.key.id)"
                case .policy(let policy, _): "3/\(policy.arn)"
                }
            }
        }

        private static func rank(_ kind: EntityKind) -> Int {
            switch kind {
            case .user: 0
            case .group: 1
            case .role: 2
            case .policy: 3
            }
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (page, account, house) = (try AccessPage(call.input), call.call.caller.account, call.house)
            let filter = call.input.texts("Filter") ?? []
            let isWanted = { @Sendable (name: Text) in filter.isEmpty || filter.contains(name) }
            let kinds: [(EntityKind, Text)] = [(.user, "User"), (.group, "Group"), (.role, "Role")]
            return try await house.store.read { snapshot in
                var all: [Detail] = []
                for (kind, name) in kinds where isWanted(name) {
                    all += try Entity.all(kind, account, snapshot).map { .entity($0) }
                }
                var policies: [ManagedPolicy] = []
                if isWanted("LocalManagedPolicy") { policies += try ManagedPolicy.all(account, snapshot) }
                if isWanted("AWSManagedPolicy") { policies += AWSManagedPolicies.all.map { ManagedPolicy($0) } }
                for policy in policies.sorted(by: { $0.arn < $1.arn }) {
                    let use = try PolicyUse(policy.arn, account, snapshot)
                    // Of AWS's, those that the account uses.
                    if policy.arn.hasPrefix("arn:aws:iam::aws:"), use.attached + use.bounding == 0 { continue }
                    all.append(.policy(policy, use))
                }
                let rest = all.filter { detail in page.after.map { $0 < detail.id } ?? true }
                let part = rest.prefix(page.limit)
                var lists: [[Document]] = [[], [], [], []]
                for detail in part {
                    switch detail {
                    case .entity(let entity):
                        lists[rank(entity.kind)].append(try shown(entity, account, house, snapshot))
                    case .policy(let policy, let use): lists[3].append(shown(policy, use))
                    }
                }
                var fields: Fields = [
                    "UserDetailList": .list(lists[0]), "GroupDetailList": .list(lists[1]),
                    "RoleDetailList": .list(lists[2]), "Policies": .list(lists[3]),
                    "IsTruncated": .bool(rest.count > page.limit),
                ]
                if rest.count > page.limit, let last = part.last { fields.add("Marker", Base64.encode(last.id.bytes)) }
                return fields
            }
        }

        private static func shown(
            _ entity: Entity, _ account: AccountID, _ house: House, _ snapshot: borrowing Snapshot
        ) throws -> Document {
            let title = entity.kind.title
            var fields: Fields = [
                "Path": .string(entity.path), "\(title)Name": .string(entity.name), "\(title)Id": .string(entity.id),
                "Arn": .string(entity.arn), "CreateDate": .timestamp(entity.created),
                "\(title)PolicyList": .list(
                    entity.inline.map {
                        .structure(["PolicyName": .string($0.name), "PolicyDocument": encoded($0.document)])
                    }),
                "AttachedManagedPolicies": .list(entity.attached.map { Access.shown(attached: $0) }),
            ]
            if let boundary = entity.boundary { fields.add("PermissionsBoundary", Access.shown(boundary: boundary)) }
            if entity.kind == .user {
                var names: [Document] = []
                for id in entity.groups {
                    let item = try snapshot.item(Entity.key(.group, id, account))
                    names.append(.string(try item.map { try Entity($0).name } ?? id))
                }
                fields.add("GroupList", .list(names))
            }
            if entity.kind == .role {
                if let trust = try entity.trust?.shown(in: snapshot) {
                    fields.add("AssumeRolePolicyDocument", encoded(trust))
                }
                fields.add("InstanceProfileList", .list([]))
                fields.add("RoleLastUsed", try lastUse(of: entity, house.serviceUses, snapshot))
            }
            if entity.kind != .group { fields.add("Tags", Access.shown(entity.tags)) }
            return .structure(fields)
        }

        private static func shown(_ policy: ManagedPolicy, _ use: PolicyUse) -> Document {
            var fields = Access.shown(policy: policy, use, isWhole: false)
            fields.add("Description", policy.description)
            fields.add(
                "PolicyVersionList",
                .list(
                    policy.versions.all.reversed()
                        .map { Access.shown(version: $0, of: policy.versions, isWhole: true) }))
            return .structure(fields)
        }
    }
}
