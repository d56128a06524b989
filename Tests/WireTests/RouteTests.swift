import Bytes
import Testing

@testable import Wire

struct RouteTests {
    private static let table = RouteTable([
        (Route("GET", "/things/{thingId}", query: ["nextToken": "nextToken", "tag": "tags"]), 0),
        (Route("GET", "/things/{thingId}/parts", query: ["Size": "size"], headers: ["x-amz-mode": "mode"]), 1),
        (Route("POST", "/2015-03-31/things"), 2),
        (Route("DELETE", "/2015-03-31/things/{thingId}/parts/{partId}"), 3),
    ])

    private static let shape: Structure = [
        .required("thingId", .string()), .optional("nextToken", .string()), .optional("tags", .list(.string())),
        .optional("size", .integer), .optional("mode", .string()), .optional("note", .string()),
        .optional("partId", .string()),
    ]

    private static func recognized(_ request: Request) throws(Fault) -> Invocation {
        try Invocation.recognize(request, try Envelope(request), table)
    }

    private static func read(_ request: Request) throws(Fault) -> Fields {
        try recognized(request).read(shape)
    }

    @Test(
        arguments: [
            ("GET", "/things/a", 0), ("GET", "/things/a?nextToken=x", 0), ("GET", "/things/a/parts", 1),
            ("POST", "/2015-03-31/things", 2), ("DELETE", "/2015-03-31/things/a/parts/b", 3),
            ("GET", "/things/parts", 0), ("GET", "/things/%2e%2e", 0), ("GET", "/things/a%2Fparts", 0),
        ] as [(String, String, Int)])
    func routes(_ method: String, _ target: String, _ entry: Int) throws {
        let invocation = try Self.recognized(Sample.plain(method, target))
        #expect(invocation.route == entry && invocation.dialect == .restJSON && invocation.target == nil)
    }

    @Test(arguments: [
        ("POST", "/things/a"), ("get", "/things/a"), ("GET", "/things"), ("GET", "/things/"), ("GET", "/things/a/"),
        ("GET", "//things/a"), ("GET", "/things//parts"), ("GET", "/things/."), ("GET", "/things/.."),
        ("GET", "/things/../parts"), ("GET", "/things/a/./parts"), ("GET", "/x/../things/a"), ("GET", "/Things/a"),
        ("GET", "/thing%73/a"), ("GET", "/things/%"), ("GET", "/things/%4"), ("GET", "/things/%zz"),
        ("GET", "/things/%C0%AF"), ("GET", "/things/%ff"), ("GET", "/things/a/parts/b"), ("GET", "/"), ("GET", "/?a"),
        ("POST", "/2015-03-31/things/"), ("DELETE", "/2015-03-31/things/a/parts"),
        ("GET", "/things/a/parts/" + String(repeating: "/x", count: 10_000)),
    ])
    func leadNowhere(_ method: String, _ target: String) {
        #expect(Self.table.find(Sample.plain(method, target)) == nil)
    }

