import Glibc

/// CPU time that a process has used, user and system, of all its threads, as the kernel accounts it.
enum ProcessTime {
    /// Seconds. `nil` when there is no such process.
    static func of(_ pid: Int) -> Double? {
        guard let stat = try? File.read("/proc/\(pid)/stat") else { return nil }
        // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it.
        guard let end = stat.lastIndex(of: 0x29) else { return nil }
        let fields = stat[(end + 1)...].split(separator: 0x20)
        guard fields.count > 12, let user = Double(text(fields[11])), let system = Double(text(fields[12])) else {
            return nil
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Seconds of this process.
    static var own: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
