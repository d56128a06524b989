internal import Bytes

extension Plan {
    /// - Parameter manifest: as ``Manifest/read(_:)`` gave it.
    package init(for manifest: Manifest, observed: Observed) {
        var planner = Planner(manifest: manifest, observed: observed)
        planner.run()
        self = planner.plan
    }
}

struct Planner {
    let manifest: Manifest
    let observed: Observed
    var plan = Plan()

    init(manifest: Manifest, observed: Observed) {
        (self.manifest, self.observed) = (manifest, observed)
        bind()
    }

    private mutating func bind() {
        plan.bindings[.account(.caller)] = observed.callerAccount
        for (section, account) in observed.accounts {
            plan.bindings[.account(section)] = account.id
            for (name, policy) in account.policies { plan.bindings[.policy(section, name)] = policy.arn }
            for (alias, key) in account.keys { plan.bindings[.key(section, alias)] = key.arn }
        }
        guard let organization = observed.organization else { return }
        plan.bindings[.root] = organization.root
        for (name, policy) in organization.policies { plan.bindings[.controlPolicy(name)] = policy.id }
        for entry in manifest.accounts {
            guard let account = organization.account(entry) else { continue }
            plan.bindings[.account(.account(entry.name))] = account.id
        }
    }

    mutating func run() {
        if manifest.needsOrganization { planOrganization() }
        for (section, contents) in manifest.sections {
            let found = observed.accounts[section]
            checkPolicies(contents)
            for entry in contents.providers { plan(entry, found?.providers[entry.name], section) }
            for entry in contents.users { plan(entry, found?.users[entry.name], section) }
            for entry in contents.groups { plan(entry, found?.groups[entry.name], section) }
            for entry in contents.roles { plan(entry, found?.roles[entry.name], section) }
            for entry in contents.policies { plan(entry, found?.policies[entry.name], section) }
            for entry in contents.keys { plan(entry, found?.keys[entry.alias], section) }
        }
    }

    private mutating func checkPolicies(_ contents: AccountContents) {
        let named =
            contents.users.map { ($0.line, $0.grants) } + contents.groups.map { ($0.line, $0.grants) }
            + contents.roles.map { ($0.line, $0.grants) }
        for (line, grants) in named {
            for arn in (grants.attached ?? []) + (grants.boundary.map { [$0] } ?? [])
            where observed.missingPolicies.contains(arn) {
                refuse(line, "the policy \(arn) is not there")
            }
        }
    }

    mutating func refuse(_ line: Int, _ reason: String) { plan.problems.append(Mistake(line: line, reason: reason)) }

    /// Counts what has no steps.
    mutating func add(_ change: Change) {
        if change.steps.isEmpty { plan.unchanged += 1 } else { plan.changes.append(change) }
    }

    func resolve(_ text: Text, _ section: Section) -> Text { plan.bindings.resolve(text, in: section) }
    func resolve(_ document: Document, _ section: Section) -> Document { plan.bindings.resolve(document, in: section) }

    /// Whether everything that the text refers to is known.
    func isKnown(_ text: Text, _ section: Section) -> Bool {
        Template.unresolved(in: resolve(text, section), section).isEmpty
    }

    /// What a policy as the file has it adds to and takes from the one that is there.
    func difference(from old: Document?, to new: Document, _ section: Section) -> [Text] {
        PolicyMeaning.difference(
            from: PolicyMeaning(old ?? .structure([:])), to: PolicyMeaning(resolve(new, section)))
    }

    // MARK: Tags

    /// How a service spells tags.
    struct TagSpelling {
        let service: Service
        let tag: Text
        let untag: Text
        let key: Text
        let value: Text
        let keys: Text
        let phase: Phase

        static func iam(_ noun: Text) -> TagSpelling {
            TagSpelling(
                service: .iam, tag: "Tag\(noun)", untag: "Untag\(noun)", key: "Key", value: "Value", keys: "TagKeys",
                phase: .entities)
        }
        static let kms = TagSpelling(
            service: .kms, tag: "TagResource", untag: "UntagResource", key: "TagKey", value: "TagValue",
            keys: "TagKeys",
            phase: .keys)

        func list(_ tags: Tags) -> Document {
            .list(tags.sorted { $0.key < $1.key }.map { .structure([key: .string($0.key), value: .string($0.value)]) })
        }
    }

    /// - Parameter subject: the member that names what is tagged.
    func planTags(
        _ wanted: Tags?, _ found: Tags?, _ spelling: TagSpelling, _ subject: Fields, _ change: inout Change
    ) {
        guard let wanted else { return }
        // Keys in another case are the same to AWS, so the old one goes first.
        let found = (found ?? [:]).filter { !$0.key.asciiLowercased.hasPrefix("aws:") }
        let put = wanted.mapValues { resolve($0, change.section) }.filter { found[$0.key] != $0.value }
        let gone = found.keys.filter { wanted[$0] == nil }.sorted()
        for (key, value) in put.sorted(by: { $0.key < $1.key }) {
            if let old = found[key] {
                change.tell("tag \(key)", from: old, to: value)
            } else {
                change.tell("tag \(key): + \(value)")
            }
        }
        for key in gone { change.tell("tag \(key): - \(found[key] ?? "")") }
        if !gone.isEmpty {
            var input = subject
            input.add(spelling.keys, .list(gone.map { .string($0) }))
            change.call(spelling.phase, spelling.service, spelling.untag, input)
        }
        if !put.isEmpty {
            var input = subject
            input.add("Tags", spelling.list(put))
            change.call(spelling.phase, spelling.service, spelling.tag, input)
        }
    }
}
