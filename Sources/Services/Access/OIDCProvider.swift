internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// An OpenID Connect provider's row while it is read or changed.
struct OIDCProvider: Sendable {
    static let kind: Text = "oidc-provider"

    let key: ItemKey
    private let rev: Int64
    /// Without its scheme, as written.
    let url: Text
    let created: Timestamp
    var clientIDs: [Text]
    var thumbprints: [Text]
    var tags: [Tag]

    init(url: Text, account: AccountID, at time: Timestamp, clientIDs: [Text], thumbprints: [Text], tags: [Tag]) {
        key = Self.key(url, account)
        rev = 1
        (self.url, created) = (url, time)
        (self.clientIDs, self.thumbprints, self.tags) = (clientIDs, thumbprints, tags)
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let url = body.text("url"), let created = body.storedTime("created") else {
            throw StoreError.corrupt("oidc-provider \(item.key.id)")
        }
        (key, rev) = (item.key, item.rev)
        (self.url, self.created) = (url, created)
        clientIDs = body.texts("clientIDs") ?? []
        thumbprints = body.texts("thumbprints") ?? []
        tags = Tag.list(body.list("tags"))
    }

    /// Hosts are the same in any case; paths are not.
    static func key(_ url: Text, _ account: AccountID) -> ItemKey {
        let parts = url.split(on: 0x2F, limit: 2)
        let host = parts[0].asciiLowercased
        return ItemKey(
            place: Entity.place(account), kind: kind, id: parts.count == 2 ? "\(host)/\(parts[1])" : host)
    }

    var arn: Text { "arn:aws:iam::\(key.place.account):oidc-provider/\(key.id)" }
    var item: Item {
        let body: Fields = [
            "url": .string(url), "created": .integer(created.milliseconds),
            "clientIDs": .list(clientIDs.map { .string($0) }), "thumbprints": .list(thumbprints.map { .string($0) }),
            "tags": Tag.stored(tags),
        ]
        return Item(key: key, link: nil, due: nil, rev: rev, body: body.json)
    }
}

/// A provider as the caches hold it.
final class OIDCProviderState: Sendable {
    let arn: Text
    /// Without its scheme.
    let url: Text
    let clientIDs: [Text]
    let thumbprints: [Text]
    let tags: [Tag]

    init(_ provider: OIDCProvider) {
        arn = provider.arn
        url = provider.url
        (clientIDs, thumbprints, tags) = (provider.clientIDs, provider.thumbprints, provider.tags)
    }
}

extension View {
    /// - Parameter url: without its scheme.
    func oidcProvider(_ url: Text, _ account: AccountID) throws -> OIDCProviderState? {
        let key = OIDCProvider.key(url, account)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (OIDCProviderState(try OIDCProvider($0)), $0.body.count + 256) }
        }
    }
}

/// What an operation on an OpenID Connect provider is about.
struct ProviderSubject: Sendable {
    let arn: Text
    let key: ItemKey
    let state: OIDCProviderState?

    init(_ arn: Text, _ call: Call) throws {
        try Access.requireARN(arn, of: "oidc-provider/")
        self.arn = arn
        let account = call.caller.account
        let url = arn.dropping("arn:aws:iam::\(account):oidc-provider/")
        // Another account's provider is as good as none.
        key = OIDCProvider.key(url ?? "", account)
        state = try url.flatMap { try call.view.oidcProvider($0, account) }
    }

    var missing: Fault {
        Fault("NoSuchEntity", "OpenIDConnect Provider not found for arn \(arn)", status: 404)
    }
}

/// An operation of IAM on the provider that `OpenIDConnectProviderArn` names.
protocol ProviderOperation: AccessCall where Subject == ProviderSubject {}

extension ProviderOperation {
    static func find(_ input: Fields, _ call: Call) throws -> ProviderSubject {
        try ProviderSubject(input.text("OpenIDConnectProviderArn") ?? "", call)
    }
    static func asks(_ input: Fields, _ subject: ProviderSubject, _ call: Call) -> [Question] {
        let keys = Access.conditionKeys(subject.state?.tags ?? [], input, call)
        return [Access.question("iam:\(name)", subject.arn, keys, call)]
    }
}

extension Authorized where Op: ProviderOperation {
    func changeProvider(_ body: @escaping @Sendable (inout OIDCProvider) throws -> Void) async throws -> Fields {
        let subject = subject
        return try await commit { transaction in
            guard let item = try transaction.item(subject.key) else { throw subject.missing }
            var provider = try OIDCProvider(item)
            try body(&provider)
            try transaction.update(provider.item)
            return [:]
        }
    }

    func readProvider() async throws -> OIDCProvider {
        let subject = subject
        return try await house.store.read { snapshot in
            guard let item = try snapshot.item(subject.key) else { throw subject.missing }
            return try OIDCProvider(item)
        }
    }
}

extension Access {
    static let clientID = Shape.string(1...255)
    static let clientIDs = Shape.list(clientID)
    static let thumbprints = Shape.list(.string(40...40))
    static let clientIDLimit = 100
    static let thumbprintLimit = 5

    /// In lower case, each once.
    static func checked(thumbprints: [Text]) throws(Fault) -> [Text] {
        var out: [Text] = []
        for text in thumbprints {
            let folded = text.asciiLowercased
            guard Hex.decode(folded.utf8) != nil else {
                throw Fault("InvalidInput", "Invalid thumbprint: it has to be 40 hexadecimal digits.")
            }
            if !out.contains(folded) { out.append(folded) }
        }
        guard out.count <= thumbprintLimit else {
            throw Fault("InvalidInput", "Thumbprint list must contain fewer than \(thumbprintLimit + 1) entries.")
        }
        return out
    }

    /// What follows `https://`.
    static func checked(providerURL text: Text) throws(Fault) -> Text {
        let flaw = Fault("InvalidInput", "Invalid Open ID Connect Provider URL")
        guard let rest = text.dropping("https://") else { throw flaw }
        let host: CharacterClass = "A-Za-z0-9.\\-:"
        let path: CharacterClass = "A-Za-z0-9.\\-_~/:@!$&'()*+,;=%"
        let parts = rest.split(on: 0x2F, limit: 2)
        guard let name = parts.first, !name.isEmpty, name.string.unicodeScalars.allSatisfy(host.contains),
            parts.dropFirst().allSatisfy({ $0.string.unicodeScalars.allSatisfy(path.contains) })
        else { throw flaw }
        return rest
    }
}
