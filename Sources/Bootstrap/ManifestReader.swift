internal import Bytes
internal import Policy
internal import Yams

extension Manifest {
    /// - Returns: what the file says, or all that is wrong with it.
    package static func read(_ text: String) -> Result<Manifest, Mistakes> {
        var reader = ManifestReader()
        let manifest = reader.manifest(text)
        let mistakes = reader.mistakes
        return mistakes.isEmpty ? .success(manifest) : .failure(Mistakes(all: mistakes))
    }
}

/// At least one, in the order of the lines.
package struct Mistakes: Error, Sendable {
    package let all: [Mistake]

    init(all: [Mistake]) {
        self.all = all.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(
            \.element)
    }
}

private struct ManifestReader {
    private var yaml = NodeReader()
    /// Texts with references, looked at when all names are known.
    private var written: [(text: Text, section: Section, line: Int)] = []
    private var manifest = Manifest()

    private static let contents: [Text] = ["oidc-providers", "users", "groups", "roles", "policies", "keys"]

    var mistakes: [Mistake] { yaml.mistakes }

    mutating func manifest(_ text: String) -> Manifest {
        let root: Node?
        do { root = try compose(yaml: text) } catch {
            let flaw = error as? YamlError
            yaml.refuse(flaw?.line ?? 1, flaw?.reason ?? "this is not YAML")
            return manifest
        }
        guard let root else {
            yaml.refuse(1, "the file is empty")
            return manifest
        }
        let known = Self.contents + ["accounts", "organization"]
        guard let members = yaml.members(of: root, what: "the file", known: known) else { return manifest }
        manifest.caller = contents(members, .caller)
        for node in yaml.items("accounts", members) ?? [] { account(node) }
        if members.nodes["organization"] != nil { organization(members) }
        unique(manifest.accounts.map { ($0.name, $0.line) }, "account")
        unique(manifest.accounts.map { ($0.email, $0.line) }, "e-mail address")
        for (section, contents) in manifest.sections { check(contents, section) }
        checkOrganization()
        for (text, section, line) in written { check(text, section, line) }
        return manifest
    }

    // MARK: Accounts

    private mutating func account(_ node: Node) {
        let known: [Text] = ["name", "email", "unit"] + Self.contents
        guard let members = yaml.members(of: node, what: "an account", known: known),
            let name = yaml.required("name", members), isName(name, members.line)
        else { return }
        let email = yaml.required("email", members)
        let unit = yaml.text("unit", members)
        let contents = contents(members, .account(name))
        guard let email else { return }
        manifest.accounts.append(
            AccountEntry(line: members.line, name: name, email: email, unit: unit, contents: contents))
    }

