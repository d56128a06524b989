internal import Bytes

/// A month of the Gregorian calendar in UTC.
struct CivilMonth: Sendable, Equatable {
    let year: Int64
    let month: Int
    let start: Timestamp
    /// In days.
    let length: Int
    /// Of the first day; 1 is Sunday.
    let firstWeekday: Int

    init(year: Int64, month: Int) {
        self.year = year
        self.month = month
        start = Self.start(year, month)
        let end = month == 12 ? Self.start(year + 1, 1) : Self.start(year, month + 1)
        length = Int((end.seconds - start.seconds) / 86_400)
        // 1970-01-01 was a Thursday.
        firstWeekday = Int(((start.seconds / 86_400 + 4) % 7 + 7) % 7) + 1
    }

    init(_ time: Timestamp) {
        let civil = CivilTime(time)
        self.init(year: civil.year, month: Int(civil.month))
    }

    var next: CivilMonth {
        month == 12 ? CivilMonth(year: year + 1, month: 1) : CivilMonth(year: year, month: month + 1)
    }
    var previous: CivilMonth {
        month == 1 ? CivilMonth(year: year - 1, month: 12) : CivilMonth(year: year, month: month - 1)
    }

    func time(day: Int, hour: Int) -> Timestamp { start + Int64((day - 1) * 24 + hour) * 3_600_000 }

    private static func start(_ year: Int64, _ month: Int) -> Timestamp {
        var first = CivilTime(Timestamp(seconds: 0))
        first.year = year
        first.month = Int64(month)
        return first.timestamp
    }

    /// Twenty-eight years in which no century year lacks its leap day: every length of a year, begun on every weekday.
    static let everyKind: [CivilMonth] = (1972..<2000).flatMap { year in
        (1...12).map { CivilMonth(year: year, month: $0) }
    }
}
