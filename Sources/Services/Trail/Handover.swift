internal import Bytes
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

    private let state = Mutex(State())

    /// A writer's rows, from before its transaction commits until it knows what became of it.
    final class Promise: Sendable {
        private let handover: Handover
        private let sequences = Mutex<[Int64]>([])

        init(_ handover: Handover) { self.handover = handover }

        /// In the transaction, each time that it is tried.
        func announce(_ sequence: Int64) {
            sequences.withLock { $0.append(sequence) }
            handover.state.withLock { _ = $0.announced.insert(sequence) }
        }

        /// The transaction is committed with the row `sequence`, and its records are the trail's under `ticket`.
        func keep(_ sequence: Int64, _ ticket: Ticket) {
            let all = sequences.withLock { $0 }
            handover.state.withLock { state in
                state.rows.append(Row(sequence: sequence, ticket: ticket))
                state.announced.subtract(all)
            }
        }

        /// The transaction failed, or nobody knows: whatever row there is has to be read back.
        func drop() {
            let all = sequences.withLock { $0 }
            guard !all.isEmpty else { return }
            handover.state.withLock { state in
                state.announced.subtract(all)
                state.hasOthers = true
            }
        }
    }

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
