internal import Bytes
internal import Store
internal import Synchronization
internal import Wire

/// Runs the events that are due. Several nodes may do it at once: each is claimed before it is run.
package struct FunctionEvents: Sendable {
    private let house: House
    /// Runs at once.
    static let room = 16

    package init(house: House) { self.house = house }

    /// Claims and runs what is due now; returns when all of it has ended.
    package func step() async throws {
        let claimed = try await claim(atMost: Self.room)
        await withDiscardingTaskGroup { group in
            for event in claimed { group.addTask { await run(event) } }
        }
    }

    /// A claim is a due time that lies behind the end of the run: if the node dies, another one finds the event again.
    func claim(atMost room: Int) async throws -> [FunctionEvent] {
        let now = house.clock.now()
        let due = try await house.store.read { try $0.itemsDue(kind: FunctionRows.event, by: now, limit: room) }
        var claimed: [FunctionEvent] = []
        for item in due {
            do {
                claimed.append(
                    try await house.store.write { [house] transaction in
                        let end = now + 900_000 + FunctionEvent.grace
                        guard let current = try transaction.claim(item.key, at: now, until: end) else {
                            throw StoreError.conflict
                        }
                        return try FunctionEvent(current, house.root)
                    })
            } catch StoreError.conflict {
                // Another node's.
            }
        }
        return claimed
    }

    func run(_ event: FunctionEvent) async {
        var next = event
        var failed = false
        do {
            let target = try await house.seeing { try $0.target(event.reference) }
            guard let target else { return try await finish(event, "the function is gone") }
            let run = try await FunctionRun(target, event.reference, house)
            switch try await run.run(event.requestID, event.payload, event.context).end {
            case .succeeded: return try await finish(event, nil)
            case .failed: failed = true
            case .unavailable: break
            }
        } catch let fault as Fault where fault.status == 404 {
            do { return try await finish(event, "the function is gone") } catch { return report(event, error) }
        } catch is Fault {
        } catch { return report(event, error) }
        do {
            guard next.postpone(failed: failed, at: house.clock.now()) != nil else {
                return try await finish(event, failed ? "it failed three times" : "it could not be run for six hours")
            }
            let row = next.item(house.root)
            try await house.store.write { transaction in
                _ = try transaction.update(row)
                return
            }
        } catch { report(event, error) }
    }

    private func finish(_ event: FunctionEvent, _ why: Text?) async throws {
        if let why { house.log.warning("event \(event.requestID) for \(event.reference.qualifiedARN): \(why)") }
        try await house.store.write { transaction in
            _ = try transaction.delete(event.key)
            return
        }
    }

    /// It comes again when its claim is over.
    private func report(_ event: FunctionEvent, _ error: any Error) {
        house.log.error("event \(event.requestID) for \(event.reference.qualifiedARN): \(type(of: error))")
    }
}

extension Duties {
    /// How many of a node's events are running.
    private final class Taken: Sendable {
        let count = Atomic(0)
    }

    /// Runs functions that were invoked as events. What is running when it is cancelled ends first.
    package func runFunctionEvents() async {
        let (events, taken) = (FunctionEvents(house: house), Taken())
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let room = FunctionEvents.room - taken.count.load(ordering: .relaxed)
                do {
                    for event in room > 0 ? try await events.claim(atMost: room) : [] {
                        taken.count.add(1, ordering: .relaxed)
                        group.addTask {
                            await events.run(event)
                            taken.count.subtract(1, ordering: .relaxed)
                        }
                    }
                } catch {
                    house.log.error("events of functions: \(type(of: error))")
                }
                for runtime in house.runners.takeWanted() {
                    group.addTask { await house.runner.prepare(runtime) }
                }
                do { try await pause(250) } catch { return }
            }
        }
    }
}
