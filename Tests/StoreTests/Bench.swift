import Bytes
import Foundation
import GRDB
import Seal
import Synchronization
import Testing

@testable import Store

enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgres

    static let all: [Engine] = {
        guard !PostgresCluster.isInstalled else { return allCases }
        print("SKIPPED: the store's contract on PostgreSQL, because pg_config names no folder with an initdb")
        return [.sqlite]
    }()

    var testDescription: String { rawValue }
}

/// What a test holds: a store of its own, and the way around it.
struct Bench: Sendable {
    static let rows = RootKey.generate().rows

    let engine: Engine
    let store: Store
    /// Directory or connection string.
    let location: String
    let tampered: Collected

    func reopened(_ options: StoreOptions = StoreOptions()) throws -> Store {
        try Bench.open(engine, location, options)
    }

    static func open(_ engine: Engine, _ location: String, _ options: StoreOptions) throws -> Store {
        switch engine {
        case .sqlite: try Store.sqlite(directory: location, rows: rows, options: options)
        case .postgres: try Store.postgres(location, node: "test", rows: rows, options: options)
        }
    }

    /// SQL past the store, as somebody with access to the database would run it.
    func tamper(_ sql: String) throws {
        switch engine {
        case .sqlite:
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            try DatabaseQueue(path: location + "/undercroft.db", configuration: configuration).inDatabase {
                try $0.execute(sql: sql)
            }
        case .postgres:
            try PostgresConnection(try PostgresAddress(location, node: "tamper"), answerMilliseconds: 20_000).run(sql)
        }
    }
}

/// Texts that callbacks bring.
final class Collected: Sendable {
    private let texts = Mutex<[Text]>([])
    var all: [Text] { texts.withLock { $0 } }
    func add(_ text: Text) { texts.withLock { $0.append(text) } }
    func clear() { texts.withLock { $0 = [] } }
}

final class Tally: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    @discardableResult func add() -> Int { count.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue }
}

func newFolder() -> String { NSTemporaryDirectory() + "undercroft-store-" + UUID().uuidString }

/// Runs `body` with a new, empty store and closes it.
func withStore(
    _ engine: Engine,
    _ options: StoreOptions = StoreOptions(),
    _ body: (Bench) async throws -> Void
) async throws {
    let tampered = Collected()
    var options = options
    options.onTampered = { tampered.add($0) }
    // How long an answer takes on a busy machine decides no test.
    options.answerMilliseconds = max(options.answerMilliseconds, 120_000)
    let place: String
    switch engine {
    case .sqlite: place = newFolder()
    case .postgres: place = try PostgresCluster.shared.get().newDatabase()
    }
    let bench = Bench(
        engine: engine,
        store: try Bench.open(engine, place, options),
        location: place,
        tampered: tampered
    )
    let result: Result<Void, any Error>
    do { result = .success(try await body(bench)) } catch { result = .failure(error) }
    await bench.store.close()
    if engine == .sqlite { try? FileManager.default.removeItem(atPath: place) }
    try result.get()
}

let home = Place(account: AccountID("000000000001") ?? .none, region: "eu-west-1")
let abroad = Place(account: AccountID("000000000001") ?? .none, region: "us-east-1")
let neighbour = Place(account: AccountID("000000000002") ?? .none, region: "eu-west-1")

func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

func item(
    _ id: Text,
    _ place: Place = home,
    kind: Text = "user",
    link: Text? = nil,
    due: Timestamp? = nil,
    body: [UInt8] = [1, 2, 3]
) -> Item {
    Item(key: ItemKey(place: place, kind: kind, id: id), link: link, due: due, rev: 1, body: body)
}

func secret(
    _ name: Text,
    _ place: Place = home,
    created: Int64 = 1000,
    changed: Int64? = nil,
    accessed: Int64? = nil,
    deleteAfter: Int64? = nil,
    body: [UInt8] = [7]
) -> SecretRow {
    SecretRow(
        place: place,
        name: name,
        suffix: "AbCdEf",
        created: at(created),
        changed: at(changed ?? created),
        accessed: accessed.map(at),
        deleteAfter: deleteAfter.map(at),
        rev: 1,
        body: body
    )
}

func version(_ id: Text, of name: Text, _ place: Place = home, created: Int64 = 1, sealed: [UInt8]? = [9, 9])
    -> VersionRow
{
    VersionRow(
        place: place,
        name: name,
        versionID: id,
        created: at(created),
        sealed: sealed.map { Sealed(stored: $0) },
        body: [4]
    )
}

extension StoreError {
    var name: String {
        switch self {
        case .conflict: "conflict"
        case .tampered: "tampered"
        case .full: "full"
        case .unavailable: "unavailable"
        case .unknownOutcome: "unknownOutcome"
        case .newerSchema: "newerSchema"
        case .corrupt: "corrupt"
        case .locked: "locked"
        case .misconfigured: "misconfigured"
        }
    }
}

struct Refused: Error, Equatable {}

extension Store {
    func add(_ items: [Item]) async throws {
        try await write { transaction in
            for item in items where try !transaction.insert(item) { throw Refused() }
        }
    }

    func add(_ secrets: [SecretRow]) async throws {
        try await write { transaction in
            for secret in secrets where try !transaction.insert(secret) { throw Refused() }
        }
    }
}

/// A generator whose run is the same each time.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Polls without a timer until `condition` holds, at most `seconds`.
func eventually(_ seconds: UInt64 = 60, _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = Monotonic.now() + seconds * 1_000_000_000
    while Monotonic.now() < end {
        if try await condition() { return true }
        await Swift.Task.yield()
    }
    return false
}
