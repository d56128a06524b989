internal import Bytes
internal import NIOCore

/// Tells the operator when the system has no more sockets for us. NIO itself waits a second and tries again.
final class AcceptTrouble: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let log: @Sendable (Text) -> Void
    private var last = NIODeadline.distantPast

    init(log: @escaping @Sendable (Text) -> Void) { self.log = log }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let now = context.eventLoop.now
        guard let trouble = error as? IOError, now - last > .seconds(1) else { return }
        last = now
        log("can't accept a connection: errno \(trouble.errnoCode)")
    }
}
