internal import NIOCore
internal import NIOHTTP2
internal import Wire

/// The connection beneath HTTP/2 streams: watches that it is used, and says goodbye.
final class Http2Connection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let desk: Desk
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var newest = HTTP2StreamID.rootStream
    private(set) var deadline: NIODeadline

    private init(desk: Desk) {
        self.desk = desk
        deadline = desk.now + desk.patience.idle
    }

    /// Makes `channel` speak HTTP/2.
    static func install(on channel: any Channel, desk: Desk, peer: Peer) throws {
        let connection = Http2Connection(desk: desk)
        let shared = NIOLoopBound(connection, eventLoop: desk.loop)
        var settings = NIOHTTP2Handler.ConnectionConfiguration()
        settings.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: desk.limits.maxStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: desk.limits.maxHead),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ]
        let handler = NIOHTTP2Handler(
            mode: .server,
            eventLoop: channel.eventLoop,
            connectionConfiguration: settings,
            streamDelegate: Http2StreamCount(connection: shared)
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(Http2Stream(desk: shared.value.desk, peer: peer))
            }
        }
        try channel.pipeline.syncOperations.addHandlers([handler, connection])
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        desk.arrive(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        desk.leave(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Half an HTTP/2 connection is of no use to anybody.
        if case .inputClosed = event as? ChannelEvent { context.close(promise: nil) }
    }

    /// A stream's error has been told to the peer by a reset; anything else leaves no sound connection.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !(error is NIOHTTP2Errors.StreamError) { context.close(promise: nil) }
    }

    fileprivate func streamOpened(_ id: HTTP2StreamID) {
        streams += 1
        newest = max(newest, id)
        deadline = .distantFuture
    }

    fileprivate func streamClosed() {
        streams -= 1
        guard streams == 0 else { return }
        deadline = desk.now + desk.patience.idle
        if desk.isDraining { closeSoon() }
    }

    /// The last stream's bytes are still on their way through the pipeline.
    private func closeSoon() {
        let connection = NIOLoopBound(self, eventLoop: desk.loop)
        desk.loop.execute { connection.value.abort() }
    }
}

extension Http2Connection: Guest {
    func deadlinePassed() { abort() }

    /// The peer may safely send again, elsewhere, whatever is newer than the stream we name.
    func drain() {
        guard let context else { return }
        let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: newest, errorCode: .noError, opaqueData: nil)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
        if streams == 0 { closeSoon() }
    }

    func abort() { context?.close(promise: nil) }
}

/// Called on the connection's event loop.
private struct Http2StreamCount: NIOHTTP2StreamDelegate {
    let connection: NIOLoopBound<Http2Connection>

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { connection.value.streamOpened(id) }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { connection.value.streamClosed() }
}
