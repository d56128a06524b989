import Bytes

/// Dates as conditions write them: the W3C forms of ISO 8601, or seconds since 1970.
enum PolicyDate {
    /// `2026`, `2026-11`, `2026-11-24`, `2026-11-24T18:27Z`, `…T18:27:08.25+01:00`, or `1795544828`. Four digits are a year.
    /// Fractions are cut to milliseconds.
    static func parse(_ text: Text) -> Timestamp? {
        let bytes = text.bytes
        if bytes.count != 4, let epoch = epochSeconds(bytes) { return epoch }
        var reader = ByteReader(bytes)
        guard let year = reader.takeDecimal(exactly: 4) else { return nil }
        if reader.isAtEnd { return moment(year, 1, 1) }
        guard reader.take(0x2D), let month = reader.takeDecimal(exactly: 2) else { return nil }
        if reader.isAtEnd { return moment(year, month, 1) }
        guard reader.take(0x2D), let day = reader.takeDecimal(exactly: 2), let date = moment(year, month, day) else {
            return nil
        }
        if reader.isAtEnd { return date }
        guard reader.take(0x54), let time = timeOfDay(&reader), let zone = zone(&reader), reader.isAtEnd else {
            return nil
        }
        return date + (time - zone)
    }

    private static func moment(_ year: Int, _ month: Int, _ day: Int) -> Timestamp? {
        CivilTime(year: Int64(year), month: Int64(month), day: Int64(day))?.timestamp
    }

    private static func epochSeconds(_ bytes: [UInt8]) -> Timestamp? {
        var reader = ByteReader(bytes)
        let isNegative = reader.take(0x2D)
        guard let seconds = reader.takeDecimal(upTo: 12), let fraction = fraction(&reader), reader.isAtEnd else {
            return nil
        }
        let milliseconds = Int64(seconds) * 1000 + fraction
        return Timestamp(milliseconds: isNegative ? -milliseconds : milliseconds)
    }

    /// Milliseconds after a decimal point; 0 without one.
    private static func fraction(_ reader: inout ByteReader) -> Int64? {
        guard reader.take(0x2E) else { return 0 }
        let digits = reader.takeDigits()
        guard !digits.isEmpty else { return nil }
        let three = Array(digits.prefix(3)) + [0x30, 0x30]
        return three.prefix(3).reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    private static func timeOfDay(_ reader: inout ByteReader) -> Int64? {
        guard let hour = reader.takeDecimal(exactly: 2), hour < 24, reader.take(0x3A),
            let minute = reader.takeDecimal(exactly: 2), minute < 60
        else { return nil }
        var milliseconds = Int64(hour * 60 + minute) * 60_000
        if reader.take(0x3A) {
            guard let second = reader.takeDecimal(exactly: 2), second < 60, let rest = fraction(&reader) else {
                return nil
            }
            milliseconds += Int64(second) * 1000 + rest
        }
        return milliseconds
    }

    private static func zone(_ reader: inout ByteReader) -> Int64? {
        if reader.take(0x5A) { return 0 }
        let isWest = reader.next == 0x2D
        guard reader.take(0x2D) || reader.take(0x2B), let hour = reader.takeDecimal(exactly: 2), hour < 24,
            reader.take(0x3A), let minute = reader.takeDecimal(exactly: 2), minute < 60
        else { return nil }
        let offset = Int64(hour * 60 + minute) * 60_000
        return isWest ? -offset : offset
    }
}
