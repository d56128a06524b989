internal import Bytes
internal import Synchronization

/// The engine for several nodes: a pool of threads with a connection each, and one that follows what other nodes change.
final class PostgresEngine: Engine {
    private enum Task {
        case read(any Job)
        case write(any Job)

        var job: any Job {
            switch self {
            case .read(let job), .write(let job): job
            }
        }
    }

    private struct Pool {
        var threads = 0
        var idle = 0
    }

    private let tasks = WorkQueue<Task>()
    private let pool = Mutex(Pool())
    private let running = Countdown()
    private let stop = Monitor(false)
    private let door: PostgresDoor
    private let ground: Ground
    private let state: SharedHealth = SharedHealth()

    init(_ conninfo: String, node: Text, ground: Ground) throws(StoreError) {
        let address = try PostgresAddress(conninfo, node: node)
        door = PostgresDoor(address, ground.options)
        self.ground = ground
        try setUp()
        let feed = ChangeFeed(door, ground, state)
        guard startThread({ [stop] in feed.run(until: stop) }) else {
            throw .unavailable("the system has no thread left")
        }
    }

    private func setUp() throws(StoreError) {
        let connection = try door.open()
        PostgresSettings.warnIfUnsafe(connection, ground.options.warn)
        // Another node may be migrating: worth waiting for.
        try connection.wait(forLocks: ground.options.answerMilliseconds)
        ground.outbox.begin(opening: try Self.setUp(connection, collisions: 3))
    }

    /// Nodes that create the first table at once collide in the catalog (23505, 42710 or 42P07); the loser then finds it made.
    private static func setUp(_ connection: PostgresConnection, collisions: Int) throws(StoreError) -> Int64 {
        for _ in 0..<collisions {
            do throws(StoreError) {
                return try connection.setUp()
            } catch {
                guard error.isCollision else { throw error }
            }
        }
        return try connection.setUp()
    }

    var health: StoreHealth { state.value }
    func read(_ job: any Job) { add(.read(job)) }
    func write(_ job: any Job) { add(.write(job)) }

    private func add(_ task: Task) {
        guard tasks.add(task) else { return task.job.fail(StoreError.unavailable("the store is closed")) }
        let isNeeded = pool.withLock { pool in
            guard pool.threads < max(1, ground.options.connections), tasks.count > pool.idle else { return false }
            pool.threads += 1
            return true
        }
        guard isNeeded, !startThread({ [weak self] in self?.work() ?? () }) else { return }
        pool.withLock { $0.threads -= 1 }
        ground.options.warn("the system has no thread left for another connection to PostgreSQL")
    }

    private func work() {
        let worker = PostgresWorker(door, ground, stop)
        while true {
            pool.withLock { $0.idle += 1 }
            let task = tasks.next()
            pool.withLock { $0.idle -= 1 }
            switch task {
            case .read(let job)?: worker.read(job)
            case .write(let job)?: worker.write(job)
            case nil: return
            }
        }
    }

    private func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        running.enter()
        let running = running
        let isStarted = WorkThread.start {
            body()
            running.leave()
        }
        if !isStarted { running.leave() }
        return isStarted
    }

    func shutdown() {
        tasks.close()
        stop.change { $0 = true }
    }

    func close() async {
        shutdown()
        await running.reachedZero()
    }
}

extension StoreError {
    fileprivate var isCollision: Bool {
        switch self {
        case .corrupt, .misconfigured: true
        default: false
        }
    }
}

final class SharedHealth: Sendable {
    private let state = Mutex(StoreHealth.ok)
    var value: StoreHealth { state.withLock { $0 } }
    func set(_ health: StoreHealth) { state.withLock { $0 = health } }
}

/// Settings of the server that quietly break the promise that what was acknowledged is kept.
enum PostgresSettings {
    private static let query = Query(
        """
        SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_standby_names')
        """
    )

    static func warnIfUnsafe(_ connection: PostgresConnection, _ warn: (Text) -> Void) {
        var settings: [Text] = []
        // Engines that only speak the protocol may not know them.
        try? connection.select(query, []) { columns in settings = (0..<3).map { columns.text($0) } }
        guard settings.count == 3 else { return }
        if settings[0] == "off" { warn("PostgreSQL runs with fsync off: a power cut loses acknowledged writes") }
        if settings[1] == "off" { warn("PostgreSQL runs with full_page_writes off: a power cut may damage it") }
        if settings[2].isEmpty {
            warn("PostgreSQL has no synchronous standby: losing this server loses the writes since its last backup")
        }
    }
}
