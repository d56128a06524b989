import Bytes
import Testing

@Suite struct NotationTests {
    // RFC 4648, section 10.
    static let base64: [(String, String)] = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test(arguments: base64) func base64RoundTrip(_ row: (plain: String, coded: String)) {
        #expect(Base64.encode(Array(row.plain.utf8)).string == row.coded)
        #expect(Base64.decode(Array(row.coded.utf8)) == Array(row.plain.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Zg==Zg==", "Zm9v\n", "Z-9v", "=Zg="])
    func base64Refused(_ text: String) { #expect(Base64.decode(Array(text.utf8)) == nil) }

    @Test(arguments: ["0", "0g", "zz", "0x"]) func hexRefused(_ text: String) {
        #expect(Hex.decode(Array(text.utf8)) == nil)
    }

    @Test func hexRoundTrip() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Array(Hex.encode(bytes).utf8)) == bytes)
        #expect(Hex.decode(Array("aAfF".utf8)) == [0xAA, 0xFF])
    }

    static let moments: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
        (2_147_483_648, "2038-01-19T03:14:08Z"), (-1, "1969-12-31T23:59:59Z"), (4_102_444_800, "2100-01-01T00:00:00Z"),
    ]

    @Test(arguments: moments) func calendar(_ row: (seconds: Int64, text: String)) {
        let time = Timestamp(seconds: row.seconds)
        #expect(time.iso8601.string == row.text)
        #expect(CivilTime(time).timestamp == time)
    }

    @Test func impossibleDaysAreRefused() {
        #expect(CivilTime(year: 2023, month: 2, day: 29) == nil)
        #expect(CivilTime(year: 2100, month: 2, day: 29) == nil)
        #expect(CivilTime(year: 2024, month: 2, day: 29) != nil)
        #expect(CivilTime(year: 2024, month: 13, day: 1) == nil)
    }

    @Test func everyDayOfFourCenturiesRoundTrips() {
        for day in stride(from: Int64(-146_097), to: 146_097, by: 1) {
            let time = Timestamp(seconds: day * 86_400)
            #expect(CivilTime(time).timestamp == time)
        }
    }

    @Test func epochSecondsKeepMilliseconds() {
        let cases: [(Int64, String)] = [
            (1_523_477_145_713, "1523477145.713"), (1000, "1"), (1_050, "1.05"), (5, "0.005"),
        ]
        for (milliseconds, text) in cases {
            var out = ByteBuilder()
            out.append(json: .timestamp(Timestamp(milliseconds: milliseconds)))
            #expect(String(decoding: out.bytes, as: UTF8.self) == text)
        }
    }

    @Test func textIsItsBytes() {
        #expect(Text("caf\u{e9}") != Text("cafe\u{301}"))
        #expect("caf\u{e9}" == "cafe\u{301}")
        #expect(Set<Text>(["caf\u{e9}", "cafe\u{301}"]).count == 2)
        #expect(!Text("arn:x\u{301}").hasPrefix("arn:y"))
        #expect(Text("arn:x\u{301}").hasPrefix("arn:x"))
        #expect(Text("\u{212A}").asciiLowercased == Text("\u{212A}"))
        #expect(Text("a\r\nb").split(on: 0x0A).count == 2)
        #expect(Text(utf8: [0xC0, 0x80]) == nil)
    }

    @Test func sensitiveBytesDoNotPrint() {
        let sensitive = SensitiveBytes(Array("hunter2".utf8), isText: true)
        #expect(!"\(sensitive) \(String(reflecting: sensitive)) \(Document.secret(sensitive))".contains("104"))
        #expect(!String(describing: Fields([.init(name: "a", value: .secret(sensitive))])).contains("hunter2"))
    }
}
