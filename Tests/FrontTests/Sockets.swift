import Bytes
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import Services
import Synchronization
import Wire

@testable import Front

/// A front on the loopback interface, gone at the end.
func withFront(
    _ door: FakeDoor = FakeDoor(),
    _ change: (inout FrontOptions) -> Void = { _ in },
    _ body: (Front) async throws -> Void
) async throws {
    var options = FrontOptions(host: "127.0.0.1", port: 0, loops: 2)
    change(&options)
    let front = try await Front.start(options, door: door, pages: .plain, log: { _ in })
    do {
        try await body(front)
    } catch {
        await front.drain(deadline: 0)
        throw error
    }
    await front.drain(deadline: 0)
}

/// A client that sees bytes.
struct Client: Sendable {
    private let channel: any Channel
    private let mailbox = Mailbox()

    /// `nil` certificate: no TLS.
    static func with<Result>(
        _ front: Front,
        trusting certificate: String? = nil,
        offering protocols: [String] = [],
        maximum: TLSVersion? = nil,
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let tls = try certificate.map { try context(trusting: $0, offering: protocols, maximum: maximum) }
        let (host, port) = front.boundAddress
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let client = Client(channel: channel)
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
                    }
                    try pipeline.addHandler(Collector(client.mailbox))
                    return client
                }
            }
        do {
            let result = try await body(client)
            try? await client.channel.close()
            return result
        } catch {
            try? await client.channel.close()
            throw error
        }
    }

    static func context(trusting certificate: String, offering: [String], maximum: TLSVersion?) throws -> NIOSSLContext
    {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(certificate)
        configuration.applicationProtocols = offering
        configuration.maximumTLSVersion = maximum
        return try NIOSSLContext(configuration: configuration)
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    func endSending() async throws { try await channel.close(mode: .output) }

    /// Until so many replies with a body have begun to arrive, or the connection ends.
    func replies(_ count: Int) async -> String {
        await mailbox.take { Wired.bodies($0).count { !$0.isEmpty } >= count }
    }

    func all() async -> String { await mailbox.take { _ in false } }
}

/// What has arrived, for one reader.
private final class Mailbox: Sendable {
    private struct State {
        var text = ""
        var hasEnded = false
        var isEnough: @Sendable (String) -> Bool = { _ in false }
        var reader: CheckedContinuation<String, Never>?

        mutating func served() -> (CheckedContinuation<String, Never>, String)? {
            guard hasEnded || isEnough(text), let reader = reader.take() else { return nil }
            defer { text = "" }
            return (reader, text)
        }
    }

    private let state = Mutex(State())

    private func change(_ change: (inout State) -> Void) {
        let served = state.withLock { state in
            change(&state)
            return state.served()
        }
        if let (reader, text) = served { reader.resume(returning: text) }
    }

    func append(_ text: String) { change { $0.text += text } }

    func end() { change { $0.hasEnded = true } }

    func take(_ isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        await withCheckedContinuation { reader in
            change { ($0.isEnough, $0.reader) = (isEnough, reader) }
        }
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let mailbox: Mailbox

    init(_ mailbox: Mailbox) { self.mailbox = mailbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        mailbox.append(String(buffer: unwrapInboundIn(data)))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed = event as? ChannelEvent { mailbox.end() }
    }

    func channelInactive(context: ChannelHandlerContext) { mailbox.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        mailbox.end()
        context.close(promise: nil)
    }
}

/// A client that speaks HTTP/2.
struct Http2Client {
    typealias Stream = NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>

    let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.AsyncStreamMultiplexer<Void>

    static func connect(_ front: Front, trusting certificate: String? = nil) async throws -> Http2Client {
        let tls = try certificate.map { try Client.context(trusting: $0, offering: ["h2"], maximum: nil) }
        let (host, port) = front.boundAddress
        return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: host, port: port) { channel -> EventLoopFuture<Http2Client> in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
                    }
                    let multiplexer = try pipeline.configureAsyncHTTP2Pipeline(mode: .client) { stream in
                        stream.eventLoop.makeSucceededVoidFuture()
                    }
                    return Http2Client(channel: channel, multiplexer: multiplexer)
                }
            }
    }

    struct Reply {
        var status = ""
        var headers = HPACKHeaders()
        var body = ""
        var wasReset = false
    }

    /// `fields` beside method, scheme, path and authority. The body comes in as many frames as given.
    func exchange(
        _ method: String,
        _ path: String,
        _ fields: [(String, String)] = [],
        body: [String] = [],
        isComplete: Bool = true
    ) async throws -> Reply {
        let stream = try await multiplexer.openStream { stream in
            stream.eventLoop.makeCompletedFuture { try Stream(wrappingChannelSynchronously: stream) }
        }
        let pseudo = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "a")]
        return try await stream.executeThenClose { inbound, outbound in
            let head = HPACKHeaders(pseudo + fields)
            try await outbound.write(.headers(.init(headers: head, endStream: body.isEmpty && isComplete)))
            for (index, part) in body.enumerated() {
                let isLast = index == body.count - 1 && isComplete
                try await outbound.write(.data(.init(data: .byteBuffer(ByteBuffer(string: part)), endStream: isLast)))
            }
            var reply = Reply()
            for try await payload in inbound {
                switch payload {
                case .headers(let head):
                    reply.status = head.headers.first(name: ":status") ?? ""
                    reply.headers = head.headers
                    if head.endStream { return reply }
                case .data(let data):
                    if case .byteBuffer(let bytes) = data.data { reply.body += String(buffer: bytes) }
                    if data.endStream { return reply }
                case .rstStream:
                    reply.wasReset = true
                    return reply
                default: break
                }
            }
            return reply
        }
    }

    func close() async throws { try await channel.close() }
}
