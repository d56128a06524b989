internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// A function's row: `$LATEST`, and what is the function's as a whole.
struct FunctionState: Sendable {
    let key: ItemKey
    let rev: Int64
    var latest: FunctionConfiguration
    var tags: [Tag]
    /// `nil` where none is reserved.
    var concurrency: Int64?
    /// Of the version that is published next: numbers are never given again.
    var next: Int64
    var policy: FunctionPolicy?
    let compiled: NamedPolicy?

    init(_ reference: FunctionReference, _ latest: FunctionConfiguration, _ tags: [Tag]) {
        (key, rev, self.latest, self.tags, next) = (reference.key, 1, latest, tags, 1)
        compiled = nil
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let latest = body.fields("latest").flatMap({ FunctionConfiguration(stored: $0) }) else {
            throw StoreError.corrupt("function \(item.key.id)")
        }
        (key, rev, self.latest) = (item.key, item.rev, latest)
        tags = Tag.list(body.list("tags"))
        concurrency = body.integer("concurrency")
        next = body.integer("next") ?? 1
        policy = FunctionPolicy(row: body)
        compiled = try policy?.compiled(name: FunctionReference(place: item.key.place, name: item.key.id).arn)
    }

    /// The link says which code is in use.
    var item: Item {
        var body: Fields = ["latest": .structure(latest.stored), "next": .integer(next)]
        if !tags.isEmpty { body.add("tags", Tag.stored(tags)) }
        body.add("concurrency", concurrency)
        FunctionPolicy.store(policy, in: &body)
        return Item(key: key, link: latest.codeDigest, rev: rev, body: body.json)
    }
}

/// A published version: code and configuration as they were then.
struct FunctionVersion: Sendable {
    let key: ItemKey
    let rev: Int64
    var configuration: FunctionConfiguration
    var policy: FunctionPolicy?
    let compiled: NamedPolicy?

    init(_ reference: FunctionReference, _ number: Int64, _ configuration: FunctionConfiguration) {
        (key, rev, self.configuration) = (reference.versionKey(number), 1, configuration)
        compiled = nil
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let configuration = body.fields("configuration").flatMap({ FunctionConfiguration(stored: $0) }),
            let name = item.key.id.split(on: 0x3A).first
        else { throw StoreError.corrupt("function-version \(item.key.id)") }
        (key, rev, self.configuration) = (item.key, item.rev, configuration)
        policy = FunctionPolicy(row: body)
        compiled = try policy?.compiled(
            name: FunctionReference(place: key.place, name: name, qualifier: configuration.version).qualifiedARN)
    }

    var item: Item {
        var body: Fields = ["configuration": .structure(configuration.stored)]
        FunctionPolicy.store(policy, in: &body)
        return Item(key: key, link: configuration.codeDigest, rev: rev, body: body.json)
    }
}

/// A name for a version, or for two with a share each.
struct FunctionAlias: Sendable {
    let key: ItemKey
    let rev: Int64
    let name: Text
    var version: Text
    var description: Text
    /// Shares of other versions, each from 0 to 1.
    var weights: [(version: Text, share: Double)] = []
    var revision: Text
    var policy: FunctionPolicy?
    let compiled: NamedPolicy?

    init(_ reference: FunctionReference, _ name: Text, version: Text, description: Text, revision: Text) {
        (key, rev, self.name) = (reference.aliasKey(name), 1, name)
        (self.version, self.description, self.revision, compiled) = (version, description, revision, nil)
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        let parts = item.key.id.split(on: 0x3A)
        guard parts.count == 2, let version = body.text("version"), let revision = body.text("revision") else {
            throw StoreError.corrupt("function-alias \(item.key.id)")
        }
        (key, rev, name) = (item.key, item.rev, parts[1])
        (self.version, self.revision) = (version, revision)
        description = body.text("description") ?? ""
        weights = (body.fields("weights")?.members ?? []).compactMap { member in
            switch member.value {
            case .number(let share): (member.name, share)
            case .integer(let share): (member.name, Double(share))
            default: nil
            }
        }
        policy = FunctionPolicy(row: body)
        compiled = try policy?.compiled(
            name: FunctionReference(place: key.place, name: parts[0], qualifier: parts[1]).qualifiedARN)
    }

    var item: Item {
        var body: Fields = [
            "version": .string(version), "description": .string(description), "revision": .string(revision),
        ]
        if !weights.isEmpty { body.add("weights", .structure(shownWeights)) }
        FunctionPolicy.store(policy, in: &body)
        return Item(key: key, rev: rev, body: body.json)
    }

    private var shownWeights: Fields { Fields(weights.map { .init(name: $0.version, value: .number($0.share)) }) }

    func shown(_ reference: FunctionReference) -> Fields {
        var fields: Fields = [
            "AliasArn": .string("\(reference.arn):\(name)"), "Name": .string(name),
            "FunctionVersion": .string(version), "Description": .string(description),
        ]
        if !weights.isEmpty {
            fields.add("RoutingConfig", .structure(["AdditionalVersionWeights": .structure(shownWeights)]))
        }
        fields.add("RevisionId", revision)
        return fields
    }
}

extension View {
    func function(_ reference: FunctionReference) throws -> FunctionState? {
        try row(.item(reference.key)) { [key = reference.key] snapshot in
            try snapshot.item(key).map { (try FunctionState($0), $0.body.count * 2 + 256) }
        }
    }

    func version(_ number: Int64, of reference: FunctionReference) throws -> FunctionVersion? {
        let key = reference.versionKey(number)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try FunctionVersion($0), $0.body.count * 2 + 256) }
        }
    }

    func alias(_ name: Text, of reference: FunctionReference) throws -> FunctionAlias? {
        let key = reference.aliasKey(name)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try FunctionAlias($0), $0.body.count * 2 + 256) }
        }
    }

    /// With what its qualifier names.
    func target(_ reference: FunctionReference) throws -> FunctionTarget? {
        guard let function = try function(reference) else { return nil }
        guard let qualifier = reference.qualifier, qualifier != "$LATEST" else { return .latest(function) }
        if let number = FunctionReference.number(qualifier) {
            return try version(number, of: reference).map { .version(function, $0) }
        }
        return try alias(qualifier, of: reference).map { .alias(function, $0) }
    }
}

/// What a reference leads to.
enum FunctionTarget: Sendable {
    case latest(FunctionState)
    case version(FunctionState, FunctionVersion)
    case alias(FunctionState, FunctionAlias)

    var function: FunctionState {
        switch self {
        case .latest(let function), .version(let function, _), .alias(let function, _): function
        }
    }

    func policy(_ reference: FunctionReference) -> NamedPolicy? {
        switch self {
        case .latest(let function): function.compiled
        case .version(_, let version): version.compiled
        case .alias(_, let alias): alias.compiled
        }
    }
}
