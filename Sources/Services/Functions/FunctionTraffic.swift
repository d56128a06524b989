package import Bytes
internal import Synchronization

/// Which functions are running on this node, and Lambda's figures of each: Invocations, Errors, Throttles, Duration.
package final class FunctionTraffic: Sendable {
    private struct Series {
        var running = 0
        var succeeded: UInt64 = 0
        var failed: UInt64 = 0
        var unavailable: UInt64 = 0
        var throttled: UInt64 = 0
        var nanoseconds: UInt64 = 0
    }
    private let series = Mutex<[Text: Series]>([:])

    init() {}

    /// - Parameters:
    ///   - function: its ARN without a qualifier.
    ///   - reserved: how many may run at once; `nil` for any number.
    /// - Returns: false if that many are running.
    func enter(_ function: Text, reserved: Int64?) -> Bool {
        series.withLock { all in
            var one = all[function] ?? Series()
            let isFree = reserved.map { one.running < $0 } ?? true
            if isFree { one.running += 1 } else { one.throttled += 1 }
            all[function] = one
            return isFree
        }
    }

    func leave(_ function: Text, _ end: FunctionOutcome.End, nanoseconds: UInt64) {
        series.withLock { all in
            guard var one = all[function] else { return }
            one.running -= 1
            one.nanoseconds &+= nanoseconds
            switch end {
            case .succeeded: one.succeeded += 1
            case .failed: one.failed += 1
            case .unavailable: one.unavailable += 1
            }
            all[function] = one
        }
    }

    /// Prometheus text exposition format 0.0.4.
    package func prometheus() -> Text {
        let all = series.withLock { $0 }.sorted { $0.key < $1.key }
        guard !all.isEmpty else { return "" }
        var out = ""
        out += "# HELP undercroft_function_invocations_total Runs of functions by result.\n"
        out += "# TYPE undercroft_function_invocations_total counter\n"
        for (function, one) in all {
            let results = [("ok", one.succeeded), ("error", one.failed), ("unavailable", one.unavailable)]
            for (result, count) in results where count > 0 {
                out += "undercroft_function_invocations_total{function=\"\(function)\",result=\"\(result)\"} \(count)\n"
            }
        }
        out += "# HELP undercroft_function_throttles_total Invocations over the reserved concurrency.\n"
        out += "# TYPE undercroft_function_throttles_total counter\n"
        for (function, one) in all {
            out += "undercroft_function_throttles_total{function=\"\(function)\"} \(one.throttled)\n"
        }
        out += "# HELP undercroft_function_seconds_total Time that functions ran for.\n"
        out += "# TYPE undercroft_function_seconds_total counter\n"
        for (function, one) in all {
            out += "undercroft_function_seconds_total{function=\"\(function)\"} \(Double(one.nanoseconds) / 1e9)\n"
        }
        out += "# HELP undercroft_function_running Functions that are running now.\n"
        out += "# TYPE undercroft_function_running gauge\n"
        for (function, one) in all {
            out += "undercroft_function_running{function=\"\(function)\"} \(one.running)\n"
        }
        return Text(out)
    }
}
