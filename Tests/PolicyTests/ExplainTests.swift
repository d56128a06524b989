import Bytes
import Policy
import Testing

@Suite struct ExplainTests {
    @Test func eachOutcome() throws {
        let statements = [
            #"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#,
            #"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"}"#,
            #"{"Sid":"Mfa","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:userid":"AIDA*"},"Bool":{"aws:MultiFactorAuthPresent":"false"}}}"#,
            #"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"k:none":["a","b"]}}}"#,
            #"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
        ]
        let layers = Layers(
            identity: [try policy(statements.joined(separator: ","))],
            resource: try policy(EvaluationTests.grant(#"{"AWS":"444455556666"}"#), .resource, name: "r"),
            resourceAccount: Cast.account)
        let ask = Ask(
            action: Cast.read, resource: Cast.secret, principal: Cast.alice,
            keys: ["aws:MultiFactorAuthPresent": "true"])
        let explanation = explain(ask, layers)
        #expect(explanation.decision == decide(ask, layers) && explanation.decision.isAllowed)
        #expect(
            explanation.traces.map(\.outcome) == [
                .otherPrincipal, .otherAction, .otherResource,
                .conditionFailed(
                    .init(
                        operatorName: "Bool", key: "aws:MultiFactorAuthPresent", policyValues: ["false"],
                        requestValues: ["true"])
                ),
                .conditionFailed(
                    .init(operatorName: "StringEquals", key: "k:none", policyValues: ["a", "b"], requestValues: nil)),
                .matched,
            ])
        #expect(explanation.traces[3].statement.sid == "Mfa" && explanation.traces[3].effect == .deny)
    }
}
