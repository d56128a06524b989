import Bytes
import Testing
import Wire

@testable import Services

/// What grants say, without anybody asking.
@Suite struct GrantTermsTests {
    private func constraints(_ subset: [(Text, Text)]?, _ equals: [(Text, Text)]?, source: Text? = nil)
        -> GrantConstraints
    {
        var constraints = GrantConstraints(stored: nil)
        constraints.subset = subset.map { EncryptionContext($0) }
        constraints.equals = equals.map { EncryptionContext($0) }
        constraints.sourceARN = source
        return constraints
    }

    @Test func aContextIsComparedByBytes() {
        let equals = constraints(nil, [("a", "1"), ("é", "2")])
        #expect(equals.hold(for: EncryptionContext([("é", "2"), ("a", "1")])))
        #expect(!equals.hold(for: EncryptionContext([("e\u{301}", "2"), ("a", "1")])))
        #expect(!equals.hold(for: EncryptionContext([("A", "1"), ("é", "2")])))
        #expect(!equals.hold(for: EncryptionContext([("a", "1"), ("é", "2"), ("b", "")])))
        let subset = constraints([("a", "1")], nil)
        #expect(subset.hold(for: EncryptionContext([("a", "1"), ("b", "2")])))
        #expect(!subset.hold(for: EncryptionContext([("a", "2"), ("b", "1")])))
        #expect(constraints(nil, nil).hold(for: EncryptionContext([("a", "1")])))
        // Both hold where a row has both.
        let both = constraints([("a", "1")], [("b", "2")])
        #expect(!both.hold(for: EncryptionContext([("a", "1")])) && !both.hold(for: EncryptionContext([("b", "2")])))
    }

    @Test func whatIsHandedOnIsNeverWider() {
        let (a, ab): ([(Text, Text)], [(Text, Text)]) = ([("a", "1")], [("a", "1"), ("b", "2")])
        let free = constraints(nil, nil)
        let all = [
            free, constraints(a, nil), constraints(ab, nil), constraints(nil, a), constraints(nil, ab),
            constraints(nil, []), constraints(nil, nil, source: "x"), constraints(a, nil, source: "x"),
        ]
        for one in all { #expect(free.permits(one) && one.permits(one)) }
        #expect(all.map { constraints(a, nil).permits($0) } == [false, true, true, true, true, false, false, true])
        #expect(all.map { constraints(nil, a).permits($0) } == [false, false, false, true, false, false, false, false])
        #expect(
            all.map { constraints(nil, nil, source: "x").permits($0) } == [false] + Array(repeating: false, count: 5)
                + [true, true])
        // Whatever a child lets through, its parent does: checked on every pair and context.
        let contexts = [[], a, ab, [("b", "2")], [("a", "2")]].map { EncryptionContext($0) }
        for parent in all {
            for child in all where parent.permits(child) {
                for context in contexts where child.hold(for: context) { #expect(parent.hold(for: context)) }
            }
        }
    }

    @Test(
        arguments: [
            ("000000000001", "arn:aws:iam::000000000001:root"), ("arn:aws:iam::000000000001:root", nil),
            ("arn:aws:iam::000000000001:user/a/b", nil), ("arn:aws:iam::000000000001:role/r", nil),
            ("arn:aws:sts::000000000001:assumed-role/r/s", nil), ("arn:aws:sts::000000000001:federated-user/f", nil),
        ] as [(Text, Text?)])
    func principals(_ text: Text, _ normal: Text?) throws {
        let party = try GrantParty.principal(text)
        #expect(party.text == normal ?? text && !party.isService)
        #expect(party.account?.text == "000000000001")
    }

    @Test(
        arguments: [
            "*", "", "00000000001", "arn:aws:iam::000000000001:user/*", "arn:aws:iam::000000000001:group/g",
            "AROAIOSFODNN7EXAMPLE", "rds.amazonaws.com", "arn:aws:kms:us-west-2:000000000001:key/k",
        ] as [Text])
    func noPrincipals(_ text: Text) {
        #expect(throws: Fault("InvalidArnException", "ARN does not refer to a valid principal: \(text)")) {
            try GrantParty.principal(text)
        }
    }

    @Test func termsComeBackFromTheirRow() throws {
        let request: Fields = [
            "GranteeServicePrincipal": "rds.amazonaws.com", "RetiringPrincipal": "000000000001", "Name": "n",
            "Operations": .list(["Decrypt", "Encrypt", "Decrypt"]),
            "Constraints": .structure([
                "EncryptionContextEquals": .structure(["é": "2", "a": "1"]),
                "SourceArn": "arn:aws:rds:us-west-2:000000000001:db:x",
            ]),
        ]
        let terms = try GrantTerms(request: request)
        #expect(terms.operations == ["Decrypt", "Encrypt"] && terms.constraints.typeName == "EncryptionContextEquals")
        var body = Fields()
        terms.store(in: &body)
        #expect(GrantTerms(stored: try Fields(json: body.json)) == terms)
    }
}
