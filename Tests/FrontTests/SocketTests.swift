import Bytes
import NIOCore
import Services
import Testing
import Wire

@testable import Front

@Suite struct SocketTests {
    @Test func `a request walks in and its reply walks out`() async throws {
        let door = FakeDoor()
        try await withFront(door) { front in
            try await Client.with(front) { client in
                try await client.send(post("/x", "body"))
                #expect(await client.replies(1).hasSuffix("\r\n\r\nPOST /x"))
            }
            #expect(front.boundAddress.host == "127.0.0.1")
            #expect(door.seen.first?.peer.address == "127.0.0.1")
            #expect(door.seen.first?.peer.tls == nil)
            #expect(front.figures.accepted == 1)
            #expect(front.figures.requests == 1)
            #expect(front.figures.bytesIn == post("/x", "body").utf8.count)
            #expect(front.figures.bytesOut > 0)
        }
    }

    @Test func `IPv6 works`() async throws {
        let door = FakeDoor()
        try await withFront(door, { $0.host = "::1" }) { front in
            try await Client.with(front) { client in
                try await client.send("GET / HTTP/1.1\r\nHost: [::1]:8333\r\n\r\n")
                #expect(Wired.statuses(await client.replies(1)) == [200])
            }
            #expect(door.seen.first?.peer.address == "::1")
        }
    }

    @Test(arguments: [("/health", "{}"), ("/metrics?x", "up 1\n")])
    func `monitoring does not pass the door`(target: String, body: String) async throws {
        let door = FakeDoor()
        try await withFront(door) { front in
            try await Client.with(front) { client in
                try await client.send(
                    get(target) + "HEAD \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
                        + post(target, "", "Connection: close\r\n"))
                let text = await client.all()
                #expect(Wired.statuses(text) == [200, 200, 200])
                #expect(Wired.bodies(text) == [body, "", "POST \(target)"])
            }
            #expect(door.targets == [target])
        }
    }

    @Test func `an answer that takes time keeps its place`() async throws {
        let latch = Latch()
        let door = FakeDoor { request in
            guard request.target == "/slow" else { return .ready(.echo(request)) }
            return .later {
                await latch.wait()
                return .echo(request)
            }
        }
        try await withFront(door) { front in
            try await Client.with(front) { client in
                try await client.send(get("/slow") + get("/quick"))
                latch.open()
                #expect(Wired.bodies(await client.replies(2)) == ["GET /slow", "GET /quick"])
            }
        }
    }

    @Test func `an answer that took time waits for its record too`() async throws {
        let door = FakeDoor { request in .later { .echo(request, ticket: 9) } }
        try await withFront(door) { front in
            try await Client.with(front) { client in
                try await client.send(get("/a"))
                door.settle([9: .durable])
                #expect(Wired.bodies(await client.replies(1)) == ["GET /a"])
            }
        }
    }

    @Test func `commits reach the connections of every loop`() async throws {
        let door = FakeDoor { .ready(.echo($0, ticket: 1)) }
        try await withFront(door, { $0.loops = 3 }) { front in
            try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await Client.with(front) { client in
                            try await client.send(get("/a"))
                            return Wired.statuses(await client.replies(1))
                        }
                    }
                }
                while door.seen.count < 12 { await Task.yield() }
                door.settle([1: .durable])
                for try await statuses in group { #expect(statuses == [200]) }
            }
        }
    }

    @Test func `a client that stops sending still gets its reply`() async throws {
        let door = FakeDoor { .ready(.echo($0, ticket: 1)) }
        try await withFront(door) { front in
            try await Client.with(front) { client in
                try await client.send(get("/a"))
                try await client.endSending()
                while door.seen.isEmpty { await Task.yield() }
                door.settle([1: .durable])
                #expect(Wired.statuses(await client.all()) == [200])
            }
        }
    }

    @Test func `a refused body does not reset the connection before its reply is read`() async throws {
        try await withFront(FakeDoor(), { $0.limits.maxBody = 1000 }) { front in
            try await Client.with(front) { client in
                try await client.send(post("/a", String(repeating: "x", count: 4_000_000)))
                let text = await client.all()
                #expect(Wired.statuses(text) == [413])
                #expect(text.contains("Content-Length: 0\r\n"))
            }
        }
    }

    @Test func `a large reply arrives whole`() async throws {
        let size = 3_000_000
        let door = FakeDoor { request in
            var answer = Answer.echo(request)
            answer.reply.body = [UInt8](repeating: 0x7A, count: size)
            return .ready(answer)
        }
        try await withFront(door) { front in
            try await Client.with(front) { client in
                try await client.send(get("/a") + get("/b", "Connection: close\r\n"))
                #expect(Wired.bodies(await client.all()).map(\.utf8.count) == [size, size])
            }
        }
    }

    @Test func `too many connections are closed at once`() async throws {
        try await withFront(FakeDoor(), { $0.limits.maxConnections = 1 }) { front in
            try await Client.with(front) { first in
                try await first.send(get("/a"))
                #expect(Wired.statuses(await first.replies(1)) == [200])
                let extra = try? await Client.with(front) { await $0.all() }
                #expect(extra ?? "" == "")
                try await first.send(get("/b"))
                #expect(Wired.statuses(await first.replies(1)) == [200])
            }
            #expect(front.figures.refused == 1)
            while front.figures.open > 0 { await Task.yield() }
            try await Client.with(front) { client in
                try await client.send(get("/c"))
                #expect(Wired.statuses(await client.replies(1)) == [200])
            }
        }
    }

    @Test func `a drain waits for requests under way`() async throws {
        let latch = Latch()
        let door = FakeDoor { request in
            .later {
                await latch.wait()
                return .echo(request)
            }
        }
        let options = FrontOptions(host: "127.0.0.1", port: 0)
        let front = try await Front.start(options, door: door, pages: .plain, log: { _ in })
        try await Client.with(front) { client in
            try await client.send(get("/a"))
            while door.seen.isEmpty { await Task.yield() }
            async let drained: Void = front.drain(deadline: 60)
            // Refused from now on, as soon as the listener is closed.
            while (try? await Client.with(front, { _ in })) != nil { await Task.yield() }
            latch.open()
            let text = await client.all()
            #expect(Wired.statuses(text) == [200])
            #expect(text.contains("Connection: close\r\n"))
            await drained
        }
    }

    @Test func `a drain has an end`() async throws {
        let latch = Latch()
        let door = FakeDoor { request in
            .later {
                await latch.wait()
                return .echo(request)
            }
        }
        let options = FrontOptions(host: "127.0.0.1", port: 0)
        let front = try await Front.start(options, door: door, pages: .plain, log: { _ in })
        try await Client.with(front) { client in
            try await client.send(get("/a"))
            while door.seen.isEmpty { await Task.yield() }
            await front.drain(deadline: 0)
            #expect(await client.all().isEmpty)
        }
        latch.open()
    }

    @Test func `an address in use is an error`() async throws {
        try await withFront { front in
            let options = FrontOptions(host: "127.0.0.1", port: front.boundAddress.port)
            await #expect(throws: (any Error).self) {
                _ = try await Front.start(options, door: FakeDoor(), pages: .plain, log: { _ in })
            }
        }
    }
}
