internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListEntitiesForPolicy: PolicyOperation {
        static let name: Text = "ListEntitiesForPolicy"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(
            [
                .required("PolicyArn", arn),
                .optional("EntityFilter", .oneOf("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")),
                .optional("PathPrefix", path), .optional("PolicyUsageFilter", policyUsage),
            ] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (page, input, subject) = (try AccessPage(call.input), call.input, call.subject)
            let (kind, usage) = (input.text("EntityFilter")?.asciiLowercased, input.text("PolicyUsageFilter"))
            let prefix = input.text("PathPrefix") ?? "/"
            let found = try await call.house.store.read { snapshot in
                _ = try subject.policy(snapshot)
                var members: Set<ItemKey> = []
                for (bond, name) in [(.attachment, "PermissionsPolicy"), (.boundary, "PermissionsBoundary")]
                    as [(Bond.Kind, Text)] where usage == nil || usage == name
                {
                    members.formUnion(try Bond.all(bond, subject.account, to: subject.arn, snapshot).map(\.member))
                }
                var found: [Entity] = []
                for key in members where kind == nil || key.kind == kind {
                    guard let item = try snapshot.item(key) else { continue }
                    let entity = try Entity(item)
                    if entity.path.hasPrefix(prefix) { found.append(entity) }
                }
                return found
            }
            let id = { (entity: Entity) -> Text in "\(entity.kind.rawValue)/\(entity.key.id)" }
            let rest = found.sorted { id($0) < id($1) }.filter { entity in page.after.map { $0 < id(entity) } ?? true }
            let shown = rest.prefix(page.limit)
            var fields = Fields()
            for (member, kind) in [("PolicyGroups", .group), ("PolicyUsers", .user), ("PolicyRoles", .role)]
                as [(Text, EntityKind)]
            {
                let some = shown.filter { $0.kind == kind }
                fields.add(
                    member,
                    .list(
                        some.map {
                            .structure(["\(kind.title)Name": .string($0.name), "\(kind.title)Id": .string($0.id)])
                        }))
            }
            fields.add("IsTruncated", .bool(rest.count > page.limit))
            if rest.count > page.limit, let last = shown.last { fields.add("Marker", Base64.encode(id(last).bytes)) }
            return fields
        }
    }
}
