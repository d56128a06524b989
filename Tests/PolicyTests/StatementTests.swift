import Bytes
import Policy
import Testing

/// Spec section 4.3: actions and resources.
@Suite struct StatementTests {
    @Test(arguments: [
        ("secretsmanager:GetSecretValue", true), ("SecretsManager:GETSECRETVALUE", true), ("*", true),
        ("secretsmanager:*", true),
        ("secretsmanager:Get*", true), ("secretsmanager:*Value", true), ("secretsmanager:Get??????Value", true),
        ("secretsmanager:Get?????Value", false), ("secretsmanager:Put*", false), ("s3:*", false), ("*:*", true),
        ("s*:get*", true),
        ("secretsmanager:GetSecretValu", false), ("secretsmanager:GetSecretValues", false), ("secretsmanage:*", false),
    ])
    func actions(pattern: String, expected: Bool) throws {
        for (element, isListed) in [("Action", true), ("NotAction", false)] {
            let layers = Layers(
                identity: [try policy(#"{"Effect":"Allow","\#(element)":["ec2:Run*","\#(pattern)"],"Resource":"*"}"#)],
                resourceAccount: Cast.account)
            let ask = Ask(action: "secretsmanager:GetSecretValue", resource: "*", principal: Cast.alice)
            #expect(decide(ask, layers).isAllowed == (expected == isListed), "\(element)")
        }
    }

    static let base = "arn:aws:secretsmanager:us-east-1:111122223333:secret:"

    @Test(arguments: [
        ("*", base + "name-a1b2c3", true), (base + "name-??????", base + "name-a1b2c3", true),
        (base + "name-??????", base + "name-other-a1b2c3", false), (base + "name-*", base + "name-other-a1b2c3", true),
        (base + "name*", base + "names-a1b2c3", true), (base + "Name-*", base + "name-a1b2c3", false),
        (base + "a/*", base + "a/b/c-a1b2c3", true),
        ("arn:aws:secretsmanager:*:*:secret:name-*", base + "name-a1b2c3", true),
        ("arn:aws:secretsmanager:*:secret:name-*", base + "name-a1b2c3", false),
        ("arn:aws:secretsmanager:*:*:*", base + "x", true),
        ("arn:*:secretsmanager:us-*-1:1111????3333:secret:*", base + "x", true),
        ("arn:aws:secretsmanager:us-east-1:*:*", "*", false),
        ("*", "*", true), ("arn:aws:kms:us-east-1:111122223333:key/*", base + "x", false),
        (base + "x", base + "x:y", false),
        (base + "*", base + "x:y", true), (base + "x", "plain", false),
    ])
    func resources(pattern: String, resource: String, expected: Bool) throws {
        for (element, isListed) in [("Resource", true), ("NotResource", false)] {
            let layers = Layers(
                identity: [
                    try policy(#"{"Effect":"Allow","Action":"*","\#(element)":["arn:aws:s3:::b","\#(pattern)"]}"#)
                ],
                resourceAccount: Cast.account)
            let ask = Ask(action: Cast.read, resource: Text(resource), principal: Cast.alice)
            #expect(decide(ask, layers).isAllowed == (expected == isListed), "\(element)")
        }
    }

    /// In a resource policy the element may be missing: it then means what the policy is attached to.
    @Test func attachedResource() throws {
        let resource = try policy(#"{"Effect":"Allow","Principal":"*","Action":"*"}"#, .resource)
        let layers = Layers(resource: resource, resourceAccount: Cast.account)
        #expect(decide(Ask(action: Cast.read, resource: Cast.secret, principal: Cast.alice), layers).isAllowed)
    }
}
