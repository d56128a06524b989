package import Bytes
package import Store
internal import Synchronization

/// Thrown by synchronous work that needs something it does not have. The gate runs `bring` off the event loop, adds what it
/// brought to the call's ``View`` and starts the work again.
///
/// So a read is written once, as a plain function over rows at hand, and still runs without a hop when the caches are warm.
package struct Detour: Error, Sendable {
    package let bring: @Sendable (House) async throws -> View.Found

    package init(_ bring: @escaping @Sendable (House) async throws -> View.Found) { self.bring = bring }
}

/// The rows that one call sees: the node's cache, under it what the call's own detours brought.
package struct View: Sendable {
    package enum Found: Sendable {
        case row(CacheKey, (any Sendable)?)
        /// A side errand that need not succeed and is not tried twice.
        case done(Text)
    }

    private let cache: RowCache
    private var brought: [CacheKey: (any Sendable)?] = [:]
    private var errands: [Text] = []
    private let sightings: Sightings?

    /// - Parameter sightings: told of every row that is looked at.
    package init(cache: RowCache, sightings: Sightings? = nil) {
        self.cache = cache
        self.sightings = sightings
    }

    package mutating func add(_ found: Found) {
        switch found {
        case .row(let key, let value): brought.updateValue(value, forKey: key)
        case .done(let name): errands.append(name)
        }
    }

    package func isDone(_ errand: Text) -> Bool { errands.contains(errand) }

    /// The decoded row, or `nil` if there is none.
    ///
    /// - Parameter load: reads and decodes the row; its second value is the row's size in bytes, the unit of the cache's bound.
    package func row<Value: Sendable>(
        _ key: CacheKey,
        load: @escaping @Sendable (borrowing Snapshot) throws -> (Value, Int)?
    ) throws -> Value? {
        // Before the look: what changes after it must not go unnoticed.
        if let sightings { sightings.add(cache.ticket(for: key)) }
        if !brought.isEmpty, let known = brought[key] { return known.flatMap { $0 as? Value } }
        switch cache.lookup(key) {
        case .hit(let value): return value as? Value
        case .absent: return nil
        case .miss: break
        }
        throw Detour { house in
            let ticket = house.store.cache.ticket(for: key)
            let loaded = try await house.store.read { snapshot in try load(snapshot) }
            house.store.cache.insert(key, loaded?.0, cost: loaded?.1 ?? 0, ticket)
            return .row(key, loaded?.0)
        }
    }
}

/// Tickets for the rows that one call has seen: as long as they stand, it would see the same again.
package final class Sightings: Sendable {
    private let all = Mutex<[CacheTicket]>([])

    package init() {}

    func add(_ ticket: CacheTicket) { all.withLock { $0.append(ticket) } }
    var tickets: [CacheTicket] { all.withLock { $0 } }
}
