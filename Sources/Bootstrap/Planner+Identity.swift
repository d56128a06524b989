internal import Bytes

extension Planner {
    // MARK: Users

    mutating func plan(_ entry: UserEntry, _ found: Found<UserEntry>?, _ section: Section) {
        var change = Change(section, "user \(entry.name)", line: entry.line, isCreation: found == nil)
        let subject: Fields = ["UserName": .string(entry.name)]
        if let found {
            planPath(entry.path, found.entry.path, "UpdateUser", subject, &change)
            planTags(entry.tags, found.entry.tags, .iam("User"), subject, &change)
        } else {
            var input = subject
            input.add("Path", entry.path)
            create(input, "CreateUser", entry.tags, entry.grants, &change)
        }
        planGrants(entry.grants, found?.entry.grants, "User", subject, &change)
        planGroups(entry, found?.entry.groups ?? [], &change)
        planAccessKey(entry, section, &change)
        add(change)
    }

    private func planGroups(_ entry: UserEntry, _ found: [Text], _ change: inout Change) {
        guard let wanted = entry.groups else { return }
        for group in wanted where !found.contains(group) {
            change.tell("group \(group): +")
            change.call(
                .grants, .iam, "AddUserToGroup", ["GroupName": .string(group), "UserName": .string(entry.name)])
        }
        for group in found where !wanted.contains(group) {
            change.tell("group \(group): -")
            change.call(
                .grants, .iam, "RemoveUserFromGroup", ["GroupName": .string(group), "UserName": .string(entry.name)])
        }
    }

    private mutating func planAccessKey(_ entry: UserEntry, _ section: Section, _ change: inout Change) {
        guard let file = entry.accessKeyFile else { return }
        let ids = observed.accounts[section]?.accessKeys[entry.name] ?? []
        switch (ids.isEmpty, observed.credentialFiles[file] ?? .missing) {
        case (true, .missing):
            change.tell("access key: + (its secret goes to \(file))")
            change.call(
                .accessKeys, .iam, "CreateAccessKey", ["UserName": .string(entry.name)], then: .accessKey(file: file))
        case (true, .present):
            refuse(
                entry.line,
                "the user \(entry.name) has no access key, but \(file) is there and is not overwritten: move it away")
        case (true, .unwritable):
            refuse(entry.line, "the access key's file \(file) can't be written: its folder is missing, or is another's")
        case (false, .missing), (false, .unwritable):
            plan.notes.append(
                "The user \(entry.name) has an access key, but \(file) is not here. Secrets can't be read again: if it is lost, delete the key."
            )
        case (false, .present(let id)):
            if let id, ids.contains(id) { return }
            plan.notes.append("The access key in \(file) is none of those that the user \(entry.name) has.")
        }
    }

    // MARK: Groups

    mutating func plan(_ entry: GroupEntry, _ found: Found<GroupEntry>?, _ section: Section) {
        var change = Change(section, "group \(entry.name)", line: entry.line, isCreation: found == nil)
        let subject: Fields = ["GroupName": .string(entry.name)]
        if let found {
            planPath(entry.path, found.entry.path, "UpdateGroup", subject, &change)
        } else {
            var input = subject
            input.add("Path", entry.path)
            create(input, "CreateGroup", nil, Grants(), &change)
        }
        planGrants(entry.grants, found?.entry.grants, "Group", subject, &change)
        add(change)
    }

    // MARK: Roles

    /// Nobody: what a role is made with whose trust policy names somebody who is not there yet.
    static let closed: Document = .structure([
        "Version": "2012-10-17",
        "Statement": .list([.structure(["Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"])]),
    ])

