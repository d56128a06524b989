import Bytes
import TestKit
import Testing

@testable import Services

/// Windows and collection under a held clock.
@Suite struct SweepTests {
    private func token(_ number: Int) -> Text { Text("token-\(String(repeating: "0", count: 32))-\(number)") }

    private func make(_ name: Text, _ world: World) async {
        let made = await world.send(
            "CreateSecret",
            ["Name": .string(name), "ClientRequestToken": .string(token(0)), "SecretString": "one"]
        )
        #expect(made.status == 200)
    }

    @Test func aSecretIsPurgedAfterItsWindowNotBefore() async throws {
        let world = try await World()
        await make("a", world)
        _ = await world.send("DeleteSecret", ["SecretId": "a", "RecoveryWindowInDays": .integer(7)])
        world.clock.advance(days: 6)
        try await Sweep(house: world.house).step()
        #expect(await world.send("DescribeSecret", ["SecretId": "a"]).status == 200)
        world.clock.advance(days: 1)
        try await Sweep(house: world.house).step()
        #expect(await world.send("DescribeSecret", ["SecretId": "a"]).code == "ResourceNotFoundException")
        let names = try await world.records().compactMap { $0.text("eventName") }
        #expect(names.contains("StartSecretVersionDelete"))
        #expect(names.contains("EndSecretVersionDelete"))
        await world.close()
    }

    @Test func aRestoredSecretStays() async throws {
        let world = try await World()
        await make("a", world)
        _ = await world.send("DeleteSecret", ["SecretId": "a", "RecoveryWindowInDays": .integer(7)])
        world.clock.advance(days: 6)
        #expect(await world.send("RestoreSecret", ["SecretId": "a"]).status == 200)
        world.clock.advance(days: 30)
        try await Sweep(house: world.house).step()
        #expect(await world.send("GetSecretValue", ["SecretId": "a"]).fields.text("SecretString") == "one")
        await world.close()
    }

    @Test func aKeyIsDestroyedAfterItsWindowWithItsAliases() async throws {
        let world = try await World()
        let key = await world.send("CreateKey", to: .kms, [:]).fields.fields("KeyMetadata")?.text("KeyId") ?? ""
        _ = await world.send("CreateAlias", to: .kms, ["AliasName": "alias/x", "TargetKeyId": .string(key)])
        _ = await world.send(
            "ScheduleKeyDeletion", to: .kms, ["KeyId": .string(key), "PendingWindowInDays": .integer(7)]
        )
        world.clock.advance(days: 7)
        try await Sweep(house: world.house).step()
        #expect(await world.send("DescribeKey", to: .kms, ["KeyId": .string(key)]).code == "NotFoundException")
        #expect(await world.send("DescribeKey", to: .kms, ["KeyId": "alias/x"]).code == "NotFoundException")
        await world.close()
    }

    @Test func unlabelledVersionsOlderThanADayAreCollectedBeyondTheLimit() async throws {
        var limits = Limits()
        limits.versionsKept = 5
        limits.versionsHard = 8
        let world = try await World(limits: limits)
        await make("a", world)
        func put(_ number: Int) async -> Response {
            world.clock.advance(milliseconds: 1000)
            return await world.send(
                "PutSecretValue",
                ["SecretId": "a", "ClientRequestToken": .string(token(number)), "SecretString": .string("v\(number)")]
            )
        }
        // Young versions are never collected; where they become too many, the call is refused.
        for number in 1...7 { #expect(await put(number).status == 200) }
        #expect(await put(8).code == "LimitExceededException")
        world.clock.advance(days: 2)
        #expect(await put(9).status == 200)
        let listed = await world.send("ListSecretVersionIds", ["SecretId": "a", "IncludeDeprecated": .bool(true)])
        #expect(listed.fields.list("Versions")?.count == 5)
        let current = await world.send("GetSecretValue", ["SecretId": "a"])
        #expect(current.fields.text("SecretString") == "v9")
        let previous = await world.send("GetSecretValue", ["SecretId": "a", "VersionStage": "AWSPREVIOUS"])
        #expect(previous.fields.text("SecretString") == "v7")
        await world.close()
    }
}
