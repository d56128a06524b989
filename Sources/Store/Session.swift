internal import Bytes
internal import Seal

/// What one run of a job has at hand and what it did. Of no use outside of this target: none of it is visible there.
package final class Session {
    let connection: any Connection
    let ground: Ground
    /// Rows of the outbox from here on may still have an older one uncommitted beside them.
    let outboxHorizon: Int64
    private(set) var touched: [CacheKey] = []
    private var kept: [(key: CacheKey, value: any Sendable, cost: Int)] = []
    /// Secrets made less secrets gone.
    private(set) var secretChanges: [Place: Int] = [:]
    private(set) var records: [(node: Text, record: [UInt8])] = []
    /// Of the rows of the outbox that were written.
    private var numbers: [Int64] = []
    private var sent: [(row: Int64, records: [[UInt8]], courier: any Courier)] = []

    /// Before the transaction begins, so that the horizon is not younger than what the transaction sees.
    init(_ connection: any Connection, _ ground: Ground) {
        self.connection = connection
        self.ground = ground
        outboxHorizon = ground.outbox.horizon
    }

    private var tamperedRows: UInt64 = 0

    func noteTampered() {
        tamperedRows += 1
        ground.figures.note { $0.tamperedRows &+= 1 }
    }

    /// The job is run again from its beginning, and will meet the same rows.
    func forget() {
        settle(.rolledBack)
        ground.figures.note { [tamperedRows] in $0.tamperedRows &-= tamperedRows }
    }

    func touch(_ key: CacheKey) { touched.append(key) }
    func keep(_ key: CacheKey, _ value: any Sendable, _ cost: Int) { kept.append((key, value, cost)) }
    func noteSecrets(_ change: Int, _ place: Place) { secretChanges[place, default: 0] += change }

    func record(_ record: [UInt8], of node: Text) { records.append((node, record)) }

    /// For a row of the outbox that is written now.
    func takeNumber() -> Int64 {
        let number = ground.outbox.next()
        numbers.append(number)
        return number
    }

    /// Once the row is written, and before anybody can see it.
    func announce(_ row: Int64, _ parcel: Parcel) {
        guard let courier = ground.couriers[parcel.node] else { return }
        courier.announce(row)
        sent.append((row, parcel.records, courier))
    }

    /// Before a writer is answered: nobody may find in the cache what its commit replaced.
    ///
    /// - Parameter isInOrder: whether all writers of the store settle in the order in which they committed. Only then is what
    ///   they keep not older than what the cache has.
    func settle(_ outcome: Outcome, isInOrder: Bool = false) {
        ground.outbox.settle(numbers)
        for (row, records, courier) in sent {
            switch outcome {
            case .committed: courier.take(row, records)
            case .rolledBack: courier.forgo(row, mayExist: false)
            case .unknown: courier.forgo(row, mayExist: true)
            }
        }
        guard outcome != .rolledBack else { return }
        guard outcome == .committed, isInOrder, !kept.isEmpty else { return ground.cache.invalidate(touched) }
        for key in touched where !kept.contains(where: { $0.key == key }) { ground.cache.invalidate(key) }
        for (key, value, cost) in kept { ground.cache.replace(key, value, cost: cost) }
    }

    enum Outcome { case committed, rolledBack, unknown }
}

/// What all sessions of a store share.
final class Ground: Sendable {
    let rows: RowAuthenticator
    let options: StoreOptions
    let cache: RowCache
    let outbox = OutboxOrder()
    let couriers = Couriers()
    let figures = FigureBoard()

    init(_ rows: RowAuthenticator, _ options: StoreOptions, cache: RowCache) {
        self.rows = rows
        self.options = options
        self.cache = cache
    }
}

/// The read verbs, in a snapshot and in a transaction alike.
package protocol StoreReader: ~Copyable {
    var session: Session { get }
    /// In a transaction nobody else writes the row until it ends.
    borrowing func item(_ key: ItemKey) throws(StoreError) -> Item?
}

/// One consistent view of the store.
package struct Snapshot: ~Copyable, StoreReader {
    package let session: Session
}

/// What is done in it happens as a whole or not at all.
package struct Transaction: ~Copyable, StoreReader {
    package let session: Session

    /// What a row that this transaction writes looks like decoded: once committed, it goes to the cache where the engine can
    /// tell that it is the newest. `cost` is in bytes.
    package borrowing func keep(_ key: CacheKey, _ value: any Sendable, cost: Int) { session.keep(key, value, cost) }

    /// Says that what caches hold under `key` is no longer so: for what they put together from several rows.
    package borrowing func touch(_ key: CacheKey) { session.touch(key) }
}
