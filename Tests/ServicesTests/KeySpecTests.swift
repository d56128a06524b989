import Bytes
import Seal
import Store
import TestKit
import Testing
import Wire

@testable import Services

@Suite struct KeySpecTests {
    /// Each usage names at least one algorithm, or nobody could use such a key.
    @Test(arguments: KeySpec.allCases)
    func everyUsageHasAnAlgorithm(spec: KeySpec) {
        for usage in spec.usages {
            switch usage {
            case .encrypt: #expect(!spec.encryptionAlgorithms.isEmpty)
            case .sign: #expect(!spec.signingAlgorithms.isEmpty)
            case .mac: #expect(spec.macAlgorithm?.hash.length == spec.secretLength)
            case .agree: #expect(spec.pairKind != nil)
            case .encapsulate: Issue.record("no key here encapsulates")
            }
        }
    }

    /// The table of AWS's developer guide for RSAES-OAEP.
    @Test func capacities() {
        let table: [(KeySpec, Int, Int)] = [(.rsa2048, 214, 190), (.rsa3072, 342, 318), (.rsa4096, 470, 446)]
        for (spec, sha1, sha256) in table {
            #expect(spec.capacity(.oaepSHA1) == sha1 && spec.capacity(.oaepSHA256) == sha256)
        }
        #expect(KeySpec.symmetric.capacity(.symmetric) == nil)
    }

    @Test(arguments: [
        ("us-east-1", true), ("ap-southeast-12", true), ("us-gov-west-1", true), ("us-east", false), ("useast-1", true),
        ("us--1", false), ("US-east-1", false), ("us-east-1a", false), ("a-b-c-d-1", false), ("us-east-", false),
        ("1", false),
    ])
    func regions(name: String, isRegion: Bool) {
        guard case .string(let rule) = Keys.region else { return }
        // The model's `([a-z]+-){2,3}` wants two words at least.
        #expect(rule.pattern?.matches(Text(name)) == (name == "useast-1" ? false : isRegion))
    }

    private func send(_ operation: Text, _ input: Fields, _ world: World) async -> Response {
        await world.send(operation, to: .kms, input)
    }

    /// The primary key's waiting period begins when its last replica is gone.
    @Test func aPrimaryKeyIsDestroyedAfterItsReplicas() async throws {
        let world = try await World()
        let made = await send("CreateKey", ["MultiRegion": .bool(true)], world)
        let arn = try #require(made.fields.fields("KeyMetadata")?.text("Arn"))
        let id = try #require(arn.split(on: 0x2F).last)
        let key: Document = .string(arn)
        #expect(await send("ReplicateKey", ["KeyId": key, "ReplicaRegion": "eu-west-1"], world).status == 200)
        let scheduled = await send("ScheduleKeyDeletion", ["KeyId": key, "PendingWindowInDays": .integer(7)], world)
        #expect(scheduled.fields.text("KeyState") == "PendingReplicaDeletion")
        world.clock.advance(days: 30)
        try await Sweep(house: world.house).step()
        func state() async -> Text? {
            await send("DescribeKey", ["KeyId": key], world).fields.fields("KeyMetadata")?.text("KeyState")
        }
        #expect(await state() == "PendingReplicaDeletion")
        // As if ScheduleKeyDeletion had been called in the replica's Region seven days ago.
        let place = Place(account: try #require(AccountID("000000000001")), region: "eu-west-1")
        let now = world.clock.now
        try await world.house.store.write { transaction in
            let item = try #require(try transaction.item(Keys.itemKey(id, in: place)))
            var draft = try KeyDraft(item)
            draft.set("state", "PendingDeletion")
            draft.deletionDate = now
            _ = try transaction.update(draft.item)
        }
        try await Sweep(house: world.house).step()
        #expect(await state() == "PendingDeletion")
        world.clock.advance(days: 7)
        try await Sweep(house: world.house).step()
        #expect(await state() == nil)
        await world.close()
    }
}

/// Rows from before keys had specs: symmetric, made here, and due when they are to be destroyed.
@Suite struct OlderKeyRowTests {
    @Test func areReadAsWhatTheyWere() throws {
        let place = Place(account: try #require(AccountID("000000000001")), region: World.region)
        let root = RootKey.generate()
        let new = KeyDraft(
            id: "k", place: place, at: Timestamp(seconds: 1), description: "",
            policy: WrittenPolicy(Keys.defaultPolicy(place.account)),
            tags: [], isManaged: false, root: root, chance: .seeded(1))
        var body = new.body
        body.members.removeAll { ["spec", "usage", "origin"].contains($0.name) }
        body.members.removeAll { $0.name == "state" }
        body.add("state", "PendingDeletion")
        let item = Item(key: new.key, due: Timestamp(seconds: 9), body: body.json)
        let key = try KeyState(item)
        #expect(key.spec == .symmetric && key.usage == .encrypt && key.origin == .kms && key.family == nil)
        #expect(key.deletionDate == Timestamp(seconds: 9))
        #expect(try KeyDraft(item).item.due == Timestamp(seconds: 9))
        _ = try key.open(key.currentMaterial, root)
    }
}
