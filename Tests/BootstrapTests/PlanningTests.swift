import Bootstrap
import Bytes
import Testing

private let account: Text = "000000000001"

private func manifest(_ text: String) throws -> Manifest { try Manifest.read(text).get() }

private func plan(_ text: String, _ observe: (inout ObservedAccount) -> Void = { _ in }) throws -> Plan {
    var own = ObservedAccount(id: account)
    observe(&own)
    var observed = Observed(callerAccount: account)
    observed.accounts[.caller] = own
    return Plan(for: try manifest(text), observed: observed)
}

private func document(_ text: String) -> Document { (try? JSON.parse(Array(text.utf8))) ?? .null }

/// `OPERATION` and the values of the input, one text a step.
private func steps(_ plan: Plan) -> [String] {
    plan.steps.map { step in
        var out = ByteBuilder()
        out.append(json: step.input)
        return "\(step.operation) \(String(decoding: out.bytes, as: UTF8.self))"
    }
}

private func operations(_ plan: Plan) -> [String] { plan.steps.map(\.operation.string) }

private let open = #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
private let trusting =
    #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#

@Suite("Planning a bootstrap")
struct PlanningTests {
    @Test("What is as the file says has no steps; what the file leaves out is not looked at")
    func unchanged() throws {
        let plan = try plan("users:\n  - {name: u, tags: {k: v}}\nroles:\n  - {name: r, trust: \(trusting)}") { found in
            var user = UserEntry(line: 0, name: "u")
            (user.path, user.tags, user.groups) = ("/x/", ["k": "v", "aws:made": "x"], ["other"])
            user.grants.attached = ["arn:aws:iam::aws:policy/AdministratorAccess"]
            found.users["u"] = Found(arn: "x", user)
            var role = RoleEntry(line: 0, name: "r")
            (role.trust, role.maxSessionDuration) = (document(trusting), 7200)
            found.roles["r"] = Found(arn: "x", role)
        }
        #expect(plan.changes.isEmpty && plan.problems.isEmpty)
        #expect(plan.unchanged == 2)
        #expect(plan.text(for: try manifest("users: []")) == "Nothing to do: 2 as the file says.")
    }

