internal import Bytes
internal import GRDB
internal import GRDBSQLite

/// The writing thread. All jobs that wait share one transaction and one sync (group commit).
///
/// A job's error undoes that job alone. Errors are rare and savepoints are not free (SQLite copies each page that changes under
/// one), so a group runs without them first; only when a job fails it starts again, with a savepoint for each.
final class SQLiteWriter: Sendable {
    private static let save = Query("SAVEPOINT job")
    private static let release = Query("RELEASE job")
    private static let undo = Query("ROLLBACK TO job")

    private let queue: DatabaseQueue
    private let jobs: WorkQueue<any Job>
    private let ground: Ground
    private let report: @Sendable (StoreHealth) -> Void

    init(
        _ queue: DatabaseQueue,
        _ jobs: WorkQueue<any Job>,
        _ ground: Ground,
        _ report: @escaping @Sendable (StoreHealth) -> Void
    ) {
        self.queue = queue
        self.jobs = jobs
        self.ground = ground
        self.report = report
    }

    func run() {
        queue.inDatabase { database in
            guard let connection = try? SQLiteConnection(database) else { return }
            let log = WriteAheadLog(database)
            defer { log.detach(database) }
            var stopped: StoreError?
            while let group = jobs.all() {
                if let stopped {
                    for job in group { job.fail(stopped) }
                    continue
                }
                let isFull = commit(group, connection) == .full
                let failure = connection.lastingFault ?? log.carryOver(database, isFull)
                if let failure {
                    stopped = .unavailable("writing stopped after a failure of the disk; restart when it is mended")
                    report(.readOnly("\(failure)"))
                }
            }
            if stopped == nil { log.empty(database) }
        }
    }

    func close() { try? queue.close() }

    private struct Done {
        let job: any Job
        let session: Session
        let error: (any Error)?
    }

    private enum End { case done, full, failed }

    private func commit(_ group: [any Job], _ connection: SQLiteConnection) -> End {
        var done: [Done] = []
        do {
            try connection.begin()
            if let all = together(group, connection) {
                done = all
            } else {
                connection.rollback()
                try connection.begin()
                for job in group {
                    done.append(try alone(job, connection))
                }
            }
            try connection.commit()
        } catch {
            connection.rollback()
            fail(group, done, error)
            return if case .full = error { .full } else { .failed }
        }
        ground.figures.note {
            $0.commits &+= 1
            $0.largestGroup = max($0.largestGroup, UInt64(group.count))
        }
        for one in done { one.session.settle(one.error == nil ? .committed : .rolledBack, isInOrder: true) }
        for one in done {
            if let error = one.error { one.job.fail(error) } else { one.job.succeed() }
        }
        return .done
    }

    /// All jobs one after the other; `nil` as soon as one fails. What was done is to be rolled back then.
    private func together(_ group: [any Job], _ connection: SQLiteConnection) -> [Done]? {
        var done: [Done] = []
        done.reserveCapacity(group.count)
        for job in group {
            let session = Session(connection, ground)
            done.append(Done(job: job, session: session, error: nil))
            do {
                try job.attempt(in: session)
                try session.finish()
                if connection.isInTransaction, connection.lastingFault == nil { continue }
            } catch {}
            return forget(done)
        }
        do { try Session.writeRecords(of: done.map(\.session)) } catch { return forget(done) }
        return done
    }

    private func forget(_ done: [Done]) -> [Done]? {
        for one in done { one.session.forget() }
        return nil
    }

    private func alone(_ job: any Job, _ connection: SQLiteConnection) throws(StoreError) -> Done {
        let session = Session(connection, ground)
        do throws(StoreError) {
            return Done(job: job, session: session, error: try attempt(job, session, connection))
        } catch {
            session.settle(.rolledBack)
            throw error
        }
    }

    /// The job's own error is returned; what ends the whole transaction is thrown.
    private func attempt(
        _ job: any Job,
        _ session: Session,
        _ connection: SQLiteConnection
    ) throws(StoreError) -> (any Error)? {
        _ = try connection.execute(Self.save, [])
        do {
            try job.attempt(in: session)
            try session.finish()
            try Session.writeRecords(of: [session])
            if connection.isInTransaction, connection.lastingFault == nil {
                _ = try connection.execute(Self.release, [])
                return nil
            }
            throw StoreError.unavailable("the transaction ended early")
        } catch {
            guard connection.isInTransaction, connection.lastingFault == nil else {
                throw error as? StoreError ?? .unavailable("the transaction ended early")
            }
            _ = try connection.execute(Self.undo, [])
            _ = try connection.execute(Self.release, [])
            return error
        }
    }

    /// Also jobs that had failed by themselves hear of it: what they saw may have been another job's work, now undone.
    private func fail(_ group: [any Job], _ done: [Done], _ error: StoreError) {
        let isUnknown = if case .unknownOutcome = error { true } else { false }
        for one in done { one.session.settle(isUnknown ? .unknown : .rolledBack) }
        for job in group { job.fail(error) }
    }
}

/// The write-ahead log is carried over into the database file by the writer, between two transactions.
@safe struct WriteAheadLog {
    /// 4 KB each. Rarely enough that hot pages are carried over once for many commits.
    private static let large: Int32 = 4_000
    /// Readers that follow each other without a gap keep the log from starting over; then it is worth waiting for them.
    private static let huge: Int32 = 32_000

    private final class Pages {
        var count: Int32 = 0
    }

    private let pages = Pages()

    init(_ database: Database) {
        // Until `detach`, which keeps `pages` alive.
        let context = unsafe Unmanaged.passUnretained(pages).toOpaque()
        unsafe sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, count in
                if let context = unsafe context {
                    unsafe Unmanaged<Pages>.fromOpaque(context).takeUnretainedValue().count = count
                }
                return SQLITE_OK
            },
            context
        )
    }

    func detach(_ database: Database) {
        unsafe sqlite3_wal_hook(database.sqliteConnection, nil, nil)
        withExtendedLifetime(pages) {}
    }

    /// A failure that ends writing, or nil. A full disk is none: the log stays and keeps all it has.
    func carryOver(_ database: Database, _ isDiskFull: Bool) -> StoreError? {
        // Room for a deletion, perhaps: old pages of the log make place for the newest of each.
        if isDiskFull { return checkpoint(database, SQLITE_CHECKPOINT_TRUNCATE) }
        guard pages.count >= Self.large else { return nil }
        return checkpoint(database, pages.count >= Self.huge ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE)
    }

    func empty(_ database: Database) { _ = checkpoint(database, SQLITE_CHECKPOINT_TRUNCATE) }

    private func checkpoint(_ database: Database, _ mode: Int32) -> StoreError? {
        let code = unsafe sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, mode, nil, nil)
        guard code != SQLITE_OK, code != SQLITE_BUSY else { return nil }
        let fault = SQLiteFault(unsafe sqlite3_extended_errcode(database.sqliteConnection), .statement)
        return fault.endsWriting ? fault.error : nil
    }
}
