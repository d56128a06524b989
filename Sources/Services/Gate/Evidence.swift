internal import Bytes
internal import Policy

/// What was looked at for a refusal: every policy, what became of each requirement, and the circumstances that the record does
/// not tell otherwise.
struct Evidence: Sendable {
    private let policies: [(layer: PolicyLayer, policy: NamedPolicy, target: Text?)]
    private let checks: [AuthorizationCheck]
    private let context: Fields

    /// Policies that a record lists at most; those that matched come first.
    private static let mostPolicies = 100
    private static let mostKeys = 100

    init(_ ask: Ask, _ layers: Layers, _ call: Call) {
        checks = Policy.checks(ask, layers)
        let matched = Set(checks.flatMap(\.matched).map { Mention($0.statement.layer, $0.statement.text) })
        let all = layers.policies
        let first = all.filter { matched.contains(Mention($0.layer, $0.policy.document.text)) }
        let others = all.filter { !matched.contains(Mention($0.layer, $0.policy.document.text)) }
        policies = Array((first + others).prefix(Self.mostPolicies))
        context = Self.context(ask, layers, call)
    }

    private struct Mention: Hashable {
        let layer: PolicyLayer
        let text: PolicyText

        init(_ layer: PolicyLayer, _ text: PolicyText) { (self.layer, self.text) = (layer, text) }
    }

    var cited: [PolicyText] { policies.map(\.policy.document.text) }

    /// Members of the finding.
    func append(to out: inout ByteBuilder) {
        let listed: [Document] = policies.map { layer, policy, target in
            var fields: Fields = [
                "layer": .string(layer.name), "policy": .string(policy.name),
                "digest": .string(policy.document.text.digest),
            ]
            fields.add("target", target)
            return .structure(fields)
        }
        out.append(",\"policies\":")
        out.append(json: .list(listed))
        out.append(",\"checks\":")
        out.append(json: .list(checks.map { .structure(fields(of: $0)) }))
        out.append(",\"context\":")
        out.append(json: .structure(context))
    }

    private func fields(of check: AuthorizationCheck) -> Fields {
        var fields: Fields = ["type": .string(check.kind.name), "effect": .string(check.effect.name)]
        fields.add("target", check.target)
        let matched: [Document] = check.matched.compactMap { trace in
            let statement = trace.statement
            let place = policies.firstIndex { listed in
                listed.layer == statement.layer && listed.policy.name == statement.policy
                    && listed.target == check.target && listed.policy.document.text == statement.text
            }
            guard let place else { return nil }
            var fields: Fields = [
                "policy": .integer(Int64(place)), "statement": .integer(Int64(statement.index)),
                "effect": trace.effect == .allow ? "ALLOW" : "DENY",
            ]
            fields.add("sid", statement.sid)
            return .structure(fields)
        }
        if !matched.isEmpty { fields.add("matched", .list(matched)) }
        return fields
    }

    // MARK: Context

    /// Keys worth telling of whether or not a policy asks for them. Beside them: those that policies do ask for, those of the
    /// operation, and tags of the principal.
    private static let usual: [Text] = [
        "aws:MultiFactorAuthAge", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:ResourceAccount",
        "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:TagKeys", "iam:AWSServiceName", "iam:PermissionsBoundary",
        "iam:PolicyARN", "kms:CallerAccount", "kms:EncryptionContextKeys", "kms:KeyOrigin", "kms:KeySpec",
        "kms:KeyUsage", "kms:MultiRegion", "kms:MultiRegionKeyType", "kms:RequestAlias", "kms:ViaService",
        "organizations:PolicyType", "secretsmanager:SecretId", "sts:DurationSeconds", "sts:ExternalId",
        "sts:RoleSessionName", "sts:SourceIdentity", "sts:TransitiveTagKeys",
    ]

    /// Keys that follow from the rest of the record: see ``AuthorizationDetails``.
    private static let told: Set<Text> = [
        "aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:currenttime", "aws:epochtime",
        "aws:principalaccount", "aws:principalarn", "aws:principaltype", "aws:requestedregion", "aws:securetransport",
        "aws:sourceip", "aws:tokenissuetime", "aws:useragent", "aws:userid", "aws:username", "aws:viaawsservice",
    ]

    private static func context(_ ask: Ask, _ layers: Layers, _ call: Call) -> Fields {
        let service = ask.action.split(on: 0x3A, limit: 2)[0].asciiLowercased
        var names = usual.filter { $0.hasPrefix("aws:") || $0.hasPrefix("\(service):") } + ask.keys.names
        names += call.caller.tags.map { "aws:PrincipalTag/\($0.key)" }
        names += layers.policies.flatMap(\.policy.document.askedKeys)
        var (fields, seen): (Fields, Set<Text>) = ([:], told)
        for name in names where fields.members.count < mostKeys {
            guard seen.insert(name.asciiLowercased).inserted else { continue }
            switch ask.value(of: name) {
            case .one(let value)?: fields.add(name, value)
            case .many(let values)?: fields.add(name, .list(values.map { .string($0) }))
            case nil: break
            }
        }
        return fields
    }
}

extension AuthorizationCheck.Kind {
    /// AWS's name.
    var name: Text {
        switch self {
        case .resourceControl: "RESOURCE_CONTROL_POLICY"
        case .serviceControl: "SERVICE_CONTROL_POLICY"
        case .resource: "RESOURCE"
        case .principal: "PRINCIPAL"
        case .boundary: "PERMISSIONS_BOUNDARY"
        case .session: "SESSION"
        }
    }
}

extension AuthorizationCheck.Effect {
    /// AWS's name.
    var name: Text {
        switch self {
        case .allow: "ALLOW"
        case .noImpact: "NO_IMPACT"
        case .implicitDeny: "IMPLICIT_DENY"
        case .explicitDeny: "EXPLICIT_DENY"
        }
    }
}
