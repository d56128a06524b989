package import Bytes
internal import Dispatch
internal import Foundation
package import Policy
package import Seal
internal import Synchronization

/// The node's audit trail: records are appended to a segment and synced in groups; an answer leaves only once its record
/// is durable.
///
/// One thread writes. It takes all records that wait, appends them, syncs once, and tells everybody: under load a sync
/// carries hundreds of records, alone a record waits for one sync. When the disk refuses, the records of that group are
/// lost, their calls fail, and the thread keeps trying until the disk is back.
package final class Trail: Sendable {
    package struct Options: Sendable {
        /// False only to measure what syncing costs: answers may then outrun the disk.
        package var isSynced = true
        package var segmentBytes = 64 << 20
        package var segmentAge: Int64 = 3_600_000

        package init() {}
    }

    struct State {
        var queue: [[UInt8]] = []
        /// Policies that queued records speak of and that may not be in the archive yet.
        var cited: [PolicyText] = []
        /// The writer has been called since it last took the queue.
        var isCalled = false
        var issued: UInt64 = 0
        var lost: [ClosedRange<UInt64>] = []
        var failure: Text?
        var observers: [@Sendable () -> Void] = []
        var waiters: [(UInt64, CheckedContinuation<Fate, Never>)] = []
        var isStopping = false
        var isStopped = false
        var figures = TrailFigures()

        /// Whether the writer has to be woken: once is enough.
        mutating func call() -> Bool {
            defer { isCalled = true }
            return !isCalled
        }

        mutating func cite(_ text: PolicyText) { if !cited.contains(text) { cited.append(text) } }
    }

    let state = Mutex(State())
    let folder: String
    /// Marks the policies that this trail's archive has.
    private let keeper = Trail.count.wrappingAdd(1, ordering: .relaxed).newValue
    private static let count = Atomic<UInt64>(0)
    private let settled = Atomic<UInt64>(0)
    private let hasLost = Atomic<Bool>(false)
    private let wake = DispatchSemaphore(value: 0)
    private let reading = DispatchQueue(label: "trail-reading", qos: .utility)

    /// Opens the trail in `folder`, dropping an unfinished last line (never acknowledged), and starts the writer.
    package init(
        folder: String,
        node: Text,
        rows: RowAuthenticator,
        clock: Clock,
        chance: Chance,
        log: Log,
        options: Options = Options()
    ) throws(TrailFlaw) {
        self.folder = folder
        let file = try TrailFile(
            folder: folder, node: node, rows: rows, clock: clock, chance: chance, log: log, options: options
        )
        let writer = Thread { [self] in run(file, clock) }
        writer.name = "trail"
        writer.start()
    }

    /// Queues records and returns the position of the last one.
    ///
    /// - Parameters:
    ///   - cited: the policies that the records speak of. They are in the archive before the records are in a segment.
    ///   - canWait: records that are durable elsewhere already go with the next group, whenever that is.
    package func append(_ records: [[UInt8]], citing cited: [PolicyText] = [], canWait: Bool = false) -> Ticket {
        let (sequence, mustCall) = state.withLock { state in
            state.queue.append(contentsOf: records)
            for text in cited where !isKept(text) { state.cite(text) }
            state.issued += UInt64(records.count)
            return (state.issued, !canWait && state.call())
        }
        if mustCall { wake.signal() }
        return Ticket(sequence: sequence)
    }

    /// Puts the policies into the archive before any record that is appended from now on is in a segment.
    package func cite(_ texts: [PolicyText]) {
        guard !texts.allSatisfy(isKept) else { return }
        state.withLock { state in for text in texts where !isKept(text) { state.cite(text) } }
    }

    private func isKept(_ text: PolicyText) -> Bool { text.keeper.load(ordering: .relaxed) == keeper }

    package func fate(of ticket: Ticket) -> Fate {
        guard ticket.sequence <= settled.load(ordering: .acquiring) else { return .pending }
        guard hasLost.load(ordering: .acquiring) else { return .durable }
        let isLost = state.withLock { state in state.lost.contains { $0.contains(ticket.sequence) } }
        return isLost ? .lost : .durable
    }

    /// Suspends until the record is durable or lost.
    package func settle(_ ticket: Ticket) async -> Fate {
        await withCheckedContinuation { continuation in
            let mustCall = state.withLock { state in
                state.waiters.append((ticket.sequence, continuation))
                return !state.queue.isEmpty && state.call()
            }
            if mustCall { wake.signal() }
            // The group may have been settled before the waiter was in the list.
            release()
        }
    }

    /// Suspends until everything that was appended before is durable or lost.
    func settleAll() async {
        let last = state.withLock { Ticket(sequence: $0.issued) }
        _ = await settle(last)
    }

    /// Reads the trail's files: one reader at a time, on no thread that anybody else waits for.
    ///
    /// - Parameter body: of the trail's folder.
    func read<T: Sendable>(_ body: @escaping @Sendable (String) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            reading.async { [folder] in continuation.resume(with: Result { try body(folder) }) }
        }
    }

    package func observe(_ notify: @escaping @Sendable () -> Void) { state.withLock { $0.observers.append(notify) } }

    /// `nil` while records can be written.
    package var failure: Text? { state.withLock { $0.failure } }
    package var figures: TrailFigures { state.withLock { $0.figures } }

    /// Writes what is queued and ends the writer. Blocks until it has ended.
    package func stop() {
        state.withLock { $0.isStopping = true }
        wake.signal()
        while !state.withLock({ $0.isStopped }) { usleep(1000) }
    }

    private func run(_ start: TrailFile, _ clock: Clock) {
        var file = start
        while true {
            let isFailing = state.withLock { $0.failure != nil }
            let isProbe = wake.wait(timeout: isFailing ? .now() + 1 : .distantFuture) == .timedOut
            let (batch, cited, isStopping) = state.withLock { state in
                defer { (state.queue, state.cited, state.isCalled) = ([], [], false) }
                return (state.queue, state.cited, state.isStopping)
            }
            let begin = clock.monotonic()
            if !batch.isEmpty || !cited.isEmpty || isProbe { commit(batch, citing: cited, to: &file, clock) }
            if batch.count >= Self.crowd, !isStopping { pace(since: begin, clock) }
            if isStopping {
                state.withLock { $0.isStopped = true }
                return
            }
        }
    }

    /// Records in one group from which on the next is worth waiting for.
    private static let crowd = 8
    /// Least time between the beginnings of two groups while there is a crowd, in nanoseconds.
    private static let interval: UInt64 = 2_000_000

    // A fast disk would otherwise sync every few records, and the sync costs more processor time than the records: measured,
    // half of a request's. A lone caller never waits here.
    private func pace(since begin: UInt64, _ clock: Clock) {
        let elapsed = clock.monotonic() &- begin
        guard elapsed < Self.interval else { return }
        usleep(UInt32((Self.interval - elapsed) / 1000))
    }

    private func commit(_ batch: [[UInt8]], citing cited: [PolicyText], to file: inout TrailFile, _ clock: Clock) {
        let begin = clock.monotonic()
        var failure: Text?
        do {
            try file.write(batch, citing: cited)
            for text in cited { text.keeper.store(keeper, ordering: .relaxed) }
        } catch { failure = "\(error)" }
        let elapsed = clock.monotonic() &- begin
        let first = settled.load(ordering: .relaxed) + 1
        let last = first + UInt64(batch.count) - 1
        let observers = state.withLock { state in
            state.failure = failure
            state.figures.note(records: batch.count, nanoseconds: elapsed, failed: failure != nil)
            if failure != nil {
                if !batch.isEmpty { lose(first...last, &state) }
                // Records that are still to come may speak of them.
                for text in cited { state.cite(text) }
            }
            return state.observers
        }
        if !batch.isEmpty { settled.store(last, ordering: .releasing) }
        for notify in observers { notify() }
        release()
    }

    /// INVARIANT: ranges are disjoint and ascending; neighbours are merged, so an outage is one entry however long it lasts.
    private func lose(_ range: ClosedRange<UInt64>, _ state: inout State) {
        if let last = state.lost.last, last.upperBound + 1 == range.lowerBound {
            state.lost[state.lost.count - 1] = last.lowerBound...range.upperBound
        } else {
            state.lost.append(range)
        }
        hasLost.store(true, ordering: .releasing)
    }

    private func release() {
        let position = settled.load(ordering: .acquiring)
        let due = state.withLock { state in
            let due = state.waiters.filter { $0.0 <= position }
            if !due.isEmpty { state.waiters.removeAll { $0.0 <= position } }
            return due
        }
        for (sequence, continuation) in due { continuation.resume(returning: fate(of: Ticket(sequence: sequence))) }
    }
}

/// What the trail has done since the start.
package struct TrailFigures: Sendable {
    package private(set) var records: UInt64 = 0
    package private(set) var groups: UInt64 = 0
    package private(set) var failedGroups: UInt64 = 0
    /// Append and sync together.
    package private(set) var nanoseconds: UInt64 = 0

    package init() {}

    mutating func note(records count: Int, nanoseconds elapsed: UInt64, failed: Bool) {
        if failed {
            failedGroups += 1
        } else {
            records += UInt64(count)
            groups += 1
            nanoseconds += elapsed
        }
    }
}

/// Why the trail can't be opened or verified, and what to do.
package struct TrailFlaw: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
