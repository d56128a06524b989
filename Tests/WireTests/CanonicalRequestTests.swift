import Bytes
import Primitives
import Testing

@testable import Wire

/// What AWS's suite leaves out.
struct CanonicalRequestTests {
    private static func lines(_ target: String, _ headers: [Header] = [Header("Host", "h")], names: Text = "host")
        -> [Text]?
    {
        let request = Request(
            method: "GET", target: target, headers: Headers(headers), body: [], peer: Peer(address: "::1"))
        return CanonicalRequest.bytes(
            request, signed: SignedNames(bytes: names.bytes[...]), payloadHash: SHA256.hash([])
        )
        .map { Text(String(decoding: $0, as: UTF8.self)).split(on: 0x0A) }
    }

    @Test(
        arguments: [
            ("/", ""), ("/?", ""), ("/?a", "a="), ("/?a=", "a="), ("/?&&a=1&", "a=1"),
            ("/?a=2&a=10&a=1", "a=1&a=10&a=2"),
            ("/?a=b=c", "a=b%3Dc"), ("/?a+b=c+d", "a%2Bb=c%2Bd"), ("/?a=%zz%4", "a=%25zz%254"),
            ("/?a=%2f%7e", "a=%2F~"),
            ("/?b=1&B=2&_=3", "B=2&_=3&b=1"), ("/?a-b=1&a=2", "a=2&a-b=1"), ("/?X-Amz-Signature=x&a=1", "a=1"),
            ("/?x-amz-signature=x", "x-amz-signature=x"), ("/?a=?&b=#", "a=%3F&b=%23"), ("/?a=%00", "a=%00"),
        ] as [(String, Text)])
    func query(_ target: String, _ expected: Text) { #expect(Self.lines(target)?[2] == expected) }

    @Test(
        arguments: [
            ("/a%20b", "/a%2520b"), ("/a/./b/../c", "/a/c"), ("/../../a", "/a"), ("/a/..", "/"), ("/a/.", "/a/"),
            ("/a/b/..", "/a/"), ("/a//b//", "/a/b/"), ("/%2e%2e/a", "/%252e%252e/a"), ("/...", "/..."),
            ("/a+b*", "/a%2Bb%2A"),
            ("", "/"),
        ] as [(String, Text)])
    func path(_ target: String, _ expected: Text) { #expect(Self.lines(target)?[1] == expected) }

    @Test(
        arguments: [
            ("a", "a"), ("  a  b   c ", "a b c"), ("", ""), ("   ", ""), ("a\tb", "a\tb"), ("a  ", "a"), (" a", "a"),
        ] as [(String, Text)])
    func headerValues(_ value: String, _ expected: Text) {
        #expect(Self.lines("/", [Header("Host", value)])?[3] == "host:\(expected)")
    }

    @Test func repeatedHeadersAreJoinedInTheirOrder() {
        let headers = [Header("Host", "h"), Header("X-A", " 2 "), Header("x-a", ""), Header("X-a", "1")]
        #expect(Self.lines("/", headers, names: "host;x-a")?[4] == "x-a:2,,1")
    }

    /// Each name has to be there, and there can't be more names than headers.
    @Test(arguments: ["", ";", "host;", ";host", "x-a", "host;x-a", "host;host", "Host"] as [Text])
    func namesWithoutHeaders(_ names: Text) { #expect(Self.lines("/", names: names) == nil) }
}
