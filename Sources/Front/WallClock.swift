internal import Bytes
internal import Glibc

/// The system's calendar time in whole seconds.
enum WallClock {
    static var now: Timestamp { Timestamp(seconds: Int64(time(nil))) }
}
