internal import Bytes
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Wire

/// The first handler of a connection: finds out what it speaks, installs that, and goes.
///
/// With TLS the handshake says it (ALPN); without, HTTP/2 clients that know of us begin with a fixed preface.
final class Opening: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let desk: Desk
    private let isSecure: Bool
    private var isShaken = false
    private var context: ChannelHandlerContext?
    private var bytes = ByteBuffer()
    private(set) var deadline: NIODeadline

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    init(desk: Desk, isSecure: Bool) {
        self.desk = desk
        self.isSecure = isSecure
        deadline = desk.now + (isSecure ? desk.patience.head : desk.patience.idle)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        desk.arrive(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        desk.leave(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        if bytes.readableBytes == 0 {
            bytes = more
            if !isSecure { deadline = desk.now + desk.patience.head }
        } else {
            bytes.writeBuffer(&more)
        }
        guard !isSecure || isShaken else { return }
        let length = min(bytes.readableBytes, Self.preface.count)
        guard bytes.readableBytesView.prefix(length).elementsEqual(Self.preface.prefix(length)) else {
            return proceed(context, isHTTP2: false)
        }
        if length == Self.preface.count { proceed(context, isHTTP2: true) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated) = event as? TLSUserEvent {
            isShaken = true
            deadline = desk.now + desk.patience.idle
            if let negotiated { proceed(context, isHTTP2: negotiated == "h2") }
        } else if case .inputClosed = event as? ChannelEvent {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func proceed(_ context: ChannelHandlerContext, isHTTP2: Bool) {
        do {
            if isHTTP2 {
                try Http2Connection.install(on: context.channel, desk: desk, peer: peer(context))
            } else {
                let connection = Http1Connection(desk: desk, peer: peer(context))
                try context.pipeline.syncOperations.addHandlers([connection, Http1Parts(connection)])
            }
        } catch {
            return context.close(promise: nil)
        }
        if bytes.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(bytes))
            context.fireChannelReadComplete()
        }
        bytes = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func peer(_ context: ChannelHandlerContext) -> Peer {
        Peer(
            address: Text(Self.plain(context.channel.remoteAddress?.ipAddress ?? "")),
            tls: isSecure ? Peer.TLS(version: Text(tlsVersion(context)), cipherSuite: "") : nil
        )
    }

    /// An IPv4 peer of an IPv6 socket comes as `::ffff:192.0.2.1`; policies write it without.
    static func plain(_ address: String) -> String {
        let mapped = "::ffff:"
        guard address.utf8.starts(with: mapped.utf8), address.utf8.contains(0x2E) else { return address }
        return String(address.dropFirst(mapped.count))
    }

    private func tlsVersion(_ context: ChannelHandlerContext) -> String {
        switch try? context.pipeline.syncOperations.nioSSL_tlsVersion() {
        case .tlsv13: "TLSv1.3"
        case .tlsv12: "TLSv1.2"
        default: ""
        }
    }
}

extension Opening: Guest {
    func deadlinePassed() { abort() }

    /// Nothing has been asked yet.
    func drain() { abort() }

    func abort() { context?.close(promise: nil) }
}
