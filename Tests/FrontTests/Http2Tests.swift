import Bytes
import NIOCore
import NIOHPACK
import Services
import Testing
import Wire

@testable import Front

@Suite struct Http2Tests {
    @Test func `a stream is a request`() async throws {
        let door = FakeDoor()
        try await withFront(door) { front in
            let client = try await Http2Client.connect(front)
            let reply = try await client.exchange("POST", "/p?q", [("x-amz-target", "t")], body: ["on", "e"])
            #expect(reply.status == "200")
            #expect(reply.body == "POST /p?q")
            #expect(reply.headers.first(name: "x-amzn-requestid") == "id-1")
            #expect(reply.headers.first(name: "content-type") == "text/plain")
            #expect(reply.headers.first(name: "content-length") == "9")
            let request = try #require(door.seen.first)
            #expect(request.body == Array("one".utf8))
            #expect(request.header("host") == "a")
            #expect(request.header("x-amz-target") == "t")
            #expect(request.headers.allSatisfy { !$0.name.hasPrefix(":") })
            let second = try await client.exchange("GET", "/health")
            #expect(second.body == "{}")
            let third = try await client.exchange("HEAD", "/abc")
            #expect(third.body == "" && third.headers.first(name: "content-length") == "9")
            try await client.close()
        }
    }

    @Test func `streams wait for their records each on its own`() async throws {
        let door = FakeDoor { .ready(.echo($0, ticket: $0.target == "/held" ? 1 : nil)) }
        try await withFront(door) { front in
            let client = try await Http2Client.connect(front)
            async let held = client.exchange("GET", "/held")
            while door.seen.isEmpty { await Task.yield() }
            #expect(try await client.exchange("GET", "/free").body == "GET /free")
            door.settle([1: .lost])
            #expect(try await held.body == "unrecorded")
            try await client.close()
        }
    }

    @Test(
        arguments: [
            ([("x-amz-target", "a"), ("x-amz-target", "b")], "/", "400"), ([("host", "b")], "/", "400"),
            ([], "http://a/", "200"), ([], "http://b/", "400"), ([], "/#", "400"), ([], "/é", "400"),
            ([("host", "a")], "/", "200"),
            (Array(repeating: ("x", "y"), count: 101), "/", "431"),
        ] as [([(String, String)], String, String)])
    func `heads are checked as in HTTP 1`(fields: [(String, String)], path: String, status: String) async throws {
        let door = FakeDoor()
        try await withFront(door) { front in
            let client = try await Http2Client.connect(front)
            #expect(try await client.exchange("GET", path, fields).status == status)
            #expect(door.seen.count == (status == "200" ? 1 : 0))
            try await client.close()
        }
    }

    @Test func `a body that is too large is refused before it ends`() async throws {
        let door = FakeDoor()
        try await withFront(door, { $0.limits.maxBody = 10 }) { front in
            let client = try await Http2Client.connect(front)
            for (fields, body) in [([("content-length", "11")], []), ([], ["0123456789", "0"])] {
                let reply = try await client.exchange("POST", "/", fields, body: body, isComplete: false)
                #expect(reply.status == "413")
            }
            #expect(door.seen.isEmpty)
            #expect(try await client.exchange("POST", "/", body: ["0123456789"]).status == "200")
            try await client.close()
        }
    }

    @Test func `a large reply passes the windows`() async throws {
        let size = 300_000
        let door = FakeDoor { request in
            var answer = Answer.echo(request)
            answer.reply.body = [UInt8](repeating: 0x7A, count: size)
            return .ready(answer)
        }
        try await withFront(door) { front in
            let client = try await Http2Client.connect(front)
            #expect(try await client.exchange("GET", "/").body.utf8.count == size)
            try await client.close()
        }
    }

    @Test func `an idle connection is closed, slow bodies are refused`() async throws {
        try await withFront(FakeDoor(), { $0.limits.idleTimeout = .milliseconds(50) }) { front in
            let client = try await Http2Client.connect(front)
            try await client.channel.closeFuture.get()
            #expect(front.figures.timedOut == 1)
        }
        try await withFront(FakeDoor(), { $0.limits.bodyTimeout = .milliseconds(50) }) { front in
            let client = try await Http2Client.connect(front)
            #expect(try await client.exchange("POST", "/", body: ["x"], isComplete: false).status == "408")
            try await client.close()
        }
    }

    @Test func `a drain says goodbye and lets streams finish`() async throws {
        let latch = Latch()
        let door = FakeDoor { request in
            .later {
                await latch.wait()
                return .echo(request)
            }
        }
        let options = FrontOptions(host: "127.0.0.1", port: 0)
        let front = try await Front.start(options, door: door, pages: .plain, log: { _ in })
        let client = try await Http2Client.connect(front)
        async let reply = client.exchange("GET", "/a")
        while door.seen.isEmpty { await Task.yield() }
        async let drained: Void = front.drain(deadline: 60)
        while (try? await Client.with(front, { _ in })) != nil { await Task.yield() }
        latch.open()
        #expect(try await reply.body == "GET /a")
        await drained
        try await client.channel.closeFuture.get()
    }
}
