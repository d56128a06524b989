import Bytes
import Testing
import Wire

struct ShapeReadingTests {
    private static let shape: Structure = [
        .optional("Text", .string()), .optional("Number", .integer), .optional("Real", .double),
        .optional("Flag", .boolean), .optional("Time", .timestamp), .optional("Data", .blob),
        .optional("Names", .list(.string())), .optional("Map", .map(key: .string(), value: .string(), 0...10)),
        .optional("Tags", .list(.structure([.optional("Key", .string()), .optional("Value", .string())]))),
        .optional("Secret", .string(), sensitive: true), .optional("Bytes", .blob, sensitive: true),
        .optional(
            "Inner", .structure([.optional("Text", .string()), .optional("More", .list(.integer))]), sensitive: true),
    ]

    /// What was read, as AWS JSON would write it.
    private static func json(_ body: String) -> Text {
        do throws(Fault) {
            return written(try Sample.json(body).invocation().read(shape))
        } catch {
            return error.code
        }
    }

    private static func query(_ body: String) -> Text {
        do throws(Fault) {
            return written(try Sample.form("Action=A&\(body)").invocation().read(shape))
        } catch {
            return error.code
        }
    }

    private static func written(_ fields: Fields) -> Text {
        var out = ByteBuilder()
        out.append(json: fields)
        return Text(String(decoding: out.bytes, as: UTF8.self))
    }

    private static let wrong: Text = "SerializationException"

