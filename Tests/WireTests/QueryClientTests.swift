import Bytes
import Testing
import Wire

@Suite("The query protocol, from a client's side")
struct QueryClientTests {
    private static func written(_ fields: Fields) -> String {
        String(decoding: QueryBody.write("Do", version: "1", fields), as: UTF8.self)
    }

    @Test("Parameters")
    func parameters() {
        let fields: Fields = [
            "A": "b c&d=é", "Flag": .bool(true), "N": .integer(-3), "None": .null, "Empty": .list([]),
            "L": .list(["x", .structure(["Key": "k", "Value": ""])]), "B": .blob([1, 2, 3]),
        ]
        #expect(
            Self.written(fields)
                == "Action=Do&Version=1&A=b%20c%26d%3D%C3%A9&Flag=true&N=-3&Empty=&L.member.1=x&L.member.2.Key=k&L.member.2.Value=&B=AQID"
        )
    }

    private static func json(_ xml: String) -> String? {
        guard let read = try? XMLReader.read(Array(xml.utf8)) else { return nil }
        var out = ByteBuilder()
        out.append(json: read.content)
        return "\(read.name) \(String(decoding: out.bytes, as: UTF8.self))"
    }

    @Test(
        "What answers hold is read",
        arguments: [
            ("<a/>", #"a """#), ("<a></a>", #"a """#),
            ("<?xml version=\"1.0\"?>\n<a b=\"c\"><d>e</d></a>\n", #"a {"d":"e"}"#),
            ("<a><member>1</member><member><x>2</x></member></a>", #"a ["1",{"x":"2"}]"#),
            ("<a>&lt;&amp;&#x41;&#66;&quot;&apos;&gt;</a>", #"a "<&AB\"'>""#),
            ("<a>\n <b>x</b>\n <c/>\n</a>", #"a {"b":"x","c":""}"#),
        ])
    func reads(xml: String, expected: String) { #expect(Self.json(xml) == expected) }

    @Test(
        "What is no XML is refused",
        arguments: [
            "", "x", "<a>", "<a></b>", "<a>&nope;</a>", "<a>&#xD800;</a>", "<a></a>x", "<a", "<a><b></a></b>", "<>x</>",
            String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100),
        ])
    func refuses(xml: String) { #expect(Self.json(xml) == nil) }

    @Test("What a server writes, a client reads", arguments: ["plain", "<&>\"'", "a\rb\tc\nd", "é漢😀"])
    func roundTrip(text: String) throws {
        let style = ReplyStyle(dialect: .query, xmlNamespace: "https://x/", operation: "Do")
        let body = reply(["A": .list([.string(Text(text))])], style: style, requestID: "1").body
        guard case .structure(let fields) = try XMLReader.read(body).content else {
            Issue.record("no structure")
            return
        }
        #expect(fields.fields("DoResult")?.texts("A") == [Text(text)])
    }
}
