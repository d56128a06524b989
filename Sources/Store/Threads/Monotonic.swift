internal import Glibc

/// The clock of latencies, back-off and trust. Counts suspended time too: a node that slept must not trust its cache because
/// its clock slept with it.
enum Monotonic {
    /// Nanoseconds since the machine started.
    static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
