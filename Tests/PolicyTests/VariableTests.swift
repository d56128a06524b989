import Bytes
import Policy
import Testing

/// IAM guide, "policy variables"; spec section 4.4.
@Suite struct VariableTests {
    static let tagged: ContextKeys = [
        "aws:PrincipalTag/team": "red*", "k:many": ["a", "b"], "k:x": "alice", "k:star": "*", "k:q": "?",
    ]

    @Test(arguments: [
        (#"{"StringEquals":{"k:x":"${aws:username}"}}"#, true), (#"{"StringEquals":{"k:x":"${AWS:UserName}"}}"#, true),
        (#"{"StringLike":{"k:x":"${aws:username}*"}}"#, true),
        (#"{"StringNotEquals":{"k:x":"${aws:username}"}}"#, false),
        (#"{"StringEqualsIgnoreCase":{"k:x":"${k:x}"}}"#, true),
        (#"{"StringEquals":{"k:x":"${k:none, 'alice'}"}}"#, true),
        (#"{"StringEquals":{"k:x":"${k:none,'alice'}"}}"#, true),
        (#"{"StringEquals":{"k:x":"${aws:username, 'bob'}"}}"#, true),
        // Unresolvable: nothing matches, not even "none of".
        (#"{"StringEquals":{"k:x":"${k:none}"}}"#, false), (#"{"StringNotEquals":{"k:x":"${k:none}"}}"#, false),
        (#"{"StringEquals":{"k:x":["${k:none}","alice"]}}"#, true),
        (#"{"StringNotEquals":{"k:x":["bob","${k:none}"]}}"#, false),
        (#"{"StringEquals":{"k:x":"${k:many}"}}"#, false), (#"{"StringEquals":{"k:x":"${k:many, 'alice'}"}}"#, false),
        // Substituted text is literal, and so are the three escapes.
        (#"{"StringLike":{"k:x":"${k:star}"}}"#, false), (#"{"StringLike":{"k:star":"${*}"}}"#, true),
        (#"{"StringLike":{"k:x":"${*}"}}"#, false),
        (#"{"StringLike":{"k:q":"${?}"}}"#, true), (#"{"StringLike":{"k:star":"${?}"}}"#, false),
        (#"{"StringEquals":{"k:star":"${*}"}}"#, true),
        (#"{"StringLike":{"aws:PrincipalTag/team":"red${*}"}}"#, true), (#"{"StringLike":{"k:x":"${$}"}}"#, false),
        (#"{"Bool":{"k:t":"${k:t}"}}"#, false),
        (#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/staff/${aws:username}"}}"#, true),
        (#"{"ArnEquals":{"aws:PrincipalArn":"${aws:PrincipalArn}"}}"#, true),
        (#"{"ArnEquals":{"k:x":"${k:x}"}}"#, false),
        (#"{"ArnNotEquals":{"aws:PrincipalArn":"${k:none}"}}"#, false),
    ])
    func inConditions(condition: String, expected: Bool) throws {
        #expect(try holds(condition, VariableTests.tagged) == expected)
    }

    @Test func olderVersionIsLiteral() throws {
        let condition = #"{"StringEquals":{"k:x":"${aws:username}"}}"#
        #expect(try !holds(condition, ["k:x": "alice"], version: "2008-10-17"))
        #expect(try holds(condition, ["k:x": "${aws:username}"], version: "2008-10-17"))
        #expect(try holds(#"{"StringLike":{"k:x":"a${*"}}"#, ["k:x": "a${tail"], version: "2008-10-17"))
    }

    @Test(
        arguments: [
            ("Resource", "arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/alice/a", true),
            ("Resource", "arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/bob/a", false),
            ("Resource", "arn:aws:s3:::home/${aws:PrincipalTag/team}", "arn:aws:s3:::home/red*", true),
            ("Resource", "arn:aws:s3:::home/${aws:PrincipalTag/team}", "arn:aws:s3:::home/redder", false),
            ("Resource", "arn:aws:s3:::home/${k:none}", "arn:aws:s3:::home/", false),
            ("NotResource", "arn:aws:s3:::home/${k:none}", "arn:aws:s3:::home/x", false),
            ("NotResource", "arn:aws:s3:::home/${aws:username}", "arn:aws:s3:::home/x", true),
            ("Resource", "arn:aws:s3:::home/${k:none, 'x:y'}", "arn:aws:s3:::home/x:y", true),
            // The colons of a value never shift the parts of the pattern.
            ("Resource", "arn:aws:s3:${k:colons}:home", "arn:aws:s3:a:b:home", nil),
            ("Resource", "arn:aws:s3::${k:colons}:home", "arn:aws:s3::a:b:home", false),
            ("Resource", "arn:aws:s3:::${aws:userid}/*", "arn:aws:s3:::AIDAALICEALICEALICE12/a", true),
        ] as [(String, String, String, Bool?)])
    func inResources(element: String, pattern: String, resource: String, expected: Bool?) throws {
        let statement = #"{"Effect":"Allow","Action":"*","\#(element)":"\#(pattern)"}"#
        guard let expected else {
            #expect(throws: MalformedPolicy.self) { try policy(statement) }
            return
        }
        let layers = Layers(identity: [try policy(statement)], resourceAccount: Cast.account)
        var keys = VariableTests.tagged
        keys.add("k:colons", "a:b")
        let ask = Ask(action: "s3:GetObject", resource: Text(resource), principal: Cast.alice, keys: keys)
        #expect(decide(ask, layers).isAllowed == expected)
    }

    /// aws:username is a user's only; aws:userid per kind (spec section 4.5).
    @Test func keysOfThePrincipal() throws {
        let cases: [(Principal, String, String?)] = [
            (Cast.alice, "aws:username", "alice"), (Cast.session, "aws:username", nil),
            (Cast.root, "aws:username", nil),
            (Cast.alice, "aws:userid", "AIDAALICEALICEALICE12"),
            (Cast.session, "aws:userid", "AROAAPPAPPAPPAPPAPP12:i-0abc"),
            (Cast.federated, "aws:userid", "111122223333:bob"),
            (Cast.session, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/svc/app"),
            (Cast.session, "aws:PrincipalAccount", "111122223333"), (Cast.session, "aws:PrincipalType", "AssumedRole"),
            (Cast.alice, "aws:PrincipalIsAWSService", "false"),
        ]
        for (principal, key, value) in cases {
            var layers = Layers(identity: [], resourceAccount: Cast.account)
            let expected = value.map { #"{"StringEquals":{"\#(key)":"\#($0)"}}"# } ?? #"{"Null":{"\#(key)":"true"}}"#
            layers.identity = [try policy(#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":\#(expected)}"#)]
            let decision = decide(Ask(action: Cast.read, resource: "*", principal: principal), layers)
            guard case .explicitDeny = decision.reason else {
                Issue.record("\(key) of \(principal.arn)")
                continue
            }
        }
    }
}
