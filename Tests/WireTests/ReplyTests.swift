import Bytes
import Testing
import Wire

struct ReplyTests {
    private static let json = ReplyStyle(dialect: .json11, operation: "GetSecretValue")
    private static let query = ReplyStyle(
        dialect: .query, xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/", operation: "GetCallerIdentity")

    private static func body(_ reply: Reply) -> Text { Text(String(decoding: reply.body, as: UTF8.self)) }

    private static let fields: Fields = [
        "Arn": .string("arn:aws:iam::1:user/a&b<c>\"d'"), "Count": .integer(-3), "Ready": .bool(false),
        "When": .timestamp(Timestamp(milliseconds: 1_523_477_145_713)), "Data": .blob([0x68, 0x69]), "None": .null,
        "Names": .list([.string("a"), .string("b")]), "Empty": .list([]), "Rate": .number(1.5),
        "Secret": .secret(SensitiveBytes(Array("<s>".utf8), isText: true)),
        "Key": .secret(SensitiveBytes([0x68, 0x69], isText: false)),
        "Inner": .structure(["X": .structure([:])]), "not a name": .string("x"), "1a": .string("x"),
    ]

    @Test func jsonResult() {
        let reply = reply(Self.fields, style: Self.json, requestID: "id")
        #expect(reply.status == 200 && Text(reply.contentType) == "application/x-amz-json-1.1")
        #expect(Self.body(reply).string.hasPrefix(#"{"Arn":"arn:aws:iam::1:user/a&b<c>\"d'","Count":-3,"Ready":false"#))
        var old = Self.json
        old.dialect = .json10
        #expect(Text(Wire.reply([:], style: old, requestID: "id").contentType) == "application/x-amz-json-1.0")
        #expect(Self.body(Wire.reply([:], style: old, requestID: "id")) == "{}")
    }

    @Test func xmlResult() {
        let reply = reply(Self.fields, style: Self.query, requestID: "id")
        #expect(reply.status == 200 && Text(reply.contentType) == "text/xml")
        #expect(
            Self.body(reply) == """
                <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>\
                <Arn>arn:aws:iam::1:user/a&amp;b&lt;c&gt;&quot;d&apos;</Arn><Count>-3</Count><Ready>false</Ready>\
                <When>2018-04-11T20:05:45Z</When><Data>aGk=</Data><Names><member>a</member><member>b</member></Names>\
                <Empty></Empty><Rate>1.5</Rate><Secret>&lt;s&gt;</Secret><Key>aGk=</Key><Inner><X></X></Inner>\
                </GetCallerIdentityResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>\
                </GetCallerIdentityResponse>
                """)
        var quiet = Self.query
        quiet.hasResult = false
        #expect(
            Self.body(Wire.reply([:], style: quiet, requestID: "<>")) == """
                <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><ResponseMetadata>\
                <RequestId>&lt;&gt;</RequestId></ResponseMetadata></GetCallerIdentityResponse>
                """)
    }

    @Test(
        arguments: [
            ("a\tb\nc", "a\tb\nc"), ("a\rb", "a&#xD;b"), ("a\u{0}b\u{1F}", "a\u{FFFD}b\u{FFFD}"), ("\u{7F}", "\u{7F}"),
            ("\u{FFFE}\u{FFFF}", "\u{FFFD}\u{FFFD}"), ("\u{FFFD}", "\u{FFFD}"), ("¾¿ﾾ﾿", "¾¿ﾾ﾿"), ("é😀", "é😀"),
            ("]]>", "]]&gt;"),
        ] as [(String, String)])
    func xmlText(_ value: String, _ written: String) {
        let reply = reply(["A": .string(Text(value))], style: Self.query, requestID: "id")
        let element = Array("<A>\(written)</A>".utf8)
        #expect(reply.body.indices.contains { reply.body[$0...].starts(with: element) })
    }

    @Test(
        arguments: [
            (
                Fault("ResourceNotFoundException", "no \"x\""), 400,
                #"{"__type":"ResourceNotFoundException","Message":"no \"x\""}"#
            ),
            (.serialization, 400, #"{"__type":"SerializationException"}"#),
            (.unknownOperation, 400, #"{"__type":"UnknownOperationException"}"#),
            (.throttled, 400, #"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
            (Fault("InternalServiceError", nil, status: 500), 500, #"{"__type":"InternalServiceError"}"#),
            (.notAnInvocation, 404, "<UnknownOperationException/>\n"),
        ] as [(Fault, Int, Text)])
    func jsonFaults(_ fault: Fault, _ status: Int, _ body: Text) {
        let reply = reply(fault, style: Self.json, requestID: "id")
        #expect(reply.status == status && Self.body(reply) == body)
        #expect(!reply.headers.contains { $0.isNamed("x-amzn-errortype") })
    }

    @Test func messageKeyFollowsTheModel() {
        var style = Self.json
        style.messageKey = "message"
        #expect(Self.body(reply(Fault("X", "m"), style: style, requestID: "")) == #"{"__type":"X","message":"m"}"#)
    }

    @Test(
        arguments: [
            (Fault("NoSuchEntity", "a<b", status: 404), 404, "Sender", "NoSuchEntity", "<Message>a&lt;b</Message>"),
            (Fault("ServiceFailure", "x", status: 500), 500, "Receiver", "ServiceFailure", "<Message>x</Message>"),
            (.throttled, 400, "Sender", "Throttling", "<Message>Rate exceeded</Message>"),
            (.validation(["v"]), 400, "Sender", "ValidationError", "<Message>1 validation error detected: v</Message>"),
            (Fault("AccessDeniedException", "d"), 403, "Sender", "AccessDenied", "<Message>d</Message>"),
            (.unknownOperation, 400, "Sender", "InvalidAction", ""),
            (
                SignatureFlaw.expiredToken.fault(.query), 403, "Sender", "ExpiredToken",
                "<Message>The security token included in the request is expired</Message>"
            ),
        ] as [(Fault, Int, String, String, String)])
    func xmlFaults(_ fault: Fault, _ status: Int, _ type: String, _ code: String, _ message: String) {
        let reply = reply(fault, style: Self.query, requestID: "id")
        #expect(reply.status == status && Text(reply.contentType) == "text/xml")
        #expect(
            Self.body(reply) == """
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>\(type)</Type>\
                <Code>\(code)</Code>\(message)</Error><RequestId>id</RequestId></ErrorResponse>
                """)
    }
}