    @Test("A user is made equal to the file in the members that it lists")
    func user() throws {
        let text = """
            users:
              - name: u
                path: /new/
                groups: [g]
                policies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
                inline-policies: {keep: \(open), add: \(open)}
                permissions-boundary: none
                tags: {a: '2', b: '1'}
            groups: [{name: g}]
            """
        let plan = try plan(text) { found in
            var user = UserEntry(line: 0, name: "u")
            (user.path, user.groups, user.tags) = ("/", ["old"], ["a": "1", "gone": "x"])
            user.grants.attached = ["arn:aws:iam::aws:policy/AdministratorAccess"]
            user.grants.inline = ["keep": document(open), "gone": document(open)]
            user.grants.boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
            found.users["u"] = Found(arn: "x", user)
            found.groups["g"] = Found(arn: "x", GroupEntry(line: 0, name: "g"))
        }
        #expect(
            operations(plan) == [
                "UpdateUser", "UntagUser", "TagUser", "DeleteUserPermissionsBoundary", "PutUserPolicy",
                "DeleteUserPolicy", "AttachUserPolicy", "DetachUserPolicy", "AddUserToGroup", "RemoveUserFromGroup",
            ])
        #expect(
            plan.changes.first?.details.map(\.string) == [
                "path: / -> /new/", "tag a: 1 -> 2", "tag b: + 1", "tag gone: - x",
                "permissions-boundary: arn:aws:iam::aws:policy/PowerUserAccess -> none", "inline policy add: +",
                "inline policy gone: -", "policy arn:aws:iam::aws:policy/ReadOnlyAccess: +",
                "policy arn:aws:iam::aws:policy/AdministratorAccess: -", "group g: +", "group old: -",
            ])
        #expect(plan.summary == "Plan: 0 to create, 1 to change, 1 as the file says.")
    }

    @Test("An empty list empties")
    func emptied() throws {
        let plan = try plan("groups:\n  - {name: g, policies: [], inline-policies: {}}") { found in
            var group = GroupEntry(line: 0, name: "g")
            (group.grants.attached, group.grants.inline) = (["arn:aws:iam::aws:policy/X"], ["i": document(open)])
            found.groups["g"] = Found(arn: "x", group)
        }
        #expect(operations(plan) == ["DeleteGroupPolicy", "DetachGroupPolicy"])
    }

    @Test("What others refer to is made first")
    func order() throws {
        let text = """
            users: [{name: u, groups: [g], permissions-boundary: p, access-key: f}]
            groups: [{name: g, policies: [p]}]
            roles:
              - name: r
                trust: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {AWS: 'arn:aws:iam::${account}:user/u'}, Action: 'sts:AssumeRole'}}
                policies: [p]
            policies:
              - name: p
                document: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 'kms:Decrypt', Resource: '${key.k}'}}
            keys: [{alias: k, rotation: 90, enabled: false}]
            """
        let plan = try plan(text)
        #expect(
            operations(plan) == [
                "CreateUser", "CreateGroup", "CreateRole", "UpdateAssumeRolePolicy", "CreateKey", "CreateAlias",
                "EnableKeyRotation", "DisableKey", "CreatePolicy", "PutUserPermissionsBoundary", "AddUserToGroup",
                "AttachGroupPolicy", "AttachRolePolicy", "CreateAccessKey",
            ])
        let role = try #require(plan.steps.first { $0.operation == "CreateRole" })
        #expect(
            role.input.text("AssumeRolePolicyDocument")?.string.contains("Deny") == true, "nobody may assume it yet")
        #expect(
            plan.steps.first { $0.operation == "CreatePolicy" }?.outcome
                == .binds(.policy(.caller, "p"), ["Policy", "Arn"]))
    }

    @Test("A role whose trust names nobody new is made with it; a boundary that is there is set from the start")
    func wholeFromTheStart() throws {
        let plan = try plan(
            "roles:\n  - {name: r, trust: \(trusting), permissions-boundary: 'arn:aws:iam::aws:policy/PowerUserAccess'}"
        )
        #expect(operations(plan) == ["CreateRole"])
        #expect(plan.steps.first?.input.text("PermissionsBoundary") == "arn:aws:iam::aws:policy/PowerUserAccess")
    }

    @Test("Changing one setting of a role keeps the other")
    func roleSettings() throws {
        let plan = try plan("roles:\n  - {name: r, trust: \(trusting), max-session-duration: 3600}") { found in
            var role = RoleEntry(line: 0, name: "r")
            (role.trust, role.maxSessionDuration, role.description) = (document(open), 7200, "kept")
            found.roles["r"] = Found(arn: "x", role)
        }
        #expect(operations(plan) == ["UpdateRole", "UpdateAssumeRolePolicy"])
        #expect(plan.steps.first?.input.text("Description") == "kept")
    }

    @Test("A sixth version of a policy takes the place of the oldest")
    func versions() throws {
        let plan = try plan("policies:\n  - {name: p, document: \(open)}") { found in
            let entry = PolicyEntry(line: 0, name: "p", document: document(trusting))
            found.policies["p"] = Found(arn: "arn:aws:iam::\(account):policy/p", entry)
            found.oldVersions["p"] = ["v2", "v3", "v9", "v10"]
        }
        #expect(operations(plan) == ["DeletePolicyVersion", "CreatePolicyVersion"])
        #expect(plan.steps.first?.input.text("VersionId") == "v2")
    }

    @Test("Keys change in everything but what they are made of")
    func keys() throws {
        let text =
            "keys:\n  - {alias: k, enabled: true, description: new, rotation: true, tags: {a: b}, policy: \(trusting)}"
        let plan = try plan(text) { found in
            var key = KeyEntry(line: 0, alias: "k")
            (key.spec, key.isEnabled, key.description, key.rotation) = ("SYMMETRIC_DEFAULT", false, "old", .off)
            key.policy = document(open)
            found.keys["k"] = Found(arn: "arn:k", key)
        }
        #expect(
            operations(plan) == [
                "EnableKey", "UpdateKeyDescription", "PutKeyPolicy", "EnableKeyRotation", "TagResource",
            ])
        #expect(steps(plan).last == #"TagResource {"KeyId":"arn:k","Tags":[{"TagKey":"a","TagValue":"b"}]}"#)
    }

    @Test(
        "Rotation",
        arguments: [
            (KeyEntry.Rotation.every(200), "true", []), (.every(200), "200", []), (.off, "false", []),
            (.every(200), "false", ["DisableKeyRotation"]), (.every(200), "100", ["EnableKeyRotation"]),
            (.off, "true", ["EnableKeyRotation"]),
        ])
    func rotation(has: KeyEntry.Rotation, wanted: String, expected: [String]) throws {
        let plan = try plan("keys:\n  - {alias: k, rotation: \(wanted)}") { found in
            var key = KeyEntry(line: 0, alias: "k")
            (key.spec, key.isEnabled, key.rotation) = ("SYMMETRIC_DEFAULT", true, has)
            found.keys["k"] = Found(arn: "arn:k", key)
        }
        #expect(operations(plan) == expected)
    }

    @Test("Audiences and thumbprints of a provider")
    func provider() throws {
        let plan = try plan("oidc-providers:\n  - {url: 'https://id', audiences: [a, b], thumbprints: [ff]}") { found in
            var entry = ProviderEntry(line: 0, url: "https://id")
            (entry.audiences, entry.thumbprints) = (["b", "c"], ["FF"])
            found.providers["id"] = Found(arn: "arn:p", entry)
        }
        #expect(operations(plan) == ["AddClientIDToOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider"])
    }

    @Test(
        "What can't be changed is refused",
        arguments: [
            ("roles:\n  - {name: r, path: /y/, trust: \(trusting)}", "path of the role r is '/x/'"),
            ("policies:\n  - {name: p, path: /y/, document: \(open)}", "path of the policy p is '/x/'"),
            ("policies:\n  - {name: p, description: new, document: \(open)}", "description of the policy p is 'old'"),
            ("keys:\n  - {alias: k, spec: RSA_2048}", "spec of the key k is 'HMAC_256'"),
            ("keys:\n  - {alias: k, usage: SIGN_VERIFY}", "usage of the key k is 'GENERATE_VERIFY_MAC'"),
            ("keys:\n  - {alias: k, multi-region: true}", "multi-region of the key k is 'false'"),
            ("keys:\n  - {alias: k, rotation: true}", "the key k of the spec HMAC_256 can't rotate"),
            (
                "keys:\n  - {alias: off, rotation: true}",
                "rotation of the key off can't be changed while it is disabled"
            ),
            ("keys:\n  - alias: gone", "the key gone is in the state PendingDeletion"),
        ])
    func immutable(text: String, expected: String) throws {
        let plan = try plan(text) { found in
            var role = RoleEntry(line: 0, name: "r")
            (role.path, role.trust) = ("/x/", document(trusting))
            found.roles["r"] = Found(arn: "x", role)
            var policy = PolicyEntry(line: 0, name: "p", document: document(open))
            (policy.path, policy.description) = ("/x/", "old")
            found.policies["p"] = Found(arn: "x", policy)
            var key = KeyEntry(line: 0, alias: "k")
            (key.spec, key.usage, key.isEnabled) = ("HMAC_256", "GENERATE_VERIFY_MAC", true)
            found.keys["k"] = Found(arn: "x", key)
            (key.spec, key.usage, key.isEnabled) = ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false)
            found.keys["off"] = Found(arn: "x", key)
            found.keys["gone"] = Found(arn: "x", key)
            found.unusualStates["gone"] = "PendingDeletion"
        }
        #expect(plan.problems.count == 1)
        #expect(plan.problems.first?.line == 2)
        #expect(plan.problems.first?.reason.contains(expected) == true, "\(plan.problems)")
    }

    @Test(
        "Access keys",
        arguments: [
            ([], CredentialFile.missing, 1, 0, 0), ([], .present(accessKeyID: "A"), 0, 0, 1),
            ([], .unwritable, 0, 0, 1),
            (["A"], .present(accessKeyID: "A"), 0, 0, 0), (["A"], .present(accessKeyID: "B"), 0, 1, 0),
            (["A"], .present(accessKeyID: nil), 0, 1, 0), (["A"], .missing, 0, 1, 0), (["A"], .unwritable, 0, 1, 0),
        ] as [([Text], CredentialFile, Int, Int, Int)])
    func accessKey(ids: [Text], file: CredentialFile, made: Int, notes: Int, problems: Int) throws {
        var own = ObservedAccount(id: account)
        own.users["u"] = Found(arn: "x", UserEntry(line: 0, name: "u"))
        own.accessKeys["u"] = ids
        var observed = Observed(callerAccount: account)
        observed.accounts[.caller] = own
        observed.credentialFiles["f"] = file
        let plan = Plan(for: try manifest("users:\n  - {name: u, access-key: f}"), observed: observed)
        #expect((plan.steps.count, plan.notes.count, plan.problems.count) == (made, notes, problems))
    }

    @Test("A policy that a file names by its ARN must be there")
    func missingPolicy() throws {
        var observed = Observed(callerAccount: account)
        observed.missingPolicies = ["arn:aws:iam::aws:policy/None"]
        let text = "users:\n  - {name: u, policies: ['arn:aws:iam::aws:policy/None']}"
        let plan = Plan(for: try manifest(text), observed: observed)
        #expect(plan.problems.map(\.reason) == ["the policy arn:aws:iam::aws:policy/None is not there"])
    }

    @Test("Controls in names do not reach the terminal")
    func controls() throws {
        let text = "users:\n  - {name: \"u\\e[2J\"}"
        let shown = try plan(text).text(for: try manifest(text))
        #expect(!shown.unicodeScalars.contains("\u{1B}"))
        #expect(shown.contains("+ user u\u{FFFD}[2J"))
    }
}

