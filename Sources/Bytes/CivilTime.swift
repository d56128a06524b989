/// The proleptic Gregorian calendar in UTC, by arithmetic alone (no time zone database, no locale).
package struct CivilTime: Sendable, Equatable {
    package var year: Int64
    package var month: Int64
    package var day: Int64
    package var hour: Int64
    package var minute: Int64
    package var second: Int64

    /// Days are counted from 0000-03-01, so that the leap day ends a year (H. Hinnant, "chrono-compatible low-level date
    /// algorithms").
    package init(_ time: Timestamp) {
        let seconds = time.seconds
        let inDay = (seconds % 86_400 + 86_400) % 86_400
        let days = (seconds - inDay) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = inDay / 3600
        minute = inDay / 60 % 60
        second = inDay % 60
    }

    /// `nil` unless each part is in its range and the day exists in that month.
    package init?(year: Int64, month: Int64, day: Int64, hour: Int64 = 0, minute: Int64 = 0, second: Int64 = 0) {
        guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        (self.year, self.month, self.day, self.hour, self.minute, self.second) = (
            year, month, day, hour, minute, second
        )
        guard CivilTime(timestamp) == self else { return nil }
    }

    package var timestamp: Timestamp {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return Timestamp(seconds: days * 86_400 + hour * 3600 + minute * 60 + second)
    }
}

extension ByteBuilder {
    /// `2026-11-24T18:27:08Z`
    package mutating func append(iso8601 time: Timestamp) {
        let time = CivilTime(time)
        append(year: time.year)
        bytes.append(0x2D)
        append(pair: time.month)
        bytes.append(0x2D)
        append(pair: time.day)
        bytes.append(0x54)
        append(pair: time.hour)
        bytes.append(0x3A)
        append(pair: time.minute)
        bytes.append(0x3A)
        append(pair: time.second)
        bytes.append(0x5A)
    }

    /// `20261124T182708Z`, ISO 8601 "basic format", as SigV4 wants it.
    package mutating func append(basicISO8601 time: Timestamp) {
        let time = CivilTime(time)
        append(year: time.year)
        append(pair: time.month)
        append(pair: time.day)
        bytes.append(0x54)
        append(pair: time.hour)
        append(pair: time.minute)
        append(pair: time.second)
        bytes.append(0x5A)
    }

    private mutating func append(year: Int64) { append(decimal: UInt64(max(0, year)), width: 4) }

    /// Two digits.
    private mutating func append(pair value: Int64) {
        let value = UInt8(truncatingIfNeeded: value)
        bytes.append(0x30 &+ value / 10)
        bytes.append(0x30 &+ value % 10)
    }
}

extension Timestamp {
    package var iso8601: Text {
        var out = ByteBuilder(capacity: 20)
        out.append(iso8601: self)
        return Text(String(decoding: out.bytes, as: UTF8.self))
    }
    package var basicISO8601: Text {
        var out = ByteBuilder(capacity: 16)
        out.append(basicISO8601: self)
        return Text(String(decoding: out.bytes, as: UTF8.self))
    }
}
