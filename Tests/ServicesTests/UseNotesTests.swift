import Bytes
import Store
import TestKit
import Testing

@testable import Services

/// The duty's writes: who signs stays known.
@Suite struct UseNotesTests {
    @Test func writtenBesideTheKey() async throws {
        let world = try await World()
        #expect(await world.send("ListSecrets", [:]).status == 200)
        let id = world.administrator.accessKeyID
        #expect(world.house.credentialUses[id]?.service == "secretsmanager")
        let ticket = world.house.store.cache.ticket(for: .item(IdentityRows.accessKey(id)))
        try await UseNotes(house: world.house).step()
        #expect(world.house.store.cache.stands([ticket]))
        #expect(world.house.credentialUses[id] == nil)
        let use = try await world.house.store.read { try AccessKeyUses.use($0.item(AccessKeyUses.key(id))) }
        #expect(use?.time == world.clock.now && use?.region == World.region)
        world.clock.advance(days: 1)
        #expect(await world.send("ListSecrets", [:]).status == 200)
        try await UseNotes(house: world.house).step()
        let later = try await world.house.store.read { try AccessKeyUses.use($0.item(AccessKeyUses.key(id))) }
        #expect(later?.time == world.clock.now)
        await world.close()
    }

    private func memories(_ world: World) async throws -> [ServiceMemory] {
        let place = Entity.place(world.administrator.account)
        return try await world.house.store.read { snapshot in
            try snapshot.items(place, kind: ServiceMemory.kind, after: nil, limit: 10).map { try ServiceMemory($0) }
        }
    }

    @Test func whatAnEntityDidIsAddedToWhatIsKnown() async throws {
        let world = try await World()
        #expect(await world.send("ListSecrets", [:]).status == 200)
        let first = world.clock.now
        try await UseNotes(house: world.house).step()
        #expect(world.house.serviceUses.all.isEmpty)
        world.clock.advance(days: 1)
        _ = await world.send("GetSecretValue", ["SecretId": "absent"])
        _ = await world.send("ListKeys", to: .kms, [:])
        try await UseNotes(house: world.house).step()
        let found = try await memories(world)
        #expect(found.map(\.service).sorted() == ["kms", "secretsmanager"])
        let secrets = try #require(found.first { $0.service == "secretsmanager" })
        #expect(secrets.uses.mapValues(\.time) == ["ListSecrets": first, "GetSecretValue": world.clock.now])
        #expect(secrets.last?.region == World.region)
        #expect(secrets.since(first + 1).uses.keys.sorted() == ["GetSecretValue"])
        await world.close()
    }

    /// Prepared answers don't pass where others are noted.
    @Test func preparedAnswersAreNotedOnceAMinute() async throws {
        let world = try await World()
        _ = await world.send(
            "CreateSecret",
            [
                "Name": "a", "ClientRequestToken": "11111111-2222-3333-4444-000000000001", "SecretString": "one",
            ])
        func read() async { #expect(await world.send("GetSecretValue", ["SecretId": "a"]).status == 200) }
        for _ in 0..<6 { await read() }
        let first = world.clock.now
        try await UseNotes(house: world.house).step()
        world.clock.advance(milliseconds: 59_999)
        await read()
        #expect(world.house.serviceUses.all.isEmpty)
        world.clock.advance(milliseconds: 1)
        for _ in 0..<2 { await read() }
        #expect(world.house.serviceUses.all.values.map(\.time) == [first + 60_000])
        #expect(world.house.credentialUses[world.administrator.accessKeyID]?.time == first + 60_000)
        await world.close()
    }

    /// Reports are answered for a day, then their jobs are dropped.
    @Test func jobsEnd() async throws {
        let world = try await World()
        let place = Entity.place(world.administrator.account)
        let report = ServiceReport("arn", "SERVICE_LEVEL", for: "AIDA", at: world.clock.now)
        let key = ServiceReport.key("job", place.account)
        _ = try await world.house.store.write { try $0.insert(report.item(key)) }
        func isThere() async throws -> Bool { try await world.house.store.read { try $0.item(key) } != nil }
        world.clock.advance(milliseconds: ServiceReport.lifetime - 1)
        try await Sweep(house: world.house).step()
        #expect(try await isThere())
        world.clock.advance(milliseconds: 1)
        try await Sweep(house: world.house).step()
        #expect(try await !isThere())
        await world.close()
    }
}
