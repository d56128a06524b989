internal import Bytes
internal import Wire

/// Condition keys of the principal that a record tells.
struct PrincipalContext: Sendable {
    private let identity: Fields

    init(_ record: Fields) { identity = record.fields("userIdentity") ?? Fields() }

    private var session: Fields? { identity.fields("sessionContext") }
    private var issuer: Fields? { session?.fields("sessionIssuer") }

    /// The user or role whose policies counted.
    var entity: Text? { issuer?.text("arn") ?? identity.text("arn") }

    var fields: Fields {
        var fields = Fields()
        let type = identity.text("type")
        switch type {
        case "Root", "IAMUser", "FederatedUser": fields.add("aws:PrincipalArn", identity.text("arn"))
        case "AssumedRole": fields.add("aws:PrincipalArn", issuer?.text("arn"))
        default: return fields
        }
        fields.add("aws:PrincipalAccount", identity.text("accountId"))
        fields.add(
            "aws:PrincipalType", type == "Root" ? "Account" : type == "IAMUser" ? "User" : type)
        fields.add("aws:userid", identity.text(type == "Root" ? "accountId" : "principalId"))
        if type == "IAMUser" { fields.add("aws:username", identity.text("userName")) }
        guard let session else { return fields }
        let attributes = session.fields("attributes")
        fields.add("aws:TokenIssueTime", attributes?.text("creationDate"))
        fields.add("aws:MultiFactorAuthPresent", attributes?.text("mfaAuthenticated"))
        fields.add("aws:SourceIdentity", session.text("sourceIdentity"))
        fields.add("aws:FederatedProvider", session.fields("webIdFederationData")?.text("federatedProvider"))
        return fields
    }
}

/// Condition keys of a request that a record tells, whatever services were called on its way.
struct RequestContext: Sendable {
    let fields: Fields

    init(_ record: Fields) {
        var fields = Fields()
        fields.add("aws:RequestedRegion", record.text("awsRegion"))
        let time = record.text("eventTime").flatMap { Timestamp(iso8601: $0) }
        fields.add("aws:CurrentTime", record.text("eventTime"))
        fields.add("aws:EpochTime", time.map { "\($0.seconds)" })
        // A record of what a service did tells nothing of the connection, and a long agent is cut.
        if record.fields("userIdentity")?.text("invokedBy") == nil {
            fields.add("aws:SecureTransport", record.fields("tlsDetails") == nil ? "false" : "true")
            if let agent = record.text("userAgent"), agent.utf8.count < 1000 { fields.add("aws:UserAgent", agent) }
        }
        self.fields = fields
    }
}

/// Condition keys that differ between a request and what a service does on its behalf.
struct OriginContext: Sendable {
    let fields: Fields

    init(_ record: Fields) {
        guard let service = record.fields("userIdentity")?.text("invokedBy") else {
            var fields: Fields = ["aws:ViaAWSService": "false"]
            fields.add("aws:SourceIp", record.text("sourceIPAddress"))
            self.fields = fields
            return
        }
        fields = [
            "aws:ViaAWSService": "true", "aws:CalledVia": .list([.string(service)]),
            "aws:CalledViaFirst": .string(service), "aws:CalledViaLast": .string(service),
        ]
    }
}

/// What `sts:DecodeAuthorizationMessage` tells of a refusal, in AWS's form.
struct DecodedMessage: Sendable {
    let finding: Fields
    let record: Fields
    let context: [Fields.Member]
    /// The policy whose statement denied, if it was one and may be seen.
    let statement: Document?

    var fields: Fields {
        let identity = record.fields("userIdentity") ?? Fields()
        var principal = Fields()
        principal.add("id", identity.text("principalId"))
        principal.add("name", identity.text("userName"))
        principal.add("arn", identity.text("arn"))
        let conditions: [Document] = context.map { member in
            .structure(["key": .string(member.name), "values": Self.items(Fields([member]).values(member.name))])
        }
        let told: Fields = [
            "principal": .structure(principal), "action": .string(finding.text("action") ?? ""),
            "resource": .string(finding.text("resource") ?? ""), "conditions": .structure(["items": .list(conditions)]),
        ]
        return [
            "allowed": .bool(false), "explicitDeny": .bool(finding.text("effect") == "EXPLICIT_DENY"),
            "matchedStatements": .structure(["items": .list(matched(identity).map { .structure($0) })]),
            "failures": .structure(["items": .list([])]), "context": .structure(told),
        ]
    }

    private func matched(_ identity: Fields) -> [Fields] {
        guard finding.text("effect") == "EXPLICIT_DENY", case .structure(let policy)? = statement,
            let index = finding.integer("statement")
        else { return [] }
        let all = policy.list("Statement") ?? policy["Statement"].map { [$0] } ?? []
        guard all.indices.contains(Int(index)), case .structure(let found) = all[Int(index)] else { return [] }
        let conditions = (found.fields("Condition")?.members ?? []).flatMap { operation in
            Fields([operation]).fields(operation.name)?.members ?? []
        }
        return [
            [
                "statementId": .string(finding.text("sid") ?? ""), "effect": "DENY",
                "principals": Self.items(identity.values("principalId")), "principalGroups": Self.items([]),
                "actions": Self.items(found.values("Action")), "resources": Self.items(found.values("Resource")),
                "conditions": .structure([
                    "items": .list(
                        conditions.map { key in
                            .structure([
                                "key": .string(key.name), "values": Self.items(Fields([key]).values(key.name)),
                            ])
                        })
                ]),
            ]
        ]
    }

    private static func items(_ values: [Text]) -> Document {
        .structure(["items": .list(values.map { .structure(["value": .string($0)]) })])
    }
}

extension Fields {
    /// A text, or a list of texts.
    fileprivate func values(_ name: Text) -> [Text] { texts(name) ?? text(name).map { [$0] } ?? [] }
}
