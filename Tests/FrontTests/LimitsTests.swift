import NIOCore
import NIOEmbedded
import Services
import Testing

@testable import Front

@Suite struct LimitsTests {
    private static let limits = {
        var limits = FrontOptions.Limits()
        limits.maxHead = 200
        limits.maxHeaders = 4
        limits.maxBody = 10
        return limits
    }()

    @Test(arguments: [
        (get("/" + String(repeating: "a", count: 400)), 431),
        (get("/", "X: " + String(repeating: "a", count: 400) + "\r\n"), 431),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 400), 431),
        (String(repeating: "\r\n", count: 200), 431),
        (get("/", "A: 1\r\nB: 2\r\nC: 3\r\n"), 200),
        (get("/", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n"), 431),
        (post("/", "0123456789"), 200),
        (post("/", "0123456789a"), 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-maybe\r\nContent-Length: 1\r\n\r\n", 417),
    ])
    func `what is too large is refused and the connection ends`(request: String, status: Int) throws {
        let wired = try Wired(limits: Self.limits)
        wired.send(request)
        let text = try wired.received()
        #expect(Wired.statuses(text) == [status])
        #expect(wired.door.seen.count == (status == 200 ? 1 : 0))
        #expect(wired.channel.isActive == (status == 200))
        if status != 200 {
            #expect(text.contains("Content-Length: 0\r\n"))
            #expect(text.contains("Connection: close\r\n"))
            #expect(wired.desk.tally.malformed.value == 1)
        }
    }

    @Test func `a refusal comes after the replies that are owed`() throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) }, limits: Self.limits)
        wired.send(get("/a") + "nonsense\r\n\r\n" + get("/b"))
        #expect(try wired.received() == "")
        wired.door.settle([5: .durable])
        #expect(try wired.statuses() == [200, 400])
        #expect(wired.door.targets == ["/a"])
        #expect(!wired.channel.isActive)
    }

    /// What was sent at first, after how many seconds nothing has happened yet, after how many it has, what was said then.
    @Test(
        arguments: [
            ("", 59, 62, []), (get("/a"), 59, 62, []),
            ("G", 4, 7, [408]), ("GET / HTTP/1.1\r\nHost: a\r\n", 4, 7, [408]),
            (post("/", "0123456789").dropLast(9).description, 29, 32, [408]),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 29, 32, [408]),
        ] as [(String, Int64, Int64, [Int])])
    func `who is slow is dropped`(start: String, before: Int64, after: Int64, statuses: [Int]) throws {
        let wired = try Wired(limits: FrontOptions.Limits())
        wired.send(start)
        _ = try wired.received()
        wired.advance(.seconds(before))
        #expect(wired.channel.isActive)
        wired.advance(.seconds(after - before))
        #expect(!wired.channel.isActive)
        #expect(try wired.statuses() == statuses)
        #expect(wired.desk.tally.timedOut.value == 1)
    }

    @Test func `dripping a head does not win time`() throws {
        let wired = try Wired()
        for byte in "GET / HT".utf8 {
            wired.send([byte])
            wired.advance(.seconds(1))
        }
        #expect(!wired.channel.isActive)
    }

    @Test func `a body wins time by its bytes`() throws {
        var limits = FrontOptions.Limits()
        limits.minBodyRate = 1
        let wired = try Wired(limits: limits)
        wired.send(post("/", "0123456789").dropLast(1).description)
        wired.advance(.seconds(37))
        #expect(wired.channel.isActive)
        wired.advance(.seconds(4))
        #expect(!wired.channel.isActive)
    }

    @Test func `waiting for the door costs a client nothing`() throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) })
        wired.send(get("/a"))
        wired.advance(.hours(1))
        #expect(wired.channel.isActive)
        wired.door.settle([5: .durable])
        #expect(try wired.statuses() == [200])
        wired.advance(.seconds(62))
        #expect(!wired.channel.isActive)
    }

    @Test func `draining closes the idle and lets the others finish`() throws {
        let idle = try Wired()
        idle.desk.drain()
        idle.channel.embeddedEventLoop.run()
        #expect(!idle.channel.isActive)

        let busy = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) })
        busy.send(get("/a"))
        busy.desk.drain()
        #expect(busy.channel.isActive)
        busy.door.settle([5: .durable])
        let text = try busy.received()
        #expect(Wired.statuses(text) == [200])
        #expect(text.contains("Connection: close\r\n"))
        #expect(!busy.channel.isActive)

        let halfway = try Wired()
        halfway.send(post("/", "0123456789").dropLast(1).description)
        halfway.desk.drain()
        #expect(halfway.channel.isActive)
        halfway.send("9")
        #expect(try halfway.statuses() == [200])
        #expect(!halfway.channel.isActive)
    }
}
