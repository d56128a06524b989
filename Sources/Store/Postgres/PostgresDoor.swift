internal import Bytes
internal import Synchronization

/// Opens connections; after a failure not at once again.
final class PostgresDoor: Sendable {
    private struct State {
        var failures: UInt64 = 0
        var notBefore: UInt64 = 0
        var error = StoreError.unavailable("no connection to PostgreSQL")
    }

    private static let firstPause: UInt64 = 50
    private static let longestPause: UInt64 = 2000

    private let address: PostgresAddress
    private let options: StoreOptions
    private let timeline: PostgresTimeline
    private let state = Mutex(State())

    init(_ address: PostgresAddress, _ options: StoreOptions) {
        self.address = address
        self.options = options
        timeline = PostgresTimeline(options)
    }

    /// Throws the last failure's reason while its pause lasts.
    func open() throws(StoreError) -> PostgresConnection {
        if let error = state.withLock({ $0.notBefore > Monotonic.now() ? $0.error : nil }) { throw error }
        do {
            let connection = try PostgresConnection(address, answerMilliseconds: options.answerMilliseconds)
            try timeline.check(connection)
            state.withLock { $0.failures = 0 }
            return connection
        } catch {
            noteFailure(error)
            throw error
        }
    }

    private func noteFailure(_ error: StoreError) {
        state.withLock { state in
            let pause = min(Self.longestPause, Self.firstPause << min(state.failures, 8))
            state.failures += 1
            state.notBefore = Monotonic.now() &+ (pause / 2 &+ options.jitter(pause / 2)) &* 1_000_000
            state.error = error
        }
    }
}
