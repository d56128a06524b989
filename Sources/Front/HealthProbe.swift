internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Asks a server's `/health`, as `undercroft status` does.
package enum HealthProbe {
    package struct Health: Sendable {
        package let status: Int
        package let body: String
    }

    package struct Unreachable: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter url: `http://HOST:PORT` or `https://HOST:PORT`. The certificate is not verified: health is public, and an
    ///   operator's own machine often has no authority for its own name.
    package static func ask(_ url: String) async throws -> Health {
        let (host, port, isTLS) = try parts(url)
        let group = MultiThreadedEventLoopGroup.singleton
        let answer = group.any().makePromise(of: Health.self)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let context = isTLS ? try NIOSSLContext(configuration: configuration) : nil
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: group)
                .connectTimeout(.seconds(5))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let context {
                            try channel.pipeline.syncOperations.addHandler(
                                NIOSSLClientHandler(context: context, serverHostname: nil)
                            )
                        }
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(Listener(answer: answer))
                    }
                }
                .connect(host: host, port: port).get()
        } catch {
            answer.fail(error)
            throw error
        }
        channel.eventLoop.scheduleTask(in: .seconds(5)) {
            answer.fail(Unreachable(description: "no answer within 5 seconds"))
        }
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/health")
        head.headers = ["Host": "\(host):\(port)", "Connection": "close"]
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await answer.futureResult.get()
    }

    private static func parts(_ url: String) throws -> (String, Int, Bool) {
        let isTLS = url.hasPrefix("https://")
        guard isTLS || url.hasPrefix("http://"), let colon = url.lastIndex(of: ":"),
            let port = Int(url[url.index(after: colon)...].prefix { $0 != "/" })
        else { throw Unreachable(description: "an address is http://HOST:PORT") }
        let host = url[..<colon].drop { $0 != "/" }.drop { $0 == "/" }.filter { $0 != "[" && $0 != "]" }
        return (String(host), port, isTLS)
    }

    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        private let answer: EventLoopPromise<Health>
        private var status = 0
        private var body = ""

        init(answer: EventLoopPromise<Health>) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): status = Int(head.status.code)
            case .body(let part): if body.utf8.count < 65_536 { body += String(buffer: part) }
            case .end:
                answer.succeed(Health(status: status, body: body))
                context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            answer.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            answer.fail(Unreachable(description: "the connection was closed without an answer"))
        }
    }
}
