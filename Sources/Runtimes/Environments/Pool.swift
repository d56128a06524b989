internal import Bytes
internal import NIOCore
internal import Services
internal import Synchronization

/// The environments there are: which are free, how many there may be, and who waits for one.
final class Pool: Sendable {
    /// What an environment serves.
    struct Key: Hashable, Sendable {
        var function: Text
        var version: Text
        var revision: Text
    }

    enum Phase { case starting, busy, idle }

    struct Entry {
        var key: Key
        var phase: Phase
        var environment: Environment?
        /// Not to be used again.
        var isRetired = false
        /// Counts its uses, so that a timer knows whether it was set for this pause.
        var uses = 0
        var idleSince: UInt64 = 0
    }

    struct State {
        var entries: [Int: Entry] = [:]
        var next = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var isClosed = false
    }

    enum Choice {
        case use(Int, Environment)
        case start(Int)
        case wait
        case closed
    }

    let options: Options
    let loop: any EventLoop
    let clock: Clock
    let state = Mutex(State())

    init(options: Options, loop: any EventLoop, clock: Clock) {
        self.options = options
        self.loop = loop
        self.clock = clock
    }

    /// A free environment whose credentials last until `needed`, or room for one, which `start` then fills. Waits no longer than
    /// `seconds`.
    func take(
        _ key: Key, until needed: Timestamp, seconds: Int64,
        start: (_ number: Int) async throws -> Environment
    ) async throws -> (Int, Environment) {
        let deadline = clock.monotonic() + UInt64(seconds) * 1_000_000_000
        while true {
            switch choose(key, needed) {
            case .use(let number, let environment): return (number, environment)
            case .start(let number):
                do {
                    let environment = try await start(number)
                    let isWanted = state.withLock { state in
                        state.entries[number]?.environment = environment
                        return state.entries[number] != nil
                    }
                    if isWanted { return (number, environment) }
                    environment.end()
                } catch {
                    drop(number)
                    throw error
                }
            case .closed: throw Refusal("the server is stopping")
            case .wait:
                let now = clock.monotonic()
                guard now < deadline else {
                    throw Refusal("all environments for functions are busy; none was free within \(seconds) seconds")
                }
                await change(within: deadline - now)
            }
        }
    }

    var count: Int { state.withLock { $0.entries.count } }

    private func choose(_ key: Key, _ needed: Timestamp) -> Choice {
        var ended: [Environment] = []
        defer { for environment in ended { environment.end() } }
        return state.withLock { state in
            guard !state.isClosed else { return .closed }
            for (number, entry) in state.entries where entry.key == key && entry.phase == .idle && !entry.isRetired {
                guard let environment = entry.environment else { continue }
                guard environment.expires > needed else {
                    ended.append(environment)
                    state.entries[number] = nil
                    continue
                }
                state.entries[number]?.phase = .busy
                state.entries[number]?.uses += 1
                return .use(number, environment)
            }
            guard
                state.entries.values.count(where: { $0.key.function == key.function && !$0.isRetired })
                    < options.environmentsPerFunction
            else {
                // Of another version, perhaps: then it makes room.
                return evict({ $0.key.function == key.function }, &state, &ended) ? reserve(key, &state) : .wait
            }
            guard state.entries.count < options.environments || evict({ _ in true }, &state, &ended) else {
                return .wait
            }
            return reserve(key, &state)
        }
    }

    private func reserve(_ key: Key, _ state: inout State) -> Choice {
        state.next += 1
        state.entries[state.next] = Entry(key: key, phase: .starting)
        return .start(state.next)
    }

    /// Gives up the environment that has been idle for longest.
    private func evict(_ isMeant: (Entry) -> Bool, _ state: inout State, _ ended: inout [Environment]) -> Bool {
        let idle = state.entries.filter { $0.value.phase == .idle && isMeant($0.value) }
        guard let oldest = idle.min(by: { $0.value.idleSince < $1.value.idleSince }) else { return false }
        if let environment = oldest.value.environment { ended.append(environment) }
        state.entries[oldest.key] = nil
        return true
    }

    /// Somebody gave something back, or that much time went by.
    private func change(within nanoseconds: UInt64) async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let wake: @Sendable () -> Void = { [self] in
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
        // What changed since the caller looked has woken nobody: it looks again soon in any case.
        let pause = TimeAmount.nanoseconds(Int64(clamping: min(nanoseconds, 50_000_000)))
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiting[number] = continuation }
            loop.scheduleTask(in: pause, wake)
        }
    }
}