    @Test(
        arguments: [
            ("{}", "{}"), (#"{"Text":"a"}"#, #"{"Text":"a"}"#), (#"{"Text":null,"Flag":null,"Tags":null}"#, "{}"),
            (#"{"Unknown":[1,{"x":null}],"text":"b"}"#, "{}"), (#"{"Text":1}"#, wrong), (#"{"Text":true}"#, wrong),
            (#"{"Text":["a"]}"#, wrong), (#"{"Text":{}}"#, wrong),
            ("{\"Text\":\"e\\u0301\\u0000\"}", "{\"Text\":\"e\u{301}\\u0000\"}"),
            (#"{"Number":7}"#, #"{"Number":7}"#), (#"{"Number":-0}"#, #"{"Number":0}"#),
            (#"{"Number":3.0}"#, #"{"Number":3}"#),
            (#"{"Number":3e2}"#, #"{"Number":300}"#), (#"{"Number":3.5}"#, wrong), (#"{"Number":"3"}"#, wrong),
            (#"{"Number":1e300}"#, wrong), (#"{"Number":9223372036854775807}"#, #"{"Number":9223372036854775807}"#),
            (#"{"Number":9223372036854775808}"#, wrong), (#"{"Number":true}"#, wrong),
            (#"{"Real":1.5}"#, #"{"Real":1.5}"#), (#"{"Real":1}"#, #"{"Real":1}"#), (#"{"Real":"NaN"}"#, wrong),
            (#"{"Flag":true}"#, #"{"Flag":true}"#), (#"{"Flag":"true"}"#, wrong), (#"{"Flag":1}"#, wrong),
            (#"{"Time":1523477145.713}"#, #"{"Time":1523477145.713}"#),
            (#"{"Time":1523477145}"#, #"{"Time":1523477145}"#),
            (#"{"Time":-1}"#, #"{"Time":-1}"#), (#"{"Time":1e18}"#, wrong),
            (#"{"Time":"2018-04-11T20:05:45Z"}"#, wrong),
            (#"{"Data":"aGk="}"#, #"{"Data":"aGk="}"#), (#"{"Data":""}"#, #"{"Data":""}"#), (#"{"Data":"aGk"}"#, wrong),
            (#"{"Data":"a-k="}"#, wrong), (#"{"Data":[104]}"#, wrong),
            (#"{"Names":["a",null,"b"]}"#, #"{"Names":["a",null,"b"]}"#), (#"{"Names":[]}"#, #"{"Names":[]}"#),
            (#"{"Names":"a"}"#, wrong), (#"{"Names":[1]}"#, wrong), (#"{"Names":{"1":"a"}}"#, wrong),
            (#"{"Map":{"k":"v","n":null}}"#, #"{"Map":{"k":"v"}}"#), (#"{"Map":{"k":1}}"#, wrong),
            (#"{"Map":[]}"#, wrong),
            (#"{"Tags":[{"Key":"k","Other":1},{}]}"#, #"{"Tags":[{"Key":"k"},{}]}"#), (#"{"Tags":[["k"]]}"#, wrong),
            (#"{"Tags":{"Key":"k"}}"#, wrong),
            (#"{"Secret":"s","Bytes":"aGk="}"#, #"{"Secret":"s","Bytes":"aGk="}"#), (#"{"Secret":1}"#, wrong),
        ] as [(String, Text)])
    func json(_ body: String, _ expected: Text) { #expect(Self.json(body) == expected) }

    @Test(
        arguments: [
            ("", "{}"), ("Text=a%20b", #"{"Text":"a b"}"#), ("Text=", #"{"Text":""}"#),
            ("text=a&Unknown.member.1=x", "{}"),
            ("Number=7", #"{"Number":7}"#), ("Number=-7", #"{"Number":-7}"#), ("Number=%2B7", wrong),
            ("Number=07", wrong),
            ("Number=", wrong), ("Number=1.0", wrong), ("Number=7%20x", wrong), ("Real=1.5", #"{"Real":1.5}"#),
            ("Real=nan", wrong), ("Real=0x1p3", wrong), ("Flag=true", #"{"Flag":true}"#),
            ("Flag=false", #"{"Flag":false}"#),
            ("Flag=TRUE", wrong), ("Flag=1", wrong), ("Time=2018-04-11T20:05:45Z", #"{"Time":1523477145}"#),
            ("Time=2018-04-11T20%3A05%3A45.713Z", #"{"Time":1523477145.713}"#), ("Time=2018-02-30T00:00:00Z", wrong),
            ("Time=1523477145", wrong), ("Time=2018-04-11T20:05:45", wrong), ("Data=aGk%3D", #"{"Data":"aGk="}"#),
            ("Data=!", wrong), ("Secret=s", #"{"Secret":"s"}"#),
            ("Names.member.2=b&Names.member.10=c&Names.member.1=a", #"{"Names":["a","b","c"]}"#),
            ("Names=", #"{"Names":[]}"#), ("Names=x", "{}"), ("Names.1=a", "{}"),
            ("Names.member.0=a&Names.member.01=b", "{}"),
            ("Names.member.x=a&Names.member.-1=b&Names.member.99999999999=c", "{}"),
            ("Names.member.999999999=a", #"{"Names":["a"]}"#),
            (
                "Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.2.Key=l",
                #"{"Tags":[{"Key":"k","Value":"v"},{"Key":"l"}]}"#
            ),
            (
                "Map.entry.1.key=k&Map.entry.1.value=v&Map.entry.2.key=l&Map.entry.2.value=w",
                #"{"Map":{"k":"v","l":"w"}}"#
            ),
            ("Map.entry.1.key=k", wrong), ("Map.entry.1.value=k", wrong),
            ("Map.entry.1.key=k&Map.entry.1.value=v&Map.entry.2.key=k&Map.entry.2.value=w", wrong),
            ("Inner.Text=a&Inner.More.member.1=5", #"{"Inner":{"Text":"a","More":[5]}}"#),
            ("Inner.Unknown=a", #"{"Inner":{}}"#),
            ("Innerx.Text=a", "{}"),
        ] as [(String, Text)])
    func query(_ body: String, _ expected: Text) { #expect(Self.query(body) == expected) }

    @Test func sensitiveMembersAreSecrets() throws {
        for request in [
            Sample.json(#"{"Secret":"hunter2","Bytes":"aGk=","Inner":{"Text":"hunter2"}}"#),
            Sample.form("Action=A&Secret=hunter2&Bytes=aGk%3D&Inner.Text=hunter2"),
        ] {
            let fields = try request.invocation().read(Self.shape)
            #expect(fields.secret("Secret")?.bytes == Array("hunter2".utf8) && fields.secret("Secret")?.isText == true)
            #expect(fields.secret("Bytes")?.bytes == [0x68, 0x69] && fields.secret("Bytes")?.isText == false)
            #expect(fields.fields("Inner")?.secret("Text")?.bytes == Array("hunter2".utf8))
            #expect(!"\(fields)".contains("hunter2"))
        }
    }

    @Test func canonicalEquivalentsAreTwoNames() throws {
        let body = "{\"\u{E9}\":\"a\",\"e\u{301}\":\"b\"}"
        let fields = try Sample.json(body).invocation().read([.optional("e\u{301}", .string())])
        #expect(fields.text("e\u{301}") == "b")
    }
}
