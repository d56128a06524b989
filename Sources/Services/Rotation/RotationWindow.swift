internal import Bytes

/// The time in which a rotation may happen, both ends in it.
struct RotationWindow: Sendable, Equatable {
    let opens: Timestamp
    /// The last second of the window, as NextRotationDate shows it: `23:59:59` of a whole day.
    let closes: Timestamp

    /// A window never passes midnight UTC; `nil` is until then.
    init(opens: Timestamp, hours: Int?) {
        let second: Int64 = 1000
        let endOfDay = opens.day + 86_400 * second
        let end = hours.map { min(opens + Int64($0) * 3600 * second, endOfDay) } ?? endOfDay
        self.opens = opens
        closes = end + -second
    }

    func contains(_ time: Timestamp) -> Bool { opens <= time && time <= closes }
}

extension RotationRules {
    /// The first window that opens after `last`: the previous rotation, or change of the value by hand, or the setting of the
    /// rules. Its end is NextRotationDate; it may have passed.
    func window(after last: Timestamp) -> RotationWindow {
        RotationWindow(opens: schedule.opening(after: last), hours: windowHours)
    }

    /// The window that matters at `now`: the latest that has opened since `last`, else the first to come.
    ///
    /// A rotation is due as soon as `opens` has come. One that has closed was missed, and the rotation is due at once: only
    /// once, however many were missed, since `last` is then now. It gives way to the next as soon as that one opens.
    func window(after last: Timestamp, now: Timestamp) -> RotationWindow {
        guard let opening = schedule.opening(after: last, by: now) else { return window(after: last) }
        return RotationWindow(opens: opening, hours: windowHours)
    }

    /// Spreads rotations that share a window, each by its own even-handed hash `spread`. The last tenth is left for retries.
    func instant(in window: RotationWindow, spread: UInt64) -> Timestamp {
        let room = UInt64(window.closes.milliseconds - window.opens.milliseconds) / 10 * 9
        return window.opens + Int64(spread % room)
    }

    private var windowHours: Int? { durationHours ?? schedule.defaultHours }
}
