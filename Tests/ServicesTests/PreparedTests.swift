import Bytes
import Policy
import TestKit
import Testing
import Wire

@testable import Services

/// Answers from what an earlier call prepared: the same to the byte, and gone with the first row that changes.
@Suite struct PreparedTests {
    private static let tokens: [Text] = (1...3).map { "11111111-2222-3333-4444-00000000000\($0)" }

    private func inWorld(_ body: (World) async throws -> Void) async throws {
        let world = try await World()
        _ = await world.send(
            "CreateSecret",
            ["Name": "a", "ClientRequestToken": .string(Self.tokens[0]), "SecretString": "one \"1\"\n"]
        )
        try await body(world)
        await world.close()
    }

    private func get(_ world: World, _ input: Fields = ["SecretId": "a"]) async -> Response {
        await world.send("GetSecretValue", input)
    }

    /// How many answers so far were prepared ones.
    private func prepared(_ world: World) -> Int {
        let line = world.house.figures.prometheus().split(on: 0x0A).first {
            $0.hasPrefix("undercroft_prepared_answers_total ")
        }
        return line.flatMap { Int($0.string.split(separator: " ")[1]) } ?? -1
    }

    /// Calls until the answers are prepared ones.
    private func warm(_ world: World, _ input: Fields = ["SecretId": "a"]) async -> Response {
        for _ in 0..<4 { _ = await get(world, input) }
        let before = prepared(world)
        let last = await get(world, input)
        #expect(prepared(world) == before + 1)
        return last
    }

    @Test func answersAndRecordsAreTheSameToTheByte() async throws {
        try await inWorld { world in
            // Those of the creation come out of the outbox, and must not come between.
            _ = try await world.records()
            for input in [
                ["SecretId": "a"], ["SecretId": "a", "VersionStage": "AWSCURRENT"],
                ["SecretId": "a", "VersionId": .string(Self.tokens[0]), "VersionStage": "AWSCURRENT"],
            ] as [Fields] {
                let first = await get(world, input)
                let start = try await world.records().count
                let long = await get(world, input)
                let last = await warm(world, input)
                #expect(first.status == 200 && long.body == first.body && last.body == first.body)
                let records = try await world.records()[start - 2..<start] + world.records().suffix(2)
                let blind = records.map { record in
                    Fields(record.members.filter { !["requestID", "eventID"].contains($0.name) }).json
                }
                #expect(blind.count == 4 && blind[0] == blind[2] && blind[1] == blind[3])
                let identifiers = try await world.records().map { $0.text("eventID") }
                #expect(Set(identifiers).count == identifiers.count)
            }
        }
    }

    @Test func binaryValuesToo() async throws {
        try await inWorld { world in
            let bytes = (0...255).map { UInt8($0) }
            _ = await world.send(
                "PutSecretValue",
                ["SecretId": "a", "ClientRequestToken": .string(Self.tokens[1]), "SecretBinary": .blob(bytes)]
            )
            let first = await get(world)
            #expect(first.status == 200 && first.fields.text("SecretBinary") == Base64.encode(bytes))
            #expect(await warm(world).body == first.body)
        }
    }

