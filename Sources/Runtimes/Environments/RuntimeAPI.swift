internal import Bytes
internal import NIOCore
internal import NIOHTTP1

/// A connection to the Runtime API (2018-06-01) of one environment. Lives on the environment's loop.
final class RuntimeAPI: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What a function may return, and what its errors may say.
    static let payloadLimit = 6_291_556

    struct Reply {
        var status = HTTPResponseStatus.accepted
        var headers: [(String, String)] = [("Content-Type", "application/json")]
        var body: [UInt8] = Array(#"{"status":"OK"}"#.utf8)

        static func flaw(_ status: HTTPResponseStatus, _ kind: Text, _ message: Text) -> Reply {
            var out = ByteBuilder()
            out.append(json: ["errorMessage": .string(message), "errorType": .string(kind)])
            return Reply(status: status, body: out.bytes)
        }
    }

    private let environment: Environment
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(environment: Environment) { self.environment = environment }

    /// Other functions can reach this port as well: whoever is not this one is sent away, before anything is read.
    func channelActive(context: ChannelHandlerContext) {
        guard let user = environment.user else { return }
        guard let peer = context.remoteAddress?.port, let own = context.localAddress?.port,
            PeerUser.of(peer: peer, own: own) == user
        else { return context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isTooLarge = false
        case .body(let part):
            if body.count + part.readableBytes > Self.payloadLimit { isTooLarge = true }
            if !isTooLarge { body.append(contentsOf: part.readableBytesView) }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let isKept = head.isKeepAlive
        let path = head.uri.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard path.count >= 4, path[0].isEmpty, path[1] == "2018-06-01", path[2] == "runtime" else {
            return send(.flaw(.notFound, "NotFound", "There is no \(Text(head.uri)) here."), isKept, context)
        }
        switch (head.method, Array(path[3...])) {
        case (.GET, ["invocation", "next"]):
            environment.poll(ObjectIdentifier(self)) { [self] in send($0, isKept, context) }
        case (.POST, let rest) where rest.count == 3 && rest[0] == "invocation" && rest[2] == "response":
            send(environment.respond(to: Text(rest[1]), isTooLarge ? .tooLarge : .value(body)), isKept, context)
        case (.POST, let rest) where rest.count == 3 && rest[0] == "invocation" && rest[2] == "error":
            send(environment.respond(to: Text(rest[1]), isTooLarge ? .tooLarge : .flaw(body)), isKept, context)
        case (.POST, ["init", "error"]):
            send(environment.initFailed(body), isKept, context)
        default:
            send(.flaw(.notFound, "NotFound", "There is no \(Text(head.uri)) here."), isKept, context)
        }
    }

    private func send(_ reply: Reply, _ isKept: Bool, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: .http1_1, status: reply.status)
        for (name, value) in reply.headers { head.headers.add(name: name, value: value) }
        head.headers.add(name: "Content-Length", value: "\(reply.body.count)")
        if !isKept { head.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if !isKept { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { environment.hungUp(ObjectIdentifier(self)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
