internal import Bytes
internal import Policy
internal import Wire

/// What a service may do without anybody's signature: what the owner of one secret asked for when they had it rotated.
///
/// It opens that secret and nothing else; any other that the rotation needs must be opened to the service by its own policy. A
/// policy that denies still does.
package struct Mandate: Sendable {
    /// Also `aws:SourceArn`.
    let secretARN: Text
    let account: AccountID
    /// The mandate as the statements that it amounts to.
    let policy: NamedPolicy

    static let host: Text = "secretsmanager.amazonaws.com"

    init(secretARN: Text, account: AccountID) throws {
        let all = Self.reading + ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
        try self.init(secretARN, account, [Self.statement(all, secretARN)])
    }

    /// To read the secret, and to do anything with a copy of it.
    ///
    /// - Parameter copy: ARN of the copy, with `?` where it is not known yet.
    init(rehearsing secretARN: Text, as copy: Text, account: AccountID) throws {
        let all =
            Self.reading + [
                "secretsmanager:PutSecretValue", "secretsmanager:CreateSecret", "secretsmanager:TagResource",
            ]
        try self.init(
            secretARN, account, [Self.statement(Self.reading, secretARN), Self.statement(all, copy)])
    }

    private static let reading: [Text] = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    private static let service: Document = .structure(["Service": .string(host)])

    private static func statement(_ actions: [Text], _ resource: Text) -> Document {
        .structure([
            "Effect": "Allow", "Principal": service, "Resource": .string(resource),
            "Action": .list(actions.map { .string($0) }),
        ])
    }

    private init(_ secretARN: Text, _ account: AccountID, _ statements: [Document]) throws {
        self.secretARN = secretARN
        self.account = account
        let document: Fields = [
            "Version": "2012-10-17",
            "Statement": .list(
                statements + [
                    .structure([
                        "Effect": "Allow", "Principal": Self.service, "Resource": "*",
                        "Action": "secretsmanager:GetRandomPassword",
                    ]),
                    // Whoever may read or write a value may have it opened and sealed: what is read is decided before.
                    .structure([
                        "Effect": "Allow", "Principal": Self.service, "Resource": "*",
                        "Action": .list(["kms:Decrypt", "kms:GenerateDataKey"]),
                        "Condition": .structure([
                            "StringLike": .structure([
                                "kms:EncryptionContext:SecretARN": .string(
                                    "arn:aws:secretsmanager:*:\(account):secret:*")
                            ])
                        ]),
                    ]),
                ]),
        ]
        policy = NamedPolicy(name: secretARN, document: try PolicyDocument.parse(document.json, kind: .resource))
    }
}

extension Caller {
    /// Secrets Manager itself, at work for one secret.
    static func service(_ mandate: Mandate) -> Caller {
        Caller(
            accessKeyID: "", account: mandate.account,
            principal: Principal(account: "", arn: Mandate.host, kind: .service(host: Mandate.host)),
            uniqueID: "", rights: Rights(), sessionPolicies: nil, controls: Controls(), tags: [], session: nil,
            identityJSON: Array(#"{"type":"AWSService","invokedBy":"secretsmanager.amazonaws.com"}"#.utf8),
            mandate: mandate)
    }
}

/// After the policies have not allowed it, and none has denied it: whether the service's mandate does.
func judgeByMandate(_ question: Question, _ decision: Decision, _ call: Call) throws -> Decision? {
    guard let mandate = call.caller.mandate, case .implicitDeny = decision.reason else { return nil }
    var mandated = question
    mandated.resourcePolicy = mandate.policy
    let decision = try judge(mandated, call)
    return decision.isAllowed ? decision : nil
}
