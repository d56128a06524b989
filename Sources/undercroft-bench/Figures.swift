/// Clocks at one moment.
struct Snapshot {
    let time = Now.nanoseconds
    let own = ProcessTime.own
    let server: Double?

    init(_ pid: Int?) { server = pid.flatMap { ProcessTime.of($0) } }
}

/// What a run measured.
struct Figures {
    let json: String

    init(_ before: Snapshot, _ after: Snapshot, _ all: Latencies, bodyBytes: Int, reconnects: Int) {
        var latencies = all
        let seconds = Double(after.time - before.time) / 1e9
        let count = latencies.count
        var fields = [
            "\"requests\":\(count)", "\"seconds\":\(Self.rounded(seconds))",
            "\"rps\":\(Self.rounded(Double(count) / seconds))",
            "\"p50_us\":\(latencies.quantile(0.5))", "\"p99_us\":\(latencies.quantile(0.99))",
            "\"max_us\":\(latencies.quantile(1))",
            "\"load_share\":\(Self.rounded((after.own - before.own) / seconds))",
            "\"body_bytes\":\(count == 0 ? 0 : bodyBytes / count)", "\"reconnects\":\(reconnects)",
        ]
        if let start = before.server, let end = after.server, count > 0 {
            fields.append("\"cpu_us\":\(Self.rounded((end - start) * 1e6 / Double(count)))")
            fields.append("\"server_share\":\(Self.rounded((end - start) / seconds))")
        }
        json = "{" + fields.joined(separator: ",") + "}"
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
