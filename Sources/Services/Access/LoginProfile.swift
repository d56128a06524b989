internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// A user's password: part of the user's row.
struct LoginProfile: Sendable {
    static let password = Shape.string(1...128, Access.printable)
    static let sessionDuration = Shape.integer(3600...7_776_000)
    static let shape: Structure = [
        .optional("UserName", .string()), .optional("CreateDate", .timestamp),
        .optional("PasswordResetRequired", .boolean), .optional("MaxSigninSessionDuration", .integer),
    ]
    /// Each call may cost a scrypt: fewer of them are let in than of others.
    static let quota = Quota("iam-passwords", 20)
    private static let field: Text = "login"
    /// The longest that a policy can ask for.
    private static let mostRemembered = 24

    let created: Timestamp
    private(set) var changed: Timestamp
    var needsReset: Bool
    var sessionDuration: Int64?
    private(set) var hash: PasswordHash
    /// The latest first; under the same salt, so that one computation compares with all.
    private var previous: [[UInt8]] = []

    init(_ hash: PasswordHash, at time: Timestamp, _ input: Fields) {
        (created, changed, self.hash) = (time, time, hash)
        needsReset = input.bool("PasswordResetRequired") ?? false
        sessionDuration = input.integer("MaxSigninSessionDuration")
    }

    /// `nil` if the user has none.
    init?(_ user: Entity) throws {
        guard let body = user.body.fields(Self.field) else { return nil }
        guard let created = body.storedTime("created"), let changed = body.storedTime("changed"),
            let salt = body.storedBlob("salt"), let hash = body.storedBlob("hash")
        else { throw StoreError.corrupt("the login profile of \(user.arn)") }
        (self.created, self.changed) = (created, changed)
        self.hash = PasswordHash(salt: salt, hash: hash)
        needsReset = body.bool("reset") ?? false
        sessionDuration = body.integer("session")
        previous = (body.texts("previous") ?? []).compactMap { Base64.decode(Array($0.utf8)) }
    }

    func store(in user: inout Entity) {
        var body: Fields = [
            "created": .integer(created.milliseconds), "changed": .integer(changed.milliseconds),
            "salt": .string(Base64.encode(hash.salt)), "hash": .string(Base64.encode(hash.hash)),
            "reset": .bool(needsReset), "previous": .list(previous.map { .string(Base64.encode($0)) }),
        ]
        body.add("session", sessionDuration)
        user.set(Self.field, .structure(body))
    }

    static func remove(from user: inout Entity) { user.set(field, nil) }

    mutating func change(to new: PasswordHash, at time: Timestamp) {
        previous = Array(([hash.hash] + previous).prefix(Self.mostRemembered))
        (hash, changed) = (new, time)
    }

    func remembers(_ new: PasswordHash, among count: Int) -> Bool {
        ([hash.hash] + previous).prefix(count).contains { new.isSame(as: PasswordHash(salt: hash.salt, hash: $0)) }
    }

    func shown(_ user: Entity) -> Fields {
        var fields: Fields = [
            "UserName": .string(user.name), "CreateDate": .timestamp(created),
            "PasswordResetRequired": .bool(needsReset),
        ]
        fields.add("MaxSigninSessionDuration", sessionDuration)
        return fields
    }

    static func missing(_ name: Text) -> Fault {
        Fault("NoSuchEntity", "Login Profile for User \(name) cannot be found.", status: 404)
    }
    /// Somebody else changed the password between its reading and its writing.
    static let changedMeanwhile = Fault(
        "EntityTemporarilyUnmodifiable", "The login profile was changed at the same time. Try again.", status: 409)

    static func hash(_ password: [UInt8], salt: [UInt8]) throws(Fault) -> PasswordHash {
        guard let hash = PasswordHash(SecretBytes(password), salt: salt) else { throw .internalError }
        return hash
    }

    static func policy(_ account: AccountID, _ house: House) async throws -> PasswordPolicy {
        try await house.store.read { try PasswordPolicy($0.item(PasswordPolicy.key(account))) }
    }

    /// The new password as it will be kept, if the policy lets it be the next one.
    func successor(
        _ password: [UInt8], _ policy: PasswordPolicy, _ account: AccountID
    ) throws(Fault) -> PasswordHash {
        try policy.check(password, account: account)
        let new = try Self.hash(password, salt: hash.salt)
        guard !remembers(new, among: policy.remembered) else {
            throw policy.violation("Policy constraint violation with password reuse prevention during password change")
        }
        return new
    }
}
