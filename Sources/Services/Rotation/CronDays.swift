internal import Bytes

/// The days of a month that a cron expression names, by day of the month or by day of the week.
struct CronDays: Sendable, Equatable {
    private var numbers = SmallSet()
    private var hasLastDay = false
    private var weekdays = SmallSet()
    private var lastWeekdays = SmallSet()
    /// `TUE#3`, the third Tuesday, as week times 8 plus weekday.
    private var numberedWeekdays = SmallSet()

    /// The day-of-month field: numbers, `L` (the last day) and `SUNL` (the last Sunday).
    init?(ofMonth text: Text) {
        for item in text.split(on: 0x2C) {
            if item.asciiLowercased == "l" {
                hasLastDay = true
            } else if let set = CronField.daysOfMonth.set(item) {
                numbers.formUnion(set)
            } else if let weekday = Self.lastWeekday(item), !Self.beginsWithDigit(item) {
                lastWeekdays.insert(weekday)
            } else {
                return nil
            }
        }
    }

    /// The day-of-week field: 1-7 or names, `L` (the week's last day, Saturday), `SUNL` (the month's last Sunday), `SUN#1`.
    init?(ofWeek text: Text) {
        for item in text.split(on: 0x2C) {
            if item.asciiLowercased == "l" {
                weekdays.insert(CronField.daysOfWeek.values.upperBound)
            } else if let set = CronField.daysOfWeek.set(item) {
                weekdays.formUnion(set)
            } else if let weekday = Self.lastWeekday(item) {
                lastWeekdays.insert(weekday)
            } else if let (weekday, week) = Self.numbered(item) {
                numberedWeekdays.insert(week * 8 + weekday)
            } else {
                return nil
            }
        }
    }

    func contains(_ day: Int, of month: CivilMonth) -> Bool {
        if numbers.contains(day) || (hasLastDay && day == month.length) { return true }
        let weekday = (month.firstWeekday - 1 + day - 1) % 7 + 1
        return weekdays.contains(weekday)
            || (lastWeekdays.contains(weekday) && day + 7 > month.length)
            || numberedWeekdays.contains(((day - 1) / 7 + 1) * 8 + weekday)
    }

    private static func lastWeekday(_ item: Text) -> Int? {
        (item.dropping(suffix: "L") ?? item.dropping(suffix: "l")).flatMap(CronField.daysOfWeek.value)
    }

    /// `6L` is a Friday in one field and could be read as a date in the other.
    private static func beginsWithDigit(_ item: Text) -> Bool { item.utf8.first.map { $0 <= 0x39 } ?? false }

    private static func numbered(_ item: Text) -> (weekday: Int, week: Int)? {
        let parts = item.split(on: 0x23)
        guard parts.count == 2, let weekday = CronField.daysOfWeek.value(parts[0]), let week = parts[1].decimal,
            (1...5).contains(week)
        else { return nil }
        return (weekday, week)
    }
}
