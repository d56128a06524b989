internal import Bytes
internal import Store

/// Work that nobody calls for. Each runs until its task is cancelled; `pause` is the clock's sleep, injected.
package struct Duties: Sendable {
    let house: House
    let pause: @Sendable (_ milliseconds: Int64) async throws -> Void

    package init(house: House, pause: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void) {
        self.house = house
        self.pause = pause
    }

    /// Sees to it that the records that went with transactions are in the node's segments, then forgets them. A record stays
    /// in the store until its segment is synced, so a crash between the two repeats work, never loses it.
    package func drainOutbox() async {
        var drain = OutboxDrain(house: house)
        await repeatedly(every: 100) { try await drain.step() }
    }

    /// Deletes what is past its recovery window. Several nodes may do it at once: each row goes in one transaction.
    package func sweep() async {
        await repeatedly(every: 30_000) { try await Sweep(house: house).step() }
        // Nothing follows: what has been noted since the last time would be lost.
        do { try await Sweep(house: house).writeKeyUses() } catch {
            house.log.warning("the last uses of some keys were not written down: \(type(of: error))")
        }
    }

    /// Writes down when access keys, users and roles were used.
    package func noteUses() async { await repeatedly(every: 60_000) { try await UseNotes(house: house).step() } }

    /// Lets go of what the gate remembers about rows that have changed: keys among it.
    package func forget(_ gate: Gate) async { await repeatedly(every: 10_000) { gate.sweep() } }

    func repeatedly(every milliseconds: Int64, _ body: () async throws -> Void) async {
        while !Task.isCancelled {
            do { try await body() } catch let error as StoreError {
                house.log.error("duty: \(error.operatorText)")
            } catch {
                if Task.isCancelled { return }
                house.log.error("duty: \(type(of: error))")
            }
            do { try await pause(milliseconds) } catch { return }
        }
    }
}

/// One pass over everything that is due.
package struct Sweep: Sendable {
    let house: House
    static let batch = 100

    package init(house: House) { self.house = house }

    /// What fails does not hold up the others.
    package func step() async throws {
        var failure: (any Error)?
        for duty in [purgeSecrets, visitKeys, rotateKeys, writeKeyUses, dropReports, dropLogs]
            as [() async throws -> Void]
        {
            do { try await duty() } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func purgeSecrets() async throws {
        let now = house.clock.now()
        while true {
            let due = try await house.store.read { try $0.secretsDue(by: now, limit: Self.batch) }
            for row in due {
                try await house.store.write { [house] transaction in
                    // Restored or already purged meanwhile: what counts is what the transaction sees.
                    guard let current = try transaction.secret(row.place, row.name), let date = current.deleteAfter,
                        date <= now
                    else { return }
                    try Secrets.purge(current, house, at: now, transaction)
                }
            }
            guard due.count == Self.batch else { return }
        }
    }

    /// A key is due when its waiting period is over, or when imported material expires.
    private func visitKeys() async throws {
        let now = house.clock.now()
        while true {
            let due = try await house.store.read { try $0.itemsDue(kind: "key", by: now, limit: Self.batch) }
            for item in due {
                try await house.store.write { [house] transaction in
                    guard let current = try transaction.item(item.key), let date = current.due, date <= now else {
                        return
                    }
                    let place = item.key.place
                    let key = try KeyState(current)
                    guard let deletion = key.deletionDate, deletion <= now else {
                        return try Keys.takeExpiredMaterial(current, house, at: now, transaction)
                    }
                    for alias in try transaction.items(
                        place, kind: "alias", link: item.key.id, after: nil, limit: 1000
                    ) { _ = try transaction.delete(alias.key) }
                    _ = try transaction.delete(item.key)
                    try Keys.leaveFamily(key, at: now, transaction)
                    _ = try transaction.delete(RotationSchedule.itemKey(item.key.id, in: place))
                    _ = try transaction.delete(KeyUses.itemKey(item.key.id, in: place))
                    try transaction.deleteGrants(on: item.key.id, in: place)
                    transaction.touch(Keys.aliasNamesKey(item.key.id, in: place))
                    let record = Record.keyEvent("DeleteKey", on: item.key.id, in: place, at: now, house.chance)
                    transaction.appendRecord(node: house.node, record)
                }
            }
            guard due.count == Self.batch else { return }
        }
    }
}

/// Drains one node's outbox.
package struct OutboxDrain: Sendable {
    private let house: House
    /// Rows that are read at once, each with up to 64 KB of records, or a single larger one.
    private static let batch = 100
    /// Steps from one look at all rows to the next, whether or not somebody spoke of any.
    private static let interval = 100
    private var steps = 0
    /// Event ids that the segments already hold: what a crash left in both places is not written twice.
    private var known: Set<[UInt8]>?

    package init(house: House) { self.house = house }

    package mutating func step() async throws {
        try await forgetHandedOver()
        if house.handover.takeOthers() || steps % Self.interval == 0 {
            do { try await moveOthers() } catch {
                house.handover.noteOthers()
                throw error
            }
        }
        steps += 1
    }

    private func forgetHandedOver() async throws {
        let rows = house.handover.rows
        guard let last = rows.map(\.ticket).max() else { return }
        _ = await house.trail.settle(last)
        let settled = rows.filter { house.trail.fate(of: $0.ticket) != .pending }
        let durable = settled.filter { house.trail.fate(of: $0.ticket) == .durable }.map(\.sequence).sorted()
        try await house.store.write { [house] in try $0.deleteRecords(node: house.node, durable) }
        if durable.count < settled.count { house.handover.noteOthers() }
        house.handover.remove(settled)
    }

    /// Rows of before the start, of the service's own doing, and those that the trail has lost.
    private mutating func moveOthers() async throws {
        var after: Int64 = 0
        while true {
            let page = try await house.store.read { [house, after] in
                try $0.records(node: house.node, after: after, limit: Self.batch)
            }
            guard let last = page.last else { break }
            // After the rows were read: each that shows was promised before it did.
            let taken = house.handover.taken
            let rows = page.filter { !taken.contains($0.0) }
            if known == nil { known = try house.trail.recentEventIDs() }
            var new = rows.flatMap(\.1)
            if let known, !known.isEmpty {
                new.removeAll { record in EventID.find(in: record[...]).map { known.contains($0) } ?? false }
            }
            if !new.isEmpty {
                guard await house.trail.settle(house.trail.append(new)) == .durable else {
                    return house.handover.noteOthers()
                }
            }
            try await house.store.write { [house] in try $0.deleteRecords(node: house.node, rows.map(\.0)) }
            guard page.count == Self.batch else { break }
            after = last.0
        }
        // Only what a crash left behind can be in both places.
        known = []
    }
}

enum EventID {
    private static let marker = Array(#""eventID":""#.utf8)

    /// The record's `eventID`, 36 bytes; `nil` if it has none.
    static func find(in record: ArraySlice<UInt8>) -> [UInt8]? {
        var start = record.endIndex - marker.count - 36
        while start >= record.startIndex {
            if record[start..<start + marker.count].elementsEqual(marker) {
                return Array(record[start + marker.count..<start + marker.count + 36])
            }
            start -= 1
        }
        return nil
    }
}
