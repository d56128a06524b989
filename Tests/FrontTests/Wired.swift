import Bytes
import NIOCore
import NIOEmbedded
import Services
import Wire

@testable import Front

/// An HTTP/1 connection without a socket, on an event loop whose clock the test turns.
final class Wired {
    let channel = EmbeddedChannel()
    let desk: Desk
    let door: FakeDoor

    init(_ door: FakeDoor = FakeDoor(), limits: FrontOptions.Limits = .init()) throws {
        self.door = door
        let options = FrontOptions(host: "", port: 0, limits: limits, clock: { Timestamp(seconds: 1_795_544_828) })
        desk = Desk(loop: channel.eventLoop, options: options, door: door, pages: .plain, tally: Tally())
        desk.open()
        let bell = Bell(NIOLoopBound(desk, eventLoop: channel.eventLoop), loop: channel.eventLoop)
        door.observe { bell.ring() }
        let connection = Http1Connection(desk: desk, peer: Peer(address: "192.0.2.7"))
        try channel.pipeline.syncOperations.addHandlers([connection, Http1Parts(connection)])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    deinit {
        desk.close()
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        guard channel.isActive else { return }
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.run()
    }

    /// What was sent since the last look.
    func received() throws -> String {
        channel.embeddedEventLoop.run()
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    /// The status codes among it.
    func statuses() throws -> [Int] { Self.statuses(try received()) }

    static func statuses(_ text: String) -> [Int] {
        text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
    }

    static func bodies(_ text: String) -> [String] {
        text.split(separator: "HTTP/1.1 ").map { reply in
            reply.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        }
    }

    func advance(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }
}

extension Pages {
    static let plain = Pages(
        health: { Reply(status: 200, contentType: "application/json", body: Array("{}".utf8)) },
        metrics: { Reply(status: 200, contentType: "text/plain", body: Array("up 1\n".utf8)) }
    )
}

func get(_ target: String, _ more: String = "") -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\(more)\r\n" }

func post(_ target: String, _ body: String, _ more: String = "") -> String {
    "POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\(more)\r\n\(body)"
}
