internal import Bytes

extension Planner {
    // MARK: Managed policies

    mutating func plan(_ entry: PolicyEntry, _ found: Found<PolicyEntry>?, _ section: Section) {
        var change = Change(section, "policy \(entry.name)", line: entry.line, isCreation: found == nil)
        let document = PolicyMeaning.json(entry.document)
        guard let found else {
            var input: Fields = ["PolicyName": .string(entry.name)]
            input.add("Path", entry.path)
            input.add("Description", entry.description)
            input.add("PolicyDocument", document)
            if let tags = entry.tags, !tags.isEmpty { input.add("Tags", TagSpelling.iam("").list(tags)) }
            change.call(
                .policies, .iam, "CreatePolicy", input, then: .binds(.policy(section, entry.name), ["Policy", "Arn"]))
            return add(change)
        }
        planImmutable("path", entry.path, found.entry.path, change)
        planImmutable("description", entry.description, found.entry.description, change)
        let subject: Fields = ["PolicyArn": .string(found.arn)]
        let lines = difference(from: found.entry.document, to: entry.document, section)
        if !lines.isEmpty {
            change.tell("document:")
            for line in lines { change.tell("  \(line)") }
            // A policy has five versions at most.
            let old = observed.accounts[section]?.oldVersions[entry.name] ?? []
            if old.count >= 4, let oldest = old.first {
                change.tell("version \(oldest): -")
                var input = subject
                input.add("VersionId", oldest)
                change.call(.policies, .iam, "DeletePolicyVersion", input)
            }
            var input = subject
            input.add("PolicyDocument", document)
            input.add("SetAsDefault", true)
            change.call(.policies, .iam, "CreatePolicyVersion", input)
        }
        planTags(entry.tags, found.entry.tags, .iam("Policy"), subject, &change)
        add(change)
    }

    // MARK: OpenID Connect providers

    mutating func plan(_ entry: ProviderEntry, _ found: Found<ProviderEntry>?, _ section: Section) {
        var change = Change(section, "oidc-provider \(entry.name)", line: entry.line, isCreation: found == nil)
        guard let found else {
            var input: Fields = ["Url": .string(entry.url)]
            if let audiences = entry.audiences { input.add("ClientIDList", .list(audiences.map { .string($0) })) }
            if let thumbprints = entry.thumbprints {
                input.add("ThumbprintList", .list(thumbprints.map { .string($0) }))
            }
            if let tags = entry.tags, !tags.isEmpty { input.add("Tags", TagSpelling.iam("").list(tags)) }
            change.call(.entities, .iam, "CreateOpenIDConnectProvider", input)
            return add(change)
        }
        let subject: Fields = ["OpenIDConnectProviderArn": .string(found.arn)]
        if let wanted = entry.audiences {
            let has = found.entry.audiences ?? []
            for audience in wanted where !has.contains(audience) {
                change.tell("audience \(audience): +")
                var input = subject
                input.add("ClientID", audience)
                change.call(.entities, .iam, "AddClientIDToOpenIDConnectProvider", input)
            }
            for audience in has where !wanted.contains(audience) {
                change.tell("audience \(audience): -")
                var input = subject
                input.add("ClientID", audience)
                change.call(.entities, .iam, "RemoveClientIDFromOpenIDConnectProvider", input)
            }
        }
        let has = found.entry.thumbprints ?? []
        if let wanted = entry.thumbprints, wanted.map(\.asciiLowercased).sorted() != has.map(\.asciiLowercased).sorted()
        {
            change.tell("thumbprints", from: Self.words(has), to: Self.words(wanted))
            var input = subject
            input.add("ThumbprintList", .list(wanted.map { .string($0) }))
            change.call(.entities, .iam, "UpdateOpenIDConnectProviderThumbprint", input)
        }
        planTags(entry.tags, found.entry.tags, .iam("OpenIDConnectProvider"), subject, &change)
        add(change)
    }

    private static func words(_ texts: [Text]) -> Text { Text(texts.map(\.string).joined(separator: ", ")) }

    // MARK: KMS keys

