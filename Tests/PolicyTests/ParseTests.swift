import Bytes
import Policy
import Testing

@Suite struct ParseTests {
    static func document(_ statement: String) -> String { #"{"Version":"2012-10-17","Statement":[\#(statement)]}"# }

    /// Refused, where, and as what.
    @Test(arguments: [
        ("", "byte 0"), ("[]", ""), ("{}", "Statement"), (#"{"Statement":[]}"#, "Statement"),
        (#"{"Statement":[],}"#, "byte 16"),
        (#"{"Statement":{},"Statement":{}}"#, "byte 16"), (#"{"Version":"2012-10-18","Statement":{}}"#, "Version"),
        (#"{"Version":2012,"Statement":{}}"#, "Version"), (#"{"Version":null,"Statement":{}}"#, "Version"),
        (#"{"version":"2012-10-17","Statement":{}}"#, "version"),
        (#"{"Id":1,"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#, "Id"),
        (#"{"Statement":[1]}"#, "Statement[0]"),
        (#"{"Statement":{"Effect":"Allow","Action":"*"}}"#, "Statement.Resource"),
        (document(#"{"Action":"*","Resource":"*"}"#), "Statement[0].Effect"),
        (document(#"{"Effect":"allow","Action":"*","Resource":"*"}"#), "Statement[0].Effect"),
        (document(#"{"Effect":"Allow","Resource":"*"}"#), "Statement[0].Action"),
        (document(#"{"Effect":"Allow","Action":[],"Resource":"*"}"#), "Statement[0].Action"),
        (document(#"{"Effect":"Allow","Action":"*","Resource":[]}"#), "Statement[0].Resource"),
        (document(#"{"Effect":"Allow","Action":null,"Resource":"*"}"#), "Statement[0].Action"),
        (document(#"{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}"#), "Statement[0].NotAction"),
        (document(#"{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}"#), "Statement[0].NotResource"),
        (document(#"{"Effect":"Allow","Action":["*","get"],"Resource":"*"}"#), "Statement[0].Action[1]"),
        (document(#"{"Effect":"Allow","Action":"a:b:c","Resource":"*"}"#), "Statement[0].Action"),
        (document(#"{"Effect":"Allow","Action":"s3:","Resource":"*"}"#), "Statement[0].Action"),
        (document(#"{"Effect":"Allow","Action":"s3:${aws:username}","Resource":"*"}"#), "Statement[0].Action"),
        (document(#"{"Effect":"Allow","Action":["s3:*",7],"Resource":"*"}"#), "Statement[0].Action[1]"),
        (document(#"{"Effect":"Allow","Action":"*","Resource":"prod/db"}"#), "Statement[0].Resource"),
        (document(#"{"Effect":"Allow","Action":"*","Resource":["*","arn:aws:s3::x"]}"#), "Statement[0].Resource[1]"),
        (document(#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:*:::x"}"#), "Statement[0].Resource"),
        (document(#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::"}"#), "Statement[0].Resource"),
        (
            document(#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username"}"#),
            "Statement[0].Resource"
        ),
        (document(#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${}"}"#), "Statement[0].Resource"),
        (document(#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${a:b, c}"}"#), "Statement[0].Resource"),
        (document(#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#), "Statement[0].Principal"),
        (document(#"{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}"#), "Statement[0].NotPrincipal"),
        (document(#"{"Sid":"with space","Effect":"Allow","Action":"*","Resource":"*"}"#), "Statement[0].Sid"),
        (
            document(
                #"{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"}"#
            ), "Statement[1].Sid"
        ),
        (document(#"{"Effect":"Allow","Action":"*","Resource":"*","Conditions":{}}"#), "Statement[0].Conditions"),
        (document(#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}"#), "Statement[0].Condition"),
        (
            document(
                #"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqual":{"a:b":"c"}}}"#
            ), "Statement[1].Condition.StringEqual"
        ),
    ])
    func refusedIdentity(text: String, path: String) {
        #expect { try parse(text) } throws: { ($0 as? MalformedPolicy)?.path == Text(path) }
    }

    @Test(arguments: [
        (#"{"stringequals":{"a:b":"c"}}"#, "stringequals"), (#"{"NullIfExists":{"a:b":"true"}}"#, "NullIfExists"),
        (#"{"ForAnyValue:Null":{"a:b":"true"}}"#, "ForAnyValue:Null"),
        (#"{"ForSomeValues:Bool":{"a:b":"true"}}"#, "ForSomeValues:Bool"),
        (#"{"IfExists":{"a:b":"true"}}"#, "IfExists"),
        (#"{"StringEquals":{}}"#, "StringEquals"), (#"{"StringEquals":"x"}"#, "StringEquals"),
        (#"{"StringEquals":{"b":"c"}}"#, "StringEquals.b"), (#"{"StringEquals":{"a:b":[]}}"#, "StringEquals.a:b"),
        (#"{"StringEquals":{"a:b":{}}}"#, "StringEquals.a:b"),
        (#"{"StringEquals":{"a:b":["c",null]}}"#, "StringEquals.a:b[1]"),
        (#"{"NumericEquals":{"a:b":"one"}}"#, "NumericEquals.a:b"),
        (#"{"NumericEquals":{"a:b":["1","${k:n}"]}}"#, "NumericEquals.a:b[1]"),
        (#"{"DateEquals":{"a:b":"24.11.2026"}}"#, "DateEquals.a:b"),
        (#"{"DateEquals":{"a:b":"2026-13-01"}}"#, "DateEquals.a:b"),
        (#"{"Bool":{"a:b":"yes"}}"#, "Bool.a:b"), (#"{"BinaryEquals":{"a:b":"%"}}"#, "BinaryEquals.a:b"),
        (#"{"IpAddress":{"a:b":"10.0.0.0/33"}}"#, "IpAddress.a:b"),
        (#"{"IpAddress":{"a:b":"10.0.0.*"}}"#, "IpAddress.a:b"),
        (#"{"IpAddress":{"a:b":"::ffff:1.2.3.4/40"}}"#, "IpAddress.a:b"),
        (#"{"IpAddress":{"a:b":"10.0.0.0/"}}"#, "IpAddress.a:b"),
        (#"{"ArnLike":{"a:b":"arn:aws:s3:x"}}"#, "ArnLike.a:b"),
        (#"{"Null":{"a:b":"maybe"}}"#, "Null.a:b"), (#"{"StringLike":{"a:b":"${x"}}"#, "StringLike.a:b"),
    ])
    func refusedCondition(condition: String, path: String) {
        let text = Self.document(#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":\#(condition)}"#)
        #expect { try parse(text) } throws: { ($0 as? MalformedPolicy)?.path == Text("Statement[0].Condition." + path) }
    }

    @Test(
        arguments: [
            (#""alice""#, "Principal", .principal), (#""**""#, "Principal", .principal),
            ("[]", "Principal", .principal),
            ("{}", "Principal", .principal), (#"{"aws":"*"}"#, "Principal.aws", .principal),
            (#"{"AWS":[]}"#, "Principal.AWS", .syntax), (#"{"AWS":7}"#, "Principal.AWS", .syntax),
            (#"{"AWS":"alice"}"#, "Principal.AWS", .principal),
            (#"{"AWS":"11112222333"}"#, "Principal.AWS", .principal),
            (#"{"AWS":["*","arn:aws:iam::111122223333:user/*"]}"#, "Principal.AWS[1]", .principal),
            (#"{"AWS":"arn:aws:iam::111122223333:*"}"#, "Principal.AWS", .principal),
            (#"{"AWS":"arn:aws:iam::*:root"}"#, "Principal.AWS", .principal),
            (#"{"AWS":"arn:aws:iam::111122223333:group/g"}"#, "Principal.AWS", .principal),
            (#"{"AWS":"arn:aws:iam::111122223333:user/"}"#, "Principal.AWS", .principal),
            (#"{"AWS":"arn:aws:sts::111122223333:assumed-role/app/*"}"#, "Principal.AWS", .principal),
            (#"{"AWS":"arn:aws:sts::111122223333:assumed-role/app"}"#, "Principal.AWS", .principal),
            (#"{"AWS":"arn:aws:iam::111122223333:user/${aws:username}"}"#, "Principal.AWS", .principal),
            (#"{"AWS":"arn:aws:s3:::bucket"}"#, "Principal.AWS", .principal),
            (#"{"Service":"lambda"}"#, "Principal.Service", .servicePrincipal),
            (#"{"Service":"*"}"#, "Principal.Service", .servicePrincipal),
            (#"{"Service":"lambda.example.com"}"#, "Principal.Service", .servicePrincipal),
            (#"{"Service":["lambda.amazonaws.com","*.amazonaws.com"]}"#, "Principal.Service[1]", .servicePrincipal),
            (#"{"Service":"amazonaws.com"}"#, "Principal.Service", .servicePrincipal),
            (#"{"Federated":"*"}"#, "Principal.Federated", .principal),
            (#"{"CanonicalUser":"abc"}"#, "Principal.CanonicalUser", .principal),
        ] as [(String, String, MalformedPolicy.Kind)])
    func refusedPrincipal(principal: String, path: String, kind: MalformedPolicy.Kind) {
        let text = Self.document(#"{"Effect":"Allow","Principal":\#(principal),"Action":"*","Resource":"*"}"#)
        #expect { try parse(text, .resource) } throws: { error in
            (error as? MalformedPolicy).map { $0.path == Text("Statement[0]." + path) && $0.kind == kind } ?? false
        }
    }

    @Test func acceptedPrincipals() throws {
        let text = Self.document(
            #"{"Effect":"Allow","Principal":{"AWS":["*","111122223333","arn:aws:iam::111122223333:root","arn:aws-cn:iam::111122223333:user/p/u","arn:aws:iam::111122223333:role/r","arn:aws:sts::111122223333:assumed-role/r/s@x","arn:aws:sts::111122223333:federated-user/f","AIDAAAAAAAAAAAAAAAAAA","AROAAAAAAAAAAAAAAAAAA"],"Service":["lambda.amazonaws.com","ec2.amazonaws.com.cn"],"Federated":"arn:aws:iam::111122223333:saml-provider/p","CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},"Action":"*","Resource":"*"}"#
        )
        let expected: [PrincipalElement] = [
            .everyone, .account("111122223333"), .account("111122223333"),
            .user(arn: "arn:aws-cn:iam::111122223333:user/p/u"),
            .role(arn: "arn:aws:iam::111122223333:role/r"),
            .roleSession(arn: "arn:aws:sts::111122223333:assumed-role/r/s@x"),
            .federatedSession(arn: "arn:aws:sts::111122223333:federated-user/f"), .uniqueID("AIDAAAAAAAAAAAAAAAAAA"),
            .uniqueID("AROAAAAAAAAAAAAAAAAAA"), .service(host: "lambda.amazonaws.com"),
            .service(host: "ec2.amazonaws.com.cn"),
            .federated(provider: "arn:aws:iam::111122223333:saml-provider/p"),
            .canonicalUser("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"),
        ]
        #expect(try parse(text, .resource).statements.first?.principals?.elements == expected)
    }

    /// Which elements a kind of document must and must not have.
    @Test func kinds() throws {
        let plain = Self.document(#"{"Effect":"Allow","Action":"*","Resource":"*"}"#)
        let principal = Self.document(#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#)
        let trust = Self.document(
            #"{"Sid":"","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}"#)
        let narrow = Self.document(#"{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}"#)
        let accepts: [(DocumentKind, [Bool])] = [
            (.identity, [true, false, false, false]), (.boundary, [true, false, false, false]),
            (.session, [true, false, false, false]), (.scp, [true, false, false, false]),
            (.resource, [false, true, true, true]), (.trust, [false, false, true, false]),
            (.rcp, [false, true, false, false]),
        ]
        #expect(accepts.count == DocumentKind.allCases.count)
        for (kind, expected) in accepts {
            #expect([plain, principal, trust, narrow].map { (try? parse($0, kind)) != nil } == expected, "\(kind)")
        }
    }

    @Test func whatIsKept() throws {
        let document = try parse(
            #"{"Id":"key-default-1","Version":"2012-10-17","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":["KMS:*"],"NotResource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}]}"#,
            .resource)
        #expect(document.id == "key-default-1" && document.version == "2012-10-17" && document.kind == .resource)
        let statement = try #require(document.statements.first)
        #expect(statement.sid == "Enable IAM User Permissions" && statement.effect == .deny)
        #expect(statement.principals == PrincipalClause(elements: [.everyone], isNegated: true))
        #expect(
            statement.actions == ["KMS:*"] && statement.isNotAction && statement.resources == ["*"]
                && statement.isNotResource)
        let condition = try #require(statement.conditions.first)
        #expect(
            condition.operatorName == "Bool" && condition.key == "aws:SecureTransport" && condition.values == ["false"])
        #expect(try parse(#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#).version == "2008-10-17")
    }

    /// Any bytes are either a policy or refused; nothing traps.
    @Test func mutatedBytesNeverTrap() throws {
        let seed = Array(
            Self.document(
                #"{"Sid":"a","Effect":"Allow","Principal":{"AWS":["*","arn:aws:iam::111122223333:role/r"],"Service":"lambda.amazonaws.com"},"Action":["s3:Get*"],"Resource":"arn:aws:s3:::${aws:username, 'x'}/*","Condition":{"ForAllValues:StringLikeIfExists":{"aws:TagKeys":["a*","b?"]},"IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]},"DateLessThan":{"aws:CurrentTime":"2026-11-24T18:27:08.5+01:00"},"NumericEquals":{"a:b":-1.5e3},"BinaryEquals":{"a:c":"QQ=="},"ArnLike":{"a:d":"arn:*:*:*:*:*"}}}"#
            ).utf8)
        var chance = Chance(seed: 3)
        var accepted = 0
        for _ in 0..<fuzzCount(standard: 2_000) {
            var bytes = seed
            for _ in 0..<(1 + chance.below(3)) {
                let at = chance.below(bytes.count)
                switch chance.below(3) {
                case 0: bytes[at] = UInt8(chance.below(256))
                case 1: bytes.remove(at: at)
                default: bytes.insert(chance.pick(Array("*?:${}'\"0,/.e".utf8)), at: at)
                }
            }
            guard let document = try? PolicyDocument.parse(bytes, kind: .resource) else { continue }
            accepted += 1
            let keys: ContextKeys = [
                "aws:TagKeys": ["a", "b"], "aws:SourceIp": "10.1.1.1", "aws:CurrentTime": "0", "a:b": "-1500",
                "a:c": "QQ==",
                "a:d": "arn:a:b:c:d:e",
            ]
            let layers = Layers(resource: NamedPolicy(name: "r", document: document), resourceAccount: Cast.account)
            _ = decide(
                Ask(action: "s3:GetObject", resource: "arn:aws:s3:::alice/x", principal: Cast.alice, keys: keys), layers
            )
        }
        #expect(accepted > 100)
    }
}
