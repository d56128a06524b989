internal import Bytes
internal import Store
internal import Synchronization

/// Outbox rows whose records were given to the trail as soon as their transaction was committed: nobody need read them back,
/// only delete them once the trail has them. If that is never, they are still where they were.
package final class Handover: Sendable {
    struct Row: Sendable {
        let sequence: Int64
        let ticket: Ticket
    }

    private struct State {
        /// Rows of transactions under way: once visible, they are somebody's already.
        var announced: Set<Int64> = []
        var rows: [Row] = []
        /// Rows that nobody handed over may be in the outbox: after a start there always may.
        var hasOthers = true
    }

    private let trail: Trail
    private let state = Mutex(State())

    init(trail: Trail) { self.trail = trail }

    /// Rows were written that have to be read back.
    package func noteOthers() { state.withLock { $0.hasOthers = true } }

    func takeOthers() -> Bool {
        state.withLock { state in
            defer { state.hasOthers = false }
            return state.hasOthers
        }
    }

    var rows: [Row] { state.withLock { $0.rows } }

    /// Rows that are not to be read back, promised ones among them.
    var taken: Set<Int64> { state.withLock { state in state.announced.union(state.rows.map(\.sequence)) } }

    /// Those of `rows` are deleted, or no longer the trail's.
    func remove(_ rows: [Row]) {
        let gone = Set(rows.map(\.sequence))
        state.withLock { state in state.rows.removeAll { gone.contains($0.sequence) } }
    }
}

extension Handover: Courier {
    package func announce(_ row: Int64) { state.withLock { _ = $0.announced.insert(row) } }

    package func take(_ row: Int64, _ records: [[UInt8]]) {
        let ticket = trail.append(records, canWait: true)
        state.withLock { state in
            state.rows.append(Row(sequence: row, ticket: ticket))
            state.announced.remove(row)
        }
    }

    package func forgo(_ row: Int64, mayExist: Bool) {
        state.withLock { state in
            state.announced.remove(row)
            if mayExist { state.hasOthers = true }
        }
    }
}
