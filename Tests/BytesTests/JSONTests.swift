import Bytes
import Testing

@Suite struct JSONTests {
    static let refused: [String] = [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "01", "+1", "1.", ".5",
        "1e", "--1",
        "nul", "truex", "\"\n\"", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\u{feff}{}", "{} {}",
        "NaN",
        "[1 2]", "{\"a\" 1}", "\"unended", "{1:2}", "1e999", "'a'", "[", "]", "\"\\u12\"",
    ]

    @Test(arguments: refused) func isRefused(_ text: String) {
        #expect(throws: JSON.Flaw.self) { try JSON.parse(Array(text.utf8)) }
    }

    static let kept: [(String, String)] = [
        ("{}", "{}"), (" [ 1 , -2.5 , true , false , null ] ", "[1,-2.5,true,false,null]"),
        ("\"\\u00e9\\ud83d\\ude00\\n\\\"\\\\\\/\"", "\"é😀\\n\\\"\\\\/\""),
        ("{\"b\":{\"c\":[]},\"a\":1}", "{\"b\":{\"c\":[]},\"a\":1}"),
        ("9223372036854775807", "9223372036854775807"), ("1523477145.713", "1523477145.713"),
        ("\"\\u0000\"", "\"\\u0000\""),
        ("1E3", "1000"),
    ]

    @Test(arguments: kept) func isWrittenBack(_ row: (text: String, written: String)) throws {
        var out = ByteBuilder()
        out.append(json: try JSON.parse(Array(row.text.utf8)))
        #expect(String(decoding: out.bytes, as: UTF8.self) == row.written)
    }

    @Test func invalidUTF8AndDepthAndSize() {
        #expect(throws: JSON.Flaw.self) { try JSON.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSON.Flaw.self) { try JSON.parse([0x22, 0xC0, 0x80, 0x22]) }
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        #expect(throws: JSON.Flaw.self) { try JSON.parse(deep) }
        let wide = Array(("[" + String(repeating: "1,", count: 30_000) + "1]").utf8)
        #expect(throws: JSON.Flaw.self) { try JSON.parse(wide) }
    }

    @Test func canonicalEquivalentsAreDifferentKeys() throws {
        let text = "{\"caf\u{e9}\":1,\"cafe\u{301}\":2}"
        guard case .structure(let fields) = try JSON.parse(Array(text.utf8)) else {
            Issue.record("not an object")
            return
        }
        #expect(fields.members.count == 2)
        #expect(fields.integer("caf\u{e9}") == 1)
    }
}
