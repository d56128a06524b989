import Bytes
import Testing
import Wire

@testable import Services

/// Windows by hand: the examples of AWS's user guide, and the edges of the calendar.
@Suite struct RotationScheduleTests {
    struct Row: Sendable, CustomStringConvertible {
        let rules: Text
        let duration: Text?
        let last: Text
        let opens: Text
        let closes: Text
        var description: String { "\(rules) \(duration ?? "") after \(last)" }

        /// `rules` is an expression, or a number of days.
        init(_ rules: Text, _ duration: Text? = nil, after last: Text, _ opens: Text, _ closes: Text) {
            (self.rules, self.duration, self.last, self.opens, self.closes) = (rules, duration, last, opens, closes)
        }
    }

    static let inDays = [
        // Observed on AWS.
        Row("30", after: "2026-02-03T17:42:00Z", "2026-03-05T00:00:00Z", "2026-03-05T23:59:59Z"),
        Row("1", after: "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z", "2027-01-01T23:59:59Z"),
        Row("1", after: "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z", "2027-01-01T23:59:59Z"),
        Row("1", after: "2028-02-28T12:00:00Z", "2028-02-29T00:00:00Z", "2028-02-29T23:59:59Z"),
        Row("1", after: "2027-02-28T12:00:00Z", "2027-03-01T00:00:00Z", "2027-03-01T23:59:59Z"),
        Row("365", after: "2027-03-01T00:00:00Z", "2028-02-29T00:00:00Z", "2028-02-29T23:59:59Z"),
        Row("1000", after: "2026-01-01T09:00:00Z", "2028-09-27T00:00:00Z", "2028-09-27T23:59:59Z"),
        Row("10", "3h", after: "2026-11-25T09:00:00Z", "2026-12-05T00:00:00Z", "2026-12-05T02:59:59Z"),
        Row("10", "24h", after: "2026-11-25T09:00:00Z", "2026-12-05T00:00:00Z", "2026-12-05T23:59:59Z"),
        Row("rate(1 day)", after: "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z", "2026-11-26T23:59:59Z"),
        Row("rate(10 days)", after: "2026-11-25T23:00:00Z", "2026-12-05T00:00:00Z", "2026-12-05T23:59:59Z"),
        Row("rate(10 days)", "1h", after: "2026-11-25T23:00:00Z", "2026-12-05T00:00:00Z", "2026-12-05T00:59:59Z"),
        Row("rate(999 days)", after: "2026-01-01T09:00:00Z", "2028-09-26T00:00:00Z", "2028-09-26T23:59:59Z"),
    ]

    static let inHours = [
        Row("rate(4 hours)", after: "2026-11-25T10:30:00Z", "2026-11-25T12:00:00Z", "2026-11-25T12:59:59Z"),
        Row("rate(4 hours)", after: "2026-11-25T12:00:00Z", "2026-11-25T16:00:00Z", "2026-11-25T16:59:59Z"),
        Row("rate(4 hours)", after: "2026-11-25T11:59:59.999Z", "2026-11-25T12:00:00Z", "2026-11-25T12:59:59Z"),
        Row("rate(4 hours)", "4h", after: "2026-12-31T20:00:00Z", "2027-01-01T00:00:00Z", "2027-01-01T03:59:59Z"),
        Row("rate(12 hours)", "6h", after: "2026-11-25T13:00:00Z", "2026-11-26T00:00:00Z", "2026-11-26T05:59:59Z"),
        Row("rate(24 hours)", after: "2026-11-25T00:10:00Z", "2026-11-26T00:00:00Z", "2026-11-26T00:59:59Z"),
        Row("rate(48 hours)", after: "2026-11-25T10:00:00Z", "2026-11-27T00:00:00Z", "2026-11-27T00:59:59Z"),
        // Of 36 hours, every third half day.
        Row("rate(36 hours)", after: "2026-11-25T13:00:00Z", "2026-11-27T00:00:00Z", "2026-11-27T00:59:59Z"),
        Row("rate(36 hours)", after: "2026-11-27T00:30:00Z", "2026-11-28T12:00:00Z", "2026-11-28T12:59:59Z"),
        Row("rate(10 hours)", after: "2026-01-01T20:30:00Z", "2026-01-02T06:00:00Z", "2026-01-02T06:59:59Z"),
        Row("rate(5 hours)", after: "2026-01-01T20:30:00Z", "2026-01-02T01:00:00Z", "2026-01-02T01:59:59Z"),
        // Midnight ends a window that could not be known to pass it.
        Row("rate(10 hours)", "3h", after: "2026-01-01T12:30:00Z", "2026-01-01T22:00:00Z", "2026-01-01T23:59:59Z"),
        Row("rate(23976 hours)", after: "2026-01-01T09:00:00Z", "2028-09-26T00:00:00Z", "2028-09-26T00:59:59Z"),
        // The nights in which clocks are changed elsewhere.
        Row("rate(4 hours)", after: "2026-03-29T01:30:00Z", "2026-03-29T04:00:00Z", "2026-03-29T04:59:59Z"),
        Row("rate(4 hours)", after: "2026-10-25T01:30:00Z", "2026-10-25T04:00:00Z", "2026-10-25T04:59:59Z"),
    ]

