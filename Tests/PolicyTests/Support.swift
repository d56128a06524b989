import Bytes
import FoundationEssentials
import Policy
import Testing

/// Most tables speak of these.
enum Cast {
    static let account: Text = "111122223333"
    static let otherAccount: Text = "444455556666"
    static let secret: Text = "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf"
    static let read: Text = "secretsmanager:GetSecretValue"

    static let root = Principal(account: account, arn: "arn:aws:iam::111122223333:root", kind: .root)
    static let alice = Principal(
        account: account, arn: "arn:aws:iam::111122223333:user/staff/alice", kind: .user,
        uniqueID: "AIDAALICEALICEALICE12")
    static let session = Principal(
        account: account, arn: "arn:aws:sts::111122223333:assumed-role/app/i-0abc",
        kind: .assumedRole(roleARN: "arn:aws:iam::111122223333:role/svc/app"), uniqueID: "AROAAPPAPPAPPAPPAPP12")
    static let federated = Principal(
        account: account, arn: "arn:aws:sts::111122223333:federated-user/bob", kind: .federatedUser,
        federatedBy: "arn:aws:iam::111122223333:user/staff/alice", federatedByID: "AIDAALICEALICEALICE12")
    static let service = Principal(account: "", arn: "", kind: .service(host: "lambda.amazonaws.com"))
    static let anonymous = Principal(account: "", arn: "", kind: .anonymous)
    static let webIdentity = Principal(account: "", arn: "cognito-identity.amazonaws.com", kind: .anonymous)
    static let stranger = Principal(
        account: otherAccount, arn: "arn:aws:iam::444455556666:user/eve", kind: .user, uniqueID: "AIDAEVEEVEEVEEVEEVE12"
    )
    static let strangeSession = Principal(
        account: otherAccount, arn: "arn:aws:sts::444455556666:assumed-role/app/i-0abc",
        kind: .assumedRole(roleARN: "arn:aws:iam::444455556666:role/app"), uniqueID: "AROAEVEEVEEVEEVEEVE12")
    static let strangeRoot = Principal(account: otherAccount, arn: "arn:aws:iam::444455556666:root", kind: .root)
}

func parse(_ text: String, _ kind: DocumentKind = .identity) throws -> PolicyDocument {
    try PolicyDocument.parse(Array(text.utf8), kind: kind)
}

/// A policy of the given statements (JSON, comma-separated).
func policy(_ statements: String, _ kind: DocumentKind = .identity, name: Text = "p") throws -> NamedPolicy {
    NamedPolicy(name: name, document: try parse(#"{"Version":"2012-10-17","Statement":[\#(statements)]}"#, kind))
}

/// Whether a condition (the JSON of a `Condition` element) holds.
func holds(
    _ condition: String, _ keys: ContextKeys, by principal: Principal = Cast.alice, version: String = "2012-10-17"
) throws -> Bool {
    let text =
        #"{"Version":"\#(version)","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":\#(condition)}}"#
    let layers = Layers(
        identity: [NamedPolicy(name: "p", document: try parse(text))], resourceAccount: principal.account)
    return decide(Ask(action: Cast.read, resource: Cast.secret, principal: principal, keys: keys), layers).isAllowed
}

/// Whether `text` matches `pattern` as `StringLike` compares.
func isLike(_ text: Text, _ pattern: Text) throws -> Bool {
    let statement: Document = .structure([
        "Effect": .string("Allow"), "Action": .string("*"), "Resource": .string("*"),
        "Condition": .structure(["StringLike": .structure(["x:y": .string(pattern)])]),
    ])
    let document = try PolicyDocument(.structure(["Statement": statement]), kind: .identity)
    let layers = Layers(identity: [NamedPolicy(name: "p", document: document)], resourceAccount: Cast.account)
    let keys: ContextKeys = ["x:y": .one(text)]
    return decide(Ask(action: Cast.read, resource: "*", principal: Cast.alice, keys: keys), layers).isAllowed
}

/// Seeded chance (splitmix64): a failing case is found again by its seed.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    mutating func often(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<T>(_ from: [T]) -> T { from[below(from.count)] }
}

/// How many random cases: `standard` in everyday runs, UNDERCROFT_FUZZ_COUNT for long ones.
func fuzzCount(standard: Int) -> Int {
    ProcessInfo.processInfo.environment["UNDERCROFT_FUZZ_COUNT"].flatMap { Int($0) } ?? standard
}
