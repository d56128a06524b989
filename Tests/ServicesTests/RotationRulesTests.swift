import Bytes
import Testing
import Wire

@testable import Services

@Suite struct RotationRulesTests {
    static let schedules: [(rules: Text, part: Text)] = [
        ("rate(3 hours)", "every 4 hours"), ("rate(1 hour)", "every 4 hours"), ("rate(0 days)", "every 4 hours"),
        ("rate(1000 days)", "every 999 days"), ("rate(23977 hours)", "every 999 days"),
        ("rate(10 weeks)", "rate() expression"), ("rate(10 minutes)", "rate() expression"),
        ("rate(-1 days)", "rate() expression"), ("rate(days)", "rate() expression"), ("rate()", "rate() expression"),
        ("rate(1 2 days)", "rate() expression"), ("rate(999999999999999999999 days)", "rate() expression"),
        ("rate 10 days", "rate() or a cron()"), ("RATE(10 days)", "rate() or a cron()"),
        (" rate(10 days)", "rate() or a cron()"), ("rate(10 days) ", "rate() or a cron()"),
        ("at(2026-11-25)", "rate() or a cron()"), ("0 8 1 * ? *", "rate() or a cron()"),
        ("cron(0 8 1 * ? *", "rate() or a cron()"), ("cron(0 8 1 * ?)", "six fields"), ("cron()", "six fields"),
        ("cron(0 8 1 * ? * *)", "six fields"), ("cron(* 8 1 * ? *)", "minutes"), ("cron(30 8 1 * ? *)", "minutes"),
        ("cron(/30 8 1 * ? *)", "minutes"), ("cron(0,30 8 1 * ? *)", "minutes"), ("cron(0 8 1 * ? 2027)", "year"),
        ("cron(0 8 1 * ? ?)", "year"), ("cron(0 8 * * * *)", "Exactly one"), ("cron(0 8 ? * ? *)", "Exactly one"),
        ("cron(0 8 1 * MON *)", "Exactly one"), ("cron(0 24 1 * ? *)", "'24' is no hours"),
        ("cron(0 ? 1 * ? *)", "'?' is no hours"), ("cron(0 18-6 1 * ? *)", "hours"), ("cron(0 8, 1 * ? *)", "hours"),
        ("cron(0 /0 1 * ? *)", "hours"), ("cron(0 /25 1 * ? *)", "hours"), ("cron(0 1/2/3 1 * ? *)", "hours"),
        ("cron(0 8-12-20 1 * ? *)", "hours"), ("cron(0 L 1 * ? *)", "hours"), ("cron(0 / 1 * ? *)", "hours"),
        ("cron(0 - 1 * ? *)", "hours"), ("cron(0 8 0 * ? *)", "day of month"), ("cron(0 8 32 * ? *)", "day of month"),
        ("cron(0 8 15W * ? *)", "day of month"), ("cron(0 8 L-3 * ? *)", "day of month"),
        ("cron(0 8 1L * ? *)", "day of month"), ("cron(0 8 MON * ? *)", "day of month"),
        ("cron(0 8 20-10 * ? *)", "day of month"), ("cron(0 8 1,? * ? *)", "day of month"),
        ("cron(0 8 1#1 * ? *)", "day of month"), ("cron(0 8 1 0 ? *)", "month"), ("cron(0 8 1 13 ? *)", "month"),
        ("cron(0 8 1 JANUARY ? *)", "month"), ("cron(0 8 1 ? ? *)", "month"), ("cron(0 8 1 L ? *)", "month"),
        ("cron(0 8 ? * 0 *)", "day of week"), ("cron(0 8 ? * 8 *)", "day of week"),
        ("cron(0 8 ? * MON#6 *)", "day of week"), ("cron(0 8 ? * MON#0 *)", "day of week"),
        ("cron(0 8 ? * #1 *)", "day of week"), ("cron(0 8 ? * MONDAY *)", "day of week"),
        ("cron(0 8 ? * MON#1#2 *)", "day of week"), ("cron(0 8 ? * 8L *)", "day of week"),
        ("cron(0 8 31 FEB ? *)", "no year has"), ("cron(0 8 30 2 ? *)", "no year has"),
        ("cron(0 8 31 APR,JUN,SEP,NOV ? *)", "no year has"), ("cron(0 * * * ? *)", "every 4 hours"),
        ("cron(0 /3 * * ? *)", "every 4 hours"), ("cron(0 8,10 * * ? *)", "every 4 hours"),
        ("cron(0 8-20 * * ? *)", "every 4 hours"), ("cron(0 0,22 * * ? *)", "every 4 hours"),
        // 21 to 0 is three hours, where the next day has the schedule too.
        ("cron(0 /7 * * ? *)", "every 4 hours"), ("cron(0 /7 1,31 * ? *)", "every 4 hours"),
        ("cron(0 /7 ? * SAT-SUN *)", "every 4 hours"), ("cron(0 /7 L,1 * ? *)", "every 4 hours"),
    ]

    @Test(arguments: schedules) func schedulesRefused(_ row: (rules: Text, part: Text)) {
        refused(row.rules, nil, row.part)
    }

    @Test(
        arguments: [
            ("30", "0h", "from 1h to 24h"), ("30", "00h", "from 1h to 24h"), ("30", "25h", "from 1h to 24h"),
            ("30", "99h", "from 1h to 24h"), ("rate(4 hours)", "5h", "next rotation window"),
            ("rate(12 hours)", "13h", "next rotation window"), ("cron(0 /8 * * ? *)", "9h", "next rotation window"),
            ("cron(0 0,12 * * ? *)", "13h", "next rotation window"), ("cron(0 2/10 * * ? *)", "3h", "next UTC day"),
            ("cron(0 10 * * ? *)", "15h", "next UTC day"), ("cron(0 23 1 * ? *)", "2h", "next UTC day"),
        ] as [(Text, Text, Text)])
    func durationsRefused(rules: Text, duration: Text, part: Text) { refused(rules, duration, part) }

