internal import Bytes
internal import Wire

/// `cron(0 hours day-of-month month day-of-week *)`, in UTC.
struct CronExpression: Sendable, Equatable {
    /// Ascending, never empty.
    private let hours: [Int]
    private let days: CronDays
    private let months: SmallSet

    /// How long a window is for which nothing was asked: an hour if a day has several, else (`nil`) what is left of the day.
    var defaultHours: Int? { hours.count > 1 ? 1 : nil }

    /// What stands between the parentheses.
    init(_ text: Text) throws(Fault) {
        let fields = text.split(on: 0x20).filter { !$0.isEmpty }
        guard fields.count == 6 else {
            throw .invalidSchedule(
                "A cron() expression has six fields: minutes, hours, day of month, month, day of week, year.")
        }
        guard fields[0].decimal == 0 else {
            throw .invalidSchedule("The minutes of a cron() expression must be 0: a rotation window opens on the hour.")
        }
        guard fields[5] == "*" else { throw .invalidSchedule("The year of a cron() expression must be *.") }
        guard let hours = CronField.hours.list(fields[1]) else { throw .invalidField(fields[1], "hours", "0-23") }
        guard let months = CronField.months.list(fields[3]) else {
            throw .invalidField(fields[3], "month", "1-12 or JAN-DEC")
        }
        self.hours = hours.values
        self.months = months
        days = try Self.days(fields[2], fields[4])
        guard CivilMonth.everyKind.contains(where: { !self.days(in: $0).isEmpty }) else {
            throw .invalidSchedule("The cron() expression names a day that no year has.")
        }
        guard shortestGap >= RateExpression.minimumHours else { throw .tooOften }
    }

    private static func days(_ ofMonth: Text, _ ofWeek: Text) throws(Fault) -> CronDays {
        guard (ofMonth == "?") != (ofWeek == "?") else {
            throw .invalidSchedule(
                "Exactly one of the day of month and the day of week of a cron() expression must be ?.")
        }
        if ofWeek == "?" {
            guard let days = CronDays(ofMonth: ofMonth) else {
                throw .invalidField(ofMonth, "day of month", "1-31, L or a day of the week with L such as SUNL")
            }
            return days
        }
        guard let days = CronDays(ofWeek: ofWeek) else {
            throw .invalidField(
                ofWeek, "day of week", "1-7, SUN-SAT, L, a last day such as SUNL or a numbered one such as SUN#1")
        }
        return days
    }

    /// In hours, between one opening and the next.
    private var shortestGap: Int {
        let overnight = hours[0] + 24 - hours[hours.count - 1]
        guard overnight < shortestGapInDay, hasConsecutiveDays else { return shortestGapInDay }
        return overnight
    }

    private var shortestGapInDay: Int { zip(hours, hours.dropFirst()).map { $1 - $0 }.min() ?? 24 }

    private var hasConsecutiveDays: Bool {
        CivilMonth.everyKind.contains { month in
            let named = days(in: month)
            return zip(named, named.dropFirst()).contains { $1 == $0 + 1 }
                || (named.last == month.length && days(in: month.next).first == 1)
        }
    }

    func check(durationHours: Int) throws(Fault) {
        guard durationHours <= shortestGapInDay else { throw .windowsOverlap }
        guard hours[hours.count - 1] + durationHours <= 24 else { throw .windowLeavesDay }
    }

    /// The first opening after `last`. There is one within forty years, as each kind of year comes once in them.
    func opening(after last: Timestamp) -> Timestamp {
        var month = CivilMonth(last)
        while true {
            for day in days(in: month) {
                for hour in hours {
                    let opening = month.time(day: day, hour: hour)
                    if opening > last { return opening }
                }
            }
            month = month.next
        }
    }

    /// The latest opening after `last` that `now` has reached.
    func opening(after last: Timestamp, by now: Timestamp) -> Timestamp? {
        guard now > last else { return nil }
        var month = CivilMonth(now)
        let earliest = CivilMonth(last).start
        while month.start >= earliest {
            for day in days(in: month).reversed() {
                for hour in hours.reversed() {
                    let opening = month.time(day: day, hour: hour)
                    if opening <= now { return opening > last ? opening : nil }
                }
            }
            month = month.previous
        }
        return nil
    }

    private func days(in month: CivilMonth) -> [Int] {
        months.contains(month.month) ? (1...month.length).filter { days.contains($0, of: month) } : []
    }
}
