internal import Bytes
internal import Synchronization

/// Numbers the outbox's rows and knows which may be read and which may go.
///
/// Numbers are given out when a row is written, and transactions commit in another order: a reader that goes on "after the
/// last number seen" would pass by the row of a slower commit, and "delete up to" would delete it unread. (Measured on such a
/// feed: 542 of 6,153 rows missed.) So readers stop before the first row still uncommitted, and only rows that were handed out
/// are deleted.
final class OutboxOrder: Sendable {
    private struct State {
        var next: Int64 = 1
        /// Ascending.
        var uncommitted: [Int64] = []
        /// Ascending, per node: read, not yet deleted.
        var handedOut: [Text: [Int64]] = [:]
    }

    private let state = Mutex(State())

    /// A store that is opened for the nth time, by whichever node, numbers from `n` times this on: numbers never repeat and
    /// never fall.
    static let numbersPerOpening: Int64 = 1 << 36

    func begin(opening: Int64) { state.withLock { $0.next = opening &* Self.numbersPerOpening &+ 1 } }

    func next() -> Int64 {
        state.withLock { state in
            defer { state.next += 1 }
            state.uncommitted.append(state.next)
            return state.next
        }
    }

    /// All rows below are committed or will never be.
    var horizon: Int64 { state.withLock { $0.uncommitted.first ?? $0.next } }

    func noteHandedOut(_ sequences: [Int64], _ node: Text) {
        guard !sequences.isEmpty else { return }
        state.withLock { state in
            let known = Set(state.handedOut[node] ?? [])
            state.handedOut[node, default: []].append(contentsOf: sequences.filter { !known.contains($0) })
            state.handedOut[node]?.sort()
        }
    }

    /// Runs of neighbours among the rows handed out up to `last`.
    func runs(_ node: Text, upTo last: Int64) -> [ClosedRange<Int64>] {
        let sequences = state.withLock { $0.handedOut[node] ?? [] }
        var runs: [ClosedRange<Int64>] = []
        for sequence in sequences.prefix(while: { $0 <= last }) {
            if let run = runs.last, run.upperBound == sequence - 1 {
                runs[runs.count - 1] = run.lowerBound...sequence
            } else {
                runs.append(sequence...sequence)
            }
        }
        return runs
    }

    func settle(_ appended: [Int64], removed: [(node: Text, sequences: ClosedRange<Int64>)]) {
        guard !appended.isEmpty || !removed.isEmpty else { return }
        state.withLock { state in
            state.uncommitted.removeAll(where: appended.contains)
            for (node, sequences) in removed { state.handedOut[node]?.removeAll(where: sequences.contains) }
        }
    }
}
