import Bootstrap
import Bytes
import Testing

/// `LINE: REASON` of everything that is wrong with a file.
private func mistakes(_ text: String) -> [String] {
    switch Manifest.read(text) {
    case .success: []
    case .failure(let mistakes): mistakes.all.map { "\($0.line): \($0.reason)" }
    }
}

@Suite("Reading a bootstrap file")
struct ReadingTests {
    @Test("Every member is read")
    func whole() throws {
        let manifest = try Manifest.read(
            """
            organization:
              units: [{name: work}, {name: prod, parent: work}]
              resource-control-policies:
                - name: fence
                  document: {Version: 2012-10-17, Statement: [{Effect: Deny, Principal: '*', Action: 'kms:*', Resource: '*'}]}
                  targets: [root, unit.prod, account.a]
            accounts:
              - {name: a, email: a@example.com, unit: prod, groups: [{name: inner, path: /x/}]}
            oidc-providers:
              - {url: 'https://ID.example.com/Path', audiences: [x], thumbprints: [], tags: {k: v}}
            users:
              - {name: u, path: /p/, groups: [g], policies: [mp], permissions-boundary: none, tags: {}, access-key: u.key}
            groups: [{name: g, inline-policies: {}}]
            roles:
              - name: r
                description: d
                trust: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: '*', Action: 'sts:AssumeRole'}]}
                max-session-duration: 3600
                permissions-boundary: arn:aws:iam::aws:policy/PowerUserAccess
            policies:
              - name: mp
                document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
            keys:
              - {alias: alias/k, description: '', enabled: false, rotation: 90, spec: SYMMETRIC_DEFAULT,
                 usage: ENCRYPT_DECRYPT, multi-region: true}
            """
        ).get()
        #expect(manifest.organization?.units.map(\.parent) == ["root", "work"])
        #expect(manifest.organization?.policies.first?.targets == [.root, .unit("prod"), .account("a")])
        #expect(manifest.accounts.first?.contents.groups.first?.path == "/x/")
        let caller = manifest.caller
        #expect(caller.providers.first?.name == "id.example.com/Path")
        let user = try #require(caller.users.first)
        #expect(user.grants.attached == ["${policy.mp}"])
        #expect(user.grants.boundary == "")
        #expect(user.grants.inline == nil)
        #expect(user.tags == [:])
        #expect(user.accessKeyFile == "u.key")
        #expect(caller.groups.first?.grants.inline?.isEmpty == true)
        #expect(caller.roles.first?.maxSessionDuration == 3600)
        #expect(caller.roles.first?.line == 15)
        let key = try #require(caller.keys.first)
        #expect(key.alias == "k")
        #expect(key.description == "")
        #expect(key.isEnabled == false)
        #expect(key.rotation == .every(90))
        #expect(key.isMultiRegion == true)
    }

    private static let open = "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}"

