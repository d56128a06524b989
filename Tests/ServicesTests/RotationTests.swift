import Bytes
import TestKit
import Testing
import Wire

@testable import Services
@testable import Store

/// Rotation of key material under a held clock.
@Suite struct RotationTests {
    private func inWorld(_ body: (World, Text) async throws -> Void) async throws {
        let world = try await World()
        let key = await world.send("CreateKey", to: .kms, [:]).fields.fields("KeyMetadata")?.text("KeyId") ?? ""
        try await body(world, key)
        await world.close()
    }

    private func send(_ operation: Text, _ key: Text, _ world: World, _ more: Fields = [:]) async -> Response {
        var input: Fields = ["KeyId": .string(key)]
        input.members += more.members
        return await world.send(operation, to: .kms, input)
    }

    private func rotations(_ key: Text, _ world: World) async -> [Fields] {
        let listed = await send("ListKeyRotations", key, world).fields.list("Rotations") ?? []
        return listed.compactMap { if case .structure(let fields) = $0 { fields } else { nil } }
    }

    private func sweep(_ world: World, afterDays days: Int64) async throws {
        world.clock.advance(days: days)
        try await Sweep(house: world.house).step()
    }

    @Test func aKeyRotatesWhenItsDateHasComeAndNotBefore() async throws {
        try await inWorld { world, key in
            let old = await send("Encrypt", key, world, ["Plaintext": "eA=="]).fields.text("CiphertextBlob") ?? ""
            #expect(await send("EnableKeyRotation", key, world, ["RotationPeriodInDays": .integer(90)]).status == 200)
            try await sweep(world, afterDays: 89)
            #expect(await rotations(key, world).isEmpty)
            try await sweep(world, afterDays: 1)
            let first = await rotations(key, world)
            #expect(first.map { $0.text("RotationType") } == ["AUTOMATIC"])
            // Nothing happens twice.
            try await sweep(world, afterDays: 0)
            #expect(await rotations(key, world).count == 1)
            try await sweep(world, afterDays: 90)
            #expect(await rotations(key, world).count == 2)
            let opened = await world.send("Decrypt", to: .kms, ["CiphertextBlob": .string(old)])
            #expect(opened.fields.text("Plaintext") == "eA==")
            #expect(opened.fields.text("KeyMaterialId") != first[0].text("KeyMaterialId"))
            let events = try await world.records().filter { $0.text("eventName") == "RotateKey" }
            #expect(events.count == 2)
            let details = events[0].fields("serviceEventDetails")
            #expect(details?.text("rotationType") == "AUTOMATIC" && details?.text("keyOrigin") == "AWS_KMS")
            #expect(details?.text("currentKeyMaterialId") == first[0].text("KeyMaterialId"))
            #expect(details?.text("previousKeyMaterialId") == opened.fields.text("KeyMaterialId"))
        }
    }

    @Test func aDisabledKeyWaitsAndMakesUpForIt() async throws {
        try await inWorld { world, key in
            _ = await send("EnableKeyRotation", key, world, ["RotationPeriodInDays": .integer(90)])
            _ = await send("DisableKey", key, world)
            for _ in 0..<2 { try await sweep(world, afterDays: 100) }
            #expect(await rotations(key, world).isEmpty)
            _ = await send("EnableKey", key, world)
            try await sweep(world, afterDays: 0)
            #expect(await rotations(key, world).count == 1)
            // From then on by the period.
            try await sweep(world, afterDays: 89)
            #expect(await rotations(key, world).count == 1)
            try await sweep(world, afterDays: 1)
            #expect(await rotations(key, world).count == 2)
        }
    }

