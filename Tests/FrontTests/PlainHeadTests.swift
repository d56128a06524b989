import NIOEmbedded
import Services
import Testing
import Wire

@testable import Front

/// Heads in one piece are read here, heads in two by NIO's parser: whatever arrives, both must see the same.
@Suite struct PlainHeadTests {
    private static let common = """
        POST / HTTP/1.1\r\nHost: localhost:8333\r\nUser-Agent: aws-cli/2 md/x\r\nX-Amz-Target: secretsmanager.GetSecretValue\r
        Content-Type: application/x-amz-json-1.1\r\nX-Amz-Date: 20261124T000000Z\r\nConnection: keep-alive\r\nEmpty:\r
        Authorization: AWS4-HMAC-SHA256 Credential=a/b\r\nContent-Length: 4\r\n\r\nbody
        """.replacing("\r\n", with: "\n").replacing("\r", with: "").replacing("\n", with: "\r\n")

    private struct Seen: Equatable {
        var requests: [String] = []
        var statuses: [Int] = []
        var isOpen = true
    }

    private func seen(_ pieces: [[UInt8]]) throws -> Seen {
        let wired = try Wired()
        for piece in pieces { wired.send(piece) }
        let requests = wired.door.seen.map { request in
            let headers = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
            return "\(request.method) \(request.target) \(headers) \(String(decoding: request.body, as: UTF8.self))"
        }
        return Seen(requests: requests, statuses: try wired.statuses(), isOpen: wired.channel.isActive)
    }

    /// One head in a piece, and the same bytes with the cut in the middle of the request line.
    private func bothWays(_ bytes: [UInt8]) throws -> (Seen, Seen) {
        (try seen([bytes]), try seen([Array(bytes.prefix(2)), Array(bytes.dropFirst(2))]))
    }

    @Test func theCommonHeadIsTakenAsItIs() throws {
        let bytes = Array(Self.common.utf8)
        let head = try #require(PlainHead(Array(bytes.dropLast(4)), limits: .init()))
        #expect(head.bodyLength == 4 && head.headers.count == 9)
        #expect(head.headers.first { $0.isNamed("empty") }?.value == "")
        #expect(head.headers.lines.map(\.kind).contains(.target))
        let (one, two) = try bothWays(bytes)
        #expect(one == two && one.requests.count == 1 && one.statuses == [200] && one.isOpen)
    }

    @Test(arguments: [
        "Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: x", "Connection: close", "Connection: upgrade",
        "Host: other", "Content-Length: 4", "X-Amz-Date: x", "Content-Type: x", "X : y", ": y", "X\u{1}: y",
        "X: \u{7F}",
        "X: \u{E9}", "X: a\tb", "X: a ", " folded", "X: a\rb", "X: a\nb", "(X): y", "X",
    ])
    func leavesToTheParser(_ line: String) {
        let head = Array(Self.common.utf8.dropLast(6)) + Array("\(line)\r\n\r\n".utf8)
        #expect(PlainHead(head, limits: .init()) == nil)
    }

    @Test(arguments: [
        ("Host: localhost:8333\r\n", ""), ("Content-Length: 4\r\n", ""), ("Content-Length: 4", "Content-Length: -4"),
        ("Content-Length: 4", "Content-Length: 99999999"), ("Content-Length: 4", "Content-Length: "),
        ("POST / HTTP/1.1", "POST / HTTP/1.0"), ("POST / ", "POST /x "), ("POST", "GET"), ("localhost:8333", "a b"),
        ("localhost:8333", "a/b"), ("\r\n\r\n", "\r\n\n"),
    ])
    func leavesToTheParser(_ old: String, _ new: String) {
        let head = Array(Self.common.replacing(old, with: new).utf8.dropLast(4))
        #expect(PlainHead(head, limits: .init()) == nil)
    }

    @Test func everyCutAndEveryShortPieceIsNothing() {
        let head = Array(Self.common.utf8.dropLast(4))
        for length in 0..<head.count { #expect(PlainHead(Array(head.prefix(length)), limits: .init()) == nil) }
    }

    @Test func changedAtRandomBothSeeTheSame() async throws {
        var random = Seeded(41)
        let good = Array(Self.common.utf8)
        let splinters = [
            "\r\n", "\n", "\r", ":", " ", "\t", "\0", "Host: b\r\n", "Content-Length: 1\r\n", ",", "\u{E9}", "Z",
        ]
        for _ in 0..<1500 {
            var bytes = good
            for _ in 0...Int(random.next() % 2) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                case 2:
                    bytes.insert(contentsOf: splinters[Int(random.next() % UInt64(splinters.count))].utf8, at: index)
                default: bytes.swapAt(index, Int(random.next() % UInt64(bytes.count)))
                }
            }
            let (one, two) = try bothWays(bytes)
            // Seconds of work in one piece would keep a thread of the pool from tests that others wait for.
            await Task.yield()
            #expect(
                one == two, "\(bytes.map { $0 < 0x20 || $0 > 0x7E ? "<\($0)>" : String(UnicodeScalar($0)) }.joined())")
        }
    }
}

/// SplitMix64.
private struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
