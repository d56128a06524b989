import Bytes
import NIOCore
import Testing
import Wire

@testable import Front

@Suite struct PiecesTests {
    /// Every way to cut each text in three, against a search that cannot be wrong.
    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody",
        "\r\n\r\n", "\r\r\n\r\n", "\n\r\n\r\n\r\n", "\r\n\r\r\n\r\n", "a\r\n\rb\r\n\n\r\n\r\nc", "ab\r\n\r", "",
        "\r\n\r\n\r\n\r\n",
    ])
    func `a head ends at the first empty line however it is cut`(text: String) {
        let bytes = Array(text.utf8)
        let expected = Self.naive(bytes)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var finder = HeadEnd()
                var total = 0
                var found: Int?
                for part in [bytes[..<first], bytes[first..<second], bytes[second...]] where found == nil {
                    let skipped: [UInt8] = [0x0D, 0x0A]
                    let whole = skipped + part
                    let length = finder.find(in: whole.span, from: skipped.count)
                    if let length { found = total + length }
                    total += part.count
                }
                #expect(found == expected, "cut at \(first) and \(second)")
            }
        }
    }

    private static func naive(_ bytes: [UInt8]) -> Int? {
        (0..<max(0, bytes.count - 3)).first { Array(bytes[$0..<$0 + 4]) == [13, 10, 13, 10] }.map { $0 + 4 }
    }

    @Test(arguments: [
        ("0\r\n\r\n", 5), ("4\r\nabcd\r\n0\r\n\r\nGET", 14), ("00\r\n\r\n", 6), ("A\r\n0123456789\r\n0\r\n\r\n", 20),
    ])
    func `a chunked body ends after its last chunk`(text: String, length: Int) throws {
        let bytes = Array(text.utf8)
        for cut in 0...length {
            var scanner = ChunkScanner(maxBody: 10)
            let start = Array(bytes[..<cut])
            let first = try scanner.scan(start.span, from: 0)
            #expect(first == cut)
            #expect(scanner.isDone == (cut == length))
            let second = try scanner.scan(bytes.span, from: cut)
            #expect(first + second == length)
            #expect(scanner.isDone)
        }
    }

    @Test(arguments: [
        ("4;a=b\r\nabcd\r\n0\r\n\r\n", ChunkScanner.Flaw.malformed), ("4 \r\n", .malformed), ("+4\r\n", .malformed),
        ("0x4\r\n", .malformed), ("\r\n", .malformed), ("4\nabcd", .malformed), ("4\r\nabcde\r\n", .malformed),
        ("1\r\na\n", .malformed), ("0\r\nTrailer: x\r\n\r\n", .malformed), ("000000001\r\n", .malformed),
        ("ffffffffffffffff\r\n", .malformed), ("b\r\n", .tooLarge), ("ffffffff\r\n", .tooLarge),
        ("0\r\n\rX", .malformed),
        ("6\r\n012345\r\n5\r\n", .tooLarge),
    ])
    func `a chunked body that could be read in two ways is refused`(text: String, flaw: ChunkScanner.Flaw) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            var scanner = ChunkScanner(maxBody: 10)
            let start = Array(bytes[..<cut])
            #expect(throws: flaw) {
                let first = try scanner.scan(start.span, from: 0)
                _ = try scanner.scan(bytes.span, from: first)
            }
        }
    }

    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"), (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
        ] as [(Int64, String)])
    func `dates are in the form of RFC 9110`(seconds: Int64, text: String) {
        var line = DateLine(clock: { Timestamp(seconds: seconds) })
        #expect(line.current() == text)
    }

    @Test(arguments: [
        ("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"), ("::1", "::1"),
        ("::ffff:0:1", "::ffff:0:1"),
    ])
    func `a mapped IPv4 address is written as IPv4`(address: String, plain: String) {
        #expect(Opening.plain(address) == plain)
    }

    @Test func `a line break in a header of the reply leaves the header out`() {
        var out = ByteBuffer()
        let reply = Reply(
            status: 200,
            contentType: "a/b",
            headers: [Header("X-Bad", "1\r\nSet-Cookie: x"), Header("X-Good", "2"), Header("X Bad", "3")],
            body: [0x61]
        )
        ResponseHead.write(reply, requestID: "", date: "D", connection: .keep, omitBody: false, to: &out)
        let head = "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 1\r\nDate: D\r\nX-Good: 2\r\n\r\na"
        #expect(String(buffer: out) == head)
    }
}
