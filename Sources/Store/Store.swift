package import Bytes
package import Seal

/// The only place with SQL and transactions. Closures are synchronous: nobody awaits inside a transaction, and the handle can
/// neither be copied nor kept.
package final class Store: Sendable {
    package let cache: RowCache
    private let engine: any Engine
    private let board: FigureBoard
    private let couriers: Couriers

    private init(_ engine: any Engine, _ ground: Ground) {
        self.engine = engine
        cache = ground.cache
        couriers = ground.couriers
        board = ground.figures
    }

    /// The embedded store in `directory`, which is made if absent. Held by this process alone until ``close()``.
    package static func sqlite(
        directory: String,
        rows: RowAuthenticator,
        options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> Store {
        let ground = Ground(rows, options, cache: RowCache(bytes: options.cacheBytes))
        return Store(try SQLiteEngine(directory: directory, ground: ground), ground)
    }

    /// The store that several nodes share. `conninfo` is a libpq connection string, `postgres://…` or `key=value …`, several
    /// hosts allowed; `node` is this node's name, shown in the database's list of connections.
    package static func postgres(
        _ conninfo: String,
        node: Text,
        rows: RowAuthenticator,
        options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> Store {
        let ground = Ground(rows, options, cache: RowCache(bytes: options.cacheBytes, isTrusted: false))
        return Store(try PostgresEngine(conninfo, node: node, ground: ground), ground)
    }

    deinit { engine.shutdown() }

    package func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Snapshot) throws -> T) async throws -> T {
        let start = Monotonic.now()
        do {
            let result = try await unsafe withUnsafeThrowingContinuation { continuation in
                unsafe engine.read(Work(continuation) { session in try body(Snapshot(session: session)) })
            }
            board.note {
                $0.reads &+= 1
                $0.readNanoseconds &+= Monotonic.now() &- start
            }
            return result
        } catch {
            board.note { $0.failedReads &+= 1 }
            throw error
        }
    }

    /// Runs `body` in a transaction and returns once it is durable. An error of `body` undoes its own work alone and is thrown
    /// on. `body` may run several times: it must have no effect but its writes.
    @discardableResult
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        let start = Monotonic.now()
        do {
            let result = try await unsafe withUnsafeThrowingContinuation { continuation in
                unsafe engine.write(Work(continuation) { session in try body(Transaction(session: session)) })
            }
            board.note {
                $0.writes &+= 1
                $0.writeNanoseconds &+= Monotonic.now() &- start
            }
            return result
        } catch {
            board.note { $0.failedWrites &+= 1 }
            throw error
        }
    }

    /// Hands the records of `node` to `courier` from now on. What was committed before has to be read back.
    package func deliver(recordsOf node: Text, to courier: any Courier) { couriers.set(courier, for: node) }

    package var health: StoreHealth { engine.health }
    package var figures: StoreFigures { board.snapshot }

    /// Ends what was begun, refuses what comes after, and lets go of the files or connections.
    package func close() async { await engine.close() }
}

/// A database that runs jobs on threads of its own.
protocol Engine: Sendable {
    func read(_ job: any Job)
    func write(_ job: any Job)
    var health: StoreHealth { get }
    /// Starts to end, without waiting.
    func shutdown()
    func close() async
}
