import Bytes
import Store
import Synchronization
import TestKit
import Testing

@testable import Services

/// Events for whom the operator named, under a held clock.
@Suite struct AnnouncementTests {
    /// Takes events, or doesn't.
    final class Listener: Sendable {
        let taken = Mutex<[Fields]>([])
        let asked = Mutex(0)
        let isDown = Mutex(false)
        struct Down: Error {}

        @Sendable func take(_ envelope: [UInt8]) async throws {
            asked.withLock { $0 += 1 }
            if isDown.withLock({ $0 }) { throw Down() }
            let fields = try Fields(json: envelope)
            taken.withLock { $0.append(fields) }
        }
    }

    private func world(_ listener: Listener?) async throws -> World {
        let world = try await World(announce: listener.map { $0.take })
        _ = await world.send(
            "CreateSecret",
            ["Name": "db", "SecretString": "one", "ClientRequestToken": "first-000000000000000000000000000001"])
        return world
    }

    /// As a failing rotation does.
    private func announce(_ world: World, _ event: Text = "RotationFailed") async throws {
        let place = Place(account: AccountID("000000000001") ?? .none, region: World.region)
        let (house, now) = (world.house, world.clock.now)
        try await house.store.write { transaction in
            let row = try #require(try transaction.secret(place, "db"))
            try Rotation.record(
                event, try SecretDraft(row), "token", at: now, house, error: "in setSecret",
                details: ["FunctionError": "DatabaseDown: \"quoted\""], transaction)
        }
    }

    @Test func anEventIsTheRecordInEventBridgesEnvelope() async throws {
        let listener = Listener()
        let world = try await world(listener)
        try await announce(world)
        for _ in 0..<2 { try await Announcements(house: world.house).step() }
        let all = listener.taken.withLock { $0 }
        let event = try #require(all.first)
        #expect(all.count == 1)
        #expect(event.text("source") == "aws.secretsmanager" && event.text("account") == "000000000001")
        #expect(event.text("detail-type") == "AWS Service Event via CloudTrail" && event.text("region") == World.region)
        let record = try await world.records().last { $0.text("eventName") == "RotationFailed" }
        #expect(event.fields("detail")?.json == record?.json && event.text("id") == record?.text("eventID"))
        #expect(world.house.figures.prometheus().string.contains("undercroft_events_sent_total{result=\"ok\"} 1\n"))
        await world.close()
    }

    @Test func whatIsNotTakenIsSentAgainForADay() async throws {
        let listener = Listener()
        let world = try await world(listener)
        listener.isDown.withLock { $0 = true }
        try await announce(world)
        let announcements = Announcements(house: world.house)
        var moments: [Int64] = []
        for second in 0..<8 {
            let before = listener.asked.withLock { $0 }
            try await announcements.step()
            if listener.asked.withLock({ $0 }) > before { moments.append(Int64(second)) }
            world.clock.advance(milliseconds: 1000)
        }
        #expect(moments == [0, 1, 3, 7])
        try await announce(world, "RotationAbandoned")
        listener.isDown.withLock { $0 = false }
        world.clock.advance(milliseconds: 300_000)
        try await announcements.step()
        #expect(
            Set(listener.taken.withLock { $0.compactMap { $0.fields("detail")?.text("eventName") } })
                == ["RotationFailed", "RotationAbandoned"])
        listener.isDown.withLock { $0 = true }
        try await announce(world)
        for _ in 0..<400 {
            try await announcements.step()
            world.clock.advance(milliseconds: 300_000)
        }
        let asked = listener.asked.withLock { $0 }
        listener.isDown.withLock { $0 = false }
        try await announcements.step()
        #expect(listener.asked.withLock { $0 } == asked && listener.taken.withLock { $0.count } == 2)
        #expect(world.log.texts.contains { $0.string.contains("given up after a day") })
        await world.close()
    }

    @Test func whoeverClaimsFirstSends() async throws {
        let listener = Listener()
        let world = try await world(listener)
        for _ in 0..<20 { try await announce(world) }
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<4 { group.addTask { try await Announcements(house: world.house).step() } }
        }
        try await Announcements(house: world.house).step()
        let ids = listener.taken.withLock { $0.compactMap { $0.text("id") } }
        #expect(ids.count == 20 && Set(ids).count == 20)
        await world.close()
    }

    @Test func withoutAnAddressNothingIsKept() async throws {
        let world = try await world(nil)
        try await announce(world)
        let now = world.clock.now
        let kept = try await world.house.store.read { try $0.itemsDue(kind: Announcement.kind, by: now, limit: 10) }
        #expect(kept.isEmpty)
        await world.close()
    }
}
