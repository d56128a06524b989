import Bytes
import Foundation
import Testing

@testable import Store

/// Prints what the store costs; asserts only that the answers are right. `UNDERCROFT_SPEED_ROWS` sets the number of secrets
/// (100000 for figures worth telling, in a release build).
struct SpeedTests {
    private static let count = ProcessInfo.processInfo.environment["UNDERCROFT_SPEED_ROWS"].flatMap(Int.init) ?? 1000

    private static func cpu() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    private static func measure(_ engine: Engine, _ what: String, _ times: Int, _ body: () async throws -> Void)
        async throws
    {
        try await body()
        let (wall, busy) = (Monotonic.now(), cpu())
        for _ in 0..<times { try await body() }
        let elapsed = Double(Monotonic.now() - wall) / 1e3
        let line = "\(engine) \(what): \(Int(elapsed) / times) µs, CPU \(Int((cpu() - busy)) / times) µs"
        print("SPEED", line)
    }

    private static func name(_ index: Int) -> Text {
        let team = index % 97 == 0 ? "rare" : index % 3 == 0 ? "prod" : "test"
        return "\(team)/service-\(index % 500)/database-\(index)"
    }

    private static func fill(_ bench: Bench) async throws {
        let body = [UInt8](repeating: 0x20, count: 400)
        for start in stride(from: 0, to: count, by: 1000) {
            try await bench.store.write { transaction in
                for index in start..<min(start + 1000, count) {
                    let row = secret(name(index), created: Int64(index), body: body)
                    guard try transaction.insert(row) else { throw Refused() }
                    _ = try transaction.insert(version("v", of: row.name, sealed: body))
                }
            }
        }
    }

    @Test(.serialized, arguments: Engine.all)
    func figures(_ engine: Engine) async throws {
        try await withStore(engine) { bench in
            let store = bench.store
            let start = Monotonic.now()
            try await Self.fill(bench)
            print(
                "SPEED",
                "\(engine) insert of \(Self.count) secrets and versions: \((Monotonic.now() - start) / 1_000_000) ms"
            )
            let pages: [(String, SecretListing, Int)] = [
                ("page of all", SecretListing(place: home, limit: 100), min(100, Self.count)),
                ("page by a common prefix", SecretListing(place: home, namePrefixes: ["test/"], limit: 100), 100),
                (
                    "page by a rare prefix", SecretListing(place: home, namePrefixes: ["rare/"], limit: 100),
                    min(100, Self.count / 97 + 1)
                ),
                ("page by name", SecretListing(place: home, order: .name, namePrefixes: ["prod/"], limit: 100), 100),
                (
                    "page by change, newest first",
                    SecretListing(place: home, order: .changed, descending: true, limit: 100), 100
                ),
                (
                    "last page by a common prefix",
                    SecretListing(
                        place: home,
                        after: SecretCursor(value: at(Int64(Self.count - 160)), name: ""),
                        namePrefixes: ["test/"],
                        limit: 100
                    ), nil ?? -1
                ),
            ]
            for (what, listing, expected) in pages {
                try await Self.measure(engine, what, 50) {
                    let found = try await store.read { try $0.listSecrets(listing).count }
                    #expect(expected < 0 || found == expected, "\(what)")
                }
            }
            try await Self.measure(engine, "count", 20) { _ = try await store.read { try $0.secretCount(home) } }
            try await Self.measure(engine, "point read", 2000) {
                _ = try await store.read { try $0.secret(home, Self.name(Self.count / 2)) }
            }
            try await Self.measure(engine, "500 point reads in one snapshot", 20) {
                try await store.read { snapshot in
                    for index in 0..<500 { _ = try snapshot.secret(home, Self.name(index)) }
                }
            }
            try await Self.measure(engine, "one write", 100) {
                _ = try await store.write { $0.appendRecord(node: "n", [1, 2, 3]) }
            }
            try await Self.measure(engine, "320 writes of 32 callers", 5) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for caller in 0..<32 {
                        group.addTask {
                            for step in 0..<10 {
                                let place = Place(account: AccountID("0000000000\(10 + caller)") ?? .none, region: "r")
                                try await store.write { transaction in
                                    let row = item("s\(caller)-\(step)-\(Monotonic.now())", place)
                                    guard try transaction.insert(row) else { throw Refused() }
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }
}