    @Test(
        "What is wrong is refused, with its line",
        arguments: [
            ("", "1: the file is empty"),
            ("- a", "1: the file must be a mapping of members"),
            ("users: [", "this is not YAML"),
            ("users: []\nusers: []", "'users' stands there more than once"),
            ("user: []", "1: the file has no member 'user'; it has oidc-providers, users"),
            ("users: {name: u}", "1: 'users' must be a list"),
            ("users:", "1: 'users' has no value: leave it out to leave it as it is"),
            ("users:\n  - u", "2: a user must be a mapping of members, such as 'name: …'"),
            ("users:\n  - path: /", "2: a user needs 'name'"),
            ("users:\n  - name: ''", "2: 'name' of a user is empty"),
            ("users:\n  - name: [a]", "2: 'name' must be text"),
            ("users:\n  - name: u\n    password: x", "3: a user has no member 'password'"),
            ("users:\n  - name: u\n    tags:", "3: 'tags' has no value"),
            ("users:\n  - name: u\n    tags: [a]", "3: 'tags' must be a mapping from names to values"),
            ("users:\n  - name: u\n    tags: {a: [b]}", "3: 'a' must be text"),
            ("users:\n  - name: u\n    tags: {a: b, A: c}", "3: the tag 'A' stands there more than once"),
            ("users:\n  - name: u\n    policies: x", "3: 'policies' must be a list"),
            (
                "users:\n  - name: u\n    groups: [g, g]\ngroups: [{name: g}]",
                "3: 'g' stands in 'groups' more than once"
            ),
            (
                "users:\n  - name: u\n    groups: [g]",
                "2: the group 'g' of the user 'u' is not in 'groups' of its account"
            ),
            ("users:\n  - name: u\n    policies: [p]", "3: the policy 'p' is not in 'policies' of the same account"),
            ("users:\n  - name: u\n    permissions-boundary: p", "3: the policy 'p' is not in 'policies'"),
            ("users:\n  - name: u\n  - name: U", "3: the user 'U' is in line 2 already"),
            (
                "users:\n  - {name: u, access-key: f}\n  - {name: v, access-key: f}",
                "3: the access key file 'f' is in line 2 already"
            ),
            ("groups:\n  - {name: g, tags: {}}", "2: a group has no member 'tags'"),
            ("roles:\n  - name: r", "2: a role needs 'trust': who may assume it"),
            ("roles:\n  - name: r\n    max-session-duration: long", "3: 'max-session-duration' must be a whole number"),
            (
                "roles:\n  - name: r\n    trust:\n      Version: '2012-10-17'\n      Statement:\n        - Effect: Allow\n          Principal: {AWS: nobody}\n          Action: 'sts:AssumeRole'",
                "7: MalformedPolicyDocument: Statement[0].Principal"
            ),
            ("policies:\n  - name: p", "2: a policy needs 'document'"),
            (
                "policies:\n  - name: p\n    document: '{'",
                "3: 'document' is text, but no JSON: a member name is missing"
            ),
            (
                "policies:\n  - name: p\n    document:\n      Version: '2012-10-17'\n      Statement:\n        - Effect: Allow\n          Action: '*'\n          Ressource: '*'",
                "8: MalformedPolicyDocument: Statement[0].Ressource: an unknown element"
            ),
            ("policies:\n  - name: p\n    document:\n      Version:", "4: a value is missing in a policy"),
            (
                "policies:\n  - name: p\n    document: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: '*', Resource: '${key.k}'}]}",
                "3: ${key.k}: there is no key with this alias in 'keys' of the same account"
            ),
            (
                "policies:\n  - name: p\n    document: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: '*', Resource: 'arn:aws:iam::${account.x}:role/r'}]}",
                "3: ${account.x}: there is no account 'x' in 'accounts'"
            ),
            ("policies:\n  - {name: p, document: \(open), description: '${key}'}", "2: ${key} names nothing"),
            (
                "policies:\n  - {name: p, document: \(open), description: '${root}'}",
                "2: ${root} is not for use in the file"
            ),
            ("keys:\n  - alias: aws/mine", "2: aliases that begin with aws/ are the services' own"),
            ("keys:\n  - alias: 'a}'", "2: the name 'a}' must have no quotes"),
            ("keys:\n  - alias: k\n    enabled: 'yes'", "3: 'enabled' must be true or false"),
            (
                "keys:\n  - alias: k\n    rotation: 30",
                "3: 'rotation' must be true, false, or a period of 90 to 2560 days"
            ),
            (
                "keys:\n  - alias: k\n    spec: RSA_2048\n    rotation: true",
                "4: only keys of the spec SYMMETRIC_DEFAULT rotate"
            ),
            ("keys:\n  - alias: k\n  - alias: alias/k", "3: the key 'k' is in line 2 already"),
            ("oidc-providers:\n  - url: http://example.com", "2: 'url' must begin with https://"),
            (
                "oidc-providers:\n  - url: https://a.b\n  - url: https://A.b",
                "3: the OIDC provider 'a.b' is in line 2 already"
            ),
            ("accounts:\n  - name: a", "2: an account needs 'email'"),
            (
                "accounts:\n  - {name: a, email: x@y}\n  - {name: b, email: X@y}",
                "3: the e-mail address 'X@y' is in line 2 already"
            ),
            (
                "accounts:\n  - {name: a, email: x@y}\n  - {name: a, email: z@y}",
                "3: the account 'a' is in line 2 already"
            ),
            ("accounts:\n  - {name: a, email: x@y, unit: u}", "2: the unit 'u' is not in 'units' of the organization"),
            ("accounts:\n  - {name: a, email: x@y, accounts: []}", "2: an account has no member 'accounts'"),
            (
                "organization:\n  units:\n    - {name: a, parent: b}\n    - {name: b}",
                "3: the parent 'b' is no unit above this line"
            ),
            ("organization:\n  units:\n    - {name: root}", "3: 'root' is the organization's root"),
            (
                "organization:\n  service-control-policies:\n    - {name: p, document: \(open), targets: [everywhere]}",
                "3: the target 'everywhere' must be root, unit.NAME or account.NAME"
            ),
            (
                "organization:\n  service-control-policies:\n    - {name: p, document: \(open), targets: [unit.x]}",
                "3: a target of 'p' is neither a unit nor an account of the file"
            ),
        ])
    func refusals(text: String, expected: String) {
        let found = mistakes(text)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test("All mistakes come at once, in the order of the lines")
    func several() {
        let found = mistakes("keys:\n  - alias: k\n    rotation: 1\nusers:\n  - {}\nroles:\n  - name: r\nx: 1")
        #expect(found.map { $0.prefix(2) } == ["3:", "5:", "7:", "8:"])
    }

    @Test("IAM's own variables are no references")
    func variables() {
        let text = """
            policies:
              - name: p
                document:
                  Version: '2012-10-17'
                  Statement: [{Effect: Allow, Action: 's3:*', Resource: 'arn:aws:s3:::b/${aws:username}/${*}/${account}'}]
            """
        #expect(mistakes(text) == [])
        var bindings = Bindings()
        bindings[.account(.caller)] = "000000000001"
        #expect(
            bindings.resolve("${aws:username}/${account}/${" as Text, in: .caller) == "${aws:username}/000000000001/${")
        #expect(
            bindings.resolve("${account}/${caller-account}" as Text, in: .account("a")) == "${account.a}/000000000001")
    }
}

