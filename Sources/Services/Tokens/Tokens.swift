internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// AWS STS: its operations, and the words they share.
enum Tokens {
    static let quota = Quota("sts", 600)
    static let name = Pattern.each(of: "\\w+=,.@-", text: "[\\w+=,.@-]*")
    static let roleARN = Shape.string(20...2048)
    static let sessionName = Shape.string(2...64, name)
    static let policyText = Shape.string(1...Int.max, Access.printable)
    static let policyARNs = Shape.list(.structure([.optional("arn", .string(20...2048))]))
    static let tags = Access.tags
    static let serialNumber = Shape.string(9...256, Pattern.each(of: "\\w+=/:,.@-", text: "[\\w+=/:,.@-]*"))
    static let tokenCode = Shape.string(6...6, Pattern.each(of: "\\d", text: "[\\d]*"))
    static let smallest = ShapeMember.optional("MinimumSessionTokenSize", .integer(0...4096))

    /// What the trail keeps of credentials: neither the secret nor the token.
    static let recordedCredentials = ShapeMember.optional(
        "Credentials",
        .structure([.optional("AccessKeyId", .string()), .optional("Expiration", .timestamp)]))
}

/// An operation of STS: its members are few, and read where they are used.
protocol TokenOperation: ReadOperation where Input == Fields, Output == Fields {}

extension TokenOperation {
    static var api: API { .sts }
    static var quota: Quota { Tokens.quota }
    /// CloudTrail files them as reading: nothing that lasts is made.
    static var isReadOnly: Bool { true }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
}

/// Session policies, tags and how much of a token they take.
struct SessionTerms: Sendable {
    /// Bytes of policies, ARNs and tags that fit into a token.
    private static let room = 4096

    var policies: [Text]?
    var managed: [Text] = []
    var tags: [Tag] = []
    /// Percent of the room; `nil` where nothing takes any.
    private(set) var packed: Int64?

    init(_ input: Fields, _ call: Call) throws {
        if let text = input.text("Policy") {
            guard text.utf8.count <= 2048 else {
                throw Fault.frontEnd(
                    "ValidationException",
                    "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048"
                )
            }
            try Access.checked(text, .session, atMost: 2048)
            policies = [text]
        }
        for case .structure(let entry) in input.list("PolicyArns") ?? [] {
            guard let arn = entry.text("arn") else { continue }
            guard try call.view.managedPolicy(arn) != nil else {
                throw Fault("NoSuchEntity", "Policy \(arn) does not exist or is not attachable.", status: 404)
            }
            managed.append(arn)
        }
        guard managed.count <= 10 else {
            throw Fault("PackedPolicyTooLarge", "At most 10 managed policies can be session policies.")
        }
        tags = try Self.checked(Access.requestTags(input))
        try measure()
    }

    mutating func measure() throws(Fault) {
        let size =
            (policies ?? []).reduce(0) { $0 + $1.utf8.count } + managed.reduce(0) { $0 + $1.utf8.count }
            + tags.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size > 0 else { return }
        let percent = Int64((size * 100 + Self.room - 1) / Self.room)
        packed = percent
        guard percent <= 100 else {
            throw Fault(
                "PackedPolicyTooLarge",
                "Packed size of session policies and session tags consumes \(percent)% of allotted space.")
        }
    }

    static func checked(_ tags: [Tag]) throws(Fault) -> [Tag] {
        _ = try Access.checkedKeys(of: tags, refusal: "InvalidParameterValue")
        return tags
    }
}

extension Tokens {
    /// New credentials for a session: `Credentials` as answers have it.
    static func credentials(_ session: Session, _ house: House) -> Document {
        let id = Founding.identifier("ASIA", house.chance)
        let secret = Founding.secretAccessKey(house.chance)
        let token = SessionTokens.issue(session, accessKeyID: id, secret: secret, root: house.root)
        return .structure([
            "AccessKeyId": .string(id),
            "SecretAccessKey": .secret(SensitiveBytes(secret.revealBytes(), isText: true)),
            "SessionToken": .secret(SensitiveBytes(token.bytes, isText: true)),
            "Expiration": .timestamp(session.expires),
        ])
    }

    static func question(
        _ action: Text, _ resource: Text, _ call: Call, _ keys: ContextKeys
    ) -> Question {
        Question(action: action, resource: resource, shown: resource, owner: call.caller.account, keys: keys)
    }

    static func validation(_ text: Text) -> Fault { .frontEnd("ValidationException", text) }
    static func denied(_ text: Text) -> Fault { Fault("AccessDenied", text, status: 403) }

    /// Whether and when the caller's own session, or the code sent with this request, proved a second factor.
    ///
    /// Throws `AccessDenied` for a wrong code.
    static func usedMFA(_ input: Fields, _ call: Call) throws -> Timestamp? {
        guard input["TokenCode"] != nil else { return call.caller.session?.usedMFA }
        // Sensitive members are not text. What is there must be verified, whatever it is.
        let code = input.secret("TokenCode").flatMap { Text(utf8: $0.bytes) } ?? ""
        guard let serial = input.text("SerialNumber") else {
            throw validation("A token code was sent without the serial number of its device.")
        }
        let view = call.view
        if view.isDone(Errand.accepted) { return call.received }
        guard !view.isDone(Errand.refused), call.caller.principal.kind == .user,
            let name = call.caller.principal.arn.split(on: 0x2F).last,
            let user = try view.entity(.user, name, call.caller.account)
        else {
            throw denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
            )
        }
        // Once for the request, however often it starts again: a code is good once.
        let now = call.received
        throw Detour { house in
            let isGood = try await MFADevices.verify(serial, code, user, at: now, house)
            return .done(isGood ? Errand.accepted : Errand.refused)
        }
    }

    private enum Errand {
        static let accepted: Text = "second factor accepted"
        static let refused: Text = "second factor refused"
    }
}
