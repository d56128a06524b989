import Bytes
import Testing
import Wire

@testable import Services

/// What holds of every schedule.
@Suite struct RotationWindowTests {
    static let schedules: [(Text, Text?)] = [
        ("1", nil), ("1", "24h"), ("7", "1h"), ("30", nil), ("1000", nil), ("rate(4 hours)", nil),
        ("rate(4 hours)", "4h"),
        ("rate(5 hours)", "5h"), ("rate(7 hours)", "2h"), ("rate(10 hours)", "10h"), ("rate(36 hours)", "24h"),
        ("rate(1 day)", "24h"), ("rate(99 days)", nil), ("cron(0 /4 * * ? *)", "4h"), ("cron(0 /8 * * ? *)", nil),
        ("cron(0 2/10 * * ? *)", "2h"), ("cron(0 10 * * ? *)", nil), ("cron(0 0 * * ? *)", "24h"),
        ("cron(0 23 L * ? *)", nil), ("cron(0 16 1,15 * ? *)", "2h"), ("cron(0 8 ? * MON-FRI *)", nil),
        ("cron(0 1 ? 1/3 SUN#1 *)", nil), ("cron(0 3 ? * FRIL *)", "1h"), ("cron(0 0 29 2 ? *)", nil),
    ]
    static let day: Int64 = 86_400_000

    @Test(arguments: schedules) func rotationsFollowOneAnother(rules name: Text, duration: Text?) throws {
        let rules = try RotationRules(name, duration)
        var chance = Seeded(seed: 1)
        var last = try Timestamp.at("2026-11-25T10:17:03.123Z")
        var previous: RotationWindow?
        for _ in 0..<200 {
            let window = rules.window(after: last)
            #expect(last < window.opens && window.opens < window.closes)
            #expect(window.opens.day == window.closes.day && window.opens.milliseconds % 3_600_000 == 0)
            if let previous {
                #expect(previous.closes < window.opens)
                #expect(window.opens.milliseconds - previous.opens.milliseconds >= 4 * 3_600_000)
            }
            previous = window
            // Anywhere in the window, its edges too.
            let length = window.closes.milliseconds - window.opens.milliseconds
            let within = [0, length, Int64.random(in: 0...length, using: &chance)]
            last = window.opens + (try #require(within.randomElement(using: &chance)))
        }
    }

    @Test(arguments: schedules) func windowsNeverStepBack(rules name: Text, duration: Text?) throws {
        let rules = try RotationRules(name, duration)
        var chance = Seeded(seed: 2)
        let start = try Timestamp.at("2027-12-20T00:00:00Z")
        for _ in 0..<300 {
            let range = try #require([1, 40, 1000].randomElement(using: &chance)) * Self.day
            let times = (0..<3).map { _ in start + Int64.random(in: 0..<range, using: &chance) }.sorted()
            #expect(rules.window(after: times[0]).opens <= rules.window(after: times[1]).opens)
            let (before, after) = (
                rules.window(after: times[0], now: times[1]), rules.window(after: times[0], now: times[2])
            )
            #expect(before.opens <= after.opens)
            #expect(before.opens > times[0] && after.opens > times[0])
            // One that has opened was the first, or came after it.
            #expect(rules.window(after: times[0]).opens <= before.opens)
            if before.opens > times[1] { #expect(before == rules.window(after: times[0])) }
        }
    }

    @Test(arguments: schedules) func rotatedAtTheNextStartAfterOutage(rules name: Text, duration: Text?) throws {
        let rules = try RotationRules(name, duration)
        let last = try Timestamp.at("2026-11-25T10:17:03Z")
        let restart = last + 12 * 366 * Self.day
        #expect(rules.window(after: last, now: restart).opens <= restart)
        // Once rotated, nothing of the past is due.
        #expect(rules.window(after: restart, now: restart).opens > restart)
    }

    @Test func thousandsOfSecretsAreSpread() throws {
        for (name, duration) in Self.schedules {
            let rules = try RotationRules(name, duration)
            let window = rules.window(after: try Timestamp.at("2026-11-25T10:17:03Z"))
            let length = window.closes.milliseconds - window.opens.milliseconds
            var chance = Seeded(seed: 3)
            var tenths = [Int](repeating: 0, count: 10)
            for _ in 0..<5000 {
                let spread = chance.next()
                let instant = rules.instant(in: window, spread: spread)
                #expect(instant == rules.instant(in: window, spread: spread) && window.contains(instant))
                tenths[Int((instant.milliseconds - window.opens.milliseconds) * 10 / length)] += 1
            }
            #expect(tenths[9] == 0 && tenths[0..<9].allSatisfy { (400...720).contains($0) }, "\(name): \(tenths)")
            for spread in [0, UInt64.max] { #expect(window.contains(rules.instant(in: window, spread: spread))) }
        }
    }

    /// A century of days, of months, and of leap days.
    @Test(
        arguments: [
            ("cron(0 10 * * ? *)", 36_524, 2100), ("cron(0 10 L * ? *)", 1200, 2100), ("cron(0 10 29 2 ? *)", 25, 2104),
        ] as [(Text, Int, Int64)])
    func centuriesAreCheap(name: Text, count: Int, year: Int64) throws {
        let rules = try RotationRules(name)
        var last = try Timestamp.at("2001-01-01T00:00:00Z")
        let elapsed = ContinuousClock().measure {
            for _ in 0..<count { last = rules.window(after: last).closes }
        }
        #expect(CivilTime(last).year == year)
        // The build of the tests isn't optimized, nor alone on its machine.
        #expect(elapsed < .seconds(10), "\(elapsed)")
    }
}
