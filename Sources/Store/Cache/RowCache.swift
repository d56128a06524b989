internal import Synchronization

/// Decoded rows, so that the hot path needs no database. Holds also what is known not to exist.
///
/// A reader takes a ticket before it reads and hands it in with what it read; if the row's bucket was invalidated in between,
/// what it read may be older than the invalidation and is dropped.
package final class RowCache: Sendable {
    package enum Hit: Sendable {
        case hit(any Sendable)
        /// The row is known not to exist.
        case absent
        case miss
    }

    package struct Figures: Sendable, Equatable {
        package var hits: UInt64 = 0
        package var misses: UInt64 = 0
        package var bytes = 0
    }

    private static let shardCount = 16
    private let shards: [ShardBox]
    private let generation = Atomic<UInt64>(0)
    /// Nothing found here counts after this moment.
    private let trustedUntil: Atomic<UInt64>
    private let clock: @Sendable () -> UInt64

    package convenience init(bytes: Int = 32 << 20, isTrusted: Bool = true) {
        self.init(bytes: bytes, isTrusted: isTrusted, clock: { Monotonic.now() })
    }

    init(bytes: Int, isTrusted: Bool, clock: @escaping @Sendable () -> UInt64) {
        shards = (0..<Self.shardCount).map { _ in ShardBox(bytes: bytes / Self.shardCount) }
        trustedUntil = Atomic(isTrusted ? .max : 0)
        self.clock = clock
    }

    /// `.miss` for everything while the cache is not trusted.
    package func lookup(_ key: CacheKey) -> Hit {
        let key = CacheShard.Key(key)
        guard isTrusted else { return shard(key.hash).state.withLock { $0.miss() } }
        return shard(key.hash).state.withLock { $0.lookup(key) }
    }

    /// To be taken before the row is read.
    package func ticket(for key: CacheKey) -> CacheTicket {
        let hash = key.hashValue
        let now = generation.load(ordering: .acquiring)
        return CacheTicket(hash: hash, generation: now, version: shard(hash).state.withLock { $0.version(hash) })
    }

    /// Whether everything read under these tickets still stands, as far as this node can know.
    package func stands(_ tickets: [CacheTicket]) -> Bool {
        guard isTrusted else { return false }
        let now = generation.load(ordering: .acquiring)
        // Spans borrow: this is done for every request, over several tickets.
        let boxes = shards
        let (all, shards) = (tickets.span, boxes.span)
        for index in all.indices {
            let hash = all[index].hash
            guard all[index].generation == now,
                shards[hash & (Self.shardCount - 1)].state.withLock({ $0.version(hash) }) == all[index].version
            else { return false }
        }
        return true
    }

    /// `value` is `nil` when there is no such row; `cost` is its size in bytes, roughly.
    package func insert(_ key: CacheKey, _ value: (any Sendable)?, cost: Int, _ ticket: CacheTicket) {
        let key = CacheShard.Key(key)
        shard(key.hash).state.withLock { state in
            // Under the shard's lock: `clear` raises the generation before it empties the shards.
            guard generation.load(ordering: .acquiring) == ticket.generation, state.version(key.hash) == ticket.version
            else { return }
            state.insert(key, value, cost: cost)
        }
    }

    package func invalidate(_ keys: [CacheKey]) { for key in keys { invalidate(key) } }

    func invalidate(_ key: CacheKey) {
        let key = CacheShard.Key(key)
        shard(key.hash).state.withLock { $0.invalidate(key) }
    }

    /// The row has changed, and this is what it is now.
    func replace(_ key: CacheKey, _ value: any Sendable, cost: Int) {
        let key = CacheShard.Key(key)
        let now = generation.load(ordering: .acquiring)
        shard(key.hash).state.withLock { state in
            guard generation.load(ordering: .acquiring) == now else { return state.invalidate(key) }
            state.age(key)
            state.insert(key, value, cost: cost)
        }
    }

    package func clear() {
        generation.wrappingAdd(1, ordering: .acquiringAndReleasing)
        for shard in shards { shard.state.withLock { $0.clear() } }
    }

    package var figures: Figures {
        shards.reduce(into: Figures()) { sum, shard in
            let part = shard.state.withLock { $0.figures }
            sum.hits &+= part.hits
            sum.misses &+= part.misses
            sum.bytes += part.bytes
        }
    }

    package var isTrusted: Bool {
        let end = trustedUntil.load(ordering: .acquiring)
        return end == .max || clock() <= end
    }

    /// What other nodes changed before this moment less the trust's length has been invalidated.
    func trust(until moment: UInt64) { trustedUntil.store(moment, ordering: .releasing) }

    private func shard(_ hash: Int) -> ShardBox { shards[hash & (Self.shardCount - 1)] }
}

package struct CacheTicket: Sendable {
    fileprivate let hash: Int
    fileprivate let generation: UInt64
    fileprivate let version: UInt32
}

/// `Mutex` can't be copied, so an array can't hold it bare.
private final class ShardBox: Sendable {
    let state: Mutex<CacheShard>
    init(bytes: Int) { state = Mutex(CacheShard(budget: bytes)) }
}