    @Test(
        arguments: [
            (
                "PutSecretValue", API.secretsManager,
                ["SecretId": "a", "SecretString": "two", "ClientRequestToken": .string(tokens[2])]
            ),
            ("DeleteSecret", .secretsManager, ["SecretId": "a"]),
            (
                "UpdateSecretVersionStage", .secretsManager,
                [
                    "SecretId": "a", "VersionStage": "EXTRA", "MoveToVersionId": .string(tokens[0]),
                ]
            ),
            (
                "PutResourcePolicy", .secretsManager,
                [
                    "SecretId": "a",
                    "ResourcePolicy":
                        #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}"#,
                ]
            ),
        ] as [(Text, API, Fields)])
    func aChangeShowsAtOnce(_ operation: Text, _ api: API, _ input: Fields) async throws {
        try await inWorld { world in
            let before = await warm(world)
            #expect(await world.send(operation, to: api, input).status == 200)
            let after = await get(world)
            #expect(after.body != before.body)
            if operation == "PutSecretValue" { #expect(after.fields.text("SecretString") == "two") }
            for _ in 0..<4 { #expect(await get(world).body == after.body) }
        }
    }

    @Test func aDisabledKeyOpensNothing() async throws {
        try await inWorld { world in
            let key = await world.send("CreateKey", to: .kms, [:]).fields.fields("KeyMetadata")?.text("KeyId") ?? ""
            let made = await world.send(
                "CreateSecret",
                [
                    "Name": "b", "KmsKeyId": .string(key), "SecretString": "x",
                    "ClientRequestToken": .string(Self.tokens[1]),
                ])
            #expect(made.status == 200)
            let before = await warm(world, ["SecretId": "b"])
            #expect(before.status == 200)
            _ = await world.send("DisableKey", to: .kms, ["KeyId": .string(key)])
            #expect(await get(world, ["SecretId": "b"]).status == 400)
            _ = await world.send("EnableKey", to: .kms, ["KeyId": .string(key)])
            #expect(await get(world, ["SecretId": "b"]).body == before.body)
        }
    }

    /// A key that only a grant opens: the answer holds as long as the grant does.
    @Test func aRevokedGrantOpensNothing() async throws {
        try await inWorld { world in
            let policy =
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["kms:CreateGrant","kms:RevokeGrant","kms:PutKeyPolicy"],"Resource":"*"}]}"#
            let made = await world.send("CreateKey", to: .kms, ["Policy": .string(Text(policy))])
            let key = made.fields.fields("KeyMetadata")?.text("KeyId") ?? ""
            let grant: Fields = [
                "KeyId": .string(key), "Operations": .list(["Decrypt", "GenerateDataKey"]),
                "GranteePrincipal": "arn:aws:iam::000000000001:user/administrator",
            ]
            let granted = await world.send("CreateGrant", to: .kms, grant)
            _ = await world.send(
                "CreateSecret",
                [
                    "Name": "b", "KmsKeyId": .string(key), "SecretString": "x",
                    "ClientRequestToken": .string(Self.tokens[1]),
                ])
            let before = await warm(world, ["SecretId": "b"])
            #expect(before.status == 200)
            // Another grant does no harm.
            let second = await world.send("CreateGrant", to: .kms, grant)
            #expect(await get(world, ["SecretId": "b"]).body == before.body)
            for one in [granted, second] {
                #expect(await get(world, ["SecretId": "b"]).body == before.body)
                let id: Fields = ["KeyId": .string(key), "GrantId": .string(one.fields.text("GrantId") ?? "")]
                #expect(await world.send("RevokeGrant", to: .kms, id).status == 200)
            }
            for _ in 0..<4 { #expect(await get(world, ["SecretId": "b"]).code == "AccessDeniedException") }
            _ = await world.send("CreateGrant", to: .kms, grant)
            #expect(await warm(world, ["SecretId": "b"]).body == before.body)
        }
    }

    @Test func whatDependsOnTheRequestIsAskedEachTime() async throws {
        try await inWorld { world in
            let policy =
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":{"StringEquals":{"aws:UserAgent":"x"}}}]}"#
            _ = await world.send("PutResourcePolicy", ["SecretId": "a", "ResourcePolicy": .string(Text(policy))])
            let before = prepared(world)
            for _ in 0..<5 { #expect(await get(world).status == 200) }
            #expect(prepared(world) == before)
        }
    }

    @Test func anotherSignatureIsAnotherMatter() async throws {
        try await inWorld { world in
            _ = await warm(world)
            let before = prepared(world)
            // Prepared for the first region only.
            #expect(await get(world, ["SecretId": "b"]).status == 400)
            world.clock.advance(days: 1)
            #expect(await get(world).status == 200)
            #expect(prepared(world) == before)
        }
    }

    @Test func refusalsAreNeverPrepared() async throws {
        try await inWorld { world in
            let before = prepared(world)
            for _ in 0..<5 { #expect(await get(world, ["SecretId": "none"]).status == 400) }
            #expect(prepared(world) == before)
        }
    }

    @Test func quotasCountPreparedAnswersToo() async throws {
        let quotas = QuotaPolicy(isEnforced: true, overrides: ["secretsmanager-get": 6])
        let world = try await World(quotas: quotas)
        _ = await world.send(
            "CreateSecret", ["Name": "a", "SecretString": "x", "ClientRequestToken": .string(Self.tokens[0])])
        var statuses: [Int] = []
        for _ in 0..<9 { statuses.append(await get(world).status) }
        #expect(prepared(world) > 0)
        #expect(statuses.filter { $0 == 200 }.count == 6 && statuses.suffix(3).allSatisfy { $0 == 400 })
        await world.close()
    }

    @Test func changedSignaturesAreRefused() async throws {
        try await inWorld { world in
            _ = await warm(world)
            var request = world.signed("GetSecretValue", ["SecretId": "a"])
            #expect(await world.send(request).status == 200)
            let line = request.headers.firstIndex { $0.isNamed("authorization") } ?? 0
            let good = request.headers[line].value
            for position in 0..<64 {
                var bytes = Array(good.utf8)
                let index = bytes.count - 64 + position
                bytes[index] = bytes[index] == 0x30 ? 0x31 : 0x30
                request.headers[line].value = String(decoding: bytes, as: UTF8.self)
                #expect(await world.send(request).code == "InvalidSignatureException")
            }
        }
    }

    /// None pushes out another, whatever places their keys fall on.
    @Test func hundredsOfSignersInTurn() async throws {
        try await inWorld { world in
            let policy: Text = #"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#
            var readers: [Signatory] = []
            for number in 0..<200 { readers.append(try await world.user("reader-\(number)", policy: policy)) }
            var before = 0
            for _ in 0..<5 {
                before = prepared(world)
                for reader in readers {
                    #expect(await world.send("GetSecretValue", ["SecretId": "a"], as: reader).status == 200)
                }
            }
            #expect(prepared(world) == before + readers.count)
        }
    }
}
