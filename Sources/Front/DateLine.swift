internal import Bytes

/// `Date` in the form of RFC 9110 ("IMF-fixdate"), rendered once a second.
struct DateLine {
    private let clock: @Sendable () -> Timestamp
    private var second: Int64 = .min
    private var rendered = ""

    init(clock: @escaping @Sendable () -> Timestamp) { self.clock = clock }

    /// Such as `Tue, 24 Nov 2026 18:27:08 GMT`.
    mutating func current() -> String {
        let now = clock()
        if now.seconds != second {
            second = now.seconds
            rendered = Self.render(now)
        }
        return rendered
    }

    static func render(_ time: Timestamp) -> String {
        let civil = CivilTime(time)
        // 1970-01-01 was a Thursday.
        let day = (time.seconds - (civil.hour * 3600 + civil.minute * 60 + civil.second)) / 86_400
        let weekday = Int(((day + 4) % 7 + 7) % 7)
        var out = ByteBuilder(capacity: 29)
        out.append(name(weekday, of: "SunMonTueWedThuFriSat"))
        out.append(", ")
        out.append(decimal: UInt64(civil.day), width: 2)
        out.append(byte: 0x20)
        out.append(name(Int(civil.month) - 1, of: "JanFebMarAprMayJunJulAugSepOctNovDec"))
        out.append(byte: 0x20)
        out.append(decimal: UInt64(max(0, civil.year)), width: 4)
        for (mark, part) in [(" ", civil.hour), (":", civil.minute), (":", civil.second)] {
            out.append(mark)
            out.append(decimal: UInt64(part), width: 2)
        }
        out.append(" GMT")
        return String(decoding: out.bytes, as: UTF8.self)
    }

    private static func name(_ index: Int, of names: String) -> Substring.UTF8View {
        names.utf8.dropFirst(index * 3).prefix(3)
    }
}