    @Test(
        arguments: [
            ("30", "24h"), ("30", "01h"), ("rate(4 hours)", "4h"), ("rate(10 hours)", "10h"), ("rate(30 hours)", "24h"),
            ("rate(1 days)", "24h"), ("cron(0 /8 * * ? *)", "8h"), ("cron(0 2/10 * * ? *)", "2h"),
            ("cron(0 10 * * ? *)", "14h"), ("cron(0 0 * * ? *)", "24h"), ("cron(0 /4 * * ? *)", "4h"),
            ("cron(00 08 1 JAN ? *)", "1h"), ("cron(0  8  1  *  ?  *)", "1h"),
            // The day after has no window.
            ("cron(0 /7 1,15 * ? *)", "1h"), ("cron(0 0,22 ? * TUE#3 *)", "2h"),
        ] as [(Text, Text)])
    func accepted(rules: Text, duration: Text) throws {
        for duration in [duration, nil] {
            let rules = try RotationRules(rules, duration)
            #expect(RotationRules(stored: rules.stored) == rules)
            #expect(try RotationRules(stored: Fields(json: rules.stored.json)) == rules)
        }
    }

    private func refused(_ rules: Text, _ duration: Text?, _ part: Text) {
        let fault = #expect(throws: Fault.self) { try RotationRules(rules, duration) }
        #expect(fault?.code == "InvalidParameterException" && fault?.status == 400)
        #expect(fault?.message?.string.contains(part.string) == true, "\(fault?.message ?? "")")
    }

    @Test func exactlyOneOfDaysAndExpression() {
        for fields in [[:], ["Duration": "3h"]] as [Fields] {
            let fault = #expect(throws: Fault.self) { try RotationRules(request: fields) }
            #expect(fault == .invalidParameter("You must specify either AutomaticallyAfterDays or ScheduleExpression."))
            #expect(RotationRules(stored: fields) == nil)
        }
        let both: Fields = ["AutomaticallyAfterDays": .integer(1), "ScheduleExpression": "rate(1 day)"]
        let fault = #expect(throws: Fault.self) { try RotationRules(request: both) }
        #expect(fault == .invalidParameter("You can't specify both AutomaticallyAfterDays and ScheduleExpression."))
    }

    @Test(
        arguments: [
            ("AutomaticallyAfterDays", .integer(0), "value greater than or equal to 1"),
            ("AutomaticallyAfterDays", .integer(1001), "value less than or equal to 1000"),
            ("Duration", "h", "length greater than or equal to 2"),
            ("Duration", "100h", "length less than or equal to 3"),
            ("Duration", "3d", "regular expression pattern: [0-9]+h"), ("Duration", "hh", "pattern: [0-9]+h"),
            ("Duration", "+3h", "pattern: [0-9]+h"), ("ScheduleExpression", "", "length greater than or equal to 1"),
            ("ScheduleExpression", "rate(1 day);", #"pattern: [0-9A-Za-z\(\)#\?\*\-\/, ]+"#),
            ("ScheduleExpression", "rate(1\u{A0}day)", "pattern"), ("ScheduleExpression", "rate(1_day)", "pattern"),
        ] as [(Text, Document, Text)])
    func constraints(name: Text, value: Document, part: Text) {
        let violations = RotationRules.shape.violations(in: Fields([Fields.Member(name: name, value: value)]))
        #expect(violations.contains { $0.string.contains(part.string) }, "\(violations)")
    }

    @Test(
        arguments: [
            ("30", "3h", "2026-12-01T16:30:00Z", 30), ("30", nil, nil, 30), ("rate(10 days)", nil, nil, nil),
            ("rate(10 days)", nil, "2026-12-01T16:30:00Z", 10), ("rate(4 hours)", nil, "2026-12-01T16:30:00Z", 1),
            ("rate(36 hours)", nil, "2026-12-01T16:30:00Z", 2), ("rate(48 hours)", nil, "2026-12-01T16:30:00Z", 2),
            // AWS's own example.
            ("cron(0 16 1,15 * ? *)", "2h", "2026-12-01T16:30:00Z", 14),
            ("cron(0 16 1,15 * ? *)", "2h", "2026-12-15T16:30:00Z", 17), ("cron(0 16 1,15 * ? *)", "2h", nil, nil),
            ("cron(0 /8 * * ? *)", nil, "2026-12-01T08:30:00Z", 1),
            ("cron(0 8 L 2 ? *)", nil, "2027-02-28T08:30:00Z", 366),
        ] as [(Text, Text?, Text?, Int64?)])
    func shown(rules: Text, duration: Text?, last: Text?, days: Int64?) throws {
        let shown = try RotationRules(rules, duration).shown(lastRotated: last.map(Timestamp.at))
        #expect(shown.integer("AutomaticallyAfterDays") == days)
        #expect(shown.text("Duration") == duration)
        #expect(shown.text("ScheduleExpression") == (rules.decimal == nil ? rules : nil))
    }

    /// What is no rules, in a row.
    @Test func storedRulesAreChecked() {
        #expect(RotationRules(stored: ["AutomaticallyAfterDays": .integer(0)]) == nil)
        #expect(RotationRules(stored: ["AutomaticallyAfterDays": .integer(Int64.max), "Duration": "3h"]) == nil)
        #expect(RotationRules(stored: ["ScheduleExpression": "cron(0 8 31 2 ? *)"]) == nil)
        #expect(RotationRules(stored: ["AutomaticallyAfterDays": .integer(1), "Duration": "x"]) == nil)
    }
}