    @Test func bindings() throws {
        let part = try Self.read(
            Sample.plain("DELETE", "/2015-03-31/things/a%20b%2Fc/parts/%C3%A9", #"{"note":"n","size":3}"#))
        #expect(part.text("thingId") == "a b/c" && part.text("partId") == "é")
        #expect(part.text("note") == "n" && part.integer("size") == 3)
        let list = try Self.read(Sample.plain("GET", "/things/a?tag=x&nextToken=p%2Bq+r&tag=y&unknown=1&X-Amz-Date=d"))
        #expect(list.text("nextToken") == "p+q+r" && list.texts("tags") == ["x", "y"])
        #expect(try Self.read(Sample.plain("GET", "/things/a?tag=x")).texts("tags") == ["x"])
        let one = try Self.read(Sample.plain("GET", "/things/a/parts?Size=12").with("X-Amz-Mode", "fast"))
        #expect(one.integer("size") == 12 && one.text("mode") == "fast")
        let none = try Self.read(Sample.plain("GET", "/things/a/parts"))
        #expect(none.members.map(\.name) == ["thingId"])
    }

    /// A label or a query parameter is never taken from the body, nor the other way around.
    @Test func bodiesDoNotBind() throws {
        let body = #"{"thingId":"b","nextToken":"c","tags":["d"]}"#
        let read = try Self.read(Sample.plain("GET", "/things/a?note=q", body))
        #expect(read.text("thingId") == "a" && read["nextToken"] == nil && read["tags"] == nil && read["note"] == nil)
    }

    @Test(arguments: [
        "/things/a?nextToken=%", "/things/a?nextToken=%C0%AF", "/things/a?%zz=1", "/things/a?nextToken=x&nextToken=y",
        "/things/a?nextToken=x&next%54oken=x", "/things/a/parts?Size=x", "/things/a/parts?Size=1&Size=1",
    ])
    func malformedQueries(_ target: String) {
        #expect(fault { () throws(Fault) in _ = try Self.read(Sample.plain("GET", target)) } == .serialization)
    }

    @Test(arguments: ["[]", "{", "null", "{\"note\":1}", "{\"note\":\"a\",\"note\":\"b\"}", "x"])
    func malformedBodies(_ body: String) {
        let request = Sample.plain("DELETE", "/2015-03-31/things/a/parts/b", body)
        #expect(fault { () throws(Fault) in _ = try Self.read(request) } == .serialization)
    }

    /// A member that is the body is taken as it is, whatever it looks like.
    @Test func payloads() throws {
        let table = RouteTable([
            (Route("POST", "/things/{thingId}", payload: "data"), 0),
            (Route("POST", "/things", mayEndInSlash: true), 1),
        ])
        let shape: Structure = [
            .required("thingId", .string()), .optional("data", .blob), .optional("hidden", .string()),
        ]
        for body in [#"{"thingId":"b","hidden":"c"}"#, "no json", ""] {
            let request = Sample.plain("POST", "/things/a", body)
            let read = try Invocation.recognize(request, try Envelope(request), table).read(shape)
            #expect(read.text("thingId") == "a" && read.blob("data") == Array(body.utf8) && read["hidden"] == nil)
        }
        #expect(table.find(Sample.plain("POST", "/things/"))?.entry == 1)
        #expect(table.find(Sample.plain("POST", "/things"))?.entry == 1)
        #expect(table.find(Sample.plain("POST", "/things//")) == nil)
    }

    @Test func `replies with a status, headers and a body of their own`() {
        var style = ReplyStyle(dialect: .restJSON, operation: "RunThing", messageKey: "message")
        style.route = RouteReply(
            status: 201, statusMember: "Code", headers: [("Note", "X-Note")], payload: "Data")
        let secret = Document.secret(SensitiveBytes(Array("raw".utf8), isText: false))
        let whole = reply(["Code": .integer(202), "Note": "n", "Data": secret], style: style, requestID: "r")
        #expect(whole.status == 202 && whole.body == Array("raw".utf8))
        #expect(whole.headers.map(\.name) == ["X-Note"] && whole.headers.map(\.value) == ["n"])
        let empty = reply([:], style: style, requestID: "r")
        #expect(empty.status == 201 && empty.body.isEmpty && empty.contentType.isEmpty && empty.headers.isEmpty)
        style.route = RouteReply(status: 201)
        #expect(reply(["a": "b"], style: style, requestID: "r").body == Array(#"{"a":"b"}"#.utf8))
        style.hasResult = false
        #expect(reply([:], style: style, requestID: "r").body.isEmpty)
    }

    @Test func `faults with a type`() {
        var style = ReplyStyle(dialect: .restJSON, operation: "RunThing", messageKey: "message")
        style.typesFaults = true
        func body(_ fault: Fault) -> String {
            String(decoding: reply(fault, style: style, requestID: "r").body, as: UTF8.self)
        }
        #expect(body(Fault("ResourceNotFoundException", "no", status: 404)) == #"{"Type":"User","Message":"no"}"#)
        #expect(body(Fault("InvalidParameterValueException", "no")) == #"{"Type":"User","message":"no"}"#)
        #expect(body(Fault("AccessDeniedException", "no")) == #"{"message":"no"}"#)
        #expect(body(.validation(["no"])) == #"{"message":"1 validation error detected: no"}"#)
        let internalError = Fault("InternalServiceError", "no", status: 500)
        #expect(body(internalError) == #"{"Type":"Service","Message":"no"}"#)
        #expect(reply(internalError, style: style, requestID: "r").headers.map(\.value) == ["ServiceException"])
        #expect(reply(.throttled, style: style, requestID: "r").status == 429)
    }

    @Test func replies() {
        let style = ReplyStyle(dialect: .restJSON, operation: "GetThing", messageKey: "message")
        let good = reply(["name": "n"], style: style, requestID: "r")
        #expect(good.status == 200 && good.contentType == "application/json" && good.headers.isEmpty)
        #expect(String(decoding: good.body, as: UTF8.self) == #"{"name":"n"}"#)
        let bad = reply(Fault("AccessDeniedException", "no"), style: style, requestID: "r")
        #expect(bad.status == 403 && String(decoding: bad.body, as: UTF8.self) == #"{"message":"no"}"#)
        #expect(bad.headers.map(\.name) == ["x-amzn-ErrorType"])
        #expect(bad.headers.map(\.value) == ["AccessDeniedException"])
        let missing = Fault("ResourceNotFoundException", "no", status: 404)
        #expect(reply(missing, style: style, requestID: "r").status == 404)
        #expect(reply(.throttled, style: style, requestID: "r").status == 429)
        #expect(reply(SignatureFlaw.mismatch.fault(.json), style: style, requestID: "r").status == 403)
    }
}
