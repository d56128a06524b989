internal import Bytes
internal import GRDB
internal import Synchronization

/// The embedded engine: one thread writes, a few read, each with a connection that it keeps.
final class SQLiteEngine: Engine {
    private let reading = WorkQueue<any Job>()
    private let writing = WorkQueue<any Job>()
    private let running = Countdown()
    private let state: Mutex<StoreHealth> = Mutex(.ok)

    init(directory: String, ground: Ground) throws(StoreError) {
        let lock = try DirectoryLock(directory)
        do {
            let path = directory + "/undercroft.db"
            SQLiteFile.warnIfOld(ground.options.warn)
            if DirectoryLock.isOpenToOthers(directory) {
                ground.options.warn("the data directory is open to other users; it should have mode 0700")
            }
            try DirectoryLock.makeFile(path)
            let writer = try SQLiteFile.open(path, ground.options)
            let opening = try Self.setUp(writer)
            try DirectoryLock.sync(directory)
            ground.outbox.begin(opening: opening)
            try start(path, writer, ground, lock)
        } catch {
            lock.release()
            throw error
        }
    }

    private static func setUp(_ writer: DatabaseQueue) throws(StoreError) -> Int64 {
        do {
            return try writer.inDatabase { try SQLiteConnection($0).setUp() }
        } catch let error as StoreError {
            throw error
        } catch {
            throw .unavailable("the database could not be set up")
        }
    }

    private func start(
        _ path: String,
        _ writer: DatabaseQueue,
        _ ground: Ground,
        _ lock: DirectoryLock
    ) throws(StoreError) {
        var readers: [DatabaseQueue] = []
        for number in 0..<max(1, ground.options.readers) {
            readers.append(try SQLiteFile.openReading(path, number: number))
        }
        let writerLoop = SQLiteWriter(writer, writing, ground) { [weak self] in self?.note($0) }
        let active = Monitor(readers.count)
        for reader in readers {
            try startThread { [reading] in
                SQLiteReader.run(reader, reading, ground)
                active.change { $0 -= 1 }
            }
        }
        try startThread {
            writerLoop.run()
            // SQLite's last connection removes the log, and readers can't.
            active.wait { $0 == 0 ? true : nil }
            writerLoop.close()
            lock.release()
        }
    }

    private func startThread(_ body: @escaping @Sendable () -> Void) throws(StoreError) {
        running.enter()
        let running = running
        let isStarted = WorkThread.start {
            body()
            running.leave()
        }
        guard isStarted else {
            running.leave()
            shutdown()
            throw .unavailable("the system has no thread left")
        }
    }

    private func note(_ health: StoreHealth) { state.withLock { $0 = health } }

    var health: StoreHealth { state.withLock { $0 } }

    func read(_ job: any Job) {
        if !reading.add(job) { job.fail(StoreError.unavailable("the store is closed")) }
    }

    func write(_ job: any Job) {
        if !writing.add(job) { job.fail(StoreError.unavailable("the store is closed")) }
    }

    func shutdown() {
        reading.close()
        writing.close()
    }

    func close() async {
        shutdown()
        await running.reachedZero()
    }
}

/// A reading thread.
enum SQLiteReader {
    static func run(_ queue: DatabaseQueue, _ jobs: WorkQueue<any Job>, _ ground: Ground) {
        // One access of GRDB for the thread's whole life: an access each would cost more than the read.
        queue.inDatabase { database in
            guard let connection = try? SQLiteConnection(database) else { return }
            while let job = jobs.next() { run(job, connection, ground) }
        }
        try? queue.close()
    }

    private static func run(_ job: any Job, _ connection: SQLiteConnection, _ ground: Ground) {
        do {
            let session = Session(connection, ground)
            try connection.beginReading()
            defer { connection.rollback() }
            try job.attempt(in: session)
        } catch {
            return job.fail(error)
        }
        job.succeed()
    }
}