    mutating func plan(_ entry: RoleEntry, _ found: Found<RoleEntry>?, _ section: Section) {
        var change = Change(section, "role \(entry.name)", line: entry.line, isCreation: found == nil)
        let subject: Fields = ["RoleName": .string(entry.name)]
        if let found {
            planImmutable("path", entry.path, found.entry.path, change)
            planRoleSettings(entry, found.entry, subject, &change)
            planTags(entry.tags, found.entry.tags, .iam("Role"), subject, &change)
        } else {
            var input = subject
            input.add("Path", entry.path)
            let mustWait = entry.trust.map { namesSomebodyNew($0, section) } ?? false
            let trust = mustWait ? Self.closed : entry.trust ?? Self.closed
            input.add("AssumeRolePolicyDocument", PolicyMeaning.json(trust))
            input.add("Description", entry.description)
            input.add("MaxSessionDuration", entry.maxSessionDuration)
            create(input, "CreateRole", entry.tags, entry.grants, &change)
            if mustWait { setTrust(entry, subject, &change) }
        }
        planGrants(entry.grants, found?.entry.grants, "Role", subject, &change)
        add(change)
    }

    private func planRoleSettings(_ entry: RoleEntry, _ found: RoleEntry, _ subject: Fields, _ change: inout Change) {
        if let trust = entry.trust {
            let lines = difference(from: found.trust, to: trust, change.section)
            if !lines.isEmpty {
                change.tell("trust:")
                for line in lines { change.tell("  \(line)") }
                setTrust(entry, subject, &change)
            }
        }
        var input = subject
        if let description = entry.description.map({ resolve($0, change.section) }),
            description != found.description ?? ""
        {
            change.tell("description", from: found.description ?? "", to: description)
            input.add("Description", description)
        }
        if let duration = entry.maxSessionDuration, duration != found.maxSessionDuration {
            change.tell("max-session-duration", from: "\(found.maxSessionDuration ?? 0)", to: "\(duration)")
            input.add("MaxSessionDuration", duration)
        }
        guard input.members.count > subject.members.count else { return }
        // Both, so that nothing hangs on what UpdateRole does with a member that it is not given.
        if input["Description"] == nil { input.add("Description", found.description) }
        if input["MaxSessionDuration"] == nil { input.add("MaxSessionDuration", found.maxSessionDuration) }
        change.call(.entities, .iam, "UpdateRole", input)
    }

    private func setTrust(_ entry: RoleEntry, _ subject: Fields, _ change: inout Change) {
        guard let trust = entry.trust else { return }
        var input = subject
        input.add("PolicyDocument", PolicyMeaning.json(trust))
        change.call(.trust, .iam, "UpdateAssumeRolePolicy", input)
    }

    /// IAM wants the users and roles that a trust policy names to exist.
    private func namesSomebodyNew(_ trust: Document, _ section: Section) -> Bool {
        guard case .structure(let fields) = resolve(trust, section) else { return false }
        let statements = fields.list("Statement") ?? fields["Statement"].map { [$0] } ?? []
        let created = created
        return statements.contains { statement in
            guard case .structure(let statement) = statement,
                let principals = statement.fields("Principal") ?? statement.fields("NotPrincipal")
            else { return false }
            let named = principals.texts("AWS") ?? principals.text("AWS").map { [$0] } ?? []
            return named.contains { created.contains($0) }
        }
    }

    /// ARNs of users and roles that the plan makes; their accounts may still be references.
    private var created: Set<Text> {
        var arns: Set<Text> = []
        for (section, contents) in manifest.sections {
            let (found, account) = (observed.accounts[section], resolve("${account}" as Text, section))
            for user in contents.users where found?.users[user.name] == nil {
                arns.insert("arn:aws:iam::\(account):user\(user.path ?? "/")\(user.name)")
            }
            for role in contents.roles where found?.roles[role.name] == nil {
                arns.insert("arn:aws:iam::\(account):role\(role.path ?? "/")\(role.name)")
            }
        }
        return arns
    }

    // MARK: What they share

    private func create(
        _ subject: Fields, _ operation: Text, _ tags: Tags?, _ grants: Grants, _ change: inout Change
    ) {
        var input = subject
        if let tags, !tags.isEmpty { input.add("Tags", TagSpelling.iam("").list(tags)) }
        // Where possible from the start: the caller may be allowed to make only what has a boundary.
        if let boundary = grants.boundary, !boundary.isEmpty, isKnown(boundary, change.section) {
            input.add("PermissionsBoundary", boundary)
        }
        change.call(.entities, .iam, operation, input)
    }

