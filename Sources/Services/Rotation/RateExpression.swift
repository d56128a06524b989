internal import Bytes
internal import Wire

/// `rate(N hours)` or `rate(N days)`: so long after the previous rotation. Days are also what `AutomaticallyAfterDays` means.
struct RateExpression: Sendable, Equatable {
    static let minimumHours = 4
    static let maximumDays = 999

    private enum Unit: Sendable { case hours, days }

    private let count: Int
    private let unit: Unit

    init(days: Int) {
        count = days
        unit = .days
    }

    /// What stands between the parentheses.
    init(_ text: Text) throws(Fault) {
        let words = text.split(on: 0x20).filter { !$0.isEmpty }
        guard words.count == 2, let count = words[0].decimal else { throw .invalidRate }
        switch words[1] {
        case "hour", "hours": unit = .hours
        case "day", "days": unit = .days
        default: throw .invalidRate
        }
        self.count = count
        guard hours >= Self.minimumHours else { throw .tooOften }
        guard hours <= Self.maximumDays * 24 else {
            throw .invalidSchedule("A secret can't be rotated less often than every \(Self.maximumDays) days.")
        }
    }

    private var hours: Int { unit == .days ? count * 24 : count }

    /// The interval in days, begun ones counted.
    var days: Int { (hours + 23) / 24 }

    /// How long a window is for which nothing was asked: an hour, or (`nil`) what is left of the day.
    var defaultHours: Int? { unit == .hours ? 1 : nil }

    func check(durationHours: Int) throws(Fault) {
        guard durationHours <= hours else { throw .windowsOverlap }
    }

    /// The first opening after `last`.
    func opening(after last: Timestamp) -> Timestamp { slot(of: last) + interval }

    /// The latest opening after `last` that `now` has reached.
    func opening(after last: Timestamp, by now: Timestamp) -> Timestamp? {
        let slot = slot(of: last)
        let passed = (now.milliseconds - slot.milliseconds) / interval
        return passed > 0 ? slot + passed * interval : nil
    }

    private var interval: Int64 { Int64(hours) * 3_600_000 }

    /// Intervals are counted from the slot of the day that the rotation fell into, so that they don't creep by the length of
    /// the window. Slots are the longest that divide both the interval and the day: all begin with it at midnight.
    private func slot(of time: Timestamp) -> Timestamp {
        let length = Int64(greatestCommonDivisor(hours, 24)) * 3_600_000
        let sinceMidnight = time.milliseconds - time.day.milliseconds
        return time.day + sinceMidnight / length * length
    }

    private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }
}
