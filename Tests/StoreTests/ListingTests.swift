import Bytes
import Testing

@testable import Store

struct ListingTests {
    private static let orders: [SecretListing.Order] = [.created, .changed, .accessed, .name]

    /// The listing said in ten lines, over rows in memory.
    private static func naive(_ rows: [SecretRow], _ listing: SecretListing) -> [Text] {
        let value = { (row: SecretRow) -> Int64 in
            switch listing.order {
            case .created: row.created.milliseconds
            case .changed: row.changed.milliseconds
            case .accessed: row.accessed?.milliseconds ?? .min
            case .name: 0
            }
        }
        let chosen = rows.filter { row in
            row.place == listing.place && (listing.includeDeleted || row.deleteAfter == nil)
                && (listing.namePrefixes.isEmpty || listing.namePrefixes.contains { row.name.hasPrefix($0) })
        }
        let ascending = chosen.sorted { (value($0), $0.name) < (value($1), $1.name) }
        return (listing.descending ? ascending.reversed() : ascending).map(\.name)
    }

    private static func pages(_ store: Store, _ listing: SecretListing) async throws -> [Text] {
        var (names, listing) = ([Text](), listing)
        while true {
            let page = try await store.read { [listing] in try $0.listSecrets(listing) }
            names += page.map(\.name)
            guard let last = page.last, page.count == listing.limit else { return names }
            listing.after = SecretCursor(last, order: listing.order)
        }
    }

    private static func sample() -> [SecretRow] {
        var chance = Seeded(7)
        let stems: [Text] = [
            "", "a", "A", "ab", "app/", "app/db", "app0", "apq", "caf\u{E9}", "cafe\u{301}", "\u{D7FF}", "\u{E000}",
            "\u{10FFFF}",
            "\u{10FFFF}\u{10FFFF}", "z",
        ]
        var rows: [Text: SecretRow] = [:]
        for _ in 0..<240 {
            let name: Text = "\(stems.randomElement(using: &chance) ?? "")\(Int.random(in: 0..<30, using: &chance))"
            rows[name] = secret(
                name,
                created: .random(in: 0..<9, using: &chance),
                changed: .random(in: 0..<9, using: &chance),
                accessed: Bool.random(using: &chance) ? .random(in: -3..<3, using: &chance) : nil,
                deleteAfter: Int.random(in: 0..<5, using: &chance) == 0 ? 77 : nil
            )
        }
        return rows.values + [secret("\u{10FFFF}"), secret("app/only", neighbour), secret("app/only", abroad)]
    }

    /// Every order and direction, both plans, page by page, against rows sorted in memory.
    @Test(arguments: Engine.all, [0, 20_000])
    func listingsAreWhatSortingInMemoryGives(_ engine: Engine, _ fewNames: Int) async throws {
        var options = StoreOptions()
        options.fewNames = fewNames
        try await withStore(engine, options) { bench in
            let rows = Self.sample()
            try await bench.store.add(rows)
            let prefixes: [[Text]] = [
                [], [""], ["a"], ["app/"], ["app/", "ap", "z"], ["z", "a", "A"], ["caf\u{E9}"], ["cafe"],
                ["\u{10FFFF}"],
                ["\u{10FFFF}\u{10FFFF}"], ["\u{D7FF}"], ["none"], ["none", "a"],
            ]
            var compared = 0
            for order in Self.orders {
                for namePrefixes in prefixes {
                    for (descending, deleted, limit) in [
                        (false, false, 7), (true, false, 100), (false, true, 1000), (true, true, 31),
                    ] {
                        let listing = SecretListing(
                            place: home,
                            order: order,
                            descending: descending,
                            namePrefixes: namePrefixes,
                            includeDeleted: deleted,
                            limit: limit
                        )
                        let expected = Self.naive(rows, listing)
                        compared += expected.count
                        #expect(try await Self.pages(bench.store, listing) == expected, "\(listing)")
                    }
                }
            }
            #expect(compared > 5000)
        }
    }

    @Test func rangesCoverPrefixes() {
        #expect(NameRange(prefix: "ab").end == "ac")
        #expect(NameRange(prefix: "a\u{7F}").end == "a\u{80}")
        #expect(NameRange(prefix: "a\u{D7FF}").end == "a\u{E000}")
        #expect(NameRange(prefix: "a\u{10FFFF}").end == "b")
        #expect(NameRange(prefix: "\u{10FFFF}").end == nil)
        #expect(NameRange(prefix: "").end == nil)
        #expect(NameRange.covering(["b", "ab", "a", "b", "abc"]).map(\.first) == ["a", "b"])
        #expect(NameRange.covering(["a", ""]) == [])
        #expect(NameRange.covering([]) == [])
    }

    /// A page goes on behind its cursor, though the cursor's row is gone and others came.
    @Test(arguments: Engine.all)
    func pagesHoldTogetherWhileOthersWrite(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let stable = (0..<60).map { index -> Text in "s\(100 + index)" }
            try await bench.store.add(stable.enumerated().map { secret($1, created: Int64($0 / 4)) })
            for order in Self.orders {
                var (names, after, round) = ([Text](), SecretCursor?.none, 0)
                while true {
                    let listing = SecretListing(place: home, order: order, after: after, limit: 9)
                    let page = try await bench.store.read { try $0.listSecrets(listing) }
                    names += page.map(\.name)
                    guard let last = page.last, page.count == 9 else { break }
                    after = SecretCursor(last, order: order)
                    round += 1
                    try await bench.store.write { [round] transaction in
                        // Around the cursor, at the start, and gone again if it was the page's last.
                        _ = try transaction.insert(
                            secret("\(last.name)-\(order)-\(round)", created: last.created.milliseconds)
                        )
                        _ = try transaction.insert(secret("a-\(order)-\(round)", created: 0))
                        if last.name.hasPrefix("s1"), last.name.utf8.count > 4 {
                            try transaction.deleteSecret(home, last.name)
                        }
                        if last.name.hasPrefix("a-") { try transaction.deleteSecret(home, last.name) }
                    }
                }
                #expect(Set(names).count == names.count)
                #expect(Set(stable).isSubset(of: names))
            }
        }
    }
}