    static let byTheHour = [
        Row("cron(0 /8 * * ? *)", after: "2026-11-25T07:00:00Z", "2026-11-25T08:00:00Z", "2026-11-25T08:59:59Z"),
        Row("cron(0 /8 * * ? *)", after: "2026-11-25T08:00:00Z", "2026-11-25T16:00:00Z", "2026-11-25T16:59:59Z"),
        Row("cron(0 /8 * * ? *)", "8h", after: "2026-11-25T16:00:00Z", "2026-11-26T00:00:00Z", "2026-11-26T07:59:59Z"),
        Row("cron(0 2/10 * * ? *)", after: "2026-11-25T12:30:00Z", "2026-11-25T22:00:00Z", "2026-11-25T22:59:59Z"),
        Row("cron(0 2/10 * * ? *)", after: "2026-11-25T22:30:00Z", "2026-11-26T02:00:00Z", "2026-11-26T02:59:59Z"),
        Row("cron(0 4/12 * * ? *)", after: "2026-11-25T16:30:00Z", "2026-11-26T04:00:00Z", "2026-11-26T04:59:59Z"),
        Row(
            "cron(0 8,20 * * ? *)", "4h", after: "2026-11-25T08:30:00Z", "2026-11-25T20:00:00Z", "2026-11-25T23:59:59Z"),
        Row("cron(0 6-18/6 ? * MON *)", after: "2026-11-25T00:00:00Z", "2026-11-30T06:00:00Z", "2026-11-30T06:59:59Z"),
        Row("cron(0 10 * * ? *)", after: "2026-11-25T09:59:59Z", "2026-11-25T10:00:00Z", "2026-11-25T23:59:59Z"),
        Row("cron(0 10 * * ? *)", after: "2026-11-25T15:00:00Z", "2026-11-26T10:00:00Z", "2026-11-26T23:59:59Z"),
        Row("cron(0 10 * * ? *)", "14h", after: "2026-12-31T15:00:00Z", "2027-01-01T10:00:00Z", "2027-01-01T23:59:59Z"),
        Row("cron(0 23 * * ? *)", after: "2026-11-25T23:30:00Z", "2026-11-26T23:00:00Z", "2026-11-26T23:59:59Z"),
        // One hour a day is no schedule in hours, however it is written.
        Row("cron(0 /24 * * ? *)", after: "2026-11-25T15:00:00Z", "2026-11-26T00:00:00Z", "2026-11-26T23:59:59Z"),
        Row("cron(0 2 * * ? *)", after: "2026-03-28T12:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T23:59:59Z"),
        Row("cron(0 2 * * ? *)", after: "2026-10-24T12:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T23:59:59Z"),
    ]