@Suite("Policies compared by meaning")
struct PolicyMeaningTests {
    private static func meaning(_ statements: String, version: String = #""Version":"2012-10-17","#) throws
        -> PolicyMeaning
    {
        PolicyMeaning(try JSON.parse(Array("{\(version)\"Statement\":\(statements)}".utf8)))
    }

    @Test(
        "The same, however it is written",
        arguments: [
            (
                #"{"Effect":"Allow","Action":"a:B","Resource":"*"}"#,
                #"[{"Resource":["*"],"Action":["A:b"],"Effect":"Allow","Sid":""}]"#
            ),
            (
                #"[{"Effect":"Deny","Action":["a:b","c:d"]},{"Effect":"Allow","Action":"*"}]"#,
                #"[{"Effect":"Allow","Action":"*"},{"Effect":"Deny","Action":["c:d","a:b","a:b"]}]"#
            ),
            (
                #"{"Effect":"Allow","Principal":{"AWS":"000000000001","Service":"x"},"Action":"*"}"#,
                #"{"Effect":"Allow","Principal":{"Service":["x"],"AWS":["arn:aws:iam::000000000001:root"]},"Action":"*"}"#
            ),
            (
                #"{"Effect":"Allow","Action":"*","Condition":{"Bool":{"aws:SecureTransport":true}}}"#,
                #"{"Effect":"Allow","Action":"*","Condition":{"bool":{"AWS:securetransport":["true"]}}}"#
            ),
        ])
    func same(a: String, b: String) throws {
        let (a, b) = (try Self.meaning(a), try Self.meaning(b))
        #expect(a == b)
        #expect(PolicyMeaning.difference(from: a, to: b) == [])
    }

    @Test(
        "Not the same",
        arguments: [
            #"{"Effect":"Deny","Action":"a:b","Resource":"x"}"#, #"{"Effect":"Allow","Action":"a:c","Resource":"x"}"#,
            #"{"Effect":"Allow","Action":"a:b","Resource":"X"}"#,
            #"{"Effect":"Allow","NotAction":"a:b","Resource":"x"}"#,
            #"{"Effect":"Allow","Action":["a:b","a:c"],"Resource":"x"}"#,
            #"{"Effect":"Allow","Action":"a:b","Resource":"x","Condition":{"Bool":{"a:b":"true"}}}"#,
            #"[{"Effect":"Allow","Action":"a:b","Resource":"x"},{"Effect":"Deny","Action":"*","Resource":"*"}]"#, "[]",
        ])
    func different(other: String) throws {
        let one = try Self.meaning(#"{"Effect":"Allow","Action":"a:b","Resource":"x"}"#)
        let two = try Self.meaning(other)
        #expect(one != two)
        #expect(!PolicyMeaning.difference(from: one, to: two).isEmpty)
        #expect(!PolicyMeaning.difference(from: two, to: one).isEmpty)
    }

    @Test("The version is part of the meaning, and says which variables there are")
    func version() throws {
        let (new, old) = (try Self.meaning("[]"), try Self.meaning("[]", version: ""))
        #expect(new != old)
        #expect(
            PolicyMeaning.difference(from: old, to: new).map(\.string) == ["version or id: 2008-10-17  -> 2012-10-17 "])
        #expect(old == (try Self.meaning("[]", version: #""Version":"2008-10-17","#)))
    }
}
