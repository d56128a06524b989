import Bootstrap
import Bytes
import Services
import Wire

/// Looks into one account.
struct AccountObserver {
    let client: Client
    let id: Text

    private static let token: (Text, Text) = ("Marker", "Marker")
    /// What services answer about something that is not there.
    private static let absences: Set<Text?> = ["NoSuchEntity", "NotFoundException"]

    func look(
        for contents: AccountContents, _ found: inout ObservedAccount, _ observed: inout Observed
    ) async throws {
        for entry in contents.providers { found.providers[entry.name] = try await provider(entry) }
        for entry in contents.users {
            found.users[entry.name] = try await user(entry)
            guard entry.accessKeyFile != nil, found.users[entry.name] != nil else { continue }
            found.accessKeys[entry.name] = try await list(
                "ListAccessKeys", ["UserName": .string(entry.name)], "AccessKeyMetadata"
            ).structures.compactMap { $0.text("AccessKeyId") }
        }
        for entry in contents.groups { found.groups[entry.name] = try await group(entry) }
        for entry in contents.roles { found.roles[entry.name] = try await role(entry) }
        try await policies(contents.policies, &found)
        for entry in contents.keys { try await key(entry, &found) }
        let named =
            contents.users.map(\.grants) + contents.groups.map(\.grants) + contents.roles.map(\.grants)
        for arn in Set(named.flatMap { ($0.attached ?? []) + ($0.boundary.map { [$0] } ?? []) }).sorted()
        where arn.hasPrefix("arn:") && !arn.string.contains("${") {
            if try await ifThere("GetPolicy", ["PolicyArn": .string(arn)]) == nil {
                observed.missingPolicies.insert(arn)
            }
        }
    }

    private func list(_ operation: Text, _ input: Fields, _ name: Text) async throws -> [Document] {
        try await client.pages(.iam, operation, input, name, token: Self.token)
    }

    private func ifThere(_ operation: Text, _ input: Fields, of api: API = .iam) async throws -> Fields? {
        do { return try await client.call(api, operation, input) } catch let refused as Refused
            where Self.absences.contains(refused.code)
        { return nil }
    }

    // MARK: IAM

    private func provider(_ entry: ProviderEntry) async throws -> Found<ProviderEntry>? {
        let arn: Text = "arn:aws:iam::\(id):oidc-provider/\(entry.name)"
        guard let fields = try await ifThere("GetOpenIDConnectProvider", ["OpenIDConnectProviderArn": .string(arn)])
        else { return nil }
        var provider = ProviderEntry(line: 0, url: entry.url)
        provider.audiences = fields.texts("ClientIDList") ?? []
        provider.thumbprints = fields.texts("ThumbprintList") ?? []
        provider.tags = tags(fields)
        return Found(arn: arn, provider)
    }

    private func user(_ entry: UserEntry) async throws -> Found<UserEntry>? {
        let subject: Fields = ["UserName": .string(entry.name)]
        guard let fields = try await ifThere("GetUser", subject)?.fields("User") else { return nil }
        var user = UserEntry(line: 0, name: entry.name)
        user.path = fields.text("Path")
        user.tags = tags(fields)
        user.grants = try await grants(entry.grants, "User", subject, fields)
        if entry.groups != nil {
            user.groups = try await list("ListGroupsForUser", subject, "Groups").structures.compactMap {
                $0.text("GroupName")
            }
        }
        return Found(arn: fields.text("Arn") ?? "", user)
    }

    private func group(_ entry: GroupEntry) async throws -> Found<GroupEntry>? {
        let subject: Fields = ["GroupName": .string(entry.name)]
        guard let fields = try await ifThere("GetGroup", subject)?.fields("Group") else { return nil }
        var group = GroupEntry(line: 0, name: entry.name)
        group.path = fields.text("Path")
        group.grants = try await grants(entry.grants, "Group", subject, fields)
        return Found(arn: fields.text("Arn") ?? "", group)
    }

    private func role(_ entry: RoleEntry) async throws -> Found<RoleEntry>? {
        let subject: Fields = ["RoleName": .string(entry.name)]
        guard let fields = try await ifThere("GetRole", subject)?.fields("Role") else { return nil }
        var role = RoleEntry(line: 0, name: entry.name)
        role.path = fields.text("Path")
        role.description = fields.text("Description")
        role.trust = Self.policy(fields.text("AssumeRolePolicyDocument"))
        role.maxSessionDuration = fields.text("MaxSessionDuration").flatMap { Int64($0.string) }
        role.tags = tags(fields)
        role.grants = try await grants(entry.grants, "Role", subject, fields)
        return Found(arn: fields.text("Arn") ?? "", role)
    }

