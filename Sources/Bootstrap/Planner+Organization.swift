internal import Bytes

extension Planner {
    mutating func planOrganization() {
        guard let organization = observed.organization else {
            var change = Change(.caller, "organization", line: 1, isCreation: true)
            change.call(
                .organization, .organizations, "CreateOrganization", ["FeatureSet": "ALL"])
            change.call(
                .organization, .organizations, "ListRoots", [:], then: .binds(.root, ["Roots", "0", "Id"]))
            add(change)
            planUnits(nil)
            for entry in manifest.accounts { plan(entry, nil) }
            planControlPolicies(nil)
            return
        }
        guard organization.managementAccount == observed.callerAccount else {
            refuse(
                manifest.accounts.first?.line ?? 1,
                "accounts are made by the organization's management account, \(organization.managementAccount); this is \(observed.callerAccount)"
            )
            return
        }
        planUnits(organization)
        for entry in manifest.accounts { plan(entry, organization) }
        planControlPolicies(organization)
    }

    // MARK: Units

    private mutating func planUnits(_ organization: ObservedOrganization?) {
        for entry in manifest.organization?.units ?? [] {
            let place = parent(entry.parent)
            var change = Change(.caller, "unit \(entry.name)", line: entry.line, isCreation: true)
            let all = organization?.units.filter { $0.name == entry.name } ?? []
            if let found = all.first(where: { $0.parent == resolve(place, .caller) }) {
                plan.bindings[.unit(entry.name)] = found.id
                plan.unchanged += 1
                continue
            }
            if let other = all.first {
                refuse(
                    entry.line,
                    "the unit \(entry.name) is there under another parent (\(other.id)), and units can't be moved")
                continue
            }
            change.call(
                .units, .organizations, "CreateOrganizationalUnit",
                ["ParentId": .string(place), "Name": .string(entry.name)],
                then: .binds(.unit(entry.name), ["OrganizationalUnit", "Id"]))
            add(change)
        }
    }

    private func parent(_ name: Text) -> Text {
        name == UnitEntry.root ? "${root}" : "${unit.\(name)}"
    }

    // MARK: Accounts

    private mutating func plan(_ entry: AccountEntry, _ organization: ObservedOrganization?) {
        let section = Section.account(entry.name)
        guard let found = organization?.account(entry) else {
            if let other = organization?.accounts.first(where: { $0.name == entry.name }) {
                refuse(
                    entry.line,
                    "the account \(entry.name) is there with the e-mail address \(other.email), not \(entry.email): correct the file"
                )
                return
            }
            var change = Change(.caller, "account \(entry.name)", line: entry.line, isCreation: true)
            change.call(
                .accounts, .organizations, "CreateAccount",
                ["Email": .string(entry.email), "AccountName": .string(entry.name)], then: .account(section))
            if let unit = entry.unit, unit != UnitEntry.root {
                move(section, from: "${root}", to: parent(unit), &change)
            }
            return add(change)
        }
        guard found.id != observed.callerAccount else {
            refuse(
                entry.line,
                "\(entry.name) is the caller's own account: what belongs to it stands at the top of the file")
            return
        }
        guard found.name == entry.name else {
            refuse(
                entry.line,
                "the account with the e-mail address \(entry.email) is called \(found.name), not \(entry.name)")
            return
        }
        guard found.status == "ACTIVE" else {
            refuse(
                entry.line, "the account \(entry.name) (\(found.id)) is \(found.status): a closed account can't be used"
            )
            return
        }
        var change = Change(.caller, "account \(entry.name)", line: entry.line, isCreation: false)
        if let unit = entry.unit, let parent = found.parent, parent != resolve(self.parent(unit), .caller) {
            let old = organization?.units.first { $0.id == parent }?.name ?? UnitEntry.root
            change.tell("unit", from: old, to: unit)
            move(section, from: parent, to: self.parent(unit), &change)
        }
        add(change)
    }

    private func move(_ section: Section, from old: Text, to new: Text, _ change: inout Change) {
        change.call(
            .accounts, .organizations, "MoveAccount",
            [
                "AccountId": .string(Text(Template.spelling(.account(section)))), "SourceParentId": .string(old),
                "DestinationParentId": .string(new),
            ])
    }

    // MARK: Control policies

    private mutating func planControlPolicies(_ organization: ObservedOrganization?) {
        let entries = manifest.organization?.policies ?? []
        for type in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] as [Text] {
            // A new organization begins with service control policies enabled.
            let enabled = organization?.enabledPolicyTypes ?? ["SERVICE_CONTROL_POLICY"]
            guard entries.contains(where: { $0.type == type }), !enabled.contains(type) else { continue }
            var change = Change(.caller, "organization", line: 1, isCreation: false)
            change.tell("policy type \(type): +")
            change.call(
                .controlPolicies, .organizations, "EnablePolicyType",
                ["RootId": "${root}", "PolicyType": .string(type)])
            add(change)
        }
        for entry in entries { plan(entry, organization?.policies[entry.name]) }
    }

    private mutating func plan(_ entry: ControlPolicyEntry, _ found: ObservedOrganization.Policy?) {
        var change = Change(.caller, "control-policy \(entry.name)", line: entry.line, isCreation: found == nil)
        let (content, reference) = (PolicyMeaning.json(entry.document), Reference.controlPolicy(entry.name))
        let id = Text(Template.spelling(reference))
        if let found {
            let lines = difference(from: found.document, to: entry.document, .caller)
            let description = entry.description.map { resolve($0, .caller) }
            if !lines.isEmpty || (description ?? found.description) != found.description {
                var input: Fields = ["PolicyId": .string(id)]
                if let description, description != found.description {
                    change.tell("description", from: found.description, to: description)
                    input.add("Description", .string(description))
                }
                if !lines.isEmpty {
                    change.tell("document:")
                    for line in lines { change.tell("  \(line)") }
                    input.add("Content", content)
                }
                change.call(.controlPolicies, .organizations, "UpdatePolicy", input)
            }
        } else {
            change.call(
                .controlPolicies, .organizations, "CreatePolicy",
                [
                    "Name": .string(entry.name), "Type": .string(entry.type),
                    "Description": .string(entry.description ?? ""), "Content": .string(content),
                ], then: .binds(reference, ["Policy", "PolicySummary", "Id"]))
        }
        planTargets(entry, found?.targets ?? [], id, &change)
        add(change)
    }

    private func planTargets(_ entry: ControlPolicyEntry, _ found: [Text], _ id: Text, _ change: inout Change) {
        guard let targets = entry.targets else { return }
        let wanted = targets.map { target -> (name: Text, id: Text) in
            switch target {
            case .root: ("root", "${root}")
            case .unit(let name): ("unit.\(name)", "${unit.\(name)}")
            case .account(let name): ("account.\(name)", "${account.\(name)}")
            }
        }
        for (name, target) in wanted where !found.contains(resolve(target, .caller)) {
            change.tell("target \(name): +")
            change.call(
                .controlPolicies, .organizations, "AttachPolicy",
                ["PolicyId": .string(id), "TargetId": .string(target)])
        }
        for target in found where !wanted.contains(where: { resolve($0.id, .caller) == target }) {
            change.tell("target \(target): -")
            change.call(
                .controlPolicies, .organizations, "DetachPolicy",
                ["PolicyId": .string(id), "TargetId": .string(target)])
        }
    }
}