    @Test func aKeyThatWasShortlyOutOfUseKeepsItsDates() async throws {
        try await inWorld { world, key in
            _ = await send("EnableKeyRotation", key, world, ["RotationPeriodInDays": .integer(90)])
            _ = await send("ScheduleKeyDeletion", key, world)
            world.clock.advance(days: 10)
            _ = await send("CancelKeyDeletion", key, world)
            _ = await send("EnableKey", key, world)
            try await sweep(world, afterDays: 79)
            #expect(await rotations(key, world).isEmpty)
            try await sweep(world, afterDays: 1)
            #expect(await rotations(key, world).count == 1)
        }
    }

    @Test func manyOutOfUseKeysDoNotHoldUpTheOthers() async throws {
        let world = try await World()
        var keys: [Text] = []
        for _ in 0..<120 {
            let made = await world.send("CreateKey", to: .kms, [:])
            keys.append(made.fields.fields("KeyMetadata")?.text("KeyId") ?? "")
            _ = await send("EnableKeyRotation", keys[keys.count - 1], world)
            if keys.count < 120 { _ = await send("DisableKey", keys[keys.count - 1], world) }
        }
        try await sweep(world, afterDays: 365)
        #expect(await rotations(keys[119], world).count == 1)
        #expect(await rotations(keys[0], world).isEmpty)
        await world.close()
    }

    @Test func onDemandShortlyBeforeTheDateIsAConflict() async throws {
        try await inWorld { world, key in
            _ = await send("EnableKeyRotation", key, world, ["RotationPeriodInDays": .integer(90)])
            world.clock.advance(milliseconds: 90 * 86_400_000 - 19 * 60_000)
            #expect(await send("RotateKeyOnDemand", key, world).code == "ConflictException")
            try await sweep(world, afterDays: 1)
            #expect(await send("RotateKeyOnDemand", key, world).status == 200)
            let kinds = await rotations(key, world).map { $0.text("RotationType") }
            #expect(kinds == ["AUTOMATIC", "ON_DEMAND"])
        }
    }

    @Test func theManagedKeyRotatesEachYear() async throws {
        let world = try await World()
        _ = await world.send(
            "CreateSecret",
            ["Name": "a", "SecretString": "x", "ClientRequestToken": "11111111-2222-3333-4444-000000000001"]
        )
        try await sweep(world, afterDays: 365)
        #expect(await rotations("alias/aws/secretsmanager", world).count == 1)
        #expect(await world.send("GetSecretValue", ["SecretId": "a"]).fields.text("SecretString") == "x")
        await world.close()
    }

    @Test func aRotationChangesWhatIsPreparedAndNotWhatIsAnswered() async throws {
        try await inWorld { world, key in
            _ = await world.send(
                "CreateSecret",
                [
                    "Name": "b", "KmsKeyId": .string(key), "SecretString": "x",
                    "ClientRequestToken": "11111111-2222-3333-4444-000000000002",
                ])
            for _ in 0..<4 { _ = await world.send("GetSecretValue", ["SecretId": "b"]) }
            #expect(await send("RotateKeyOnDemand", key, world).status == 200)
            for _ in 0..<4 {
                #expect(await world.send("GetSecretValue", ["SecretId": "b"]).fields.text("SecretString") == "x")
            }
        }
    }

    @Test func usesOfKeysAreWrittenDown() async throws {
        try await inWorld { world, key in
            _ = await send("Encrypt", key, world, ["Plaintext": "eA=="])
            let noted = await send("GetKeyLastUsage", key, world)
            #expect(noted.fields.fields("KeyLastUsage")?.text("Operation") == "Encrypt")
            try await Sweep(house: world.house).step()
            #expect(world.house.keyUses.all.isEmpty)
            #expect(await send("GetKeyLastUsage", key, world).body == noted.body)
            world.clock.advance(milliseconds: 1000)
            _ = await send("GenerateDataKey", key, world, ["KeySpec": "AES_256"])
            try await Sweep(house: world.house).step()
            let later = await send("GetKeyLastUsage", key, world)
            #expect(later.fields.fields("KeyLastUsage")?.text("Operation") == "GenerateDataKey")
        }
    }
}
