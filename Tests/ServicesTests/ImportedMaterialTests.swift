import Bytes
import Seal
import Store
import TestKit
import Testing

@testable import Services

/// Imported key material under a held clock: tokens, expiry, and the duty that takes it away.
@Suite struct ImportedMaterialTests {
    private let material = SecretBytes((0..<32).map { UInt8($0) })

    private func create(_ world: World, _ more: Fields = [:]) async throws -> Text {
        let input = Fields(more.members + [Fields.Member(name: "Origin", value: "EXTERNAL")])
        let made = await world.send("CreateKey", to: .kms, input)
        return try #require(made.fields.fields("KeyMetadata")?.text("Arn"))
    }

    private func parameters(_ key: Text, _ world: World) async throws -> (token: Text, PublicKey) {
        let answer = await world.send(
            "GetParametersForImport", to: .kms,
            ["KeyId": .string(key), "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"]
        )
        let token = try #require(answer.fields.text("ImportToken"))
        return (token, PublicKey(try #require(answer.fields.storedBlob("PublicKey"))))
    }

    private func bring(
        _ material: SecretBytes, to key: Text, _ world: World, until expiry: Timestamp? = nil
    ) async throws -> Response {
        let (token, publicKey) = try await parameters(key, world)
        return await bring(publicKey.seal(material, .sha256) ?? [], token, to: key, world, until: expiry)
    }

    private func bring(
        _ wrapped: [UInt8], _ token: Text, to key: Text, _ world: World, until expiry: Timestamp? = nil
    ) async -> Response {
        var input: Fields = [
            "KeyId": .string(key), "ImportToken": .string(token), "EncryptedKeyMaterial": .blob(wrapped),
            "ExpirationModel": expiry == nil ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES",
        ]
        input.add("ValidTo", expiry.map { $0.seconds })
        return await world.send("ImportKeyMaterial", to: .kms, input)
    }

    private func state(_ key: Text, _ world: World) async -> Text? {
        await world.send("DescribeKey", to: .kms, ["KeyId": .string(key)]).fields.fields("KeyMetadata")?.text(
            "KeyState")
    }

    private func encrypt(_ key: Text, _ world: World) async -> Response {
        await world.send("Encrypt", to: .kms, ["KeyId": .string(key), "Plaintext": "cGxhaW4="])
    }

    @Test func expiredMaterialIsRefusedAtOnceAndThenTakenAway() async throws {
        let world = try await World()
        let key = try await create(world)
        let expiry = world.clock.now + 60_000
        #expect(try await bring(material, to: key, world, until: expiry).status == 200)
        let blob = try #require(await encrypt(key, world).fields.text("CiphertextBlob"))
        world.clock.advance(milliseconds: 59_999)
        #expect(await encrypt(key, world).status == 200)
        world.clock.advance(milliseconds: 1)
        for _ in 0..<2 {
            let refused = await encrypt(key, world)
            #expect(refused.code == "KMSInvalidStateException" && refused.message == "\(key) is pending import.")
            let decrypt = await world.send("Decrypt", to: .kms, ["CiphertextBlob": .string(blob)])
            #expect(decrypt.code == "KMSInvalidStateException")
            #expect(await state(key, world) == "PendingImport")
            try await Sweep(house: world.house).step()
        }
        let events = try await world.records().filter { $0.text("eventName") == "DeleteExpiredKeyMaterial" }
        #expect(events.count == 1)
        // Nothing that could be opened is left, and other material does not take its place.
        let place = Place(account: try #require(AccountID("000000000001")), region: World.region)
        let id = try #require(key.split(on: 0x2F).last)
        let item = try #require(try await world.house.store.read { try $0.item(Keys.itemKey(id, in: place)) })
        #expect(try KeyState(item).materials.map(\.sealed) == [nil] && item.due == nil)
        let other = try await bring(SecretBytes.random(32), to: key, world)
        #expect(other.code == "IncorrectKeyMaterialException")
        #expect(try await bring(material, to: key, world).status == 200)
        let opened = await world.send("Decrypt", to: .kms, ["CiphertextBlob": .string(blob)])
        #expect(opened.fields.text("Plaintext") == "cGxhaW4=")
        await world.close()
    }

    @Test func tokensLastADay() async throws {
        let world = try await World()
        let (key, other) = (try await create(world), try await create(world))
        let (token, publicKey) = try await parameters(key, world)
        let wrapped = try #require(publicKey.seal(material, .sha256))
        #expect(await bring(wrapped, token, to: other, world).code == "InvalidImportTokenException")
        world.clock.advance(milliseconds: 86_399_999)
        #expect(await bring(wrapped, token, to: key, world).status == 200)
        world.clock.advance(milliseconds: 1)
        #expect(await bring(wrapped, token, to: key, world).code == "ExpiredImportTokenException")
        await world.close()
    }

    /// A key that is pending deletion loses its material on time, and is destroyed on time.
    @Test func expiryComesBeforeDestruction() async throws {
        let world = try await World()
        let key = try await create(world)
        #expect(try await bring(material, to: key, world, until: world.clock.now + 86_400_000).status == 200)
        _ = await world.send(
            "ScheduleKeyDeletion", to: .kms, ["KeyId": .string(key), "PendingWindowInDays": .integer(7)])
        world.clock.advance(days: 2)
        try await Sweep(house: world.house).step()
        #expect(await state(key, world) == "PendingDeletion")
        _ = await world.send("CancelKeyDeletion", to: .kms, ["KeyId": .string(key)])
        #expect(await state(key, world) == "PendingImport")
        _ = await world.send(
            "ScheduleKeyDeletion", to: .kms, ["KeyId": .string(key), "PendingWindowInDays": .integer(7)])
        world.clock.advance(days: 7)
        try await Sweep(house: world.house).step()
        #expect(await state(key, world) == nil)
        await world.close()
    }

    /// An answer that was prepared while the material was there is not given any more when it is not.
    @Test func preparedAnswersEndWithTheMaterial() async throws {
        let world = try await World()
        let key = try await create(world)
        #expect(try await bring(material, to: key, world, until: world.clock.now + 60_000).status == 200)
        _ = await world.send(
            "CreateSecret",
            [
                "Name": "a", "ClientRequestToken": "11111111-2222-3333-4444-000000000001", "SecretString": "one",
                "KmsKeyId": .string(key),
            ]
        )
        for _ in 0..<6 { #expect(await world.send("GetSecretValue", ["SecretId": "a"]).status == 200) }
        world.clock.advance(milliseconds: 60_000)
        for _ in 0..<2 { #expect(await world.send("GetSecretValue", ["SecretId": "a"]).status == 400) }
        await world.close()
    }
}
