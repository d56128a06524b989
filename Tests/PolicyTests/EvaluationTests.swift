import Bytes
import Policy
import Testing

/// IAM guide, "policy evaluation logic", as in spec sections 4.1 and 4.2. One row, one question.
@Suite struct EvaluationTests {
    static let allow = #"{"Effect":"Allow","Action":"*","Resource":"*"}"#
    static let deny = #"{"Effect":"Deny","Action":"*","Resource":"*"}"#
    static let silent = #"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#

    static func grant(_ principal: String, effect: String = "Allow") -> String {
        #"{"Effect":"\#(effect)","Principal":\#(principal),"Action":"*","Resource":"*"}"#
    }

    /// What settles it, in words that read in a table.
    static func verdict(
        _ principal: Principal, identity: [String] = [], boundary: String? = nil, session: [String]? = nil,
        resource: String? = nil, scp: [[String]] = [], rcp: [[String]] = [], key: Bool = false, trust: Bool = false,
        resourceAccount: Text = Cast.account
    ) throws -> String {
        let open = #"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
        let layers = Layers(
            identity: try identity.map { try policy($0) },
            boundary: try boundary.map { try policy($0, .boundary) },
            session: try session?.map { try policy($0, .session) },
            resource: try resource.map {
                try policy(trust ? $0.replacing(#","Resource":"*""#, with: "") : $0, trust ? .trust : .resource)
            },
            serviceControl: try scp.map { try $0.map { try policy($0, .scp) } },
            resourceControl: try rcp.map { try $0.map { try policy($0 == allow ? open : $0, .rcp) } },
            resourceAccount: resourceAccount, isKeyPolicy: key, isTrustPolicy: trust)
        let decision = decide(Ask(action: Cast.read, resource: Cast.secret, principal: principal), layers)
        switch decision.reason {
        case .allowed(let by): return "allowed by \(by.layer)"
        case .root: return "root"
        case .explicitDeny(let layer, let by):
            #expect(by.layer == layer)
            return "denied by \(layer)"
        case .implicitDeny(let layer): return "silence of \(layer)"
        }
    }

    @Test func identityAlone() throws {
        #expect(try Self.verdict(Cast.alice) == "silence of identity")
        #expect(try Self.verdict(Cast.alice, identity: [Self.silent]) == "silence of identity")
        #expect(try Self.verdict(Cast.alice, identity: [Self.silent, Self.allow]) == "allowed by identity")
        #expect(try Self.verdict(Cast.alice, identity: [Self.allow, Self.deny]) == "denied by identity")
        #expect(try Self.verdict(Cast.session, identity: [Self.allow]) == "allowed by identity")
        #expect(try Self.verdict(Cast.federated, identity: [Self.allow]) == "silence of session")
        #expect(
            try Self.verdict(Cast.federated, identity: [Self.allow], session: [Self.allow]) == "allowed by identity")
    }

    @Test func root() throws {
        #expect(try Self.verdict(Cast.root) == "root")
        #expect(try Self.verdict(Cast.root, scp: [[Self.silent]]) == "silence of serviceControl")
        #expect(
            try Self.verdict(Cast.root, scp: [[Self.allow], [Self.allow, Self.deny]]) == "denied by serviceControl")
        #expect(try Self.verdict(Cast.root, resource: Self.grant(#""*""#, effect: "Deny")) == "denied by resource")
        #expect(
            try Self.verdict(Cast.root, resource: Self.grant(#"{"AWS":"111122223333"}"#, effect: "Deny"))
                == "denied by resource")
        #expect(try Self.verdict(Cast.root, key: true) == "silence of resource")
        #expect(try Self.verdict(Cast.root, resource: Self.grant(#"{"AWS":"111122223333"}"#), key: true) == "root")
    }

    @Test func limits() throws {
        #expect(try Self.verdict(Cast.alice, identity: [Self.allow], boundary: Self.silent) == "silence of boundary")
        #expect(try Self.verdict(Cast.alice, identity: [Self.allow], boundary: Self.allow) == "allowed by identity")
        #expect(try Self.verdict(Cast.alice, identity: [Self.allow], boundary: Self.deny) == "denied by boundary")
        #expect(try Self.verdict(Cast.alice, boundary: Self.allow) == "silence of identity")
        #expect(try Self.verdict(Cast.session, identity: [Self.allow], session: [Self.silent]) == "silence of session")
        #expect(try Self.verdict(Cast.session, identity: [Self.allow], session: []) == "silence of session")
        #expect(
            try Self.verdict(Cast.session, identity: [Self.allow], session: [Self.silent, Self.allow])
                == "allowed by identity")
        #expect(
            try Self.verdict(Cast.session, identity: [Self.allow], session: [Self.allow, Self.deny])
                == "denied by session")
        #expect(try Self.verdict(Cast.session, session: [Self.allow]) == "silence of identity")
        #expect(
            try Self.verdict(Cast.alice, identity: [Self.allow], scp: [[Self.allow], [Self.silent]])
                == "silence of serviceControl")
        #expect(
            try Self.verdict(Cast.alice, identity: [Self.allow], scp: [[Self.allow], []]) == "silence of serviceControl"
        )
        #expect(
            try Self.verdict(Cast.alice, identity: [Self.allow], scp: [[Self.allow], [Self.silent, Self.allow]])
                == "allowed by identity")
        #expect(
            try Self.verdict(Cast.alice, identity: [Self.allow], rcp: [[Self.allow], []])
                == "silence of resourceControl")
        #expect(
            try Self.verdict(
                Cast.alice, identity: [Self.allow], rcp: [[Self.allow, Self.grant(#""*""#, effect: "Deny")]])
                == "denied by resourceControl")
        // A deny anywhere outranks silence anywhere.
        #expect(try Self.verdict(Cast.session, session: [Self.deny], scp: [[Self.silent]]) == "denied by session")
    }

    /// The table of what a resource policy's grant excuses: columns identity, boundary and session silent in turn.
    @Test(arguments: [
        (
            Cast.alice, #"{"AWS":"arn:aws:iam::111122223333:user/staff/alice"}"#, "allowed by resource",
            "allowed by resource",
            "allowed by resource"
        ),
        (
            Cast.alice, #"{"AWS":"AIDAALICEALICEALICE12"}"#, "allowed by resource", "allowed by resource",
            "allowed by resource"
        ),
        (Cast.alice, #""*""#, "allowed by resource", "allowed by resource", "allowed by resource"),
        (
            Cast.session, #"{"AWS":"arn:aws:iam::111122223333:role/svc/app"}"#, "allowed by resource",
            "silence of boundary",
            "silence of session"
        ),
        (
            Cast.session, #"{"AWS":"AROAAPPAPPAPPAPPAPP12"}"#, "allowed by resource", "silence of boundary",
            "silence of session"
        ),
        (
            Cast.session, #"{"AWS":"arn:aws:sts::111122223333:assumed-role/app/i-0abc"}"#, "allowed by resource",
            "allowed by resource", "allowed by resource"
        ),
        (Cast.session, #"{"AWS":"*"}"#, "allowed by resource", "silence of boundary", "silence of session"),
        (
            Cast.federated, #"{"AWS":"arn:aws:sts::111122223333:federated-user/bob"}"#, "allowed by resource",
            "allowed by resource", "allowed by resource"
        ),
        (
            Cast.federated, #"{"AWS":"arn:aws:iam::111122223333:user/staff/alice"}"#, "allowed by resource",
            "silence of boundary", "silence of session"
        ),
        (Cast.alice, #"{"AWS":"111122223333"}"#, "silence of identity", "silence of boundary", "silence of session"),
        (
            Cast.alice, #"{"AWS":"arn:aws:iam::111122223333:root"}"#, "silence of identity", "silence of boundary",
            "silence of session"
        ),
        (
            Cast.alice, #"{"AWS":["111122223333","arn:aws:iam::111122223333:user/staff/alice"]}"#,
            "allowed by resource",
            "allowed by resource", "allowed by resource"
        ),
    ])
    func grantsWithinTheAccount(
        _ principal: Principal, _ element: String, _ identity: String, _ boundary: String, _ session: String
    ) throws {
        let resource = Self.grant(element)
        let (allow, silent) = (Self.allow, Self.silent)
        #expect(try Self.verdict(principal, boundary: allow, session: [allow], resource: resource) == identity)
        #expect(
            try Self.verdict(principal, identity: [allow], boundary: silent, session: [allow], resource: resource)
                == boundary.replacing("allowed by identity", with: "allowed by resource"))
        #expect(
            try Self.verdict(principal, identity: [allow], boundary: allow, session: [silent], resource: resource)
                == session)
        #expect(try Self.verdict(principal, identity: [Self.deny], resource: resource) == "denied by identity")
    }

    /// A resource policy that says nothing to the caller takes nothing away.
    @Test func silenceOfTheResourceIsNoDenial() throws {
        #expect(
            try Self.verdict(Cast.alice, identity: [Self.allow], resource: Self.grant(#"{"AWS":"444455556666"}"#))
                == "allowed by identity")
    }

    @Test(arguments: [
        #"{"AWS":"444455556666"}"#, #"{"AWS":"arn:aws:iam::444455556666:root"}"#, #""*""#,
    ])
    func acrossAccounts(element: String) throws {
        let resource = Self.grant(element)
        for principal in [Cast.stranger, Cast.strangeSession] {
            #expect(try Self.verdict(principal, identity: [Self.allow], resource: resource) == "allowed by resource")
            #expect(try Self.verdict(principal, resource: resource) == "silence of identity")
            #expect(try Self.verdict(principal, identity: [Self.allow]) == "silence of resource")
            #expect(try Self.verdict(principal) == "silence of identity")
            #expect(
                try Self.verdict(principal, identity: [Self.allow], boundary: Self.silent, resource: resource)
                    == "silence of boundary")
            #expect(
                try Self.verdict(principal, identity: [Self.allow], session: [Self.silent], resource: resource)
                    == "silence of session")
            #expect(
                try Self.verdict(principal, identity: [Self.allow], resource: resource, rcp: [[]])
                    == "silence of resourceControl"
            )
        }
        #expect(try Self.verdict(Cast.strangeRoot, resource: resource) == "allowed by resource")
        #expect(try Self.verdict(Cast.strangeRoot) == "silence of resource")
    }

    /// A session named in the resource policy waives nothing of its own account's.
    @Test func namedSessionAcrossAccounts() throws {
        let resource = Self.grant(#"{"AWS":"arn:aws:sts::444455556666:assumed-role/app/i-0abc"}"#)
        #expect(try Self.verdict(Cast.strangeSession, resource: resource) == "silence of identity")
        #expect(
            try Self.verdict(Cast.strangeSession, identity: [Self.allow], boundary: Self.silent, resource: resource)
                == "silence of boundary")
        #expect(
            try Self.verdict(Cast.strangeSession, identity: [Self.allow], resource: resource) == "allowed by resource")
    }

    /// Key policies are authoritative; the account's root statement hands over to IAM (spec section on KMS).
    @Test func keyPolicies() throws {
        let delegating = Self.grant(#"{"AWS":"arn:aws:iam::111122223333:root"}"#)
        let naming = Self.grant(#"{"AWS":"arn:aws:iam::111122223333:user/staff/alice"}"#)
        #expect(
            try Self.verdict(Cast.alice, identity: [Self.allow], resource: delegating, key: true)
                == "allowed by identity")
        #expect(try Self.verdict(Cast.alice, resource: delegating, key: true) == "silence of identity")
        #expect(try Self.verdict(Cast.alice, resource: naming, key: true) == "allowed by resource")
        #expect(
            try Self.verdict(Cast.session, identity: [Self.allow], resource: naming, key: true) == "silence of resource"
        )
        #expect(try Self.verdict(Cast.root, resource: naming, key: true) == "silence of resource")
    }

    @Test func trustPolicies() throws {
        let delegating = Self.grant(#"{"AWS":"111122223333"}"#)
        #expect(
            try Self.verdict(Cast.alice, identity: [Self.allow], resource: delegating, trust: true)
                == "allowed by identity")
        #expect(try Self.verdict(Cast.alice, resource: delegating, trust: true) == "silence of identity")
        #expect(try Self.verdict(Cast.alice, identity: [Self.allow], trust: true) == "silence of trust")
        #expect(
            try Self.verdict(
                Cast.alice, identity: [Self.allow], resource: Self.grant(#""*""#, effect: "Deny"), trust: true)
                == "denied by trust")
        #expect(
            try Self.verdict(Cast.service, resource: Self.grant(#"{"Service":"lambda.amazonaws.com"}"#), trust: true)
                == "allowed by trust")
        #expect(
            try Self.verdict(Cast.service, resource: Self.grant(#"{"Service":"ec2.amazonaws.com"}"#), trust: true)
                == "silence of trust")
        #expect(
            try Self.verdict(
                Cast.webIdentity, resource: Self.grant(#"{"Federated":"cognito-identity.amazonaws.com"}"#), trust: true)
                == "allowed by trust")
        #expect(
            try Self.verdict(
                Cast.anonymous, resource: Self.grant(#"{"Federated":"cognito-identity.amazonaws.com"}"#), trust: true)
                == "silence of trust")
        #expect(
            try Self.verdict(
                Cast.stranger, identity: [Self.allow], resource: Self.grant(#"{"AWS":"444455556666"}"#), trust: true)
                == "allowed by trust")
    }

    @Test func servicesAndStrangers() throws {
        #expect(try Self.verdict(Cast.service) == "silence of resource")
        #expect(try Self.verdict(Cast.service, identity: [Self.allow]) == "silence of resource")
        #expect(
            try Self.verdict(
                Cast.service, resource: Self.grant(#"{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}"#))
                == "allowed by resource")
        #expect(
            try Self.verdict(Cast.service, resource: Self.grant(#"{"AWS":"111122223333"}"#)) == "silence of resource")
        #expect(try Self.verdict(Cast.anonymous, resource: Self.grant(#"{"AWS":"*"}"#)) == "allowed by resource")
        #expect(
            try Self.verdict(Cast.anonymous, resource: Self.grant(#"{"AWS":"111122223333"}"#)) == "silence of resource")
        #expect(try Self.verdict(Cast.anonymous) == "silence of resource")
    }

    /// NotPrincipal with Deny spares a caller only if each principal that it is (account, role, session) is listed.
    @Test(arguments: [
        (Cast.alice, #"["111122223333","arn:aws:iam::111122223333:user/staff/alice"]"#, false),
        (Cast.alice, #"["arn:aws:iam::111122223333:user/staff/alice"]"#, true),
        (Cast.alice, #"["111122223333"]"#, true),
        (Cast.alice, #""*""#, false), (Cast.anonymous, #"["111122223333"]"#, true), (Cast.anonymous, #""*""#, false),
        (Cast.session, #"["111122223333","arn:aws:iam::111122223333:role/svc/app"]"#, true),
        (Cast.session, #"["111122223333","arn:aws:sts::111122223333:assumed-role/app/i-0abc"]"#, true),
        (
            Cast.session,
            #"["111122223333","arn:aws:iam::111122223333:role/svc/app","arn:aws:sts::111122223333:assumed-role/app/i-0abc"]"#,
            false
        ),
        (Cast.root, #"["111122223333"]"#, false), (Cast.root, #"["444455556666"]"#, true),
    ])
    func notPrincipalDeny(principal: Principal, listed: String, isDenied: Bool) throws {
        let resource = #"{"Effect":"Deny","NotPrincipal":{"AWS":\#(listed)},"Action":"*","Resource":"*"}"#
        #expect(try Self.verdict(principal, identity: [Self.allow], resource: resource).hasPrefix("denied") == isDenied)
    }

    @Test func notPrincipalAllow() throws {
        let resource =
            #"{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/staff/alice"},"Action":"*","Resource":"*"}"#
        #expect(try Self.verdict(Cast.alice, resource: resource) == "silence of identity")
        #expect(try Self.verdict(Cast.session, resource: resource) == "allowed by resource")
        #expect(try Self.verdict(Cast.anonymous, resource: resource) == "allowed by resource")
    }

    @Test func consultedAndReference() throws {
        let layers = Layers(
            identity: [
                try policy(Self.silent, name: "first"),
                try policy(
                    #"\#(Self.silent),{"Sid":"Open","Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}"#,
                    name: "second"
                ),
            ], boundary: try policy(Self.allow, .boundary), resourceAccount: Cast.account)
        let decision = decide(Ask(action: Cast.read, resource: Cast.secret, principal: Cast.alice), layers)
        guard case .allowed(let by) = decision.reason else { Issue.record("refused"); return }
        #expect(by.policy == "second" && by.index == 1 && by.sid == "Open" && by.layer == .identity)
        #expect(decision.consulted == [Decision.Consulted(.identity), Decision.Consulted(.boundary)])
    }
}
