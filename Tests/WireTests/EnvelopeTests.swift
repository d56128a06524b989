import Bytes
import Testing
import Wire

struct EnvelopeTests {
    @Test func collectsWhateverTheCaseOfNames() throws {
        let request = Request(
            method: "POST", target: "/",
            headers: [
                Header("HOST", "h"), Header("AuthorizatioN", "a"), Header("x-AMZ-date", "d"), Header("DATE", "e"),
                Header("X-Amz-Target", "t"), Header("x-amz-security-TOKEN", "s"), Header("X-AMZ-CONTENT-SHA256", "c"),
                Header("content-Type", "y"), Header("User-Agent", "u"), Header("Content-Encoding", "gzip"),
                Header("X-Amz-Datf", "-"), Header("hosu", "-"), Header("x_amz_target", "-"), Header("", "-"),
            ], body: [], peer: Peer(address: "::1"))
        let envelope = try Envelope(request)
        let found = [
            envelope.host, envelope.authorization, envelope.amzDate, envelope.date, envelope.target,
            envelope.securityToken, envelope.contentSHA256, envelope.contentType, envelope.userAgent,
            envelope.contentEncoding,
        ]
        #expect(found.map { Text(decoding: $0 ?? []) } == ["h", "a", "d", "e", "t", "s", "c", "y", "u", "gzip"])
    }

    @Test func absentIsNil() throws {
        let envelope = try Envelope(Sample.plain("GET", "/"))
        #expect(envelope.authorization == nil && envelope.target == nil && envelope.contentType == nil)
    }

    @Test(arguments: [
        "Host", "Authorization", "X-Amz-Date", "X-Amz-Target", "X-Amz-Security-Token", "X-Amz-Content-Sha256",
        "Content-Type",
    ])
    func onceOnly(_ name: String) {
        for spelling in [name, Text(name).asciiLowercased.string] {
            var request = Sample.json().with(name, "x")
            #expect(fault { () throws(Fault) in _ = try Envelope(request) } == nil)
            request.headers.append(Header(spelling, "x"))
            #expect(
                fault { () throws(Fault) in _ = try Envelope(request) }
                    == .frontEnd("IncompleteSignatureException", "'\(name)' must not occur more than once."))
        }
    }

    @Test func queryClientsHearTheirOwnCodes() {
        var request = Sample.form("Action=A")
        request.headers.append(Header("host", "other"))
        #expect(
            fault { () throws(Fault) in _ = try Envelope(request) }
                == .frontEnd("IncompleteSignature", "'Host' must not occur more than once."))
        #expect(
            fault { () throws(Fault) in _ = try Envelope(Sample.form("").with("host", nil)) }
                == .frontEnd(
                    "SignatureDoesNotMatch",
                    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
                    status: 403))
    }

    @Test(arguments: ["http://other/", "", "*", "x/"]) func targetsAreOriginForm(_ target: String) {
        #expect(fault { () throws(Fault) in _ = try Envelope(Sample.plain("POST", target)) } != nil)
    }

    @Test func hostMustSaySomething() {
        #expect(fault { () throws(Fault) in _ = try Envelope(Sample.json().with("host", "")) } != nil)
    }
}
