internal import Bytes
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// A connection to Redis: one command, one answer.
struct RedisConnection: Sendable {
    private let channel: any Channel

    static func open(_ login: Login, isSecured: Bool, authorities: String?) async throws(Refusal) -> RedisConnection {
        let ready: EventLoopPromise<Void>
        let channel: any Channel
        do {
            let context = isSecured ? try context(authorities) : nil
            let group = MultiThreadedEventLoopGroup.singleton
            let loop = group.next()
            ready = loop.makePromise(of: Void.self)
            if context == nil { ready.succeed() }
            do {
                channel = try await ClientBootstrap(group: loop)
                    .connectTimeout(.seconds(5))
                    .channelInitializer { [ready] channel in
                        channel.eventLoop.makeCompletedFuture {
                            let pipeline = channel.pipeline.syncOperations
                            if let context { try pipeline.addHandler(try secured(by: context, login.host.string)) }
                            try pipeline.addHandler(RedisHandler(ready: ready))
                        }
                    }
                    .connect(host: login.host.string, port: Int(login.port)).get()
            } catch {
                ready.fail(error)
                throw error
            }
        } catch {
            throw .unreachable("\(describe(error))")
        }
        do {
            let late = channel.eventLoop.scheduleTask(in: .seconds(5)) {
                ready.fail(Late())
                channel.close(promise: nil)
            }
            try await ready.futureResult.get()
            late.cancel()
        } catch {
            try? await channel.close()
            throw .unsecured(describe(error))
        }
        return RedisConnection(channel: channel)
    }

    func command(_ words: [[UInt8]], seconds: Int64 = 30) async throws(Refusal) -> RedisReply {
        let answer = channel.eventLoop.makePromise(of: RedisReply.self)
        let late = channel.eventLoop.scheduleTask(in: .seconds(seconds)) {
            answer.fail(Late())
            channel.close(promise: nil)
        }
        defer { late.cancel() }
        do {
            try await channel.writeAndFlush(RedisHandler.Command(words: words, answer: answer)).get()
        } catch {
            answer.fail(error)
        }
        do { return try await answer.futureResult.get() } catch {
            throw .unreachable("the connection broke, or no answer came within \(seconds) seconds")
        }
    }

    func close() async { try? await channel.close() }

    struct Late: Error {}
    struct Closed: Error {}

    private static func describe(_ error: any Error) -> String {
        switch error {
        case is Late: "no answer within 5 seconds"
        case is Closed: "it closed the connection"
        default: Reason.of(error)
        }
    }

    private static func context(_ authorities: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorities { configuration.trustRoots = .file(authorities) }
        return try NIOSSLContext(configuration: configuration)
    }

    /// A server's name can be asked for; an address can't (RFC 6066), and is looked for in the certificate as it is.
    private static func secured(by context: NIOSSLContext, _ host: String) throws -> NIOSSLClientHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
}

final class RedisHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Command
    typealias OutboundOut = ByteBuffer

    struct Command: Sendable {
        var words: [[UInt8]]
        var answer: EventLoopPromise<RedisReply>
    }

    private let ready: EventLoopPromise<Void>
    private var waiting: [EventLoopPromise<RedisReply>] = []
    private var received = ByteBuffer()

    init(ready: EventLoopPromise<Void>) { self.ready = ready }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let command = unwrapOutboundIn(data)
        var buffer = context.channel.allocator.buffer(capacity: 256)
        buffer.writeString("*\(command.words.count)\r\n")
        for word in command.words {
            buffer.writeString("$\(word.count)\r\n")
            buffer.writeBytes(word)
            buffer.writeString("\r\n")
        }
        waiting.append(command.answer)
        context.write(wrapOutboundOut(buffer), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        do {
            while !waiting.isEmpty, let reply = try RedisReply.read(&received) { waiting.removeFirst().succeed(reply) }
        } catch {
            end(context, error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { ready.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(context, error) }
    func channelInactive(context: ChannelHandlerContext) { end(context, RedisConnection.Closed()) }

    private func end(_ context: ChannelHandlerContext, _ error: any Error) {
        ready.fail(error)
        for answer in waiting { answer.fail(error) }
        waiting = []
        context.close(promise: nil)
    }
}
