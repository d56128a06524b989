import Bytes
import Policy
import Testing

/// Texts of spec section 4.6 (IAM guide, "troubleshoot access denied").
@Suite struct DeniedMessageTests {
    static let user: Text = "arn:aws:sts::123456789012:assumed-role/app/i-0abc"

    static func message(
        _ layers: Layers, shown: Text? = "prod/db", action: Text = Cast.read, by principal: Principal = Cast.alice
    ) -> Text {
        decide(Ask(action: action, resource: Cast.secret, principal: principal), layers)
            .deniedMessage(principalARN: user, action: action, resourceShown: shown)
    }

    @Test func theExamples() {
        let silent = Layers(resourceAccount: Cast.account)
        #expect(
            Self.message(silent)
                == "User: arn:aws:sts::123456789012:assumed-role/app/i-0abc is not authorized to perform: secretsmanager:GetSecretValue on resource: prod/db because no identity-based policy allows the secretsmanager:GetSecretValue action"
        )
        #expect(
            Self.message(silent, shown: nil, action: "secretsmanager:ListSecrets")
                == "User: arn:aws:sts::123456789012:assumed-role/app/i-0abc is not authorized to perform: secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action"
        )
    }

    @Test func tails() throws {
        let (allow, deny, silent) = (EvaluationTests.allow, EvaluationTests.deny, EvaluationTests.silent)
        let allowed = [try policy(allow)]
        let denyAll = EvaluationTests.grant(#""*""#, effect: "Deny")
        let account = Cast.account
        let trustDeny = #"{"Effect":"Deny","Principal":"*","Action":"*"}"#
        let rows: [(Layers, Principal, Text)] = [
            (
                Layers(identity: [try policy(deny)], resourceAccount: account), Cast.alice,
                " with an explicit deny in an identity-based policy"
            ),
            (
                Layers(identity: allowed, resource: try policy(denyAll, .resource), resourceAccount: account),
                Cast.alice,
                " with an explicit deny in a resource-based policy"
            ),
            (
                Layers(identity: allowed, boundary: try policy(deny, .boundary), resourceAccount: account), Cast.alice,
                " with an explicit deny in a permissions boundary"
            ),
            (
                Layers(identity: allowed, session: [try policy(deny, .session)], resourceAccount: account),
                Cast.session,
                " with an explicit deny in a session policy"
            ),
            (
                Layers(identity: allowed, serviceControl: [[try policy(deny, .scp)]], resourceAccount: account),
                Cast.alice,
                " with an explicit deny in a service control policy"
            ),
            (
                Layers(identity: allowed, resourceControl: [[try policy(denyAll, .rcp)]], resourceAccount: account),
                Cast.alice,
                " with an explicit deny in a resource control policy"
            ),
            (
                Layers(
                    identity: allowed, resource: try policy(trustDeny, .trust), resourceAccount: account,
                    isTrustPolicy: true),
                Cast.alice, " with an explicit deny in the role trust policy"
            ),
            (
                Layers(identity: allowed, resourceAccount: account), Cast.stranger,
                " because no resource-based policy allows the secretsmanager:GetSecretValue action"
            ),
            (
                Layers(identity: allowed, boundary: try policy(silent, .boundary), resourceAccount: account),
                Cast.alice,
                " because no permissions boundary allows the secretsmanager:GetSecretValue action"
            ),
            (
                Layers(identity: allowed, session: [], resourceAccount: account), Cast.session,
                " because no session policy allows the secretsmanager:GetSecretValue action"
            ),
            (
                Layers(identity: allowed, serviceControl: [[]], resourceAccount: account), Cast.alice,
                " because no service control policy allows the secretsmanager:GetSecretValue action"
            ),
            (
                Layers(identity: allowed, resourceControl: [[]], resourceAccount: account), Cast.alice,
                " because no resource control policy allows the secretsmanager:GetSecretValue action"
            ),
            (
                Layers(identity: allowed, resourceAccount: account, isTrustPolicy: true), Cast.alice,
                " because no role trust policy allows the sts:AssumeRole action"
            ),
        ]
        for (layers, principal, tail) in rows {
            let action: Text = tail.string.hasSuffix("sts:AssumeRole action") ? "sts:AssumeRole" : Cast.read
            let head = "User: \(Self.user) is not authorized to perform: \(action) on resource: prod/db"
            #expect(Self.message(layers, action: action, by: principal) == Text(head + tail.string))
        }
    }
}
