import Bytes
import Store
import TestKit
import Testing
import Wire

@testable import Services

/// What a secret and a key remember of decisions counts as long as it would be decided the same again (decision 0029).
@Suite struct DecisionMemoryTests {
    private static let all: Text = #"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#
    private static let noPuts: Text =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"secretsmanager:PutSecretValue","Resource":"*"}]}"#
    private static let noDataKeys: Text =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","NotAction":"kms:GenerateDataKey","Resource":"*"}]}"#

    private struct Stage {
        let world: World
        let writer: Signatory
        let key: Text

        private static let action: Text = "secretsmanager:PutSecretValue"

        func put() async -> Response {
            await world.send(
                "PutSecretValue",
                ["SecretId": "a", "SecretString": "x", "ClientRequestToken": .string(world.house.chance.uuid())],
                as: writer)
        }

        /// As the cache holds it, which is how calls see it.
        func secret() async throws -> SecretState? {
            let place = Place(account: world.administrator.account, region: "us-west-2")
            guard case .hit(let found) = world.house.store.cache.lookup(.secret(place, "a")) else { return nil }
            return found as? SecretState
        }
    }

    private func onStage(_ body: (Stage) async throws -> Void) async throws {
        let world = try await World()
        let key = await world.send("CreateKey", to: .kms, [:]).fields.fields("KeyMetadata")?.text("KeyId") ?? ""
        _ = await world.send(
            "CreateSecret",
            [
                "Name": "a", "SecretString": "x", "KmsKeyId": .string(key),
                "ClientRequestToken": .string(world.house.chance.uuid()),
            ])
        let stage = Stage(world: world, writer: try await world.user("writer", policy: Self.all), key: key)
        #expect(await stage.put().status == 200)
        #expect(await stage.put().status == 200)
        try await body(stage)
        await world.close()
    }

    @Test func aPutKeepsWhatIsRememberedAndAPolicyDropsIt() async throws {
        try await onStage { stage in
            let first = try #require(try await stage.secret())
            #expect(await stage.put().status == 200)
            let second = try #require(try await stage.secret())
            #expect(second !== first && second.memory === first.memory)
            _ = await stage.world.send("PutResourcePolicy", ["SecretId": "a", "ResourcePolicy": .string(Self.noPuts)])
            #expect(await stage.put().code == "AccessDeniedException")
            _ = await stage.world.send("DeleteResourcePolicy", ["SecretId": "a"])
            #expect(await stage.put().status == 200)
            #expect(try await stage.secret()?.memory !== first.memory)
        }
    }

    @Test func aKeysPolicyCountsAtOnce() async throws {
        try await onStage { stage in
            let policy: Fields = [
                "KeyId": .string(stage.key), "PolicyName": "default", "Policy": .string(Self.noDataKeys),
            ]
            #expect(await stage.world.send("PutKeyPolicy", to: .kms, policy).status == 200)
            #expect(await stage.put().code == "AccessDeniedException")
        }
    }

    @Test func aUsersPolicyCountsAtOnce() async throws {
        try await onStage { stage in
            try await stage.world.change(.user, "writer") { $0.inline = [] }
            #expect(await stage.put().code == "AccessDeniedException")
            try await stage.world.change(.user, "writer") { $0.inline = [("inline", Self.all)] }
            #expect(await stage.put().status == 200)
        }
    }

    /// The memory is of a caller, not of a resource.
    @Test func anotherCallerIsAskedForItself() async throws {
        try await onStage { stage in
            let stranger = try await stage.world.user("stranger")
            let answer = await stage.world.send("PutSecretValue", ["SecretId": "a", "SecretString": "y"], as: stranger)
            #expect(answer.code == "AccessDeniedException")
        }
    }

    /// A condition may say something else of the next request.
    @Test func whatHangsOnTheRequestIsNotRemembered() async throws {
        try await onStage { stage in
            let end = (stage.world.house.clock.now() + 3_600_000).iso8601
            let policy: Text =
                #"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"\#(end)"}}}}"#
            try await stage.world.change(.user, "writer") { $0.inline = [("inline", policy)] }
            #expect(await stage.put().status == 200)
            stage.world.clock.advance(days: 1)
            #expect(await stage.put().code == "AccessDeniedException")
        }
    }

    /// Tags are no part of the policy that the memory belongs to.
    @Test func whatHangsOnTagsIsNotRemembered() async throws {
        try await onStage { stage in
            let policy: Text =
                #"{"Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"},{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}]}"#
            try await stage.world.change(.user, "writer") { $0.inline = [("inline", policy)] }
            #expect(await stage.put().code == "AccessDeniedException")
            for (team, status) in [("a", 200), ("b", 400), ("a", 200)] as [(Text, Int)] {
                let tag = Document.structure(["Key": "team", "Value": .string(team)])
                _ = await stage.world.send("TagResource", ["SecretId": "a", "Tags": .list([tag])])
                #expect(await stage.put().status == status)
            }
        }
    }

    /// Another secret under the same key makes another encryption context.
    @Test func whatHangsOnParametersIsNotRemembered() async throws {
        try await onStage { stage in
            let secret = try #require(try await stage.secret()).arn
            let policy: Text =
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","NotAction":"kms:GenerateDataKey","Resource":"*"},{"Effect":"Allow","Principal":"*","Action":"kms:GenerateDataKey","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:SecretARN":"\#(secret)"}}}]}"#
            let change: Fields = ["KeyId": .string(stage.key), "PolicyName": "default", "Policy": .string(policy)]
            #expect(await stage.world.send("PutKeyPolicy", to: .kms, change).status == 200)
            #expect(await stage.put().status == 200)
            let other = await stage.world.send(
                "CreateSecret",
                [
                    "Name": "b", "SecretString": "x", "KmsKeyId": .string(stage.key),
                    "ClientRequestToken": .string(stage.world.house.chance.uuid()),
                ],
                as: stage.writer)
            #expect(other.code == "AccessDeniedException")
        }
    }

    @Test func theRecordSaysWhatDecided() async throws {
        try await onStage { stage in
            let records = try await stage.world.records()
            let puts = records.filter { $0.text("eventName") == "PutSecretValue" }
            let reasons = puts.map { $0.fields("additionalEventData")?.json }
            #expect(puts.count == 2 && reasons[0] != nil && reasons[0] == reasons[1])
        }
    }
}
