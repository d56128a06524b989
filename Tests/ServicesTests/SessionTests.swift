import Bytes
import Seal
import Store
import TestKit
import Testing
import Wire

@testable import Services

/// Sessions: whom a role trusts, what a session may do, and when it ends.
@Suite struct SessionTests {
    private static let role: Text = "arn:aws:iam::000000000001:role/app/reader"
    private static let reads: Text =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}]}"#
    private static let trustsAccount: Text =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000001"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]}"#
    private static let mayAssume: Text =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:*"],"Resource":"*"}]}"#

    private func inWorld(
        trust: Text = trustsAccount, policy: Text = reads, _ body: (World) async throws -> Void
    ) async throws {
        let world = try await World()
        var role = Entity(
            .role, name: "reader", path: "/app/", account: world.administrator.account, at: world.clock.now,
            chance: world.house.chance)
        role.trust = WrittenPolicy(trust)
        role.inline = [("reads", policy)]
        let item = role.item
        _ = try await world.house.store.write { try $0.insert(item) }
        _ = await world.send(
            "CreateSecret",
            ["Name": "a", "SecretString": "one", "ClientRequestToken": "11111111-2222-3333-4444-000000000001"])
        try await body(world)
        await world.close()
    }

    private func assume(
        _ world: World, as signatory: Signatory? = nil, _ more: KeyValuePairs<Text, Text> = [:]
    ) async -> Response {
        await world.query(
            "AssumeRole", join(["RoleArn": Self.role, "RoleSessionName": "s1"], more), as: signatory)
    }

    private func join(_ a: KeyValuePairs<Text, Text>, _ b: KeyValuePairs<Text, Text>) -> KeyValuePairs<Text, Text> {
        // `KeyValuePairs` can't be built but from a literal; tests add at most three.
        let p = a.map { ($0.key, $0.value) } + b.map { ($0.key, $0.value) }
        switch p.count {
        case 2: return [p[0].0: p[0].1, p[1].0: p[1].1]
        case 3: return [p[0].0: p[0].1, p[1].0: p[1].1, p[2].0: p[2].1]
        case 4: return [p[0].0: p[0].1, p[1].0: p[1].1, p[2].0: p[2].1, p[3].0: p[3].1]
        default: return [p[0].0: p[0].1, p[1].0: p[1].1, p[2].0: p[2].1, p[3].0: p[3].1, p[4].0: p[4].1]
        }
    }

    private func read(_ world: World, _ session: Signatory) async -> Response {
        await world.send("GetSecretValue", ["SecretId": "a"], as: session)
    }

    @Test func aRoleIsAssumedAndActsForItself() async throws {
        try await inWorld { world in
            let answer = await assume(world)
            #expect(answer.element("Arn") == "arn:aws:sts::000000000001:assumed-role/reader/s1")
            let session = try #require(Signatory(answer))
            #expect(await read(world, session).fields.text("SecretString") == "one")
            let identity = await world.query("GetCallerIdentity", as: session)
            #expect(identity.element("Arn") == "arn:aws:sts::000000000001:assumed-role/reader/s1")
            #expect(identity.element("UserId")?.hasPrefix("AROA") == true)
            #expect(identity.element("UserId")?.string.hasSuffix(":s1") == true)
            let denied = await world.send("ListKeys", to: .kms, [:], as: session)
            #expect(denied.code == "AccessDeniedException")
            #expect(
                denied.message
                    == "User: arn:aws:sts::000000000001:assumed-role/reader/s1 is not authorized to perform: kms:ListKeys because no identity-based policy allows the kms:ListKeys action"
            )
            let record = try #require(try await world.records().last { $0.text("eventName") == "GetSecretValue" })
            let who = record.fields("userIdentity")
            #expect(who?.text("type") == "AssumedRole")
            #expect(who?.fields("sessionContext")?.fields("sessionIssuer")?.text("arn") == Self.role)
            let made = try #require(try await world.records().first { $0.text("eventName") == "AssumeRole" })
            let text = String(decoding: made.json, as: UTF8.self)
            #expect(!text.contains(session.secret.string))
            #expect(!text.contains(session.token?.string ?? "?"))
        }
    }

    /// On the fast path too: the fifth read is a prepared one.
    @Test func aSessionEndsToTheMillisecond() async throws {
        try await inWorld { world in
            let session = try #require(Signatory(await assume(world, ["DurationSeconds": "900"])))
            for _ in 0..<5 { #expect(await read(world, session).status == 200) }
            world.clock.advance(milliseconds: 899_999)
            for _ in 0..<3 { #expect(await read(world, session).status == 200) }
            world.clock.advance(milliseconds: 1)
            let late = await read(world, session)
            #expect(late.code == "ExpiredTokenException")
            #expect(late.message == "The security token included in the request is expired")
        }
    }

    @Test func aSessionEndsWithItsRole() async throws {
        try await inWorld { world in
            let session = try #require(Signatory(await assume(world)))
            for _ in 0..<5 { #expect(await read(world, session).status == 200) }
            let key = Entity.key(.role, "reader", world.administrator.account)
            let old = try #require(try await world.house.store.read { try $0.item(key) })
            try await world.house.store.write { try $0.delete(key) }
            #expect(await read(world, session).code == "UnrecognizedClientException")
            // Another role of that name is another role.
            var other = Entity(
                .role, name: "reader", path: "/app/", account: world.administrator.account, at: world.clock.now,
                chance: world.house.chance)
            other.trust = WrittenPolicy(Self.trustsAccount)
            other.inline = try Entity(old).inline
            let item = other.item
            _ = try await world.house.store.write { try $0.insert(item) }
            #expect(await read(world, session).code == "UnrecognizedClientException")
        }
    }

    @Test func aChangeOfTheRoleShowsAtOnce() async throws {
        try await inWorld { world in
            let session = try #require(Signatory(await assume(world)))
            for _ in 0..<5 { #expect(await read(world, session).status == 200) }
            try await world.change(.role, "reader") { $0.inline = [] }
            #expect(await read(world, session).code == "AccessDeniedException")
            try await world.change(.role, "reader") {
                $0.attached = ["arn:aws:iam::aws:policy/SecretsManagerReadWrite"]
            }
            for _ in 0..<5 { #expect(await read(world, session).status == 200) }
            try await world.change(.role, "reader") { $0.boundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess" }
            let bounded = await read(world, session)
            #expect(
                bounded.message?.string.hasSuffix(
                    "because no permissions boundary allows the secretsmanager:GetSecretValue action") == true)
        }
    }

    @Test func aSessionPolicyLimits() async throws {
        try await inWorld { world in
            let narrow: Text =
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:DescribeSecret","Resource":"*"}]}"#
            let answer = await assume(world, ["Policy": narrow])
            #expect(answer.element("PackedPolicySize") == "3")
            let session = try #require(Signatory(answer))
            #expect(await world.send("DescribeSecret", ["SecretId": "a"], as: session).status == 200)
            #expect(
                await read(world, session).message?.string.hasSuffix(
                    "because no session policy allows the secretsmanager:GetSecretValue action") == true)
            let bad = await assume(world, ["Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{}]}"])
            #expect(bad.element("Code") == "MalformedPolicyDocument" && bad.status == 400)
        }
    }

    @Test(arguments: [
        (#"{"AWS":"arn:aws:iam::000000000001:user/somebody"}"#, ""),
        (#"{"AWS":"000000000001"}"#, #","Condition":{"StringEquals":{"sts:ExternalId":"other"}}"#),
        (#"{"AWS":"000000000001"}"#, #","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#),
        (#"{"Service":"lambda.amazonaws.com"}"#, ""),
    ])
    func whoIsNotTrustedIsRefused(_ principal: String, _ condition: String) async throws {
        let trust = Text(
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":\#(principal),"Action":"sts:AssumeRole"\#(condition)}]}"#
        )
        try await inWorld(trust: trust) { world in
            let refused = await assume(world, ["ExternalId": "mine"])
            #expect(refused.status == 403 && refused.element("Code") == "AccessDenied")
            #expect(
                refused.element("Message")
                    == "User: arn:aws:iam::000000000001:user/administrator is not authorized to perform: sts:AssumeRole on resource: \(Self.role) because no role trust policy allows the sts:AssumeRole action"
            )
            // A role that is not there looks the same.
            let missing = await world.query(
                "AssumeRole", ["RoleArn": "arn:aws:iam::000000000001:role/none", "RoleSessionName": "s1"])
            #expect(missing.status == 403 && missing.element("Code") == "AccessDenied")
        }
    }

    @Test func tagsAndSourceIdentityGoOn() async throws {
        let own: Text =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:*"],"Resource":"*"},{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"vault","aws:SourceIdentity":"alice"}}}]}"#
        try await inWorld(policy: own) { world in
            let first = try #require(
                Signatory(
                    await world.query(
                        "AssumeRole",
                        [
                            "RoleArn": Self.role, "RoleSessionName": "s1", "Tags.member.1.Key": "team",
                            "Tags.member.1.Value": "vault", "TransitiveTagKeys.member.1": "Team",
                            "SourceIdentity": "alice",
                        ])))
            #expect(await read(world, first).status == 200)
            let chained = await assume(world, as: first)
            let second = try #require(Signatory(chained))
            #expect(await read(world, second).status == 200)
            let again = await world.query(
                "AssumeRole",
                [
                    "RoleArn": Self.role, "RoleSessionName": "s1", "Tags.member.1.Key": "TEAM",
                    "Tags.member.1.Value": "other",
                ], as: second)
            #expect(again.element("Code") == "InvalidParameterValue")
            let long = await assume(world, as: second, ["DurationSeconds": "3601"])
            #expect(long.element("Code") == "ValidationError")
        }
    }

    @Test func aUsersSessionIsTheUser() async throws {
        try await inWorld { world in
            let alice = try await world.user(
                "alice",
                policy: #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#)
            let session = try #require(Signatory(await world.query("GetSessionToken", as: alice)))
            #expect(await read(world, session).status == 200)
            #expect(
                await world.query("GetCallerIdentity", as: session).element("Arn")
                    == "arn:aws:iam::000000000001:user/alice")
            #expect(
                await world.query("ListUsers", to: .iam, as: session).element("Code") == "InvalidClientTokenId")
            #expect(await world.query("GetSessionToken", as: session).element("Code") == "AccessDenied")
            #expect(await assume(world, as: session).status == 200)
        }
    }

    @Test func aFederatedUserHasWhatBothAllow() async throws {
        try await inWorld { world in
            let alice = try await world.user(
                "alice",
                policy: #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#)
            let bare = try #require(Signatory(await world.query("GetFederationToken", ["Name": "bob"], as: alice)))
            #expect(await read(world, bare).code == "AccessDeniedException")
            // The key is opened for the session too, not only for the user.
            let policy: Text =
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:*","kms:Decrypt"],"Resource":"*"}]}"#
            let answer = await world.query("GetFederationToken", ["Name": "bob", "Policy": policy], as: alice)
            let session = try #require(Signatory(answer))
            #expect(await read(world, session).status == 200)
            #expect(await world.send("ListKeys", to: .kms, [:], as: session).code == "AccessDeniedException")
            let identity = await world.query("GetCallerIdentity", as: session)
            #expect(identity.element("Arn") == "arn:aws:sts::000000000001:federated-user/bob")
            #expect(identity.element("UserId") == "000000000001:bob")
        }
    }

    @Test func aTokenFitsItsOwnKeyOnly() async throws {
        try await inWorld { world in
            let one = try #require(Signatory(await assume(world)))
            let two = try #require(Signatory(await assume(world)))
            for _ in 0..<3 { #expect(await read(world, one).status == 200) }
            var mixed = one
            mixed.token = two.token
            #expect(await read(world, mixed).code == "UnrecognizedClientException")
            mixed.token = nil
            #expect(await read(world, mixed).code == "UnrecognizedClientException")
            var bent = one
            bent.token = one.token.map { Text(String($0.string.dropLast(6)) + "AAAAAA") }
            #expect(await read(world, bent).code == "UnrecognizedClientException")
            var long = Signatory(
                accessKeyID: world.administrator.accessKeyID,
                secret: Text(decoding: world.administrator.secretAccessKey.revealBytes()[...]))
            long.token = one.token
            #expect(await read(world, long).code == "UnrecognizedClientException")
        }
    }
}