    /// What references name is put into JSON and between braces.
    private mutating func isName(_ name: Text, _ line: Int) -> Bool {
        let isFit = name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && !"\"\\{}$".utf8.contains($0) }
        if !isFit { yaml.refuse(line, "the name '\(name)' must have no quotes, backslashes, braces, $ or controls") }
        return isFit
    }

    private mutating func contents(_ members: NodeReader.Members, _ section: Section) -> AccountContents {
        var contents = AccountContents()
        contents.providers = (yaml.items("oidc-providers", members) ?? []).compactMap { provider($0, section) }
        contents.users = (yaml.items("users", members) ?? []).compactMap { user($0, section) }
        contents.groups = (yaml.items("groups", members) ?? []).compactMap { group($0, section) }
        contents.roles = (yaml.items("roles", members) ?? []).compactMap { role($0, section) }
        contents.policies = (yaml.items("policies", members) ?? []).compactMap { policy($0, section) }
        contents.keys = (yaml.items("keys", members) ?? []).compactMap { key($0, section) }
        return contents
    }

    // MARK: IAM

    private mutating func provider(_ node: Node, _ section: Section) -> ProviderEntry? {
        guard
            let members = yaml.members(
                of: node, what: "an OIDC provider", known: ["url", "audiences", "thumbprints", "tags"]),
            let url = yaml.required("url", members)
        else { return nil }
        guard url.hasPrefix("https://"), url.utf8.count > 8 else {
            yaml.refuse(yaml.line("url", members), "'url' must begin with https://")
            return nil
        }
        var provider = ProviderEntry(line: members.line, url: url)
        provider.audiences = yaml.texts("audiences", members)
        provider.thumbprints = yaml.texts("thumbprints", members)
        provider.tags = tags(members, section)
        return provider
    }

    private mutating func user(_ node: Node, _ section: Section) -> UserEntry? {
        let known: [Text] = [
            "name", "path", "permissions-boundary", "groups", "policies", "inline-policies", "tags", "access-key",
        ]
        guard let members = yaml.members(of: node, what: "a user", known: known),
            let name = yaml.required("name", members)
        else { return nil }
        var user = UserEntry(line: members.line, name: name)
        user.path = yaml.text("path", members)
        user.groups = yaml.texts("groups", members)
        user.grants = grants(members, section)
        user.tags = tags(members, section)
        user.accessKeyFile = yaml.text("access-key", members)
        return user
    }

    private mutating func group(_ node: Node, _ section: Section) -> GroupEntry? {
        guard
            let members = yaml.members(
                of: node, what: "a group", known: ["name", "path", "policies", "inline-policies"]),
            let name = yaml.required("name", members)
        else { return nil }
        var group = GroupEntry(line: members.line, name: name)
        group.path = yaml.text("path", members)
        group.grants = grants(members, section)
        return group
    }

    private mutating func role(_ node: Node, _ section: Section) -> RoleEntry? {
        let known: [Text] = [
            "name", "path", "description", "trust", "max-session-duration", "permissions-boundary", "policies",
            "inline-policies", "tags",
        ]
        guard let members = yaml.members(of: node, what: "a role", known: known),
            let name = yaml.required("name", members)
        else { return nil }
        var role = RoleEntry(line: members.line, name: name)
        role.path = yaml.text("path", members)
        role.description = described(members, section)
        role.trust = policyDocument("trust", members, .trust, section)
        if members.nodes["trust"] == nil { yaml.refuse(members.line, "a role needs 'trust': who may assume it") }
        role.maxSessionDuration = yaml.integer("max-session-duration", members)
        role.grants = grants(members, section)
        role.tags = tags(members, section)
        return role
    }

    private mutating func grants(_ members: NodeReader.Members, _ section: Section) -> Grants {
        var grants = Grants()
        let line = yaml.line("policies", members)
        grants.attached = yaml.texts("policies", members)?.map { policyReference($0, section, line) }
        if let pairs = yaml.pairs("inline-policies", members) {
            var inline: [Text: Document] = [:]
            for (name, node, line) in pairs {
                guard let document = yaml.document(node, name, line) else { continue }
                check(document, node, line, .identity, section)
                inline[name] = document
            }
            grants.inline = inline
        }
        if let boundary = yaml.text("permissions-boundary", members) {
            grants.boundary =
                boundary == "none" ? "" : policyReference(boundary, section, yaml.line("permissions-boundary", members))
        }
        return grants
    }

    /// A managed policy: by the name that the file gives, or by its ARN.
    private mutating func policyReference(_ name: Text, _ section: Section, _ line: Int) -> Text {
        let text: Text = name.hasPrefix("arn:") || name.hasPrefix("${") ? name : "${policy.\(name)}"
        written.append((text, section, line))
        return text
    }

    private mutating func policy(_ node: Node, _ section: Section) -> PolicyEntry? {
        guard
            let members = yaml.members(
                of: node, what: "a policy", known: ["name", "path", "description", "document", "tags"]),
            let name = yaml.required("name", members)
        else { return nil }
        let document = requiredDocument(members, .identity, section)
        var policy = PolicyEntry(line: members.line, name: name, document: document ?? .null)
        policy.path = yaml.text("path", members)
        policy.description = described(members, section)
        policy.tags = tags(members, section)
        return policy
    }

    // MARK: Texts with references

    private mutating func described(_ members: NodeReader.Members, _ section: Section) -> Text? {
        let text = yaml.text("description", members)
        if let text { written.append((text, section, yaml.line("description", members))) }
        return text
    }

    private mutating func tags(_ members: NodeReader.Members, _ section: Section) -> Tags? {
        let tags = yaml.tags(members)
        for value in (tags ?? [:]).values { written.append((value, section, yaml.line("tags", members))) }
        return tags
    }

    // MARK: KMS

    private mutating func key(_ node: Node, _ section: Section) -> KeyEntry? {
        let known: [Text] = [
            "alias", "description", "policy", "enabled", "rotation", "spec", "usage", "multi-region", "tags",
        ]
        guard let members = yaml.members(of: node, what: "a key", known: known),
            let written = yaml.required("alias", members)
        else { return nil }
        let alias = written.dropping("alias/") ?? written
        guard !alias.hasPrefix("aws/"), isName(alias, members.line) else {
            if alias.hasPrefix("aws/") {
                yaml.refuse(members.line, "aliases that begin with aws/ are the services' own")
            }
            return nil
        }
        var key = KeyEntry(line: members.line, alias: alias)
        key.description = described(members, section)
        key.policy = policyDocument("policy", members, .resource, section)
        key.isEnabled = yaml.flag("enabled", members)
        key.rotation = rotation(members)
        key.spec = yaml.text("spec", members)
        key.usage = yaml.text("usage", members)
        key.isMultiRegion = yaml.flag("multi-region", members)
        key.tags = tags(members, section)
        if let rotation = key.rotation, rotation != .off, let spec = key.spec, spec != "SYMMETRIC_DEFAULT" {
            yaml.refuse(yaml.line("rotation", members), "only keys of the spec SYMMETRIC_DEFAULT rotate by themselves")
        }
        return key
    }

    private mutating func rotation(_ members: NodeReader.Members) -> KeyEntry.Rotation? {
        guard let text = yaml.text("rotation", members) else { return nil }
        switch text {
        case "true": return .on
        case "false": return .off
        default:
            guard let days = Int64(text.string), (90...2560).contains(days) else {
                yaml.refuse(
                    yaml.line("rotation", members), "'rotation' must be true, false, or a period of 90 to 2560 days")
                return nil
            }
            return .every(days)
        }
    }

    // MARK: Organizations

    private mutating func organization(_ members: NodeReader.Members) {
        guard let node = members.nodes["organization"]?.node,
            let members = yaml.members(
                of: node, what: "the organization",
                known: ["units", "service-control-policies", "resource-control-policies"])
        else { return }
        var organization = OrganizationEntry()
        for node in yaml.items("units", members) ?? [] {
            guard let unit = yaml.members(of: node, what: "an organizational unit", known: ["name", "parent"]),
                let name = yaml.required("name", unit), isName(name, unit.line)
            else { continue }
            organization.units.append(
                UnitEntry(line: unit.line, name: name, parent: yaml.text("parent", unit) ?? UnitEntry.root))
        }
        let kinds: [(Text, Text, DocumentKind)] = [
            ("service-control-policies", "SERVICE_CONTROL_POLICY", .scp),
            ("resource-control-policies", "RESOURCE_CONTROL_POLICY", .rcp),
        ]
        for (name, type, kind) in kinds {
            for node in yaml.items(name, members) ?? [] {
                guard let policy = controlPolicy(node, type, kind) else { continue }
                organization.policies.append(policy)
            }
        }
        manifest.organization = organization
    }

    private mutating func controlPolicy(_ node: Node, _ type: Text, _ kind: DocumentKind) -> ControlPolicyEntry? {
        guard
            let members = yaml.members(
                of: node, what: "a control policy", known: ["name", "description", "document", "targets"]),
            let name = yaml.required("name", members), isName(name, members.line)
        else { return nil }
        let document = requiredDocument(members, kind, .caller)
        let description = described(members, .caller)
        let line = yaml.line("targets", members)
        let targets = yaml.texts("targets", members)?.compactMap { target($0, line) }
        return document.map {
            ControlPolicyEntry(
                line: members.line, name: name, type: type, description: description, document: $0, targets: targets)
        }
    }

    private mutating func target(_ text: Text, _ line: Int) -> ControlPolicyEntry.Target? {
        if text == UnitEntry.root { return .root }
        if let name = text.dropping("unit.") { return .unit(name) }
        if let name = text.dropping("account.") { return .account(name) }
        yaml.refuse(line, "the target '\(text)' must be root, unit.NAME or account.NAME")
        return nil
    }

    // MARK: Policies

    private mutating func requiredDocument(
        _ members: NodeReader.Members, _ kind: DocumentKind, _ section: Section
    ) -> Document? {
        if members.nodes["document"] == nil { yaml.refuse(members.line, "\(members.what) needs 'document'") }
        return policyDocument("document", members, kind, section)
    }

    private mutating func policyDocument(
        _ name: Text, _ members: NodeReader.Members, _ kind: DocumentKind, _ section: Section
    ) -> Document? {
        guard let (document, node, line) = yaml.document(name, members) else { return nil }
        check(document, node, line, kind, section)
        return document
    }

    private mutating func check(
        _ document: Document, _ node: Node, _ line: Int, _ kind: DocumentKind, _ section: Section
    ) {
        collect(document, section, line)
        do { _ = try PolicyDocument(Placeholders.filled(document, in: section), kind: kind) } catch {
            let place = error.path.isEmpty ? "" : "\(error.path): "
            yaml.refuse(
                NodeReader.line(of: error.path, in: node, orElse: line),
                "MalformedPolicyDocument: \(place)\(error.reason)")
        }
    }

    private mutating func collect(_ document: Document, _ section: Section, _ line: Int) {
        switch document {
        case .string(let text): if text.string.contains("${") { written.append((text, section, line)) }
        case .list(let items): for item in items { collect(item, section, line) }
        case .structure(let fields):
            for member in fields.members {
                collect(.string(member.name), section, line)
                collect(member.value, section, line)
            }
        default: break
        }
    }

    // MARK: Names

    private mutating func unique(_ names: [(name: Text, line: Int)], _ what: String) {
        var first: [Text: Int] = [:]
        for (name, line) in names {
            if let before = first[name.asciiLowercased] {
                yaml.refuse(line, "the \(what) '\(name)' is in line \(before) already")
            } else {
                first[name.asciiLowercased] = line
            }
        }
    }

    private mutating func check(_ contents: AccountContents, _ section: Section) {
        unique(contents.providers.map { ($0.name, $0.line) }, "OIDC provider")
        unique(contents.users.map { ($0.name, $0.line) }, "user")
        unique(contents.groups.map { ($0.name, $0.line) }, "group")
        unique(contents.roles.map { ($0.name, $0.line) }, "role")
        unique(contents.policies.map { ($0.name, $0.line) }, "policy")
        unique(contents.keys.map { ($0.alias, $0.line) }, "key")
        for user in contents.users {
            for group in user.groups ?? [] where !contents.groups.contains(where: { $0.name == group }) {
                yaml.refuse(
                    user.line, "the group '\(group)' of the user '\(user.name)' is not in 'groups' of its account")
            }
        }
    }

    private mutating func checkOrganization() {
        let files = manifest.sections.flatMap {
            $0.contents.users.compactMap { user in user.accessKeyFile.map { ($0, user.line) } }
        }
        unique(files, "access key file")
        let units = manifest.organization?.units ?? []
        unique(units.map { ($0.name, $0.line) }, "organizational unit")
        unique((manifest.organization?.policies ?? []).map { ($0.name, $0.line) }, "control policy")
        let names = units.map(\.name)
        for unit in units {
            if unit.name == UnitEntry.root {
                yaml.refuse(unit.line, "'root' is the organization's root; no unit can be called so")
            }
            // A parent stands before its children, so that nothing can be its own ancestor.
            let isKnown = unit.parent == UnitEntry.root || names.prefix { $0 != unit.name }.contains(unit.parent)
            if !isKnown { yaml.refuse(unit.line, "the parent '\(unit.parent)' is no unit above this line") }
        }
        for account in manifest.accounts {
            guard let unit = account.unit, unit != UnitEntry.root, !names.contains(unit) else { continue }
            yaml.refuse(account.line, "the unit '\(unit)' is not in 'units' of the organization")
        }
        for policy in manifest.organization?.policies ?? [] {
            for target in policy.targets ?? [] where !isKnown(target, names) {
                yaml.refuse(policy.line, "a target of '\(policy.name)' is neither a unit nor an account of the file")
            }
        }
    }

    private func isKnown(_ target: ControlPolicyEntry.Target, _ units: [Text]) -> Bool {
        switch target {
        case .root: true
        case .unit(let name): units.contains(name)
        case .account(let name): manifest.accounts.contains { $0.name == name }
        }
    }

    private mutating func check(_ text: Text, _ section: Section, _ line: Int) {
        let contents = manifest.sections.first { $0.section == section }?.contents ?? AccountContents()
        for part in Template.parts(of: text, in: section) {
            switch part {
            case .plain: break
            case .unknown(let words): yaml.refuse(line, "\(words) names nothing")
            case .reference(.account(.account(let name))):
                if !manifest.accounts.contains(where: { $0.name == name }) {
                    yaml.refuse(line, "${account.\(name)}: there is no account '\(name)' in 'accounts'")
                }
            case .reference(.key(_, let name)):
                if !contents.keys.contains(where: { $0.alias == name }) {
                    yaml.refuse(line, "${key.\(name)}: there is no key with this alias in 'keys' of the same account")
                }
            case .reference(.policy(_, let name)):
                if !contents.policies.contains(where: { $0.name == name }) {
                    yaml.refuse(
                        line,
                        "the policy '\(name)' is not in 'policies' of the same account; others are named by their ARN")
                }
            case .reference(.account(.caller)): break
            case .reference(let other): yaml.refuse(line, "\(Template.spelling(other)) is not for use in the file")
            }
        }
    }
}