@Suite("Planning an organization")
struct OrganizationPlanningTests {
    private static let text = """
        organization:
          units: [{name: work}, {name: prod, parent: work}]
          service-control-policies: [{name: s, document: \(open), targets: [unit.prod, account.a]}]
          resource-control-policies:
            - {name: c, document: {Version: 2012-10-17, Statement: {Effect: Deny, Principal: '*', Action: '*', Resource: '*'}}}
        accounts:
          - {name: a, email: a@example.com, unit: prod, users: [{name: u}]}
        """

    private static func whole() -> Observed {
        var organization = ObservedOrganization(managementAccount: account, root: "r-1")
        organization.enabledPolicyTypes = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
        organization.units = [
            .init(id: "ou-w", name: "work", parent: "r-1"), .init(id: "ou-p", name: "prod", parent: "ou-w"),
        ]
        organization.accounts = [
            .init(id: account, name: "management", email: "m@example.com", status: "ACTIVE"),
            .init(id: "000000000002", name: "a", email: "A@example.com", status: "ACTIVE", parent: "ou-p"),
        ]
        organization.policies["s"] = .init(
            id: "p-s", description: "", document: document(open), targets: ["ou-p", "000000000002"])
        organization.policies["c"] = .init(
            id: "p-c", description: "",
            document: document(
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}"#
            ),
            targets: ["r-1"])
        var observed = Observed(callerAccount: account)
        observed.organization = organization
        observed.accounts = [.caller: ObservedAccount(id: account)]
        var member = ObservedAccount(id: "000000000002")
        member.users["u"] = Found(arn: "x", UserEntry(line: 0, name: "u"))
        observed.accounts[.account("a")] = member
        return observed
    }

    private static func plan(_ change: (inout Observed) -> Void = { _ in }) throws -> Plan {
        var observed = whole()
        change(&observed)
        return Plan(for: try manifest(text), observed: observed)
    }

    @Test("Nothing to do")
    func unchanged() throws {
        let plan = try Self.plan()
        #expect(plan.changes.isEmpty && plan.problems.isEmpty, "\(plan)")
        #expect(plan.unchanged == 6)
    }

    @Test("From nothing: the account's contents are to create before its id is known")
    func new() throws {
        let plan = Plan(for: try manifest(Self.text), observed: Observed(callerAccount: account))
        #expect(
            operations(plan) == [
                "CreateOrganization", "ListRoots", "CreateOrganizationalUnit", "CreateOrganizationalUnit",
                "CreateAccount", "MoveAccount", "CreateUser", "EnablePolicyType", "CreatePolicy", "AttachPolicy",
                "AttachPolicy", "CreatePolicy",
            ])
        let shown = plan.text(for: try manifest(Self.text))
        #expect(shown.contains("Account a (to be created)\n  + user u\n"))
        #expect(
            steps(plan).contains(
                #"MoveAccount {"AccountId":"${account.a}","SourceParentId":"${root}","DestinationParentId":"${unit.prod}"}"#
            ))
    }

    @Test("What differs is mended")
    func drift() throws {
        let plan = try Self.plan { observed in
            observed.organization?.accounts[1].parent = "r-1"
            observed.organization?.policies["s"]?.document = document(trusting)
            observed.organization?.policies["s"]?.targets = ["r-1", "ou-p"]
        }
        #expect(operations(plan) == ["MoveAccount", "UpdatePolicy", "AttachPolicy", "DetachPolicy"])
    }

    @Test(
        "What can't be is refused",
        arguments: [
            ("member", "accounts are made by the organization's management account, 000000000009"),
            ("renamed", "is called b, not a"), ("address", "is there with the e-mail address other@example.com"),
            ("closed", "is SUSPENDED: a closed account can't be used"), ("own", "is the caller's own account"),
            ("moved", "the unit prod is there under another parent"),
        ])
    func refusals(what: String, expected: String) throws {
        let plan = try Self.plan { observed in
            switch what {
            case "member": observed.organization?.managementAccount = "000000000009"
            case "renamed": observed.organization?.accounts[1].name = "b"
            case "address": observed.organization?.accounts[1].email = "other@example.com"
            case "closed": observed.organization?.accounts[1].status = "SUSPENDED"
            case "own": observed.organization?.accounts[1].id = account
            default: observed.organization?.units[1].parent = "r-1"
            }
        }
        #expect(plan.problems.count == 1 && plan.problems.first?.reason.contains(expected) == true, "\(plan.problems)")
    }

    @Test("A trust policy that names somebody in an account to come waits for them")
    func trustAcrossAccounts() throws {
        let text = """
            accounts: [{name: a, email: a@example.com, roles: [{name: inner, trust: \(trusting)}]}]
            roles:
              - name: outer
                trust: {Version: 2012-10-17, Statement: {Effect: Allow, Principal: {AWS: ['arn:aws:iam::${account.a}:role/inner']}, Action: 'sts:AssumeRole'}}
            """
        let plan = Plan(for: try manifest(text), observed: Observed(callerAccount: account))
        #expect(operations(plan).suffix(3) == ["CreateRole", "CreateRole", "UpdateAssumeRolePolicy"])
    }
}
