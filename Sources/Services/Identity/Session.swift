internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// What a session token says. The token is all that is kept of a session: nothing is stored, and whoever has an account's key
/// can read any of its tokens. What it is a session of is looked up at each use.
struct Session: Sendable {
    enum Kind: Text, Sendable {
        /// Of AssumeRole and its kin.
        case role = "role"
        /// Of GetSessionToken.
        case user = "user"
        /// Of GetFederationToken.
        case federated = "federated"
    }

    var kind: Kind
    var account: AccountID
    /// Id of the role's or the user's row when the session began.
    var entity: Text
    /// Unique id of the role or user: another one of the same name is somebody else.
    var entityID: Text
    /// The role session's or the federated user's name.
    var name: Text
    var issued: Timestamp
    var expires: Timestamp
    /// Session policies, and ARNs of managed policies as such. `nil` where none were given.
    var policies: [Text]?
    var managed: [Text] = []
    var tags: [Tag] = []
    /// Keys of tags that go on to sessions made by this one.
    var transitive: [Text] = []
    var usedMFA: Timestamp?
    var sourceIdentity: Text?
    /// The identity provider that vouched for whoever began it.
    var provider: Text?

    var hasPolicies: Bool { policies != nil || !managed.isEmpty }
}

extension View {
    /// The role or user that it is a session of, by whatever name; `nil` once that is gone.
    func entity(of session: Session) throws -> EntityState? {
        let kind: EntityKind = session.kind == .role ? .role : .user
        if let found = try entity(kind, session.entity, session.account), found.id == session.entityID { return found }
        return try entity(withID: session.entityID)
    }
}

/// Session tokens: an account's id, and the session sealed under that account's key.
enum SessionTokens {
    private static func binding(_ account: AccountID, _ accessKeyID: Text) -> Binding {
        Binding("session-token", [account.text, accessKeyID])
    }

    private static func key(_ account: AccountID, _ root: RootKey) -> WrappingKey {
        root.accountKey(Place(account: account, region: ""))
    }

    /// - Parameter secret: the session's secret access key.
    static func issue(_ session: Session, accessKeyID: Text, secret: SecretBytes, root: RootKey) -> Text {
        var fields: Fields = [
            "k": .string(session.kind.rawValue), "e": .string(session.entity), "i": .string(session.entityID),
            "n": .string(session.name), "t": .integer(session.issued.milliseconds),
            "x": .integer(session.expires.milliseconds),
            "s": .string(Base64.encode(secret.revealBytes())),
        ]
        if let policies = session.policies { fields.add("p", .list(policies.map { .string($0) })) }
        if !session.managed.isEmpty { fields.add("m", .list(session.managed.map { .string($0) })) }
        if !session.tags.isEmpty { fields.add("g", Tag.stored(session.tags)) }
        if !session.transitive.isEmpty { fields.add("r", .list(session.transitive.map { .string($0) })) }
        if let time = session.usedMFA { fields.add("f", .integer(time.milliseconds)) }
        fields.add("o", session.sourceIdentity)
        fields.add("v", session.provider)
        var plain = fields.json
        let sealed = key(session.account, root)
            .seal(SecretBytes(taking: &plain), boundTo: binding(session.account, accessKeyID))
        return Base64.encode(session.account.text.bytes + sealed.bytes)
    }

    /// `nil` for whatever is not a token for this access key.
    static func open(_ token: Text, accessKeyID: Text, root: RootKey) -> Credential? {
        guard let bytes = Base64.decode(Array(token.utf8)), bytes.count > 12,
            let account = Text(utf8: bytes[..<12]).flatMap({ AccountID($0) }),
            let plain = try? key(account, root)
                .open(Sealed(stored: Array(bytes[12...])), boundTo: binding(account, accessKeyID)),
            let fields = try? Fields(json: plain.revealBytes()),
            let kind = fields.text("k").flatMap({ Session.Kind(rawValue: $0) }), let entity = fields.text("e"),
            let entityID = fields.text("i"), let name = fields.text("n"), let issued = fields.storedTime("t"),
            let expires = fields.storedTime("x"), let secret = fields.storedBlob("s")
        else { return nil }
        var session = Session(
            kind: kind, account: account, entity: entity, entityID: entityID, name: name, issued: issued,
            expires: expires)
        session.policies = fields.texts("p")
        session.managed = fields.texts("m") ?? []
        session.tags = Tag.list(fields.list("g"))
        session.transitive = fields.texts("r") ?? []
        session.usedMFA = fields.storedTime("f")
        session.sourceIdentity = fields.text("o")
        session.provider = fields.text("v")
        return Credential(
            accessKeyID: accessKeyID, account: account, owner: .session(session), isActive: true,
            secret: SecretBytes(secret))
    }
}
