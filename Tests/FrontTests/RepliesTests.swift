import Bytes
import NIOCore
import NIOEmbedded
import Services
import Testing
import Wire

@testable import Front

/// When replies leave, and in which order.
@Suite struct RepliesTests {
    @Test func `a reply at hand leaves at once`() throws {
        let wired = try Wired()
        wired.send(post("/p?q=%20", "body", "X-Amz-Target: t\r\n"))
        #expect(
            try wired.received()
                == "HTTP/1.1 200 OK\r\nx-amzn-RequestId: id-1\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n"
                + "Date: Tue, 24 Nov 2026 18:27:08 GMT\r\n\r\nPOST /p?q=%20"
        )
        let request = try #require(wired.door.seen.first)
        #expect(request.body == Array("body".utf8))
        #expect(request.header("x-amz-target") == "t")
        #expect(request.peer.address == "192.0.2.7")
        #expect(wired.channel.isActive)
    }

    @Test func `a reply waits for its record`() throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) })
        wired.send(get("/a"))
        #expect(try wired.received() == "")
        wired.door.settle([4: .durable])
        #expect(try wired.received() == "")
        wired.door.settle([5: .durable])
        #expect(try wired.received().hasSuffix("\r\n\r\nGET /a"))
    }

    @Test func `a record that is durable already holds nothing up`() throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) })
        wired.door.settle([5: .durable], notify: false)
        wired.send(get("/a"))
        #expect(try wired.statuses() == [200])
    }

    @Test(arguments: [true, false])
    func `what was not recorded is not said`(isLostAlready: Bool) throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) })
        if isLostAlready { wired.door.settle([5: .lost]) }
        wired.send(get("/a"))
        if !isLostAlready { wired.door.settle([5: .lost]) }
        let text = try wired.received()
        #expect(Wired.statuses(text) == [500])
        #expect(text.hasSuffix("\r\n\r\nunrecorded"))
    }

    @Test func `pipelined replies keep the order of their requests`() throws {
        let door = FakeDoor { request in
            let tickets: [String: UInt64] = ["/a": 7, "/b": 3]
            return .ready(.echo(request, ticket: tickets[request.target]))
        }
        let wired = try Wired(door)
        wired.send(get("/a") + get("/b") + get("/c"))
        #expect(door.targets == ["/a", "/b", "/c"])
        door.settle([3: .durable])
        #expect(try wired.received() == "")
        door.settle([7: .durable])
        #expect(Wired.bodies(try wired.received()) == ["GET /a", "GET /b", "GET /c"])
    }

    @Test(arguments: [[5, 9, 7, 6], [9, 8, 7], [1, 2, 3], [4, 4, 2]] as [[UInt64]])
    func `who came back late is not stuck behind younger tickets`(sequences: [UInt64]) throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0)) })
        let connection = Http1Connection(desk: wired.desk, peer: Peer(address: ""))
        let answer = Answer.echo(Request(method: "GET", target: "/", headers: [], body: [], peer: Peer(address: "")))
        var held = HeldReplies()
        for sequence in sequences {
            held.insert(.init(ticket: Ticket(sequence: sequence), answer: answer, recipient: connection, exchange: 0))
        }
        var order: [UInt64] = []
        while let first = held.first {
            order.append(first.ticket.sequence)
            held.removeFirst()
        }
        #expect(order == sequences.sorted())
    }

    @Test func `one commit settles the replies of a connection with one write`() throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: UInt64($0.target.utf8.count))) })
        wired.send(get("/1") + get("/22") + get("/333"))
        wired.door.settle([2: .durable, 3: .durable, 4: .durable])
        wired.channel.embeddedEventLoop.run()
        let bytes = try #require(try wired.channel.readOutbound(as: ByteBuffer.self))
        #expect(Wired.statuses(String(buffer: bytes)) == [200, 200, 200])
        #expect(try wired.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func `no more requests are begun than the pipeline may hold`() throws {
        var limits = FrontOptions.Limits()
        limits.maxPipelined = 2
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: UInt64($0.target.utf8.count))) }, limits: limits)
        wired.send(get("/1") + get("/22") + get("/333") + get("/4444"))
        #expect(wired.door.targets == ["/1", "/22"])
        wired.door.settle([2: .durable])
        #expect(try wired.statuses() == [200])
        #expect(wired.door.targets == ["/1", "/22", "/333"])
        wired.door.settle([3: .durable, 4: .durable])
        #expect(try wired.statuses() == [200, 200])
        wired.door.settle([5: .durable])
        #expect(try wired.statuses() == [200])
        #expect(wired.door.targets.count == 4)
    }

    @Test func `a full pipeline is not read from`() throws {
        var limits = FrontOptions.Limits()
        limits.maxPipelined = 1
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) }, limits: limits)
        let counter = ReadCounter()
        try wired.channel.pipeline.syncOperations.addHandler(counter, position: .first)
        wired.send(get("/1") + get("/2"))
        wired.channel.pipeline.read()
        #expect(counter.reads == 0)
        wired.door.settle([5: .durable])
        #expect(try wired.statuses() == [200, 200])
        #expect(counter.reads == 1)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", false, ""), ("HTTP/1.1", "Connection: close\r\n", true, "Connection: close"),
        ("HTTP/1.0", "", true, "Connection: close"),
        ("HTTP/1.0", "Connection: keep-alive\r\n", false, "Connection: keep-alive"),
        ("HTTP/1.1", "Connection: foo, Close\r\n", true, "Connection: close"),
    ])
    func `a connection is kept or closed as the client says`(
        version: String, header: String, isClosed: Bool, said: String
    ) throws {
        let wired = try Wired()
        let request = "GET /a \(version)\r\nHost: a\r\n\(header)\r\n"
        wired.send(request + request)
        let text = try wired.received()
        #expect(Wired.statuses(text) == (isClosed ? [200] : [200, 200]))
        #expect(said.isEmpty ? !text.contains("Connection:") : text.contains(said))
        #expect(wired.channel.isActive != isClosed)
    }

    @Test func `HEAD has the length and no body`() throws {
        let wired = try Wired()
        wired.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n" + get("/d"))
        let text = try wired.received()
        #expect(text.contains("Content-Length: 9\r\n"))
        #expect(!text.contains("HEAD /abc"))
        #expect(text.hasSuffix("\r\n\r\nGET /d"))
    }

    @Test func `a client that may send its body is told so, after earlier replies`() throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: $0.method == "GET" ? 5 : nil)) })
        let head = "POST /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        wired.send(get("/a") + head)
        #expect(try wired.received() == "")
        wired.door.settle([5: .durable])
        #expect(try wired.received().hasSuffix("\r\n\r\nGET /aHTTP/1.1 100 Continue\r\n\r\n"))
        wired.send("abcd")
        #expect(try wired.statuses() == [200])
        wired.send(head + "abcd")
        #expect(try wired.statuses() == [200], "the body is there already")
    }

    @Test func `an upgrade is not taken up and does no harm`() throws {
        let wired = try Wired()
        let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
        wired.send(get("/a", upgrade) + post("/b", "x", upgrade) + get("/c"))
        #expect(try wired.statuses() == [200, 200, 200])
        #expect(wired.door.targets == ["/a", "/b", "/c"])
        #expect(wired.door.seen.map(\.body.count) == [0, 1, 0])
    }

    @Test func `every cut of a stream gives the same requests`() throws {
        let chunked = "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        let stream = Array((post("/a", "one") + "\r\n" + chunked + get("/b")).utf8)
        for cut in 0..<stream.count {
            let wired = try Wired()
            wired.send(Array(stream[..<cut]))
            wired.send(Array(stream[cut...]))
            #expect(wired.door.targets == ["/a", "/c", "/b"], "cut at \(cut)")
            #expect(wired.door.seen.map(\.body.count) == [3, 5, 0])
            #expect(try wired.statuses() == [200, 200, 200])
        }
        let wired = try Wired()
        for byte in stream { wired.send([byte]) }
        #expect(wired.door.targets == ["/a", "/c", "/b"])
    }

    @Test func `half a connection still gets its replies`() throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) })
        wired.send(get("/a"))
        wired.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(wired.channel.isActive)
        wired.door.settle([5: .durable])
        #expect(try wired.statuses() == [200])
        #expect(!wired.channel.isActive)
    }

    @Test func `a reply for a connection that has gone goes nowhere`() throws {
        let wired = try Wired(FakeDoor { .ready(.echo($0, ticket: 5)) })
        wired.send(get("/a"))
        try wired.channel.close().wait()
        wired.door.settle([5: .durable])
        #expect(try wired.received() == "")
    }
}

final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var reads = 0

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }
}
