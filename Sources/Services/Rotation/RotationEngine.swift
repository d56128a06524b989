internal import Bytes
internal import Store
internal import Synchronization

/// Carries rotations out: takes up what is due, one node at a time, as many at once as the functions bear.
package struct RotationEngine: Sendable {
    private let house: House
    private let pause: @Sendable (_ milliseconds: Int64) async throws -> Void
    private let underWay = UnderWay()

    /// Milliseconds between two looks at what is due, while nobody rings.
    private static let interval: Int64 = 200
    private static let batch = 64
    /// How far the engine looks for a function that has room.
    private static let storm = 2048
    /// Milliseconds that a secret is let alone whose rows can't be read or written.
    private static let rest: Int64 = 60_000

    /// - Parameter pause: the clock's sleep; throws when the task is cancelled.
    package init(house: House, pause: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void) {
        self.house = house
        self.pause = pause
    }

    /// Until its task is cancelled. What is under way then is left to whoever takes it up next.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                repeat { house.rotationBell.ring() } while (try? await pause(Self.interval)) != nil
            }
            for await _ in house.rotationBell.rings {
                for item in await due() {
                    group.addTask { await turn(item) }
                }
            }
            group.cancelAll()
        }
    }

    /// All that is due now, to its end.
    package func step() async {
        while true {
            let items = await due()
            guard !items.isEmpty else { return }
            await withDiscardingTaskGroup { group in
                for item in items { group.addTask { await turn(item) } }
            }
        }
    }

    private func due() async -> [Item] {
        var begun: [Item] = []
        do {
            let now = house.clock.now()
            func take(_ items: [Item]) {
                begun += items.filter { Lease.isFree($0, for: house.node, at: now) && underWay.begin($0, at: now) }
            }
            let (items, isAll) = try await look(Self.batch, at: now)
            underWay.note(isStoreThere: true)
            take(items)
            // Those of a function that has no room must not hide the others'.
            if !isAll, underWay.mayLookFurther(at: now) { take(try await look(Self.storm, at: now).items) }
        } catch {
            if underWay.note(isStoreThere: false) {
                house.log.error("rotation waits for the store: \((error as? StoreError)?.operatorText ?? "\(error)")")
            }
        }
        // Also if the second look failed: what has been begun is nobody else's.
        return begun
    }

    /// Rotations before rehearsals.
    private func look(_ limit: Int, at now: Timestamp) async throws -> (items: [Item], isAll: Bool) {
        try await house.store.read {
            let soon = now + Lease.length
            let rotations = try $0.itemsDue(kind: RotationDuty.kind, by: soon, limit: limit)
            let rehearsals = try $0.itemsDue(kind: RehearsalDuty.kind, by: soon, limit: limit)
            return (rotations + rehearsals, max(rotations.count, rehearsals.count) < limit)
        }
    }

    private func turn(_ item: Item) async {
        let isDone =
            item.key.kind == RotationDuty.kind
            ? await RotationTurn(house: house, pause: pause, key: item.key).drive()
            : await RehearsalTurn(house: house, pause: pause, key: item.key).drive()
        underWay.end(item, restingUntil: isDone ? nil : house.clock.now() + Self.rest)
    }
}

/// What this node is at. A function is not asked for more at once than it can do.
private final class UnderWay: Sendable {
    /// Of one function. Lambda's own limit, where one is set, is the function's concurrency.
    private static let perFunction = 10
    private static let all = 64

    private struct State {
        var keys: Set<ItemKey> = []
        var functions: [Text: Int] = [:]
        var resting: [ItemKey: Timestamp] = [:]
        var isStoreThere = true
        var nextFarLook = Timestamp(milliseconds: 0)
    }

    private let state = Mutex(State())

    func begin(_ item: Item, at now: Timestamp) -> Bool {
        state.withLock { state in
            let function = item.link ?? ""
            if let end = state.resting[item.key] {
                guard end <= now else { return false }
                state.resting[item.key] = nil
            }
            guard state.keys.count < Self.all, state.functions[function, default: 0] < Self.perFunction,
                state.keys.insert(item.key).inserted
            else { return false }
            state.functions[function, default: 0] += 1
            return true
        }
    }

    /// Once a second at most: it is a long look.
    func mayLookFurther(at now: Timestamp) -> Bool {
        state.withLock { state in
            guard state.keys.count < Self.all, now >= state.nextFarLook else { return false }
            state.nextFarLook = now + 1000
            return true
        }
    }

    func end(_ item: Item, restingUntil end: Timestamp?) {
        state.withLock { state in
            state.keys.remove(item.key)
            state.resting[item.key] = end
            let left = state.functions[item.link ?? "", default: 1] - 1
            state.functions[item.link ?? ""] = left > 0 ? left : nil
        }
    }

    /// Whether that is news.
    @discardableResult
    func note(isStoreThere: Bool) -> Bool {
        state.withLock { state in
            defer { state.isStoreThere = isStoreThere }
            return state.isStoreThere != isStoreThere
        }
    }
}
