import Bytes
import Policy
import TestKit
import Testing

@testable import Services

/// Policies with the unique ids of whom they name.
@Suite struct WrittenPolicyTests {
    /// Who is there: by ARN as it is now.
    struct Directory: PrincipalDirectory {
        var people: [KnownPrincipal] = []
        var accounts: Set<Text> = ["000000000001"]

        init(_ people: (id: Text, arn: Text)...) {
            self.people = people.map { one in
                KnownPrincipal(id: one.id, name: one.arn.split(on: 0x2F).last ?? "", arn: one.arn)
            }
        }

        func principal(_ kind: EntityKind, _ name: Text, _ account: AccountID) throws -> KnownPrincipal? {
            people.first {
                $0.arn.hasPrefix("arn:aws:iam::\(account):\(kind.rawValue)/")
                    && $0.name.asciiLowercased == name.asciiLowercased
            }
        }
        func principal(_ id: Text) throws -> KnownPrincipal? { people.first { $0.id == id } }
        func hasAccount(_ id: AccountID) throws -> Bool { accounts.contains(id.text) }
    }

    static let alice: (id: Text, arn: Text) = ("AIDAALICEALICEALICE1", "arn:aws:iam::000000000001:user/staff/alice")
    static let app: (id: Text, arn: Text) = ("AROAAPPAPPAPPAPPAPP1", "arn:aws:iam::000000000001:role/app")
    static let appSession: Text = "arn:aws:sts::000000000001:assumed-role/app/s1"

    static func text(_ principals: String, more: String = "") -> Text {
        Text(#"{ "Statement": [ {"Effect":"Allow","Principal":\#(principals),"Action":"*"\#(more)} ] }"#)
    }

    static func written(_ text: Text, in directory: Directory, accounts: Bool = true) throws -> WrittenPolicy {
        let document = try PolicyDocument.parse(text.bytes, kind: .resource)
        return try WrittenPolicy(text, document, in: directory, accounts: accounts)
    }

    @Test(
        arguments: [
            (#"{"AWS":"\#(alice.arn)"}"#, [alice.arn: alice.id]),
            (
                #"{"AWS":["\#(app.arn)","\#(alice.arn)","\#(appSession)"]}"#,
                [alice.arn: alice.id, app.arn: app.id, appSession: app.id]
            ),
            (#"{"AWS":"\#(alice.id)"}"#, [:]), (#""*""#, [:]), (#"{"AWS":["000000000001","*"]}"#, [:]),
            (#"{"AWS":"arn:aws:sts::000000000001:federated-user/anybody"}"#, [:]),
            (#"{"Service":"lambda.amazonaws.com","Federated":"accounts.google.com"}"#, [:]),
        ] as [(String, [Text: Text])])
    func idsAreKept(_ principals: String, _ ids: [Text: Text]) throws {
        let policy = try Self.written(Self.text(principals), in: Directory(Self.alice, Self.app))
        #expect(policy.ids == ids && policy.text == Self.text(principals))
        // As a row keeps it.
        var body: Fields = ["policy": "old", "principals": "old", "other": "stays"]
        WrittenPolicy.store(policy, in: &body, "policy")
        #expect(WrittenPolicy(try Fields(json: body.json), "policy") == policy && body.text("other") == "stays")
        WrittenPolicy.store(nil, in: &body, "policy")
        #expect(WrittenPolicy(body, "policy") == nil && body.members.count == 1)
        let negated = Text(Self.text(principals).string.replacing("Principal", with: "NotPrincipal"))
        #expect(try Self.written(negated, in: Directory(Self.alice, Self.app)).ids == ids)
    }

    @Test(arguments: [
        "arn:aws:iam::000000000001:user/bob", "arn:aws:iam::000000000001:user/alice",
        "arn:aws:iam::000000000001:user/staff/Alice", "arn:aws:iam::000000000001:role/alice",
        "arn:aws:iam::000000000002:user/staff/alice", "arn:aws-cn:iam::000000000001:user/staff/alice",
        "arn:aws:iam::000000000001:role/App", "arn:aws:sts::000000000001:assumed-role/App/s1",
        "arn:aws:sts::000000000001:assumed-role/other/s1", "AIDAALICEALICEALICE2", "000000000002",
        "arn:aws:iam::000000000002:root", "arn:aws:sts::000000000002:federated-user/x",
    ])
    func whoIsNotThereIsFound(_ name: String) throws {
        let text = Self.text(#"{"AWS":["\#(Self.alice.arn)","\#(name)"]}"#)
        #expect(throws: UnknownPrincipal.self) {
            try Self.written(text, in: Directory(Self.alice, Self.app))
        }
        guard name.contains("000000000002"), !name.contains("user/staff") else { return }
        #expect(throws: Never.self) {
            try Self.written(text, in: Directory(Self.alice, Self.app), accounts: false)
        }
    }

    @Test func shownAsWrittenWhileAllAreThere() throws {
        let directory = Directory(Self.alice, Self.app)
        for names in [#""\#(Self.alice.arn)""#, #"["\#(Self.app.arn)", "\#(Self.appSession)"]"#, #""\#(Self.app.id)""#]
        {
            let text = Self.text(#"{"AWS": \#(names) }"#)
            #expect(try Self.written(text, in: directory).shown(in: directory) == text)
        }
    }

    @Test func shownByIDOnceGone() throws {
        let condition = #","Condition":{"StringEquals":{"aws:PrincipalArn":"\#(Self.app.arn)"}}"#
        let names = #"["\#(Self.alice.arn)","\#(Self.app.arn)","\#(Self.appSession)","*"]"#
        let policy = try Self.written(
            Self.text(#"{"AWS":\#(names)}"#, more: condition), in: Directory(Self.alice, Self.app))
        let again: (id: Text, arn: Text) = ("AROAAPPAPPAPPAPPAPP2", Self.app.arn)
        for directory in [Directory(Self.alice), Directory(Self.alice, again)] {
            #expect(
                try policy.shown(in: directory)
                    == Text(
                        #"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["\#(Self.alice.arn)","\#(Self.app.id)","\#(Self.app.id):s1","*"]},"Action":"*"\#(condition)}]}"#
                    ))
        }
        // Neither a list of statements nor one of names.
        let single = Text(#"{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"\#(Self.alice.arn)"},"Action":"*"}}"#)
        #expect(
            try Self.written(single, in: Directory(Self.alice)).shown(in: Directory())
                == Text(#"{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"\#(Self.alice.id)"},"Action":"*"}}"#))
    }

    @Test func shownByTheNewName() throws {
        let policy = try Self.written(Self.text(#"{"AWS":"\#(Self.alice.arn)"}"#), in: Directory(Self.alice))
        let moved: (id: Text, arn: Text) = (Self.alice.id, "arn:aws:iam::000000000001:user/alicia")
        let namesake: (id: Text, arn: Text) = ("AIDAALICEALICEALICE2", Self.alice.arn)
        #expect(try policy.shown(in: Directory(moved, namesake)).string.contains(#""AWS":"\#(moved.arn)""#))
    }

    /// Rows from before ids were kept.
    @Test func withoutIDsByARN() throws {
        let body: Fields = ["policy": .string(Self.text(#"{"AWS":"\#(Self.alice.arn)"}"#))]
        let policy = try #require(WrittenPolicy(body, "policy"))
        #expect(policy.ids.isEmpty && policy == WrittenPolicy(policy.text))
        #expect(try policy.shown(in: Directory()) == policy.text)
        #expect(try policy.compiled(.resource, name: "p").document.principals == [.user(arn: Self.alice.arn)])
    }
}
