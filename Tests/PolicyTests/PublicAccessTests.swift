import Bytes
import Policy
import Testing

/// Spec section 4.7; S3 guide, "the meaning of public".
@Suite struct PublicAccessTests {
    static func isPublic(
        _ principal: String, _ condition: String = "{}", effect: String = "Allow", element: String = "Principal"
    )
        throws -> Bool
    {
        let statement =
            #"{"Effect":"\#(effect)","\#(element)":\#(principal),"Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":\#(condition)}"#
        return PublicAccess.isPublic(try policy(statement, .resource).document)
    }

    @Test func principals() throws {
        #expect(try Self.isPublic(#""*""#))
        #expect(try Self.isPublic(#"{"AWS":"*"}"#))
        #expect(try Self.isPublic(#"{"AWS":["111122223333","*"]}"#))
        #expect(try Self.isPublic(#"{"AWS":"111122223333"}"#, element: "NotPrincipal"))
        #expect(try !Self.isPublic(#"{"AWS":"111122223333"}"#))
        #expect(try !Self.isPublic(#"{"Service":"lambda.amazonaws.com"}"#))
        #expect(try !Self.isPublic(#""*""#, effect: "Deny"))
        #expect(try !Self.isPublic(#"{"AWS":"111122223333"}"#, effect: "Deny", element: "NotPrincipal"))
    }

    @Test(arguments: [
        (#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#, false),
        (#"{"StringEquals":{"AWS:sourcevpce":["vpce-1","vpce-2"]}}"#, false),
        (#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#, false),
        (#"{"StringLike":{"aws:SourceAccount":"111122223333"}}"#, false),
        (#"{"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::b"}}"#, false),
        (#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/r"}}"#, false),
        (#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#, false),
        (#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#, false),
        (#"{"StringEquals":{"aws:userid":"AIDAX"}}"#, false),
        (#"{"StringEquals":{"kms:CallerAccount":"111122223333"}}"#, false),
        (#"{"ForAnyValue:StringEquals":{"aws:SourceVpc":"vpc-1"}}"#, false),
        (#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, false),
        (#"{"IpAddress":{"aws:SourceIp":["203.0.113.7","2001:db8::/32"]}}"#, false),
        (#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc"},"Bool":{"aws:SecureTransport":"true"}}"#, false),
        (#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}"#, true),
        (#"{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","0.0.0.0/0"]}}"#, true),
        (#"{"IpAddress":{"aws:SourceIp":"2000::/3"}}"#, true),
        (#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, true),
        (#"{"IpAddressIfExists":{"aws:SourceIp":"10.0.0.0/8"}}"#, true),
        (#"{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"}}"#, true),
        (#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#, true),
        (#"{"StringEquals":{"aws:SourceVpc":["vpc-1","*"]}}"#, true),
        (#"{"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}}"#, true),
        (#"{"StringLike":{"aws:userid":"AROAX:*"}}"#, true),
        (#"{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}"#, true),
        (#"{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}"#, true),
        (#"{"ForAllValues:StringEquals":{"aws:SourceVpc":"vpc-1"}}"#, true),
        (#"{"Null":{"aws:SourceVpc":"false"}}"#, true),
        (#"{"Bool":{"aws:SecureTransport":"true"}}"#, true), (#"{"StringEquals":{"aws:username":"alice"}}"#, true),
        (#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#, true),
        (#"{"StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}}"#, true), ("{}", true),
    ])
    func conditions(condition: String, expected: Bool) throws {
        #expect(try Self.isPublic(#""*""#, condition) == expected)
    }

    @Test func oneOpenStatementIsEnough() throws {
        let narrow = #"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}"#
        let open = #"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
        #expect(PublicAccess.isPublic(try policy("\(narrow),\(open)", .resource).document))
        #expect(!PublicAccess.isPublic(try policy("\(narrow),\(narrow)", .resource).document))
    }
}
