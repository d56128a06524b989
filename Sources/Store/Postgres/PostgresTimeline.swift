internal import Bytes
internal import Synchronization

/// The highest timeline this node has seen. An old primary that came back is on a lower one: its writes would be lost and its
/// reads stale.
final class PostgresTimeline: Sendable {
    private static let current = Query("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")
    private let highest: Mutex<UInt32>
    private let report: @Sendable (UInt32) -> Void

    init(_ options: StoreOptions) {
        highest = Mutex(options.timeline)
        report = options.onTimeline
    }

    /// Engines that have no timelines, or don't tell them to this role, pass.
    func check(_ connection: PostgresConnection) throws(StoreError) {
        var name: Text?
        do {
            try connection.select(Self.current, []) { columns in name = columns.text(0) }
        } catch {
            guard connection.trouble == .none else { throw error }
            return
        }
        guard let name, let timeline = UInt32(name.string, radix: 16) else { return }
        try check(timeline)
    }

    func check(_ timeline: UInt32) throws(StoreError) {
        let known = highest.withLock { highest in
            defer { highest = max(highest, timeline) }
            return highest
        }
        guard timeline >= known else {
            throw .unavailable(
                "this PostgreSQL server is on timeline \(timeline), but \(known) was seen: an old primary"
            )
        }
        if timeline > known { report(timeline) }
    }
}
