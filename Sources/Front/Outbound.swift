internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// One HTTP request to somewhere else: what the command line asks a server, and what the server asks an identity provider.
package enum Outbound {
    package struct Answer: Sendable {
        package let status: Int
        package let body: [UInt8]
    }

    /// Whether the other side has to prove its name.
    package enum Trust: Sendable {
        /// By the system's authorities.
        case system
        /// By them and those in a PEM file.
        case systemAnd(file: String)
        /// An operator's own machine often has no authority for its own name. For nothing that is secret.
        case anybody
    }

    package struct Unreachable: Error, CustomStringConvertible {
        package let description: String
        package init(description: String) { self.description = description }
    }

    /// - Parameters:
    ///   - url: `http://HOST:PORT/PATH`; without a port 80 or 443.
    ///   - limit: bytes of the answer's body. More is a failure.
    ///   - accepts: asked about the certificates that the other side shows (DER, its own first), for the host, where those who
    ///     are trusted don't vouch for them.
    package static func send(
        _ method: String, _ url: String, headers: [(String, String)] = [], body: [UInt8] = [],
        trust: Trust = .system, limit: Int = 1 << 20, seconds: Int64 = 5,
        accepts: (@Sendable (_ chain: [[UInt8]], _ host: String) -> Bool)? = nil
    ) async throws -> Answer {
        do { return try await exchange(method, url, headers, body, trust, limit, seconds, nil) } catch {
            guard let accepts, error is NIOSSLError || error is NIOSSLExtraError else { throw error }
            return try await exchange(method, url, headers, body, trust, limit, seconds, accepts)
        }
    }

    /// - Parameter accepts: decides instead of those who are trusted.
    private static func exchange(
        _ method: String, _ url: String, _ headers: [(String, String)], _ body: [UInt8], _ trust: Trust, _ limit: Int,
        _ seconds: Int64, _ accepts: (@Sendable (_ chain: [[UInt8]], _ host: String) -> Bool)?
    ) async throws -> Answer {
        let (host, port, isTLS, path) = try parts(url)
        let group = MultiThreadedEventLoopGroup.singleton
        let answer = group.any().makePromise(of: Answer.self)
        var configuration = TLSConfiguration.makeClientConfiguration()
        switch trust {
        case .system: break
        case .systemAnd(let file): configuration.additionalTrustRoots = [.file(file)]
        case .anybody: configuration.certificateVerification = .none
        }
        let context = isTLS ? try NIOSSLContext(configuration: configuration) : nil
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: group)
                .connectTimeout(.seconds(seconds))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let context {
                            try channel.pipeline.syncOperations.addHandler(
                                try secured(by: context, host, accepts))
                        }
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(Listener(answer: answer, limit: limit))
                    }
                }
                .connect(host: host, port: port).get()
        } catch {
            answer.fail(error)
            throw error
        }
        channel.eventLoop.scheduleTask(in: .seconds(seconds)) {
            answer.fail(Unreachable(description: "no answer within \(seconds) seconds"))
            channel.close(promise: nil)
        }
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path)
        head.headers = ["Host": "\(host):\(port)", "Connection": "close"]
        for (name, value) in headers { head.headers.replaceOrAdd(name: name, value: value) }
        if !body.isEmpty { head.headers.replaceOrAdd(name: "Content-Length", value: "\(body.count)") }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if !body.isEmpty {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await answer.futureResult.get()
    }

    /// Host, port, whether TLS, path with query.
    package static func parts(_ url: String) throws -> (String, Int, Bool, String) {
        let isTLS = url.hasPrefix("https://")
        guard isTLS || url.hasPrefix("http://") else {
            throw Unreachable(description: "an address is http://HOST:PORT or https://HOST:PORT")
        }
        let rest = url.dropFirst(isTLS ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        guard !authority.contains("@") else { throw Unreachable(description: "an address holds no user") }
        let afterHost = authority.lastIndex(of: "]") ?? authority.startIndex
        let colon = authority[afterHost...].lastIndex(of: ":")
        let host = authority[..<(colon ?? authority.endIndex)].filter { $0 != "[" && $0 != "]" }
        guard !host.isEmpty,
            let port = colon.map({ Int(authority[authority.index(after: $0)...]) }) ?? (isTLS ? 443 : 80),
            (1...65_535).contains(port)
        else { throw Unreachable(description: "an address is http://HOST:PORT or https://HOST:PORT") }
        return (String(host), port, isTLS, path.isEmpty ? "/" : String(path))
    }

    private static func secured(
        by context: NIOSSLContext, _ host: String, _ accepts: (@Sendable ([[UInt8]], String) -> Bool)?
    ) throws -> NIOSSLClientHandler {
        let name = isName(host) ? host : nil
        guard let accepts else { return try NIOSSLClientHandler(context: context, serverHostname: name) }
        return try NIOSSLClientHandler(
            context: context, serverHostname: name,
            customVerificationCallback: { shown, verdict in
                let chain = shown.compactMap { try? $0.toDERBytes() }
                let isGood = chain.count == shown.count && accepts(chain, host)
                verdict.succeed(isGood ? .certificateVerified : .failed)
            })
    }

    /// A server's name can be asked for; an address can't (RFC 6066).
    private static func isName(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) == nil
    }

    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        private let answer: EventLoopPromise<Answer>
        private let limit: Int
        private var status = 0
        private var body: [UInt8] = []

        init(answer: EventLoopPromise<Answer>, limit: Int) {
            self.answer = answer
            self.limit = limit
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): status = Int(head.status.code)
            case .body(let part):
                guard body.count + part.readableBytes <= limit else {
                    answer.fail(Unreachable(description: "the answer is larger than \(limit) bytes"))
                    context.close(promise: nil)
                    return
                }
                body += Array(part.readableBytesView)
            case .end:
                answer.succeed(Answer(status: status, body: body))
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
