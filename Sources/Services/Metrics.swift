package import Bytes
internal import Synchronization

/// Counters of calls, by operation and result, with latency histograms. Cheap enough for every request.
package final class Figures: Sendable {
    /// Upper bounds of the histogram's buckets, in seconds.
    static let bounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5,
    ]

    private struct Series {
        let name: Text
        let service: Text
        var succeeded: UInt64 = 0
        var failed: [Text: UInt64] = [:]
        var buckets = [UInt64](repeating: 0, count: Figures.bounds.count + 1)
        var nanoseconds: UInt64 = 0
    }
    private let series = Mutex<[Series]>([])
    private let prepared = Atomic<UInt64>(0)
    private let rotations = Tally()
    private let rehearsals = Tally()
    private let announcements = Tally()

    func prepare(_ catalog: Catalog) {
        series.withLock { series in
            series = catalog.entries.map { Series(name: $0.name, service: $0.api.name) }
            // The last series takes what named no operation.
            series.append(Series(name: "-", service: "-"))
        }
    }

    func count(_ entry: Int?, code: Text?, since began: UInt64, _ clock: Clock) {
        let elapsed = clock.monotonic() &- began
        let seconds = Double(elapsed) / 1e9
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        series.withLock { series in
            let index = entry ?? series.count - 1
            guard series.indices.contains(index) else { return }
            if let code {
                series[index].failed[code, default: 0] += 1
            } else {
                series[index].succeeded += 1
            }
            series[index].buckets[bucket] += 1
            series[index].nanoseconds &+= elapsed
        }
    }

    func countRotation(succeeded: Bool) {
        rotations.count(succeeded)
    }
    func countRehearsal(succeeded: Bool) {
        rehearsals.count(succeeded)
    }
    func countAnnouncement(succeeded: Bool) { announcements.count(succeeded) }
    func countPrepared() { prepared.wrappingAdd(1, ordering: .relaxed) }

    /// Prometheus text exposition format 0.0.4.
    package func prometheus() -> Text {
        let series = series.withLock { $0 }.filter { $0.succeeded > 0 || !$0.failed.isEmpty }
        var out = ""
        out += "# HELP undercroft_requests_total Calls by operation and result (ok, or the error code).\n"
        out += "# TYPE undercroft_requests_total counter\n"
        for one in series {
            let results = [("ok", one.succeeded)] + one.failed.sorted { $0.key < $1.key }
            for (result, count) in results where count > 0 {
                out +=
                    "undercroft_requests_total{service=\"\(one.service)\",operation=\"\(one.name)\",result=\"\(result)\"} \(count)\n"
            }
        }
        out += "# HELP undercroft_throttled_total Calls refused by a request quota.\n"
        out += "# TYPE undercroft_throttled_total counter\n"
        let throttled = series.reduce(UInt64(0)) { $0 + ($1.failed["ThrottlingException"] ?? 0) }
        out += "undercroft_throttled_total \(throttled)\n"
        out += "# HELP undercroft_prepared_answers_total Answers given from what an earlier call had prepared.\n"
        out += "# TYPE undercroft_prepared_answers_total counter\n"
        out += "undercroft_prepared_answers_total \(prepared.load(ordering: .relaxed))\n"
        out += rotations.prometheus("undercroft_rotations_total", "Attempts at a rotation, by result.")
        out += rehearsals.prometheus("undercroft_rehearsals_total", "Rehearsals of rotations, by result.")
        out += announcements.prometheus("undercroft_events_sent_total", "Events sent to --events-url, by result.")
        out += "# HELP undercroft_request_seconds Time in the gate, without the wait for the record.\n"
        out += "# TYPE undercroft_request_seconds histogram\n"
        for one in series { out += Self.histogram(one) }
        return Text(out)
    }

    private static func histogram(_ one: Series) -> String {
        let labels = "service=\"\(one.service)\",operation=\"\(one.name)\""
        var out = ""
        var total: UInt64 = 0
        for (bound, count) in zip(bounds, one.buckets) {
            total += count
            out += "undercroft_request_seconds_bucket{\(labels),le=\"\(bound)\"} \(total)\n"
        }
        total += one.buckets[bounds.count]
        out += "undercroft_request_seconds_bucket{\(labels),le=\"+Inf\"} \(total)\n"
        out += "undercroft_request_seconds_sum{\(labels)} \(Double(one.nanoseconds) / 1e9)\n"
        out += "undercroft_request_seconds_count{\(labels)} \(total)\n"
        return out
    }
}

/// How often something went well, and how often not.
private struct Tally: ~Copyable {
    private let succeeded = Atomic<UInt64>(0)
    private let failed = Atomic<UInt64>(0)

    func count(_ isSuccess: Bool) {
        if isSuccess {
            succeeded.wrappingAdd(1, ordering: .relaxed)
        } else {
            failed.wrappingAdd(1, ordering: .relaxed)
        }
    }

    func prometheus(_ name: String, _ help: String) -> String {
        """
        # HELP \(name) \(help)
        # TYPE \(name) counter
        \(name){result="ok"} \(succeeded.load(ordering: .relaxed))
        \(name){result="failed"} \(failed.load(ordering: .relaxed))

        """
    }
}
