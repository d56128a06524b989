internal import Bytes
internal import Store

/// Hands events over. Several nodes may do it at once: each event is claimed before it is sent. Whoever takes them may get one
/// twice, after a crash, and then with the same `id`.
package struct Announcements: Sendable {
    private let house: House
    private static let room = 16
    /// Milliseconds that a node has for one.
    private static let claim: Int64 = 60_000

    package init(house: House) { self.house = house }

    /// What is due now, once.
    package func step() async throws {
        guard let announce = house.announce else { return }
        let now = house.clock.now()
        let due = try await house.store.read {
            try $0.itemsDue(kind: Announcement.kind, by: now, limit: Self.room)
        }
        try await withThrowingDiscardingTaskGroup { group in
            for item in due {
                group.addTask {
                    guard let claimed = try await claim(item, at: now) else { return }
                    try await send(claimed, announce)
                }
            }
        }
    }

    private func claim(_ item: Item, at now: Timestamp) async throws -> Announcement? {
        do {
            return try await house.store.write { transaction in
                try transaction.claim(item.key, at: now, until: now + Self.claim).map { try Announcement($0) }
            }
        } catch StoreError.conflict {
            return nil
        }
    }

    private func send(_ claimed: Announcement, _ announce: House.Announce) async throws {
        var announcement = claimed
        let key = announcement.item.key
        do {
            try await announce(announcement.envelope)
            house.figures.countAnnouncement(succeeded: true)
        } catch {
            house.figures.countAnnouncement(succeeded: false)
            if announcement.isFirstAttempt {
                house.log.warning("event \(key.id) was not taken at --events-url; it is sent again for a day")
            }
            if announcement.postpone(at: house.clock.now()) {
                let item = announcement.item
                return try await house.store.write { transaction in
                    _ = try transaction.update(item)
                }
            }
            house.log.error("event \(key.id) was given up after a day: nobody took it")
        }
        try await house.store.write { transaction in
            _ = try transaction.delete(key)
        }
    }
}

extension Duties {
    /// Tells whom the operator named what the service does by itself.
    package func announce() async { await repeatedly(every: 1000) { try await Announcements(house: house).step() } }
}
