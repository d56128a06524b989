import Bytes
import Testing

@testable import Policy

/// What a policy says about a service as a whole.
@Suite struct ServiceTests {
    private func document(_ statements: String) throws -> PolicyDocument {
        try PolicyDocument.parse(
            Array(#"{"Version":"2012-10-17","Statement":[\#(statements)]}"#.utf8), kind: .identity)
    }

    @Test(arguments: [
        (#""Action":"kms:Decrypt""#, true), (#""Action":"KMS:*""#, true), (#""Action":"*""#, true),
        (#""Action":"k*:Decrypt""#, true), (#""Action":["s3:*","kmsx:*"]"#, false),
        (#""NotAction":"kms:Decrypt""#, true),
        (#""NotAction":"kms:*""#, false), (#""NotAction":"*""#, false), (#""NotAction":"s3:*""#, true),
    ])
    func grants(_ action: String, _ expected: Bool) throws {
        let allow = try document(#"{"Effect":"Allow",\#(action),"Resource":"arn:aws:kms:*:*:key/x"}"#)
        #expect(allow.grants("kms") == expected)
        #expect(try !document(#"{"Effect":"Deny",\#(action),"Resource":"*"}"#).grants("kms"))
    }

    @Test(arguments: [
        (#""Action":"kms:*","Resource":"*""#, true), (#""Action":"*","Resource":"*""#, true),
        (#""Action":"kms:D*","Resource":"*""#, false), (#""NotAction":"s3:*","Resource":"*""#, true),
        (#""NotAction":"kms:Decrypt","Resource":"*""#, false),
        (#""Action":"kms:*","Resource":"arn:aws:kms:*:*:key/x""#, false),
        (#""Action":"kms:*","NotResource":"*""#, false),
        (#""Action":"kms:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#, false),
    ])
    func forbids(_ rest: String, _ expected: Bool) throws {
        #expect(try document(#"{"Effect":"Deny",\#(rest)}"#).forbids("kms") == expected)
        #expect(try !document(#"{"Effect":"Allow",\#(rest)}"#).forbids("kms"))
    }
}
