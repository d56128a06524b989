internal import Bytes

/// What the values of one field of a cron expression may be.
struct CronField: Sendable {
    let values: ClosedRange<Int>
    /// Names of the values, in their order.
    var names: [Text] = []
    /// A range may pass the end and begin again, as in `FRI-MON`.
    var wraps = false

    static let hours = CronField(values: 0...23)
    static let daysOfMonth = CronField(values: 1...31)
    static let months = CronField(
        values: 1...12,
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        wraps: true
    )
    /// 1 is Sunday.
    static let daysOfWeek = CronField(
        values: 1...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"], wraps: true
    )

    /// A number in range, or a name in any case.
    func value(_ text: Text) -> Int? {
        if let position = names.firstIndex(of: text.asciiLowercased) { return values.lowerBound + position }
        guard let number = text.decimal, values.contains(number) else { return nil }
        return number
    }

    /// `3,MON-FRI,*/2`; `nil` if any item is no such thing.
    func list(_ text: Text) -> SmallSet? {
        var all = SmallSet()
        for item in text.split(on: 0x2C) {
            guard let set = set(item) else { return nil }
            all.formUnion(set)
        }
        return all
    }

    /// One item of a list: `*`, `a` or `a-b`, each with a step (`a/n`, `/n`) or without.
    func set(_ item: Text) -> SmallSet? {
        let parts = item.split(on: 0x2F, limit: 2)
        guard parts.count == 2 else { return range(item).map { every(1, of: $0.first, $0.count) } }
        guard let step = parts[1].decimal, (1...values.count).contains(step) else { return nil }
        if parts[0].isEmpty { return every(step, of: values.lowerBound, values.count) }
        if let first = value(parts[0]) { return every(step, of: first, values.upperBound - first + 1) }
        return range(parts[0]).map { every(step, of: $0.first, $0.count) }
    }

    private func range(_ text: Text) -> (first: Int, count: Int)? {
        if text == "*" { return (values.lowerBound, values.count) }
        let ends = text.split(on: 0x2D)
        guard let first = value(ends[0]) else { return nil }
        if ends.count == 1 { return (first, 1) }
        guard ends.count == 2, let last = value(ends[1]) else { return nil }
        if last >= first { return (first, last - first + 1) }
        return wraps ? (first, last - first + 1 + values.count) : nil
    }

    private func every(_ step: Int, of first: Int, _ count: Int) -> SmallSet {
        var set = SmallSet()
        for offset in stride(from: 0, to: count, by: step) {
            set.insert((first - values.lowerBound + offset) % values.count + values.lowerBound)
        }
        return set
    }
}

extension Text {
    /// One to five digits and nothing else.
    var decimal: Int? {
        guard (1...5).contains(utf8.count), utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return utf8.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// What comes before `suffix`; `nil` if the text does not end with it.
    func dropping(suffix: Text) -> Text? {
        guard utf8.count >= suffix.utf8.count, utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else {
            return nil
        }
        return Text(String(Substring(utf8.dropLast(suffix.utf8.count))))
    }
}
