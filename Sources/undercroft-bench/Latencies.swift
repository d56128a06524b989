/// Every latency of a run, in microseconds.
struct Latencies {
    private var values: [UInt32] = []
    private var isSorted = false

    init() { values.reserveCapacity(1 << 20) }

    var count: Int { values.count }

    mutating func add(nanoseconds: UInt64) { values.append(UInt32(clamping: nanoseconds / 1000)) }

    /// `share` from 0 to 1.
    mutating func quantile(_ share: Double) -> UInt32 {
        if !isSorted { values.sort() }
        isSorted = true
        guard !values.isEmpty else { return 0 }
        return values[min(values.count - 1, Int(share * Double(values.count)))]
    }
}
