import Bytes
import Testing

@testable import Store

struct ItemTests {
    @Test(arguments: Engine.all)
    func whatIsInsertedIsRead(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let rows = [
                item("plain"), item("linked", link: "target"), item("due", due: at(-5)), item("empty", body: []),
                item("", kind: "", link: "", body: []), item("global", Place(account: .none, region: "")),
                item("large", body: [UInt8](repeating: 0xA5, count: 300_000)), item("zeros", body: [0, 0, 0]),
                // Equal as characters, different as bytes.
                item("caf\u{E9}"), item("cafe\u{301}"), item("\u{212A}"), item("k"), item("K"),
            ]
            try await bench.store.add(rows)
            for row in rows { #expect(try await bench.store.read { try $0.item(row.key) } == row) }
            #expect(try await bench.store.read { try $0.item(item("plain", abroad).key) } == nil)
            #expect(try await bench.store.read { try $0.item(item("plain", neighbour).key) } == nil)
            #expect(try await bench.store.read { try $0.item(item("plain", kind: "role").key) } == nil)
        }
    }

    @Test(arguments: Engine.all)
    func aTakenKeyIsLeftAlone(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([item("a")])
            #expect(try await bench.store.write { try $0.insert(item("a", body: [9])) } == false)
            #expect(try await bench.store.write { try $0.insert(item("a", neighbour, body: [9])) })
            #expect(try await bench.store.read { try $0.item(item("a").key) } == item("a"))
        }
    }

    @Test(arguments: Engine.all)
    func anUpdateNamesTheRevisionItRead(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([item("a")])
            var changed = item("a", link: "l", due: at(4), body: [8])
            let first = changed
            let raised = try await bench.store.write { try $0.update(first) }
            #expect(raised == 2)
            await #expect(throws: StoreError.conflict) { try await bench.store.write { try $0.update(first) } }
            await #expect(throws: StoreError.conflict) { try await bench.store.write { try $0.update(item("none")) } }
            changed.rev = 2
            #expect(try await bench.store.read { try $0.item(item("a").key) } == changed)
        }
    }

    @Test(arguments: Engine.all)
    func whatIsDeletedIsGone(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([item("a"), item("a", neighbour)])
            #expect(try await bench.store.write { try $0.delete(item("a").key) })
            #expect(try await bench.store.write { try $0.delete(item("a").key) } == false)
            #expect(try await bench.store.read { try $0.item(item("a").key) } == nil)
            #expect(try await bench.store.read { try $0.item(item("a", neighbour).key) } != nil)
        }
    }

    @Test(arguments: Engine.all)
    func pagesAreInByteOrder(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let ids: [Text] = ["", "A", "B", "Z", "a", "a-b", "a/b", "aa", "z", "\u{E9}", "\u{FFFD}", "\u{1F600}"]
            try await bench.store.add(ids.shuffled().map { item($0) } + [item("b", abroad), item("b", kind: "role")])
            for size in [1, 2, 5, 100] {
                var (found, after) = ([Text](), Text?.none)
                while true {
                    let page = try await bench.store.read { [after] in
                        try $0.items(home, kind: "user", after: after, limit: size).map(\.key.id)
                    }
                    found += page
                    after = page.last ?? after
                    if page.count < size { break }
                }
                #expect(found == ids)
            }
            #expect(try await bench.store.read { try $0.items(home, kind: "user", limit: 0) } == [])
            #expect(try await bench.store.read { try $0.itemCount(home, kind: "user") } == ids.count)
            #expect(try await bench.store.read { try $0.itemCount(home, kind: "none") } == 0)
        }
    }

    /// A text ends where it ends, not at its first NUL, and PostgreSQL, which can't store NUL, keeps the order too.
    @Test(arguments: Engine.all)
    func nulIsAByteLikeAnother(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let ids: [Text] = ["\0", "\u{1}", "\u{1}\0", "\u{2}", "a", "a\0b", "a\0c", "a\u{1}", "a\u{2}", "b"]
            try await bench.store.add(ids.shuffled().map { item($0, link: $0) })
            let found = try await bench.store.read { try $0.items(home, kind: "user", limit: 99) }
            #expect(found == ids.map { item($0, link: $0) })
            let after = try await bench.store.read {
                try $0.items(home, kind: "user", after: "a\0b", limit: 2).map(\.key.id)
            }
            #expect(after == ["a\0c", "a\u{1}"])
            try await bench.store.add(ids.map { secret($0) })
            let listing = SecretListing(place: home, order: .name, namePrefixes: ["a\0", "\u{1}"], limit: 9)
            let names = try await bench.store.read { try $0.listSecrets(listing).map(\.name) }
            #expect(names == ["\u{1}", "\u{1}\0", "a\0b", "a\0c"])
        }
    }

    @Test(arguments: Engine.all)
    func linksFindTheirItems(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([
                item("3", link: "x"), item("1", link: "x"), item("2", link: "y"), item("4"), item("5", link: "x"),
                item("1", abroad, link: "x"), item("6", kind: "role", link: "x"),
            ])
            let found = { (link: Text, after: Text?, limit: Int) in
                try await bench.store.read {
                    try $0.items(home, kind: "user", link: link, after: after, limit: limit).map(\.key.id)
                }
            }
            #expect(try await found("x", nil, 10) == ["1", "3", "5"])
            #expect(try await found("x", "1", 1) == ["3"])
            #expect(try await found("", nil, 10) == [])
            let count = { (link: Text) in
                try await bench.store.read { try $0.itemCount(home, kind: "user", link: link) }
            }
            #expect(try await [count("x"), count("y"), count("z")] == [3, 1, 0])
            _ = try await bench.store.write { try $0.update(item("3", link: "y")) }
            #expect(try await found("x", nil, 10) == ["1", "5"])
            #expect(try await found("y", nil, 10) == ["2", "3"])
        }
    }

    @Test(arguments: Engine.all)
    func theLongestDueComesFirst(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.add([
                item("late", due: at(30)), item("now", neighbour, due: at(20)), item("old", abroad, due: at(-10)),
                item("never"), item("other", kind: "role", due: at(1)), item("same", due: at(20)),
            ])
            let found = { (by: Int64, limit: Int) in
                try await bench.store.read { try $0.itemsDue(kind: "user", by: at(by), limit: limit).map(\.key.id) }
            }
            #expect(try await found(20, 10) == ["old", "same", "now"])
            #expect(try await found(19, 10) == ["old"])
            #expect(try await found(99, 2) == ["old", "same"])
            #expect(try await found(-11, 10) == [])
        }
    }
}
