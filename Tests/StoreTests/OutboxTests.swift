import Bytes
import Synchronization
import Testing

@testable import Store

struct OutboxTests {
    @Test(arguments: Engine.all)
    func recordsWaitInOrder(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            for byte in 1...5 as ClosedRange<UInt8> {
                try await bench.store.write { $0.appendRecord(node: "n", [byte]) }
            }
            try await bench.store.write { $0.appendRecord(node: "other", [99]) }
            let read = { (after: Int64, limit: Int) in
                try await bench.store.read { try $0.records(node: "n", after: after, limit: limit) }
            }
            let first = try await read(0, 2)
            #expect(first.map(\.1) == [[[1]], [[2]]])
            #expect(try await read(first[1].0, 9).map(\.1) == [[[3]], [[4]], [[5]]])
            try await bench.store.write { try $0.deleteRecords(node: "n", first.map(\.0)) }
            #expect(try await read(0, 9).map(\.1) == [[[3]], [[4]], [[5]]])
            await bench.store.close()

            let again = try bench.reopened()
            let rest = try await again.read { try $0.records(node: "n", after: 0, limit: 9) }
            #expect(rest.map(\.1) == [[[3]], [[4]], [[5]]])
            try await again.write { $0.appendRecord(node: "n", [6]) }
            let last = try await again.read { try $0.records(node: "n", after: rest[2].0, limit: 9) }
            #expect(last.map(\.1) == [[[6]]])
            try await again.write { try $0.deleteRecords(node: "n", (rest + last).map(\.0)) }
            #expect(try await again.read { try $0.records(node: "n", after: 0, limit: 9).count } == 0)
            #expect(try await again.read { try $0.records(node: "other", after: 0, limit: 9).count } == 1)
            await again.close()
        }
    }

    @Test(arguments: Engine.all)
    func whatNobodyReadIsNotDeleted(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.write { $0.appendRecord(node: "n", [1]) }
            let read = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9) }
            try await bench.store.write { $0.appendRecord(node: "n", [2]) }
            try await bench.store.write { try $0.deleteRecords(node: "n", read.map(\.0)) }
            let left = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9) }
            #expect(read.count == 1)
            #expect(left.map(\.1) == [[[2]]])
        }
    }

    @Test(arguments: Engine.all)
    func aDeletionThatFailsCanBeRepeated(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            try await bench.store.write { $0.appendRecord(node: "n", [1]) }
            let read = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9) }
            await #expect(throws: Refused()) {
                try await bench.store.write { transaction in
                    try transaction.deleteRecords(node: "n", read.map(\.0))
                    throw Refused()
                }
            }
            try await bench.store.write { try $0.deleteRecords(node: "n", read.map(\.0)) }
            #expect(try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9).count } == 0)
        }
    }

    /// A damaged record is handed out to nobody, so it stays between others that go.
    @Test(arguments: Engine.all)
    func aDamagedRecordStays(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            for byte in 1...3 as ClosedRange<UInt8> {
                try await bench.store.write { $0.appendRecord(node: "n", [byte]) }
            }
            let damaged = "seq = (SELECT MIN(seq) + 1 FROM outbox)"
            try bench.tamper("UPDATE outbox SET tag = body WHERE \(damaged)")
            let read = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9) }
            try await bench.store.write { try $0.deleteRecords(node: "n", read.map(\.0)) }
            bench.tampered.clear()
            _ = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9) }
            #expect(read.map(\.1) == [[[1]], [[3]]])
            #expect(bench.tampered.all.count == 1)
        }
    }

    /// A slow transaction's record is not passed by, though a later number committed before it.
    @Test(arguments: Engine.all)
    func aReaderWaitsForTheSlow(_ engine: Engine) async throws {
        guard engine == .postgres else { return }
        try await withStore(engine) { bench in
            let door = SlowDoor()
            bench.store.deliver(recordsOf: "n", to: door)
            async let slow: Void = bench.store.write { $0.appendRecord(node: "n", [1]) }
            while !door.isWritten { await Task.yield() }
            try await bench.store.write { $0.appendRecord(node: "n", [2]) }
            let early = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9) }
            door.open()
            try await slow
            let late = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9) }
            #expect(early.count == 0)
            #expect(late.map(\.1) == [[[1]], [[2]]])
        }
    }

    /// Readers that go on after the last number seen, while many write and some fail, see each record once.
    @Test(arguments: Engine.all)
    func eachRecordIsSeenOnce(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let writers = 150
            let isDone = Tally()
            async let seen = { () async throws -> [Text] in
                var (seen, after, isLast) = ([Text](), Int64(0), false)
                while true {
                    let page = try await bench.store.read { [after] in try $0.records(node: "n", after: after, limit: 7)
                    }
                    seen += page.flatMap(\.1).compactMap { Text(utf8: $0) }
                    after = page.last?.0 ?? after
                    if !page.isEmpty {
                        try await bench.store.write { try $0.deleteRecords(node: "n", page.map(\.0)) }
                    } else if isLast {
                        return seen
                    }
                    isLast = isDone.value > 0
                }
            }()
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<writers {
                    group.addTask {
                        _ = try? await bench.store.write { transaction in
                            _ = try transaction.insert(item("i\(index)", index % 2 == 0 ? home : neighbour))
                            transaction.appendRecord(node: "n", Text("\(index)").bytes)
                            if index % 5 == 0 { throw Refused() }
                        }
                    }
                }
            }
            isDone.add()
            let expected = (0..<writers).filter { $0 % 5 != 0 }.map { Text("\($0)") }
            let found = try await seen
            #expect(found.sorted() == expected.sorted())
            let left = try await bench.store.read { try $0.records(node: "n", after: 0, limit: 9).count }
            #expect(left == 0)
        }
    }
}

/// Holds up the first transaction between its row, which has a number, and its commit.
private final class SlowDoor: Courier {
    private let state = Monitor((rows: 0, isOpen: false))

    var isWritten: Bool { state.read { $0.rows > 0 } }
    func open() { state.change { $0.isOpen = true } }

    func announce(_ row: Int64) {
        let isFirst = state.change { state in
            state.rows += 1
            return state.rows == 1
        }
        if isFirst { state.wait { $0.isOpen ? true : nil } }
    }

    func take(_ row: Int64, _ records: [[UInt8]]) {}
    func forgo(_ row: Int64, mayExist: Bool) {}
}
