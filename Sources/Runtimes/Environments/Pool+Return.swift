internal import Bytes
internal import NIOCore
internal import Services
internal import Synchronization

extension Pool {
    /// It may serve another invocation, until it has been idle for too long.
    func giveBack(_ number: Int) {
        let (uses, ended, expires) = state.withLock { state -> (Int?, Environment?, Timestamp?) in
            guard let entry = state.entries[number] else { return (nil, nil, nil) }
            guard !entry.isRetired, !state.isClosed else {
                state.entries[number] = nil
                return (nil, entry.environment, nil)
            }
            state.entries[number]?.phase = .idle
            state.entries[number]?.idleSince = clock.monotonic()
            return (entry.uses, nil, entry.environment?.expires)
        }
        ended?.end()
        wake()
        guard let uses, let expires else { return }
        let lasting = max(0, expires.milliseconds - clock.now().milliseconds)
        let pause = min(Int64(options.idleSeconds) * 1000, lasting)
        loop.scheduleTask(in: .milliseconds(pause)) { self.endIdle(number, uses) }
    }

    private func endIdle(_ number: Int, _ uses: Int) {
        let ended = state.withLock { state -> Environment? in
            guard let entry = state.entries[number], entry.phase == .idle, entry.uses == uses else { return nil }
            state.entries[number] = nil
            return entry.environment
        }
        ended?.end()
    }

    /// It is of no more use: its process ended, or is to.
    func drop(_ number: Int) {
        let ended = state.withLock { $0.entries.removeValue(forKey: number)?.environment }
        ended?.end()
        wake()
    }

    /// Ends what is idle now, and what is busy when it is done.
    func retire(_ isMeant: (Key) -> Bool) {
        let ended = state.withLock { state in
            var ended: [Environment] = []
            for (number, entry) in state.entries where isMeant(entry.key) {
                if entry.phase == .idle {
                    if let environment = entry.environment { ended.append(environment) }
                    state.entries[number] = nil
                } else {
                    state.entries[number]?.isRetired = true
                }
            }
            return ended
        }
        for environment in ended { environment.end() }
        wake()
    }

    /// Ends all of it, busy or not.
    func close() {
        let ended = state.withLock { state in
            defer { state.entries = [:] }
            state.isClosed = true
            return state.entries.values.compactMap(\.environment)
        }
        for environment in ended { environment.end() }
        wake()
    }

    private func wake() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume() }
    }
}
