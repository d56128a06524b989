import NIOEmbedded
import Services
import Testing

@testable import Front

/// Streams that two programs might cut into different requests. What is refused ends its connection, and nothing behind it is
/// looked at.
@Suite struct SmugglingTests {
    private static let next = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(arguments: [
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\n Content-Length: 4\r\n\r\nabcd",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: p\r\nX-Amz-Target: q\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: p\r\nauthorization: p\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX-Amz-Date: p\r\nX-Amz-Date: q\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX-Amz-Security-Token: p\r\nX-Amz-Security-Token: q\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nabcd\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;a=b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+4\r\nabcd\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\nabcd\n0\n\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 4\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET http://evil/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a@evil/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /é HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX\u{E2}: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/0.9\r\nHost: a\r\n\r\n",
        "GET /\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}\u{3}\u{3}\r\n\r\n",
    ])
    func `is refused`(stream: String) throws {
        for isBytewise in [false, true] {
            let wired = try Wired()
            if isBytewise {
                for byte in (stream + Self.next).utf8 { wired.send([byte]) }
            } else {
                wired.send(stream + Self.next)
            }
            #expect(try wired.statuses() == [400])
            #expect(wired.door.targets == [])
            #expect(!wired.channel.isActive)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\nX_Amz_Date: 1\r\n\r\n", "/"),
        ("\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n", "/b"),
        ("\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n", "/b"),
        ("GET http://A:80/p?q HTTP/1.1\r\nHost: a:80\r\n\r\n", "/p?q"),
        ("GET https://a HTTP/1.1\r\nHost: a\r\n\r\n", "/"),
        ("GET https://a?x HTTP/1.1\r\nHost: a\r\n\r\n", "/?x"),
        ("GET //b//c/../%2e HTTP/1.1\r\nHost: a\r\n\r\n", "//b//c/../%2e"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*"),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "/"),
        ("GET / HTTP/1.1\r\nHost: [::1]:8333\r\n\r\n", "/"),
        ("GET / HTTP/1.1\r\nhOST: a\r\nX: 1\r\nX: 2\r\n\r\n", "/"),
        ("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "/c"),
        ("DELETE /d HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET ", "/d"),
    ])
    func `is one request, and the next one follows`(stream: String, target: String) throws {
        let wired = try Wired()
        wired.send(stream + Self.next)
        #expect(try wired.statuses() == [200, 200])
        #expect(wired.door.targets == [target, "/smuggled"])
        #expect(wired.channel.isActive)
    }

    /// Mutations of a good stream: whatever happens, it is a reply or a refusal, never a crash, and nothing that the first
    /// refusal left behind is shown to the door.
    @Test func `no damaged stream does harm`() throws {
        let good = Array((post("/a", "0123", "Expect: 100-continue\r\n") + Self.chunked + get("/b")).utf8)
        let planted: [UInt8] = [0x00, 0x0A, 0x0D, 0x20, 0x2C, 0x30, 0x3A, 0x3B, 0x46, 0x7F, 0xC3, 0xFF]
        for position in good.indices {
            for byte in planted {
                var stream = good
                stream[position] = byte
                let wired = try Wired()
                wired.send(stream)
                let statuses = try wired.statuses().filter { $0 != 100 }
                #expect(statuses.dropLast().allSatisfy { $0 == 200 }, "\(byte) at \(position)")
                #expect(wired.door.seen.count == statuses.count { $0 == 200 }, "\(byte) at \(position)")
            }
        }
    }

    private static let chunked =
        "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
}
