import Bytes
import Synchronization
import Testing

@testable import Store

/// What a courier was told.
private final class Porter: Courier {
    struct Told: Equatable {
        var announced: Set<Int64> = []
        var taken: [Int64: [Text]] = [:]
        var forgone: Set<Int64> = []
    }

    private let state = Mutex(Told())
    var told: Told { state.withLock { $0 } }

    func announce(_ row: Int64) { state.withLock { _ = $0.announced.insert(row) } }

    func take(_ row: Int64, _ records: [[UInt8]]) {
        state.withLock { $0.taken[row] = records.map { Text(utf8: $0) ?? "" } }
    }

    func forgo(_ row: Int64, mayExist: Bool) { state.withLock { _ = $0.forgone.insert(row) } }
}

struct CourierTests {
    private static func rows(_ store: Store) async throws -> [Int64: [Text]] {
        let rows = try await store.read { try $0.records(node: "n", after: 0, limit: 99) }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1.map { Text(utf8: $0) ?? "" }) })
    }

    @Test(arguments: Engine.all)
    func getsWhatIsCommittedAndNothingElse(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.write { $0.appendRecord(node: "n", Array("before".utf8)) }
            let early = try await Self.rows(bench.store)
            let porter = Porter()
            bench.store.deliver(recordsOf: "n", to: porter)
            try await bench.store.write { transaction in
                transaction.appendRecord(node: "n", Array("one".utf8))
                transaction.appendRecord(node: "n", Array("two".utf8))
            }
            await #expect(throws: Refused()) {
                try await bench.store.write { transaction in
                    transaction.appendRecord(node: "n", Array("undone".utf8))
                    throw Refused()
                }
            }
            try await bench.store.write { $0.appendRecord(node: "other", Array("other".utf8)) }
            let rows = try await Self.rows(bench.store)
            let told = porter.told
            #expect(told.taken.values.sorted { $0.count < $1.count } == [["one", "two"]])
            #expect(told.announced == Set(told.taken.keys) && told.forgone.isEmpty)
            #expect(rows == told.taken.merging(early) { row, _ in row })
        }
    }

    /// The writers of a group share a row; one that fails leaves nothing in it, and the others nothing out.
    @Test(arguments: [0, 1])
    func aGroupSharesARow(_ failures: Int) async throws {
        try await withStore(.sqlite) { bench in
            let porter = Porter()
            bench.store.deliver(recordsOf: "n", to: porter)
            try await SQLiteTests.inOneGroup(bench.store, 60) { index in
                try? await bench.store.write { transaction in
                    transaction.appendRecord(node: "n", Text("\(index)").bytes)
                    if index < failures { throw Refused() }
                }
            }
            #expect(bench.store.figures.largestGroup > 20)
            let told = porter.told
            #expect(try await Self.rows(bench.store) == told.taken)
            #expect(told.announced == Set(told.taken.keys).union(told.forgone))
            let records = told.taken.values.flatMap { $0 }
            #expect(records.sorted() == (failures..<60).map { Text("\($0)") }.sorted())
            if failures == 0 { #expect(told.taken.count < 20 && told.forgone.isEmpty) }
        }
    }

    /// A row that has enough is followed by another; a large record has one to itself.
    @Test func rowsAreNotWithoutEnd() async throws {
        try await withStore(.sqlite) { bench in
            let sizes = [10, Parcel.fullSize * 2, 10, Parcel.fullSize - 100, 50, 200, 10]
            try await bench.store.write { transaction in
                for size in sizes {
                    transaction.appendRecord(node: "n", [UInt8](repeating: 0x61, count: size))
                }
            }
            let rows = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 99) }
            #expect(rows.flatMap(\.1).map(\.count) == sizes)
            #expect(rows.map(\.1.count) == [1, 1, 3, 2])
        }
    }

    /// Who is told that there is no room has left nothing, and everybody else's record is there.
    @Test func aFullDiskLosesNoRecord() async throws {
        var options = StoreOptions()
        options.limitBytes = 400_000
        try await withStore(.sqlite, options) { bench in
            let porter = Porter()
            bench.store.deliver(recordsOf: "n", to: porter)
            let done = Tally()
            let large = [UInt8](repeating: 0x61, count: 30_000)
            try await SQLiteTests.inOneGroup(bench.store, 40) { index in
                do {
                    try await bench.store.write { $0.appendRecord(node: "n", large) }
                    done.add()
                } catch {
                    #expect(error as? StoreError == .full("no space is left for the database"))
                }
            }
            let rows = try await Self.rows(bench.store)
            #expect(done.value < 40)
            #expect(rows.values.reduce(0) { $0 + $1.count } == done.value)
            #expect(rows == porter.told.taken)
        }
    }
}