    private func planPath(
        _ wanted: Text?, _ found: Text?, _ operation: Text, _ subject: Fields, _ change: inout Change
    ) {
        guard let wanted, wanted != found else { return }
        change.tell("path", from: found ?? "", to: wanted)
        var input = subject
        input.add("NewPath", wanted)
        change.call(.entities, .iam, operation, input)
    }

    mutating func planImmutable(_ member: Text, _ wanted: Text?, _ found: Text?, _ change: Change) {
        guard let wanted = wanted.map({ resolve($0, change.section) }), wanted != found ?? "" else { return }
        let has = found.map { $0.isEmpty ? "none" : "'\($0)'" } ?? "none"
        refuse(
            change.line,
            "\(member) of the \(change.subject) is \(has) and can't be changed to '\(wanted)': correct the file, or delete the \(change.subject) first"
        )
    }

    /// - Parameter noun: as it stands in the operations' names: `User`.
    private func planGrants(
        _ wanted: Grants, _ found: Grants?, _ noun: Text, _ subject: Fields, _ change: inout Change
    ) {
        planBoundary(wanted.boundary, found, noun, subject, &change)
        planInline(wanted.inline, found?.inline ?? [:], noun, subject, &change)
        guard let attached = wanted.attached else { return }
        let arns = attached.map { (text: $0, arn: resolve($0, change.section)) }
        let has = found?.attached ?? []
        for (text, arn) in arns where !has.contains(arn) {
            change.tell("policy \(Self.shown(arn)): +")
            var input = subject
            input.add("PolicyArn", text)
            change.call(.grants, .iam, "Attach\(noun)Policy", input)
        }
        for arn in has where !arns.contains(where: { $0.arn == arn }) {
            change.tell("policy \(arn): -")
            var input = subject
            input.add("PolicyArn", arn)
            change.call(.grants, .iam, "Detach\(noun)Policy", input)
        }
    }

    /// A policy that is to be made has no ARN yet.
    private static func shown(_ policy: Text) -> Text {
        guard
            case .reference(.policy(_, let name))? = Template.parts(of: policy, in: .caller).first(where: {
                $0 != .plain("")
            })
        else { return policy }
        return name
    }

    private func planBoundary(
        _ wanted: Text?, _ found: Grants?, _ noun: Text, _ subject: Fields, _ change: inout Change
    ) {
        guard let wanted else { return }
        let (arn, has) = (resolve(wanted, change.section), found?.boundary ?? "")
        guard arn != has else { return }
        if arn.isEmpty {
            change.tell("permissions-boundary", from: has, to: "")
            change.call(.boundaries, .iam, "Delete\(noun)PermissionsBoundary", subject)
            return
        }
        change.tell("permissions-boundary", from: has, to: Self.shown(arn))
        if found == nil, isKnown(wanted, change.section) { return }
        var input = subject
        input.add("PermissionsBoundary", wanted)
        change.call(.boundaries, .iam, "Put\(noun)PermissionsBoundary", input)
    }

    private func planInline(
        _ wanted: [Text: Document]?, _ found: [Text: Document], _ noun: Text, _ subject: Fields, _ change: inout Change
    ) {
        guard let wanted else { return }
        for (name, document) in wanted.sorted(by: { $0.key < $1.key }) {
            let lines = difference(from: found[name], to: document, change.section)
            guard found[name] == nil || !lines.isEmpty else { continue }
            change.tell(found[name] == nil ? "inline policy \(name): +" : "inline policy \(name):")
            if found[name] != nil { for line in lines { change.tell("  \(line)") } }
            var input = subject
            input.add("PolicyName", name)
            input.add("PolicyDocument", PolicyMeaning.json(document))
            change.call(.grants, .iam, "Put\(noun)Policy", input)
        }
        for name in found.keys.filter({ wanted[$0] == nil }).sorted() {
            change.tell("inline policy \(name): -")
            var input = subject
            input.add("PolicyName", name)
            change.call(.grants, .iam, "Delete\(noun)Policy", input)
        }
    }
}
