/// A part of the cache under one lock: entries in slots, a hand that goes round and gives each a second chance.
struct CacheShard {
    /// A key with its hash, which chose the shard: nobody computes it a second time.
    struct Key: Hashable {
        let key: CacheKey
        let hash: Int

        init(_ key: CacheKey) {
            self.key = key
            hash = key.hashValue
        }

        static func == (a: Key, b: Key) -> Bool { a.hash == b.hash && a.key == b.key }
        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    /// An object, so that a look at it copies nothing.
    private final class Entry {
        let key: Key
        let value: (any Sendable)?
        let cost: Int
        var isReferenced = false

        init(key: Key, value: (any Sendable)?, cost: Int) {
            self.key = key
            self.value = value
            self.cost = cost
        }
    }

    /// Key, slot and dictionary entry, estimated.
    private static let overhead = 256
    private static let bucketBits = 9

    private let budget: Int
    private var places: [Key: Int] = [:]
    private var slots: [Entry?] = []
    private var free: [Int] = []
    private var hand = 0
    private var versions = [UInt32](repeating: 0, count: 1 << bucketBits)
    private(set) var figures = RowCache.Figures()

    init(budget: Int) { self.budget = budget }

    /// How often the bucket of this hash was invalidated.
    func version(_ hash: Int) -> UInt32 { versions[bucket(hash)] }

    mutating func miss() -> RowCache.Hit {
        figures.misses &+= 1
        return .miss
    }

    mutating func lookup(_ key: Key) -> RowCache.Hit {
        guard let place = places[key], let entry = slots[place] else { return miss() }
        figures.hits &+= 1
        entry.isReferenced = true
        return entry.value.map { .hit($0) } ?? .absent
    }

    /// What is there under that key gives way, in its own slot if there is room for the new value.
    mutating func insert(_ key: Key, _ value: (any Sendable)?, cost: Int) {
        if let place = places[key], let old = slots[place] {
            let change = max(0, cost) + Self.overhead - old.cost
            if figures.bytes + change <= budget {
                slots[place] = Entry(key: key, value: value, cost: old.cost + change)
                figures.bytes += change
                return
            }
            remove(key)
        }
        guard cost <= budget - Self.overhead else { return }
        let cost = max(0, cost) + Self.overhead
        makeRoom(for: cost)
        let entry = Entry(key: key, value: value, cost: cost)
        if let place = free.popLast() {
            slots[place] = entry
            places[key] = place
        } else {
            slots.append(entry)
            places[key] = slots.count - 1
        }
        figures.bytes += cost
    }

    /// What was read of this key before is dropped.
    mutating func age(_ key: Key) { versions[bucket(key.hash)] &+= 1 }

    mutating func invalidate(_ key: Key) {
        age(key)
        remove(key)
    }

    mutating func clear() {
        places = [:]
        slots = []
        free = []
        hand = 0
        figures.bytes = 0
    }

    private mutating func makeRoom(for cost: Int) {
        while figures.bytes + cost > budget, !places.isEmpty {
            if hand >= slots.count { hand = 0 }
            if let entry = slots[hand] {
                if entry.isReferenced {
                    entry.isReferenced = false
                } else {
                    remove(entry.key)
                }
            }
            hand += 1
        }
    }

    private mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key), let entry = slots[place] else { return }
        slots[place] = nil
        free.append(place)
        figures.bytes -= entry.cost
    }

    // The lowest four bits chose the shard.
    private func bucket(_ hash: Int) -> Int { (hash >> 4) & (versions.count - 1) }
}
