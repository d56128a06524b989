package import Bytes
internal import Synchronization

package enum StoreHealth: Sendable, Equatable {
    case ok
    /// Reads are served, writes refused.
    case readOnly(Text)
    /// The database does not answer.
    case unreachable(Text)
}

/// Counts since the store was opened; times in nanoseconds from the call to its answer, summed.
package struct StoreFigures: Sendable, Equatable {
    package var reads: UInt64 = 0
    package var readNanoseconds: UInt64 = 0
    package var failedReads: UInt64 = 0
    package var writes: UInt64 = 0
    package var writeNanoseconds: UInt64 = 0
    package var failedWrites: UInt64 = 0
    /// Commits; with group commit fewer than writes.
    package var commits: UInt64 = 0
    package var largestGroup: UInt64 = 0
    /// Runs repeated after a serialization failure, a deadlock or a connection lost before its commit.
    package var retries: UInt64 = 0
    package var tamperedRows: UInt64 = 0
}

final class FigureBoard: Sendable {
    private let figures = Mutex(StoreFigures())

    var snapshot: StoreFigures { figures.withLock { $0 } }
    func note(_ change: (inout StoreFigures) -> Void) { figures.withLock { change(&$0) } }
}
