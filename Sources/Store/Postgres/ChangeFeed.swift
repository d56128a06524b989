internal import Bytes

/// Follows the accounts' epochs and takes out of the cache what other nodes changed.
///
/// An account's epochs are raised under its row's lock, so they commit in order and none is passed by. (A feed over all
/// accounts by one sequence would miss rows: sequence order is not commit order.)
final class ChangeFeed: Sendable {
    private static let epochs = Query("SELECT account, epoch FROM account_epoch")
    private static let changes = Query(
        "SELECT epoch, keys FROM change WHERE account = ?1 AND epoch > ?2 AND epoch <= ?3 ORDER BY epoch"
    )
    private static let prune = Query(
        "DELETE FROM change WHERE at < CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) - ?1"
    )
    private static let keptMilliseconds = 600_000
    private static let pruneEvery: UInt64 = 60_000_000_000

    private let door: PostgresDoor
    private let ground: Ground
    private let health: SharedHealth

    init(_ door: PostgresDoor, _ ground: Ground, _ health: SharedHealth) {
        self.door = door
        self.ground = ground
        self.health = health
    }

    private struct State {
        var connection: PostgresConnection?
        /// Epoch up to which the cache is clear of what was changed. `nil` before the first answer.
        var known: [Text: Int64]?
        var pruned: UInt64 = 0
    }

    func run(until stop: Monitor<Bool>) {
        var state = State()
        repeat {
            // From before the question: what was changed after it may be missing in the answer.
            let asked = Monotonic.now()
            do throws(StoreError) {
                try poll(&state)
                ground.cache.trust(until: asked &+ ground.options.trustMilliseconds &* 1_000_000)
                health.set(.ok)
            } catch {
                state.connection = nil
                health.set(.unreachable("\(error)"))
            }
        } while stop.wait(milliseconds: ground.options.pollMilliseconds, { $0 ? true : nil }) == nil
        ground.cache.trust(until: 0)
    }

    private func poll(_ state: inout State) throws(StoreError) {
        if state.connection == nil { state.connection = try open() }
        guard let connection = state.connection else { return }
        var epochs: [Text: Int64] = [:]
        try connection.select(Self.epochs, []) { columns in epochs[columns.text(0)] = columns.integer(1) }
        if let known = state.known {
            for (account, epoch) in epochs where epoch != known[account] {
                try follow(account, from: known[account] ?? 0, to: epoch, connection)
            }
        } else {
            // What was put in before is from before the epochs just read.
            ground.cache.clear()
        }
        state.known = epochs
        try prune(&state, connection)
    }

    private func open() throws(StoreError) -> PostgresConnection {
        let connection = try door.open()
        // Only pruning commits here. Waiting for a standby would hold up the feed.
        try connection.run("SET synchronous_commit = off")
        return connection
    }

    /// A gap means pruned changes, a fall an older copy of the database: then nothing in the cache is believed.
    private func follow(
        _ account: Text,
        from known: Int64,
        to epoch: Int64,
        _ connection: PostgresConnection
    ) throws(StoreError) {
        var keys: [CacheKey] = []
        var reached = known
        let values: [Value] = [.text(account), .integer(known), .integer(epoch)]
        try connection.select(Self.changes, values) { columns in
            let owner = account == AccountID.none.text ? AccountID.none : AccountID(account)
            guard columns.integer(0) == reached &+ 1, let owner,
                let more = CacheKey.decode(columns.bytes(1), account: owner)
            else { return }
            reached += 1
            keys += more
        }
        if reached == epoch { ground.cache.invalidate(keys) } else { ground.cache.clear() }
    }

    private func prune(_ state: inout State, _ connection: PostgresConnection) throws(StoreError) {
        let now = Monotonic.now()
        guard now &- state.pruned > Self.pruneEvery else { return }
        state.pruned = now
        _ = try connection.execute(Self.prune, [.integer(Self.keptMilliseconds)])
    }
}