    static let byTheDay = [
        Row("cron(0 8 1 * ? *)", after: "2026-11-25T00:00:00Z", "2026-12-01T08:00:00Z", "2026-12-01T23:59:59Z"),
        Row(
            "cron(0 16 1,15 * ? *)", "2h", after: "2026-12-01T16:30:00Z", "2026-12-15T16:00:00Z", "2026-12-15T17:59:59Z"
        ),
        Row(
            "cron(0 16 1,15 * ? *)", "2h", after: "2026-12-15T16:00:00Z", "2027-01-01T16:00:00Z", "2027-01-01T17:59:59Z"
        ),
        Row("cron(0 0 10-12 * ? *)", after: "2026-11-12T00:00:00Z", "2026-12-10T00:00:00Z", "2026-12-10T23:59:59Z"),
        Row("cron(0 0 1/10 * ? *)", after: "2026-12-21T00:00:00Z", "2026-12-31T00:00:00Z", "2026-12-31T23:59:59Z"),
        Row("cron(0 0 */10 2 ? *)", after: "2027-02-21T00:00:00Z", "2028-02-01T00:00:00Z", "2028-02-01T23:59:59Z"),
        Row("cron(0 17 L * ? *)", after: "2027-02-01T00:00:00Z", "2027-02-28T17:00:00Z", "2027-02-28T23:59:59Z"),
        Row("cron(0 17 L * ? *)", after: "2028-02-28T18:00:00Z", "2028-02-29T17:00:00Z", "2028-02-29T23:59:59Z"),
        Row("cron(0 17 L * ? *)", after: "2026-12-31T18:00:00Z", "2027-01-31T17:00:00Z", "2027-01-31T23:59:59Z"),
        Row("cron(0 17 15,L * ? *)", after: "2026-04-15T17:00:00Z", "2026-04-30T17:00:00Z", "2026-04-30T23:59:59Z"),
        Row("cron(0 0 31 * ? *)", after: "2026-03-31T01:00:00Z", "2026-05-31T00:00:00Z", "2026-05-31T23:59:59Z"),
        Row("cron(0 0 31 APR,MAY ? *)", after: "2026-06-01T00:00:00Z", "2027-05-31T00:00:00Z", "2027-05-31T23:59:59Z"),
        Row("cron(0 0 29 2 ? *)", after: "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z", "2028-02-29T23:59:59Z"),
        Row("cron(0 0 29 2 ? *)", after: "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z", "2104-02-29T23:59:59Z"),
        Row("cron(0 0 SUNL * ? *)", after: "2026-11-25T00:00:00Z", "2026-11-29T00:00:00Z", "2026-11-29T23:59:59Z"),
        Row("cron(0 0 1 1/3 ? *)", after: "2026-07-02T00:00:00Z", "2026-10-01T00:00:00Z", "2026-10-01T23:59:59Z"),
        Row("cron(0 0 1 1/3 ? *)", after: "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z", "2027-01-01T23:59:59Z"),
        Row("cron(0 0 1 MAR,jun ? *)", after: "2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-01T23:59:59Z"),
        Row("cron(0 0 1 NOV-FEB ? *)", after: "2027-02-01T00:00:00Z", "2027-11-01T00:00:00Z", "2027-11-01T23:59:59Z"),
    ]

    /// 2026-11-25 is a Wednesday.
    static let byTheWeek = [
        Row("cron(0 18 ? * SAT *)", after: "2026-11-25T00:00:00Z", "2026-11-28T18:00:00Z", "2026-11-28T23:59:59Z"),
        Row("cron(0 18 ? * 7 *)", after: "2026-11-25T00:00:00Z", "2026-11-28T18:00:00Z", "2026-11-28T23:59:59Z"),
        Row("cron(0 18 ? * 1 *)", after: "2026-11-25T00:00:00Z", "2026-11-29T18:00:00Z", "2026-11-29T23:59:59Z"),
        Row("cron(0 18 ? * L *)", after: "2026-11-25T00:00:00Z", "2026-11-28T18:00:00Z", "2026-11-28T23:59:59Z"),
        Row("cron(0 8 ? * MON-FRI *)", after: "2026-11-27T08:00:00Z", "2026-11-30T08:00:00Z", "2026-11-30T23:59:59Z"),
        Row("cron(0 8 ? * FRI-MON *)", after: "2026-11-25T00:00:00Z", "2026-11-27T08:00:00Z", "2026-11-27T23:59:59Z"),
        Row("cron(0 8 ? * 2/2 *)", after: "2026-11-25T09:00:00Z", "2026-11-27T08:00:00Z", "2026-11-27T23:59:59Z"),
        Row("cron(0 8 ? * * *)", after: "2026-11-25T09:00:00Z", "2026-11-26T08:00:00Z", "2026-11-26T23:59:59Z"),
        Row("cron(0 0 ? * SUN#1 *)", after: "2026-11-25T00:00:00Z", "2026-12-06T00:00:00Z", "2026-12-06T23:59:59Z"),
        Row("cron(0 1 ? 1/3 SUN#1 *)", after: "2026-11-25T00:00:00Z", "2027-01-03T01:00:00Z", "2027-01-03T23:59:59Z"),
        Row("cron(0 3 ? * TUE#3 *)", after: "2026-11-25T00:00:00Z", "2026-12-15T03:00:00Z", "2026-12-15T23:59:59Z"),
        Row("cron(0 3 ? * 3#3 *)", after: "2026-11-25T00:00:00Z", "2026-12-15T03:00:00Z", "2026-12-15T23:59:59Z"),
        Row("cron(0 3 ? * MON#5 *)", after: "2026-11-25T00:00:00Z", "2026-11-30T03:00:00Z", "2026-11-30T23:59:59Z"),
        Row("cron(0 3 ? * MON#5 *)", after: "2026-11-30T03:00:00Z", "2027-03-29T03:00:00Z", "2027-03-29T23:59:59Z"),
        Row("cron(0 3 ? * FRIL *)", after: "2026-11-25T00:00:00Z", "2026-11-27T03:00:00Z", "2026-11-27T23:59:59Z"),
        Row("cron(0 3 ? * 6L *)", after: "2026-11-27T04:00:00Z", "2026-12-25T03:00:00Z", "2026-12-25T23:59:59Z"),
        Row(
            "cron(0 3 ? * MON#1,MON#3 *)", after: "2026-12-07T03:00:00Z", "2026-12-21T03:00:00Z", "2026-12-21T23:59:59Z"
        ),
        // The longest that a schedule can wait: 2100 is no leap year.
        Row("cron(0 0 ? 2 SUN#5 *)", after: "2060-03-01T00:00:00Z", "2088-02-29T00:00:00Z", "2088-02-29T23:59:59Z"),
        Row("cron(0 0 ? 2 SUN#5 *)", after: "2088-03-01T00:00:00Z", "2128-02-29T00:00:00Z", "2128-02-29T23:59:59Z"),
    ]

