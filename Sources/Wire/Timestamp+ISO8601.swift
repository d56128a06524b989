package import Bytes

extension Timestamp {
    /// `20260830T123600Z`, exactly: SigV4's "basic format".
    package init?(basicISO8601 bytes: borrowing Span<UInt8>) {
        guard bytes.count == 16, bytes[8] == 0x54, bytes[15] == 0x5A,
            let year = Self.digits(bytes, 0, 4), let month = Self.digits(bytes, 4, 2),
            let day = Self.digits(bytes, 6, 2), let hour = Self.digits(bytes, 9, 2),
            let minute = Self.digits(bytes, 11, 2), let second = Self.digits(bytes, 13, 2),
            let time = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        self = time.timestamp
    }

    /// `2026-08-30T12:36:00Z`, with up to nine decimals (cut to milliseconds), in UTC.
    package init?(iso8601 text: Text) {
        let bytes = text.utf8.span
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A,
            bytes[16] == 0x3A, bytes[bytes.count - 1] == 0x5A,
            let year = Self.digits(bytes, 0, 4), let month = Self.digits(bytes, 5, 2),
            let day = Self.digits(bytes, 8, 2), let hour = Self.digits(bytes, 11, 2),
            let minute = Self.digits(bytes, 14, 2), let second = Self.digits(bytes, 17, 2),
            let time = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        let decimals = bytes.count - 21
        guard decimals >= 0 else {
            self = time.timestamp
            return
        }
        guard bytes[19] == 0x2E, (1...9).contains(decimals), Self.digits(bytes, 20, decimals) != nil,
            let first = Self.digits(bytes, 20, min(decimals, 3))
        else { return nil }
        self = time.timestamp + (decimals == 1 ? first * 100 : decimals == 2 ? first * 10 : first)
    }

    private static func digits(_ bytes: borrowing Span<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for index in start..<start + count {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            value = value * 10 + Int64(bytes[index] - 0x30)
        }
        return value
    }
}
