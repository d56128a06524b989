internal import Bytes

/// One thread with one connection, which it opens when there is work.
final class PostgresWorker {
    private static let raiseEpoch = Query(
        """
        WITH raised AS (
          INSERT INTO account_epoch (account, epoch) VALUES (?1, 1)
          ON CONFLICT (account) DO UPDATE SET epoch = account_epoch.epoch + 1 RETURNING account, epoch)
        INSERT INTO change (account, epoch, at, keys)
        SELECT account, epoch, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT), ?2 FROM raised
        """
    )
    private static let mostRetries = 5
    private static let firstPause: UInt64 = 4

    private let door: PostgresDoor
    private let ground: Ground
    private let stop: Monitor<Bool>
    private var connection: PostgresConnection?

    init(_ door: PostgresDoor, _ ground: Ground, _ stop: Monitor<Bool>) {
        self.door = door
        self.ground = ground
        self.stop = stop
    }

    private enum End {
        case done
        case failed(any Error)
        case again(StoreError)
    }

    func read(_ job: any Job) { run(job) { () throws(StoreError) -> End in try self.readOnce(job) } }
    func write(_ job: any Job) { run(job) { () throws(StoreError) -> End in try self.writeOnce(job) } }

    private func run(_ job: any Job, _ once: () throws(StoreError) -> End) {
        for attempt in 0...Self.mostRetries {
            let end: End
            do { end = try once() } catch { end = .failed(error) }
            switch end {
            case .done: return
            case .failed(let error): return job.fail(error)
            case .again(let error) where attempt == Self.mostRetries: return job.fail(error)
            case .again:
                ground.figures.note { $0.retries &+= 1 }
                pause(attempt)
            }
        }
    }

    private func pause(_ attempt: Int) {
        let most = Self.firstPause << UInt64(attempt)
        _ = stop.wait(milliseconds: most / 2 &+ ground.options.jitter(most)) { $0 ? true : nil }
    }

    private func readOnce(_ job: any Job) throws(StoreError) -> End {
        let (connection, isFresh) = try opened()
        do {
            let session = Session(connection, ground)
            connection.beginReading()
            try job.attempt(in: session)
        } catch {
            return end(connection, isFresh, error)
        }
        if connection.trouble != .none { return end(connection, isFresh, StoreError.unavailable("a read was cut off")) }
        // The caller need not wait for the transaction's end: it changed nothing.
        job.succeed()
        connection.rollback()
        dropIfLost(connection)
        return .done
    }

    private func writeOnce(_ job: any Job) throws(StoreError) -> End {
        let (connection, isFresh) = try opened()
        let session = Session(connection, ground)
        do {
            connection.begin()
            try job.attempt(in: session)
            if let error = connection.firstError { throw error }
            try session.finish()
            try Session.writeRecords(of: [session])
            try raiseEpochs(session)
        } catch {
            session.settle(.rolledBack)
            return end(connection, isFresh, error)
        }
        switch connection.commitOutcome() {
        case .done:
            ground.figures.note {
                $0.commits &+= 1
                $0.largestGroup = 1
            }
            session.settle(.committed)
            job.succeed()
            return .done
        case .unknown(let text):
            session.settle(.unknown)
            self.connection = nil
            return .failed(StoreError.unknownOutcome(text))
        case .again(let error):
            session.settle(.rolledBack)
            return .again(error)
        case .lost:
            session.settle(.rolledBack)
            return end(connection, isFresh, StoreError.unavailable("the connection to PostgreSQL broke"))
        case .failed(let error):
            session.settle(.rolledBack)
            dropIfLost(connection)
            return .failed(error)
        }
    }

    /// Last in the transaction, because the row's lock makes the account's commits wait for each other, and in order of the
    /// accounts, so that two transactions never wait crosswise.
    private func raiseEpochs(_ session: Session) throws(StoreError) {
        guard !session.touched.isEmpty else { return }
        for (account, keys) in Dictionary(grouping: session.touched, by: \.account).sorted(by: { $0.key < $1.key }) {
            let values: [Value] = [.text(account.text), .bytes(CacheKey.encode(keys))]
            _ = try session.connection.execute(Self.raiseEpoch, values)
        }
    }

    /// After a run that did not reach its commit: nothing was written, whatever happened.
    private func end(_ connection: PostgresConnection, _ isFresh: Bool, _ error: any Error) -> End {
        switch connection.trouble {
        case .none:
            connection.rollback()
            dropIfLost(connection)
            return .failed(error)
        case .again:
            connection.rollback()
            dropIfLost(connection)
            return .again(connection.firstError ?? .unavailable("a transaction has to run again"))
        case .lost:
            self.connection = nil
            let error = connection.firstError ?? .unavailable("the connection to PostgreSQL broke")
            // A connection that had been idle may have been dead for long; a fresh one just died.
            return isFresh ? .failed(error) : .again(error)
        }
    }

    private func opened() throws(StoreError) -> (PostgresConnection, isFresh: Bool) {
        if let connection { return (connection, false) }
        let fresh = try door.open()
        connection = fresh
        return (fresh, true)
    }

    private func dropIfLost(_ connection: PostgresConnection) {
        if connection.trouble == .lost { self.connection = nil }
    }
}
