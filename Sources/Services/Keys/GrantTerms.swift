internal import Bytes
internal import Policy
internal import Wire

/// Who a grant speaks of: a principal's ARN, or the host name of a service.
struct GrantParty: Sendable, Equatable {
    let text: Text
    let isService: Bool

    /// An account's number stands for its root ARN.
    static func principal(_ text: Text) throws(Fault) -> GrantParty {
        switch try? PrincipalElement(aws: text) {
        case .account(let account): GrantParty(text: "arn:aws:iam::\(account):root", isService: false)
        case .user, .role, .roleSession, .federatedSession: GrantParty(text: text, isService: false)
        default: throw invalid(text)
        }
    }

    static func invalid(_ text: Text) -> Fault {
        Fault("InvalidArnException", "ARN does not refer to a valid principal: \(text)")
    }

    static func service(_ host: Text) -> GrantParty { GrantParty(text: host, isService: true) }

    /// The account of a principal.
    var account: AccountID? { isService ? nil : ARN(text).flatMap { AccountID($0.account) } }

    /// One of the two members, of which a request may have at most one.
    static func read(_ fields: Fields, _ role: Text) throws(Fault) -> GrantParty? {
        switch (fields.text("\(role)Principal"), fields.text("\(role)ServicePrincipal")) {
        case (nil, nil): return nil
        case (let text?, nil): return try principal(text)
        case (nil, let host?): return service(host)
        default:
            throw .frontEnd(
                "ValidationException",
                "You can specify either \(role)Principal or \(role)ServicePrincipal, but not both."
            )
        }
    }
}

/// What a grant allows, and to whom. Two grants with the same terms are the same but for their ids.
struct GrantTerms: Sendable, Equatable {
    var name: Text?
    var grantee: GrantParty
    var retiring: GrantParty?
    /// As `GrantOperation` names them, none twice.
    var operations: [Text]
    var constraints: GrantConstraints

    static let principal = Shape.string(1...256, .each(of: "\\w+=,.@:/-", text: "^[\\w+=,.@:/-]+$"))
    static let service = Shape.string(
        1...128,
        Pattern("^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$") { text in
            let labels = text.split(on: 0x2E)
            let letters: CharacterClass = "A-Za-z0-9\\-"
            return labels.count >= 3
                && labels.allSatisfy { !$0.isEmpty && $0.string.unicodeScalars.allSatisfy(letters.contains) }
        }
    )
    static let operation = Shape.oneOf(
        "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
        "Sign", "Verify", "GetPublicKey", "CreateGrant", "RetireGrant", "DescribeKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "VerifyMac", "DeriveSharedSecret", "Encapsulate",
        "Decapsulate"
    )
    static let grantName = Shape.string(1...256, .each(of: "a-zA-Z0-9:/_-", text: "^[a-zA-Z0-9:/_-]+$"))

    /// Of CreateGrant's request: what is wrong with it whatever the key.
    init(request fields: Fields) throws(Fault) {
        guard let grantee = try GrantParty.read(fields, "Grantee") else {
            throw .frontEnd(
                "ValidationException", "You must specify either GranteePrincipal or GranteeServicePrincipal."
            )
        }
        var operations: [Text] = []
        for operation in fields.texts("Operations") ?? [] where !operations.contains(operation) {
            operations.append(operation)
        }
        guard !operations.isEmpty else {
            throw .frontEnd("ValidationException", "A grant must permit at least one operation.")
        }
        name = fields.text("Name")
        self.grantee = grantee
        retiring = try GrantParty.read(fields, "Retiring")
        self.operations = operations
        constraints = try GrantConstraints(request: fields.fields("Constraints"))
        guard !grantee.isService || (constraints.sourceARN != nil && retiring != nil) else {
            throw .frontEnd(
                "ValidationException",
                "A grant to a service principal needs a SourceArn constraint and a retiring principal."
            )
        }
    }

    /// What the key can't do can't be granted.
    func requireFitting(_ key: KeyState) throws(Fault) {
        let possible = Self.operations(of: key)
        if let wrong = operations.first(where: { !possible.contains($0) }) {
            throw .frontEnd(
                "ValidationException",
                "The grant operation \(wrong) is not supported by \(key.arn): it is a \(key.spec.rawValue) key for \(key.usage.rawValue)."
            )
        }
        guard key.isSymmetric || !constraints.isOnContext else {
            throw .frontEnd(
                "ValidationException",
                "Encryption context constraints are only for grants on symmetric encryption keys."
            )
        }
    }

    private static func operations(of key: KeyState) -> [Text] {
        let always: [Text] = ["CreateGrant", "RetireGrant", "DescribeKey"]
        let encryption: [Text] = ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"]
        if key.isSymmetric {
            return always + encryption + [
                "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
                "GenerateDataKeyPairWithoutPlaintext",
            ]
        }
        switch key.usage.rawValue {
        case "ENCRYPT_DECRYPT": return always + encryption + ["GetPublicKey"]
        case "SIGN_VERIFY": return always + ["Sign", "Verify", "GetPublicKey"]
        case "GENERATE_VERIFY_MAC": return always + ["GenerateMac", "VerifyMac"]
        case "KEY_AGREEMENT": return always + ["DeriveSharedSecret", "GetPublicKey"]
        default: return always + ["Encapsulate", "Decapsulate", "GetPublicKey"]
        }
    }

    /// Who may retire it.
    var retirers: [GrantParty] {
        (retiring.map { [$0] } ?? []) + (operations.contains("RetireGrant") ? [grantee] : [])
    }

    /// Whether whoever may create grants by these terms may create that one: nobody hands on more than they have.
    func permitsChild(_ child: GrantTerms) -> Bool {
        child.operations.allSatisfy(operations.contains) && constraints.permits(child.constraints)
    }
}

// As a row has them.
extension GrantTerms {
    init?(stored body: Fields) {
        guard let grantee = body.text("grantee"), let operations = body.texts("operations") else { return nil }
        name = body.text("name")
        self.grantee = GrantParty(text: grantee, isService: body.bool("granteeIsService") ?? false)
        retiring = body.text("retiring").map { text in
            GrantParty(text: text, isService: body.bool("retiringIsService") ?? false)
        }
        self.operations = operations
        constraints = GrantConstraints(stored: body.fields("constraints"))
    }

    func store(in body: inout Fields) {
        body.add("name", name)
        body.add("grantee", grantee.text)
        if grantee.isService { body.add("granteeIsService", .bool(true)) }
        body.add("retiring", retiring?.text)
        if retiring?.isService == true { body.add("retiringIsService", .bool(true)) }
        body.add("operations", .list(operations.map { .string($0) }))
        if !constraints.isEmpty { body.add("constraints", .structure(constraints.fields)) }
    }
}