    mutating func plan(_ entry: KeyEntry, _ found: Found<KeyEntry>?, _ section: Section) {
        var change = Change(section, "key \(entry.alias)", line: entry.line, isCreation: found == nil)
        if let found {
            if let state = observed.accounts[section]?.unusualStates[entry.alias] {
                refuse(
                    entry.line,
                    "the key \(entry.alias) is in the state \(state): end that, or give the alias to another key")
                return
            }
            planImmutable("spec", entry.spec, found.entry.spec, change)
            planImmutable("usage", entry.usage, found.entry.usage, change)
            planImmutable(
                "multi-region", entry.isMultiRegion.map { $0 ? "true" : "false" },
                found.entry.isMultiRegion == true ? "true" : "false", change)
            planKeySettings(entry, found, &change)
        } else {
            create(entry, &change)
        }
        add(change)
    }

    private mutating func planKeySettings(_ entry: KeyEntry, _ found: Found<KeyEntry>, _ change: inout Change) {
        let (subject, has): (Fields, KeyEntry) = (["KeyId": .string(found.arn)], found.entry)
        let isEnabled = has.isEnabled ?? true
        if entry.isEnabled == true, !isEnabled {
            change.tell("enabled", from: "false", to: "true")
            change.call(.keys, .kms, "EnableKey", subject)
        }
        if let description = entry.description.map({ resolve($0, change.section) }),
            description != has.description ?? ""
        {
            change.tell("description", from: has.description ?? "", to: description)
            var input = subject
            input.add("Description", .string(description))
            change.call(.keys, .kms, "UpdateKeyDescription", input)
        }
        if let policy = entry.policy {
            let lines = difference(from: has.policy, to: policy, change.section)
            if !lines.isEmpty {
                change.tell("policy:")
                for line in lines { change.tell("  \(line)") }
                var input = subject
                input.add("PolicyName", "default")
                input.add("Policy", PolicyMeaning.json(policy))
                change.call(.keys, .kms, "PutKeyPolicy", input)
            }
        }
        planRotation(entry, has, isEnabled, subject, &change)
        planTags(entry.tags, has.tags, .kms, subject, &change)
        if entry.isEnabled == false, isEnabled {
            change.tell("enabled", from: "true", to: "false")
            change.call(.keys, .kms, "DisableKey", subject)
        }
    }

    private mutating func planRotation(
        _ entry: KeyEntry, _ has: KeyEntry, _ isEnabled: Bool, _ subject: Fields, _ change: inout Change
    ) {
        let old = has.rotation ?? .off
        guard let wanted = entry.rotation, wanted != old else { return }
        if wanted == .on, case .every = old { return }
        if wanted != .off, has.spec != "SYMMETRIC_DEFAULT" {
            refuse(entry.line, "the key \(entry.alias) of the spec \(has.spec ?? "") can't rotate by itself")
            return
        }
        guard isEnabled || entry.isEnabled == true else {
            refuse(entry.line, "rotation of the key \(entry.alias) can't be changed while it is disabled")
            return
        }
        change.tell("rotation", from: Self.words(old), to: Self.words(wanted))
        setRotation(wanted, subject, &change)
    }

    private func setRotation(_ rotation: KeyEntry.Rotation, _ subject: Fields, _ change: inout Change) {
        var input = subject
        if case .every(let days) = rotation { input.add("RotationPeriodInDays", days) }
        change.call(.keys, .kms, rotation == .off ? "DisableKeyRotation" : "EnableKeyRotation", input)
    }

    private static func words(_ rotation: KeyEntry.Rotation) -> Text {
        switch rotation {
        case .off: "off"
        case .on: "on"
        case .every(let days): "every \(days) days"
        }
    }

    private func create(_ entry: KeyEntry, _ change: inout Change) {
        var input = Fields()
        input.add("Description", entry.description)
        input.add("KeySpec", entry.spec)
        input.add("KeyUsage", entry.usage)
        input.add("MultiRegion", entry.isMultiRegion)
        input.add("Policy", entry.policy.map { PolicyMeaning.json($0) })
        if let tags = entry.tags, !tags.isEmpty { input.add("Tags", TagSpelling.kms.list(tags)) }
        let reference = Reference.key(change.section, entry.alias)
        change.call(.keys, .kms, "CreateKey", input, then: .binds(reference, ["KeyMetadata", "Arn"]))
        let key = Text(Template.spelling(reference))
        change.call(
            .keys, .kms, "CreateAlias",
            ["AliasName": .string("alias/\(entry.alias)"), "TargetKeyId": .string(key)])
        let subject: Fields = ["KeyId": .string(key)]
        if let rotation = entry.rotation, rotation != .off { setRotation(rotation, subject, &change) }
        if entry.isEnabled == false { change.call(.keys, .kms, "DisableKey", subject) }
    }
}
