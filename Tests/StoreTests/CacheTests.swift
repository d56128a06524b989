import Bytes
import Synchronization
import Testing

@testable import Store

struct CacheTests {
    private static func key(_ id: Int) -> CacheKey { .secret(home, "s\(id)") }

    private static func value(_ cache: RowCache, _ key: CacheKey) -> String {
        switch cache.lookup(key) {
        case .hit(let value): value as? String ?? "another type"
        case .absent: "absent"
        case .miss: "miss"
        }
    }

    private static func put(_ cache: RowCache, _ key: CacheKey, _ value: String?, cost: Int = 10) {
        cache.insert(key, value, cost: cost, cache.ticket(for: key))
    }

    @Test func remembersRowsAndTheirAbsence() {
        let cache = RowCache()
        let keys: [CacheKey] = [
            .secret(home, "a"), .version(home, "a", "v"), .item(item("a").key), .secret(neighbour, "a"),
        ]
        for key in keys { #expect(Self.value(cache, key) == "miss") }
        for (index, key) in keys.enumerated() { Self.put(cache, key, index == 1 ? nil : "v\(index)") }
        #expect(keys.map { Self.value(cache, $0) } == ["v0", "absent", "v2", "v3"])
        cache.invalidate([keys[0], keys[1]])
        #expect(keys.map { Self.value(cache, $0) } == ["miss", "miss", "v2", "v3"])
        #expect(cache.figures.hits == 6)
        #expect(cache.figures.misses == 6)
        cache.clear()
        #expect(keys.allSatisfy { Self.value(cache, $0) == "miss" })
        #expect(cache.figures.bytes == 0)
    }

    @Test func aTicketFromBeforeAnInvalidationBuysNothing() {
        let cache = RowCache()
        let key = Self.key(1)
        let stale = cache.ticket(for: key)
        cache.invalidate([key])
        cache.insert(key, "old", cost: 1, stale)
        #expect(Self.value(cache, key) == "miss")
        let fromBeforeClear = cache.ticket(for: key)
        cache.clear()
        cache.insert(key, "old", cost: 1, fromBeforeClear)
        #expect(Self.value(cache, key) == "miss")
        Self.put(cache, key, "new")
        #expect(Self.value(cache, key) == "new")
    }

    @Test func bytesAreBounded() {
        let cache = RowCache(bytes: 64 << 10)
        for id in 0..<2000 { Self.put(cache, Self.key(id), "v", cost: 100) }
        #expect(cache.figures.bytes <= 64 << 10)
        #expect(cache.figures.bytes > 32 << 10)
        Self.put(cache, Self.key(5000), "huge", cost: 1 << 20)
        #expect(Self.value(cache, Self.key(5000)) == "miss")
        Self.put(cache, Self.key(5001), "absurd", cost: .max)
        #expect(Self.value(cache, Self.key(5001)) == "miss")
        Self.put(cache, Self.key(5002), "negative", cost: -1)
        #expect(Self.value(cache, Self.key(5002)) == "negative")
    }

    /// What is asked for stays while what nobody asks for passes through.
    @Test func theUsedOutliveTheUnused() {
        let cache = RowCache(bytes: 256 << 10)
        for id in 0..<20 { Self.put(cache, Self.key(id), "hot") }
        for id in 100..<5000 {
            Self.put(cache, Self.key(id), "cold")
            for hot in 0..<20 { _ = cache.lookup(Self.key(hot)) }
        }
        #expect((0..<20).allSatisfy { Self.value(cache, Self.key($0)) == "hot" })
    }

    @Test func withoutTrustThereIsNoHit() {
        let cache = Shared(100)
        let key = Self.key(1)
        Self.put(cache.cache, key, "v")
        #expect(Self.value(cache.cache, key) == "miss")
        cache.cache.trust(until: 200)
        #expect(Self.value(cache.cache, key) == "v")
        cache.set(200)
        #expect(Self.value(cache.cache, key) == "v")
        cache.set(201)
        #expect(Self.value(cache.cache, key) == "miss")
        #expect(!cache.cache.isTrusted)
    }

    private final class Shared: Sendable {
        private final class Now: Sendable {
            let value: Atomic<UInt64>
            init(_ start: UInt64) { value = Atomic(start) }
        }
        private let now: Now
        let cache: RowCache

        init(_ start: UInt64) {
            let now = Now(start)
            self.now = now
            cache = RowCache(bytes: 1 << 20, isTrusted: false, clock: { now.value.load(ordering: .relaxed) })
        }

        func set(_ value: UInt64) { now.value.store(value, ordering: .relaxed) }
    }

    @Test func keysSurviveTheirJourney() {
        let keys: [CacheKey] = [
            .secret(home, "a/b"), .secret(home, ""), .version(abroad, "a", "\u{E9}"),
            .item(ItemKey(place: Place(account: home.account, region: ""), kind: "k", id: "i")),
        ]
        let bytes = CacheKey.encode(keys)
        #expect(CacheKey.decode(bytes, account: home.account) == keys)
        for length in 1..<bytes.count where length != bytes.count {
            let cut = CacheKey.decode(Array(bytes.prefix(length)), account: home.account)
            #expect(cut == nil || cut?.count ?? 0 < keys.count)
        }
        #expect(CacheKey.decode([9, 0, 0, 0, 0], account: home.account) == nil)
        #expect(CacheKey.decode([2, 255, 255, 255, 255], account: home.account) == nil)
    }

    /// Whoever reads through the cache after a write was answered never sees what was before it.
    @Test(arguments: Engine.all)
    func nobodyReadsTheOldAfterAWrite(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let store = bench.store
            try await store.add([item("a", body: [0])])
            #expect(await eventually { store.cache.isTrusted })
            let answered = Tally()
            let hits = Tally()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let key = item("a").key
                        while true {
                            let least = answered.value
                            if least == 60 { return }
                            let seen: Int
                            if case .hit(let value) = store.cache.lookup(.item(key)), let value = value as? Int {
                                seen = value
                                hits.add()
                            } else {
                                let ticket = store.cache.ticket(for: .item(key))
                                seen = try await store.read { Int(try $0.item(key)?.body.first ?? 255) }
                                store.cache.insert(.item(key), seen, cost: 8, ticket)
                            }
                            #expect(seen >= least)
                            await Task.yield()
                        }
                    }
                }
                for step in 1...60 {
                    var next = item("a", body: [UInt8(step)])
                    next.rev = Int64(step)
                    try await store.write { [next] in try $0.update(next) }
                    answered.add()
                    for _ in 0..<20 { await Task.yield() }
                }
                try await group.waitForAll()
            }
            #expect(hits.value > 0)
        }
    }

    @Test(arguments: Engine.all)
    func everyWritingVerbTouchesItsKey(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let store = bench.store
            #expect(await eventually { store.cache.isTrusted })
            let steps: [(CacheKey, @Sendable (borrowing Transaction) throws -> Void)] = [
                (.item(item("a").key), { _ = try $0.insert(item("a")) }),
                (.item(item("a").key), { try $0.update(item("a")) }),
                (.item(item("a").key), { try $0.delete(item("a").key) }),
                (.secret(home, "s"), { _ = try $0.insert(secret("s")) }),
                (.secret(home, "s"), { try $0.update(secret("s"), from: secret("s")) }),
                (.version(home, "s", "v"), { _ = try $0.insert(version("v", of: "s")) }),
                (.version(home, "s", "v"), { try $0.update(version("v", of: "s")) }),
                (.version(home, "s", "v"), { try $0.deleteVersion(home, "s", "v") }),
                (.version(home, "s", "w"), { _ = try $0.insert(version("w", of: "s")) }),
                (.version(home, "s", "w"), { try $0.deleteSecret(home, "s") }),
                (.secret(home, "t"), { _ = try $0.insert(secret("t")) }),
                (.secret(home, "t"), { try $0.deleteSecret(home, "t") }),
            ]
            for (index, (key, step)) in steps.enumerated() {
                let ticket = store.cache.ticket(for: key)
                Self.put(store.cache, key, "before")
                try await store.write { try step($0) }
                store.cache.insert(key, "stale", cost: 1, ticket)
                #expect(Self.value(store.cache, key) == "miss", "step \(index)")
            }
            // What was undone touched nothing.
            Self.put(store.cache, .item(item("z").key), "kept")
            _ = try? await store.write { transaction in
                _ = try transaction.insert(item("z"))
                throw Refused()
            }
            #expect(Self.value(store.cache, .item(item("z").key)) == "kept")
        }
    }
}
