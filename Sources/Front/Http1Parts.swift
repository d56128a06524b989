internal import NIOCore
internal import NIOHTTP1

/// Hands what the parser finds back to the connection: NIO's decoder fires into the pipeline, and this is all that stands
/// behind the connection's handler.
final class Http1Parts: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let connection: Http1Connection

    init(_ connection: Http1Connection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): connection.parsed(head)
        case .body(let bytes): connection.parsed(bytes)
        case .end(let trailers): connection.parsedEnd(hasTrailers: trailers != nil)
        }
    }

    /// The decoder both throws its errors and fires one kind of them; the thrown one decides.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
