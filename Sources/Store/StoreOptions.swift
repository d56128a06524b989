package import Bytes

/// How a store is opened. The defaults suit a small machine.
package struct StoreOptions: Sendable {
    /// Threads that read the embedded store, each with a connection.
    package var readers = 4
    /// Connections to PostgreSQL, opened when there is work for them.
    package var connections = 8
    /// Bound of ``RowCache``, in bytes as its callers estimate them.
    package var cacheBytes = 32 << 20
    /// The embedded store refuses to grow beyond this many bytes; `nil`: the disk is the limit.
    package var limitBytes: Int64?
    /// How often PostgreSQL is asked what other nodes changed.
    package var pollMilliseconds: UInt64 = 100
    /// For how long after the last answer the cache is believed.
    package var trustMilliseconds: UInt64 = 1000
    /// How long a statement or a commit on PostgreSQL may go unanswered.
    package var answerMilliseconds: UInt64 = 10_000
    /// The highest PostgreSQL timeline an earlier run of this node has seen; `onTimeline` reports a higher one to remember.
    package var timeline: UInt32 = 0
    package var onTimeline: @Sendable (UInt32) -> Void = { _ in }
    /// Chance for retries: a number in `0 ... most`.
    package var jitter: @Sendable (_ most: UInt64) -> UInt64 = { $0 / 2 }
    /// Words for the operator's log.
    package var warn: @Sendable (Text) -> Void = { _ in }
    /// Rows that a listing left out because they are not what this store wrote. Names table and key.
    package var onTampered: @Sendable (Text) -> Void = { _ in }

    /// Up to here, reading all names of a listing's ranges costs less than walking its order in search of them.
    var fewNames = 4000

    package init() {}
}
