import Bytes
import Front
import Services
import Store
import Synchronization
import Wire

/// `/health` and `/metrics`.
final class Monitoring: Sendable {
    private let house: House
    private let front = Mutex<Front?>(nil)

    init(house: House) { self.house = house }

    func attach(_ front: Front) { self.front.withLock { $0 = front } }

    var pages: Pages {
        Pages(health: { [self] in health() }, metrics: { [self] in metrics() })
    }

    /// 200 when calls can be answered; 503 with the reason when not.
    private func health() -> Reply {
        var store: Fields = [:]
        let isStoreWell: Bool
        switch house.store.health {
        case .ok:
            isStoreWell = true
            store.add("status", .string("ok"))
        case .readOnly(let reason):
            isStoreWell = false
            store.add("status", .string("read-only"))
            store.add("reason", .string(reason))
        case .unreachable(let reason):
            isStoreWell = false
            store.add("status", .string("unreachable"))
            store.add("reason", .string(reason))
        }
        var trail: Fields = ["status": .string(house.trail.failure == nil ? "ok" : "failing")]
        trail.add("reason", house.trail.failure)
        // What runs as somebody else's code is no reason to send callers away.
        let isolation = house.runner.isolation
        var functions: Fields = ["status": .string(isolation == nil ? "unavailable" : "ok")]
        functions.add("isolation", isolation)
        let isWell = isStoreWell && house.trail.failure == nil
        let body: Fields = [
            "status": .string(isWell ? "ok" : "failing"), "version": .string(Text(Release.version)),
            "store": .structure(store), "trail": .structure(trail), "seal": .structure(["status": .string("open")]),
            "functions": .structure(functions),
        ]
        var out = ByteBuilder()
        out.append(json: body)
        out.append("\n")
        return Reply(status: isWell ? 200 : 503, contentType: "application/json", body: out.bytes)
    }

    private func metrics() -> Reply {
        var text = house.figures.prometheus().string + house.functionTraffic.prometheus().string
        func add(_ name: String, _ type: String, _ help: String, _ value: Any) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n"
        }
        let store = house.store.figures
        add("undercroft_store_reads_total", "counter", "Read transactions.", store.reads)
        add(
            "undercroft_store_read_seconds_total", "counter", "Time in read transactions.",
            Double(store.readNanoseconds) / 1e9)
        add("undercroft_store_writes_total", "counter", "Write transactions that were committed.", store.writes)
        add(
            "undercroft_store_write_seconds_total", "counter", "Time from asking to durable.",
            Double(store.writeNanoseconds) / 1e9)
        add(
            "undercroft_store_commits_total", "counter", "Commits; each carries one or more write transactions.",
            store.commits)
        add(
            "undercroft_store_failures_total", "counter", "Transactions that failed.",
            store.failedReads + store.failedWrites)
        add(
            "undercroft_store_tampered_rows_total", "counter", "Rows refused because they were edited or damaged.",
            store.tamperedRows)
        let trail = house.trail.figures
        add("undercroft_trail_records_total", "counter", "Records made durable.", trail.records)
        add("undercroft_trail_groups_total", "counter", "Group commits of the trail.", trail.groups)
        add(
            "undercroft_trail_seconds_total", "counter", "Time in group commits: append and sync.",
            Double(trail.nanoseconds) / 1e9)
        add(
            "undercroft_trail_failed_groups_total", "counter", "Group commits that failed; their calls were refused.",
            trail.failedGroups)
        let cache = house.store.cache.figures
        add("undercroft_cache_hits_total", "counter", "Row lookups answered from memory.", cache.hits)
        add("undercroft_cache_misses_total", "counter", "Row lookups that went to the store.", cache.misses)
        add("undercroft_cache_bytes", "gauge", "Estimated size of the row cache.", cache.bytes)
        if let front = front.withLock({ $0 })?.figures {
            add("undercroft_open_connections", "gauge", "Client connections.", front.open)
            add("undercroft_accepted_connections_total", "counter", "Connections accepted.", front.accepted)
        }
        return Reply(status: 200, contentType: "text/plain; version=0.0.4", body: Array(text.utf8))
    }
}
