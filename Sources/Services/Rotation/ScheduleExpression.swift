internal import Bytes
internal import Wire

/// When the windows of a rotation open.
enum ScheduleExpression: Sendable, Equatable {
    case rate(RateExpression)
    case cron(CronExpression)

    init(expression: Text) throws(Fault) {
        if let inner = expression.dropping("rate(")?.dropping(suffix: ")") {
            self = .rate(try RateExpression(inner))
        } else if let inner = expression.dropping("cron(")?.dropping(suffix: ")") {
            self = .cron(try CronExpression(inner))
        } else {
            throw .invalidSchedule("A ScheduleExpression is a rate() or a cron() expression.")
        }
    }

    func check(durationHours: Int) throws(Fault) {
        switch self {
        case .rate(let rate): try rate.check(durationHours: durationHours)
        case .cron(let cron): try cron.check(durationHours: durationHours)
        }
    }

    /// `nil`: until the end of the day.
    var defaultHours: Int? {
        switch self {
        case .rate(let rate): rate.defaultHours
        case .cron(let cron): cron.defaultHours
        }
    }

    /// The first opening after `last`.
    func opening(after last: Timestamp) -> Timestamp {
        switch self {
        case .rate(let rate): rate.opening(after: last)
        case .cron(let cron): cron.opening(after: last)
        }
    }

    /// The latest opening after `last` that `now` has reached, if there was one.
    func opening(after last: Timestamp, by now: Timestamp) -> Timestamp? {
        switch self {
        case .rate(let rate): rate.opening(after: last, by: now)
        case .cron(let cron): cron.opening(after: last, by: now)
        }
    }

    /// The days from a rotation to the next, which is what DescribeSecret shows of an expression.
    func days(after last: Timestamp) -> Int {
        switch self {
        case .rate(let rate): rate.days
        case .cron(let cron): max(1, Int((cron.opening(after: last).day.seconds - last.day.seconds) / 86_400))
        }
    }
}
