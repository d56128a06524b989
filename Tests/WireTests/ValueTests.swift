import Bytes
import Testing
import Wire

struct ARNTests {
    @Test(
        arguments: [
            "arn:aws:secretsmanager:eu-central-1:000000000001:secret:a/b-AbCdEf", "arn:aws:iam::000000000001:role/x",
            "arn:aws-cn:s3:::bucket/a:b:c", "arn:aws:x:::\u{301}",
        ] as [Text])
    func roundTrip(_ text: Text) { #expect(ARN(text)?.text == text) }

    @Test func parts() throws {
        let arn = try #require(ARN("arn:aws:secretsmanager:eu-central-1:000000000001:secret:a:b-AbCdEf"))
        #expect(arn.partition == "aws" && arn.service == "secretsmanager" && arn.region == "eu-central-1")
        #expect(arn.account == "000000000001" && arn.resource == "secret:a:b-AbCdEf")
        #expect(
            arn
                == ARN(
                    service: "secretsmanager", region: "eu-central-1", account: "000000000001",
                    resource: "secret:a:b-AbCdEf"))
    }

    /// With `String`'s own comparison several of these would pass or crash.
    @Test(
        arguments: [
            "", "arn", "arn:", "arn:aws:s3:::", "arn:aws:s3:r:a", "ARN:aws:s3:::b", " arn:aws:s3:::b",
            "arn\u{301}:aws:s3:::b",
            "a\u{200D}rn:aws:s3:::b", "arn::s3:::b", "arn:aws::::b", "arn:\u{301}aws", "\u{FEFF}arn:aws:s3:::b",
            ":::::",
        ] as [Text])
    func refused(_ text: Text) { #expect(ARN(text) == nil) }

    @Test func equivalentsDiffer() {
        #expect(ARN("arn:aws:s3:::\u{E9}") != ARN("arn:aws:s3:::e\u{301}"))
        #expect(ARN("arn:aws:s3:::\r\nb")?.resource == "\r\nb")
    }
}

struct PatternTests {
    private static let name = Pattern.each(of: "A-Za-z0-9_+=,.@-", text: #"[\w+=,.@-]*"#)
    private static let tag = Pattern.each(of: #"\p{L}\p{Z}\p{N}_.:/=+\-@"#, text: "tag")
    private static let spaced = Pattern.each(of: #"\w\s\\"#, text: "spaced")
    private static let wide = Pattern.each(of: "\u{20}-\u{D7FF}\u{10000}-\u{10FFFF}\t", text: "wide")
    private static let first = Pattern.starting(with: "a-z", then: #"a-z\d-"#, text: "first")
    private static let alias = Pattern.prefixed(by: "alias/", then: #"\w/-"#, text: "alias")

    @Test(
        arguments: [
            (name, "abcXYZ019_+=,.@-", true), (name, "", true), (name, "a b", false), (name, "a:b", false),
            (name, "\u{212A}", false), (name, "e\u{301}", false), (name, "a\n", false), (name, "\u{0}", false),
            (tag, "Größe 1/α:=+-@", true), (tag, "\u{2028}", true), (tag, "٣", true), (tag, "a!", false),
            (tag, "😀", false),
            (tag, "a\t", false), (tag, "e\u{301}", false),
            (spaced, "a b\n\\", true), (spaced, "-", false), (spaced, "é", false), (spaced, "\u{A0}", false),
            (wide, "a😀\t", true), (wide, "\n", false), (wide, "\u{E000}", false),
            (first, "a-1", true), (first, "", false), (first, "1a", false), (first, "-a", false),
            (alias, "alias/a/b", true), (alias, "alias/", true), (alias, "alias/a b", false), (alias, "Alias/a", false),
            (alias, "alias/\u{301}", false),
        ] as [(Pattern, Text, Bool)])
    func matching(_ pattern: Pattern, _ text: Text, _ expected: Bool) { #expect(pattern.matches(text) == expected) }

    @Test func aDashAtTheEndOrStartIsADash() {
        #expect(CharacterClass("a-").contains("-") && CharacterClass("-a").contains("-"))
        #expect(!CharacterClass("a-c").contains("-") && CharacterClass("a-c").contains("b"))
        #expect(CharacterClass("z-a").contains("-") && !CharacterClass("z-a").contains("b"))
        #expect(CharacterClass("").contains("a") == false && CharacterClass("\\").contains("\\"))
    }
}

struct TimeTextTests {
    @Test(
        arguments: [
            ("2026-11-24T18:27:08Z", 1_795_544_828_000), ("2026-11-24T18:27:08.5Z", 1_795_544_828_500),
            ("2026-11-24T18:27:08.123456789Z", 1_795_544_828_123), ("1970-01-01T00:00:00Z", 0),
            ("2026-11-24T18:27:08.Z", nil), ("2026-11-24T18:27:08.1234567890Z", nil), ("2026-11-24 18:27:08Z", nil),
            ("2026-11-24T18:27:08+00:00", nil), ("2026-11-31T18:27:08Z", nil), ("2026-11-24T18:27:60Z", nil), ("", nil),
            ("2026-11-24T18:27:0\u{661}Z", nil),
        ] as [(Text, Int64?)])
    func iso8601(_ text: Text, _ milliseconds: Int64?) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test func basicRoundTrip() {
        for seconds in stride(from: -2_000_000_000, to: 4_000_000_000, by: 98_765_432) as StrideTo<Int64> {
            let time = Timestamp(seconds: seconds)
            #expect(Timestamp(basicISO8601: time.basicISO8601.bytes.span) == time)
        }
    }
}
