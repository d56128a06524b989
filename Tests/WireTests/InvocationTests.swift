import Bytes
import Testing
import Wire

struct InvocationTests {
    private static func refusal(_ request: Request) -> Fault? {
        fault { () throws(Fault) in _ = try request.invocation() }
    }

    @Test(
        arguments: [
            ("secretsmanager.GetSecretValue", "secretsmanager", "GetSecretValue"),
            (
                "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
                "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "LookupEvents"
            ),
        ] as [(String, Text, Text)])
    func jsonTargets(_ header: String, _ target: Text, _ operation: Text) throws {
        let invocation = try Sample.json("{}", target: header).invocation()
        #expect(invocation.dialect == .json11 && invocation.target == target && invocation.operation == operation)
        #expect(invocation.version == nil)
    }

    @Test(
        arguments: [
            ("application/x-amz-json-1.1", Dialect.json11), ("application/x-amz-json-1.0", .json10),
            ("APPLICATION/X-AMZ-JSON-1.1", .json11), ("application/x-amz-json-1.1; charset=utf-8", .json11),
            ("application/x-amz-json-1.1 ;x", .json11), ("application/x-amz-json-1.10", nil), ("application/json", nil),
            ("application/x-amz-json-1.1x", nil), ("text/plain", nil), ("", nil), (nil, nil),
            ("application/x-www-form-urlencoded", nil), ("application/cbor", nil),
        ] as [(String?, Dialect?)])
    func jsonContentTypes(_ type: String?, _ dialect: Dialect?) throws {
        let request = Sample.json().with("content-type", type)
        if let dialect {
            #expect(try request.invocation().dialect == dialect)
        } else {
            #expect(Self.refusal(request) == .notAnInvocation)
        }
    }

    @Test(arguments: ["GET", "PUT", "DELETE", "post", "OPTIONS", "POST ", ""]) func onlyPost(_ method: String) {
        var request = Sample.json()
        request.method = method
        #expect(Self.refusal(request) == .notAnInvocation)
        #expect(Fault.notAnInvocation.status == 404)
    }

    @Test(
        arguments: [
            ("", "secretsmanager.GetSecretValue", Fault.serialization),
            ("", nil, .unknownOperation), ("", "nodots", .unknownOperation), ("{}", nil, .unknownOperation),
            ("{}", "", .unknownOperation), ("{}", ".Get", .unknownOperation),
            ("{}", "secretsmanager.", .unknownOperation),
            ("{}", "GetSecretValue", .unknownOperation),
            ("[]", "s.O", .serialization), ("null", "s.O", .serialization), ("1", "s.O", .serialization),
            ("\"{}\"", "s.O", .serialization), ("{", "s.O", .serialization), ("{}}", "s.O", .serialization),
            ("{\"a\":1,}", "s.O", .serialization), ("\u{FEFF}{}", "s.O", .serialization),
            ("{\"a\":1,\"a\":1}", "s.O", .serialization), ("{\"a\":1,\"\\u0061\":1}", "s.O", .serialization),
            ("{\"a\":\"\u{0}\"}", "s.O", .serialization), ("{\"a\":\"\\ud800\"}", "s.O", .serialization),
            (" ", "s.O", .serialization), (String(repeating: "[", count: 100_000), "s.O", .serialization),
            (
                "{\"a\":" + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}", "s.O",
                .serialization
            ),
        ] as [(String, String?, Fault)])
    func jsonBodies(_ body: String, _ target: String?, _ expected: Fault) {
        #expect(Self.refusal(Sample.json(body, target: target)) == expected)
    }

    @Test func bodiesMustBeUTF8() {
        var request = Sample.json()
        request.body = Array("{\"SecretId\":\"".utf8) + [0xC0, 0xAF] + Array("\"}".utf8)
        #expect(Self.refusal(request) == .serialization)
    }

    @Test func emptyBodyOfUnknownType() {
        #expect(Self.refusal(Sample.json("").with("content-type", nil)) == .serialization)
        #expect(Self.refusal(Sample.plain("POST", "/")) == .unknownOperation)
    }

    @Test func queryForms() throws {
        let posted = try Sample.form("Action=AssumeRole&Version=2011-06-15&RoleArn=a%3Ab+c").invocation()
        #expect(posted.dialect == .query && posted.target == nil)
        #expect(posted.operation == "AssumeRole" && posted.version == "2011-06-15")
        #expect(try posted.read([.optional("RoleArn", .string())]).text("RoleArn") == "a:b c")
        let got = try Sample.plain("GET", "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Date=x").invocation()
        #expect(got.dialect == .query && got.operation == "GetCallerIdentity")
        #expect(try Sample.form("Action=A").invocation().version == nil)
    }

    @Test(arguments: [
        ("", Fault.missingAction), ("Version=1", .missingAction), ("Action=", .missingAction),
        ("Action", .missingAction),
        ("Action=A&B=%", .malformedQuery), ("Action=A&B=%4", .malformedQuery), ("Action=A&B=%zz", .malformedQuery),
        ("Action=A&B=%C0%AF", .malformedQuery), ("Action=A&Action=B", .malformedQuery),
        ("Action=A&%41ction=B", .malformedQuery), ("Action=A&x=1&x=1", .malformedQuery),
    ])
    func malformedForms(_ body: String, _ expected: Fault) {
        #expect(Self.refusal(Sample.form(body)) == expected)
    }

    @Test func tooManyParameters() {
        let body = (0..<20_001).map { "p\($0)=" }.joined(separator: "&")
        #expect(Self.refusal(Sample.form(body)) == .malformedQuery)
    }

    @Test func unknownActions() {
        #expect(
            Fault.invalidAction("X", version: "2011-06-15")
                == .frontEnd("InvalidAction", "Could not find operation X for version 2011-06-15"))
        #expect(
            Fault.invalidAction("X", version: nil).message
                == "Could not find operation X for version NO_VERSION_SPECIFIED")
    }
}
