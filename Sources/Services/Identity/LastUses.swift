internal import Bytes
internal import Synchronization

/// What is kept of a use.
protocol LastUse: Sendable {
    var time: Timestamp { get }
    /// Whether it is worth noting after `last`.
    func isNews(after last: Self) -> Bool
}

extension LastUse {
    func isNews(after last: Self) -> Bool { true }
}

/// What was used last, and when: a use costs a note in memory, and a duty writes the notes down. AWS, too, tells such things with
/// some delay; after a crash the last minute is missing here, never in the trail, which is what counts.
package final class LastUses<Key: Hashable & Sendable, Use: Sendable>: Sendable {
    private static var most: Int { 65_536 }
    private let latest = Mutex<[Key: Use]>([:])

    package init() {}

    /// Not yet written ones.
    subscript(key: Key) -> Use? { latest.withLock { $0[key] } }

    /// All of them; ``forget(_:)`` those that are written.
    var all: [Key: Use] { latest.withLock { $0 } }
}

extension LastUses where Use: LastUse {
    func note(_ key: Key, _ use: Use) {
        latest.withLock { latest in
            if let last = latest[key] {
                guard use.isNews(after: last) else { return }
            } else if latest.count >= Self.most {
                latest.removeAll()
            }
            latest[key] = use
        }
    }

    /// What was written down and has not been followed by another use since.
    func forget(_ written: [Key: Use]) {
        latest.withLock { latest in
            for (key, use) in written where latest[key].map({ $0.time == use.time }) ?? false { latest[key] = nil }
        }
    }
}