    @Test(arguments: [inDays, inHours, byTheHour, byTheDay, byTheWeek].joined())
    func firstWindow(_ row: Row) throws {
        let rules = try RotationRules(row.rules, row.duration)
        let last = try Timestamp.at(row.last)
        let window = rules.window(after: last)
        #expect(window.opens.iso8601 == row.opens && window.closes.iso8601 == row.closes)
        // Nothing has opened yet, so it is also what matters now; and still at its very opening and end.
        for now in [last, window.opens, window.closes] { #expect(rules.window(after: last, now: now) == window) }
    }

    @Test(
        arguments: [
            // Missed for days: the last of those that have opened, once.
            ("cron(0 10 * * ? *)", "2026-11-20T10:30:00Z", "2026-11-25T09:00:00Z", "2026-11-24T10:00:00Z"),
            ("cron(0 10 * * ? *)", "2026-11-20T10:30:00Z", "2026-11-25T09:59:59.999Z", "2026-11-24T10:00:00Z"),
            ("cron(0 10 * * ? *)", "2026-11-20T10:30:00Z", "2026-11-25T10:00:00Z", "2026-11-25T10:00:00Z"),
            ("cron(0 10 * * ? *)", "2026-11-20T10:30:00Z", "2026-11-25T12:00:00Z", "2026-11-25T10:00:00Z"),
            ("cron(0 10 * * ? *)", "2026-11-25T09:00:00Z", "2026-11-25T09:30:00Z", "2026-11-25T10:00:00Z"),
            ("cron(0 8 1 * ? *)", "2024-01-20T10:30:00Z", "2026-11-25T09:00:00Z", "2026-11-01T08:00:00Z"),
            ("cron(0 0 ? 2 SUN#5 *)", "2030-01-01T00:00:00Z", "2059-12-31T00:00:00Z", "2032-02-29T00:00:00Z"),
            ("30", "2026-01-01T00:00:00Z", "2026-01-30T23:59:59Z", "2026-01-31T00:00:00Z"),
            ("30", "2026-01-01T00:00:00Z", "2026-02-05T00:00:00Z", "2026-01-31T00:00:00Z"),
            ("30", "2026-01-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
            ("rate(4 hours)", "2026-01-01T01:00:00Z", "2026-01-02T15:00:00Z", "2026-01-02T12:00:00Z"),
            // A clock set back.
            ("rate(4 hours)", "2026-01-01T01:00:00Z", "2025-01-02T15:00:00Z", "2026-01-01T04:00:00Z"),
            ("cron(0 10 * * ? *)", "2026-11-25T09:00:00Z", "2025-11-25T09:30:00Z", "2026-11-25T10:00:00Z"),
        ] as [(Text, Text, Text, Text)])
    func windowThatMattersNow(rules: Text, last: Text, now: Text, opens: Text) throws {
        let window = try RotationRules(rules).window(after: .at(last), now: .at(now))
        #expect(window.opens.iso8601 == opens)
    }
}

extension RotationRules {
    /// `rules` is an expression, or a number of days.
    init(_ rules: Text, _ duration: Text? = nil) throws {
        var fields = Fields()
        if let days = rules.decimal {
            fields.add("AutomaticallyAfterDays", Int64(days))
        } else {
            fields.add("ScheduleExpression", rules)
        }
        fields.add("Duration", duration)
        #expect(RotationRules.shape.violations(in: fields).isEmpty)
        try self.init(request: fields)
    }
}

extension Timestamp {
    static func at(_ text: Text) throws -> Timestamp { try #require(Timestamp(iso8601: text)) }
}