    /// - Parameter noun: as it stands in the operations' names.
    private func grants(_ wanted: Grants, _ noun: Text, _ subject: Fields, _ fields: Fields) async throws -> Grants {
        var grants = Grants()
        grants.boundary = fields.fields("PermissionsBoundary")?.text("PermissionsBoundaryArn") ?? ""
        if wanted.attached != nil {
            grants.attached = try await list("ListAttached\(noun)Policies", subject, "AttachedPolicies")
                .structures.compactMap { $0.text("PolicyArn") }
        }
        guard wanted.inline != nil else { return grants }
        var inline: [Text: Document] = [:]
        for name in try await list("List\(noun)Policies", subject, "PolicyNames").texts {
            var input = subject
            input.add("PolicyName", name)
            inline[name] = Self.policy(try await client.call(.iam, "Get\(noun)Policy", input).text("PolicyDocument"))
        }
        grants.inline = inline
        return grants
    }

    private func policies(_ entries: [PolicyEntry], _ found: inout ObservedAccount) async throws {
        guard !entries.isEmpty else { return }
        for summary in try await list("ListPolicies", ["Scope": "Local"], "Policies").structures {
            guard let name = summary.text("PolicyName"), let arn = summary.text("Arn"),
                entries.contains(where: { $0.name == name })
            else { continue }
            let subject: Fields = ["PolicyArn": .string(arn)]
            let whole = try await client.call(.iam, "GetPolicy", subject).fields("Policy") ?? [:]
            let versions = try await list("ListPolicyVersions", subject, "Versions").structures
            let current = whole.text("DefaultVersionId") ?? "v1"
            var input = subject
            input.add("VersionId", current)
            let document = try await client.call(.iam, "GetPolicyVersion", input).fields("PolicyVersion")?.text(
                "Document")
            var policy = PolicyEntry(line: 0, name: name, document: Self.policy(document))
            policy.path = whole.text("Path")
            policy.description = whole.text("Description") ?? ""
            policy.tags = tags(whole)
            found.policies[name] = Found(arn: arn, policy)
            // v2 was made before v10.
            found.oldVersions[name] = versions.compactMap { $0.text("VersionId") }.filter { $0 != current }
                .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
        }
    }

    /// The values of `Tags`, in IAM's spelling or in KMS's.
    private func tags(_ fields: Fields) -> Tags {
        Tags(
            (fields.list("Tags") ?? []).structures.compactMap { tag in
                (tag.text("Key") ?? tag.text("TagKey")).map { ($0, tag.text("Value") ?? tag.text("TagValue") ?? "") }
            }, uniquingKeysWith: { $1 })
    }

    /// IAM percent-encodes the documents that it shows.
    private static func policy(_ encoded: Text?) -> Document {
        Observer.policy(encoded.map { Text(decoding: PercentCoding.decodeLeniently($0.bytes[...])[...]) })
    }

    // MARK: KMS

    private func key(_ entry: KeyEntry, _ found: inout ObservedAccount) async throws {
        let alias: Fields = ["KeyId": .string("alias/\(entry.alias)")]
        guard let metadata = try await ifThere("DescribeKey", alias, of: .kms)?.fields("KeyMetadata"),
            let arn = metadata.text("Arn")
        else { return }
        var key = KeyEntry(line: 0, alias: entry.alias)
        key.description = metadata.text("Description") ?? ""
        key.spec = metadata.text("KeySpec")
        key.usage = metadata.text("KeyUsage")
        key.isMultiRegion = metadata.bool("MultiRegion") ?? false
        let state = metadata.text("KeyState") ?? ""
        key.isEnabled = state == "Enabled"
        defer { found.keys[entry.alias] = Found(arn: arn, key) }
        guard ["Enabled", "Disabled"].contains(state) else {
            found.unusualStates[entry.alias] = state
            return
        }
        let subject: Fields = ["KeyId": .string(arn)]
        if entry.policy != nil {
            var input = subject
            input.add("PolicyName", "default")
            key.policy = Observer.policy(try await client.call(.kms, "GetKeyPolicy", input).text("Policy"))
        }
        if entry.tags != nil {
            let all = try await client.pages(.kms, "ListResourceTags", subject, "Tags", token: ("NextMarker", "Marker"))
            key.tags = tags(["Tags": .list(all)])
        }
        if entry.rotation != nil, key.spec == "SYMMETRIC_DEFAULT" {
            let status = try await client.call(.kms, "GetKeyRotationStatus", subject)
            key.rotation =
                status.bool("KeyRotationEnabled") == true
                ? .every(status.integer("RotationPeriodInDays") ?? 365) : .off
        }
    }
}
