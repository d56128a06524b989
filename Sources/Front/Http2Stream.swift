internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2
internal import Wire

/// One HTTP/2 stream: one request and its reply.
final class Http2Stream: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let desk: Desk
    private let peer: Peer
    private var context: ChannelHandlerContext?
    private var head: Http2Head?
    private var body: [UInt8] = []
    private var maxBody = 0
    private var room: LargeBodies.Room?
    private var hasEnded = false
    private var isAnswered = false
    private(set) var deadline: NIODeadline

    init(desk: Desk, peer: Peer) {
        self.desk = desk
        self.peer = peer
        deadline = desk.now + desk.patience.body
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
        guard !isAnswered else { return }
        do throws(Refusal) {
            switch unwrapInboundIn(data) {
            case .headers(let frame): try receive(frame)
            case .data(let frame): try receive(frame)
            default: break
            }
            if hasEnded, let head { begin(head) }
        } catch {
            desk.tally.malformed.add(1)
            deliver(error.reply, requestID: "", exchange: 0)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func receive(_ frame: HTTP2Frame.FramePayload.Headers) throws(Refusal) {
        // Trailers end a request; nobody reads them.
        if head == nil {
            let head = try Http2Head(frame.headers, limits: desk.limits)
            maxBody = desk.limits.maxBody(head.method, head.target)
            self.head = head
        }
        hasEnded = frame.endStream
        if let length = head?.length, length > maxBody { throw .bodyTooLarge }
    }

    private func receive(_ frame: HTTP2Frame.FramePayload.Data) throws(Refusal) {
        guard case .byteBuffer(let bytes) = frame.data else { return }
        desk.tally.bytesIn.add(bytes.readableBytes)
        let count = body.count + bytes.readableBytes
        guard count <= maxBody else { throw .bodyTooLarge }
        if count > desk.limits.maxBody {
            let room = room ?? desk.largeBodies.room()
            self.room = room
            guard room.hold(count) else { throw .overloaded }
        }
        body.append(contentsOf: bytes.readableBytesView)
        deadline = deadline + desk.patience.grant(bytes: bytes.readableBytes)
        hasEnded = frame.endStream
    }

    private func begin(_ head: Http2Head) {
        let request = Request(method: head.method, target: head.target, headers: head.headers, body: body, peer: peer)
        body = []
        deadline = .distantFuture
        desk.begin(request, for: self, exchange: 0, holding: room)
        room = nil
    }
}

extension Http2Stream: Recipient {
    func deliver(_ reply: Reply, requestID: String, exchange: UInt64) {
        guard let context, !isAnswered else { return }
        isAnswered = true
        body = []
        // The time that the peer takes to accept the reply, or to notice that nobody reads its body: some clients lose a reply
        // that is followed at once by a reset.
        deadline = desk.now + (hasEnded ? desk.patience.idle : desk.patience.linger)
        let omitsBody = head?.method == "HEAD" || reply.body.isEmpty
        let fields = Self.fields(of: reply, requestID: requestID, date: desk.dateLine.current())
        context.write(wrapOutboundOut(.headers(.init(headers: fields, endStream: omitsBody))), promise: nil)
        if !omitsBody {
            desk.tally.bytesOut.add(reply.body.count)
            let bytes = context.channel.allocator.buffer(bytes: reply.body)
            context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(bytes), endStream: true))), promise: nil)
        }
    }

    func flushReplies() { context?.flush() }

    private static func fields(of reply: Reply, requestID: String, date: String) -> HPACKHeaders {
        var fields = HPACKHeaders()
        fields.reserveCapacity(5 + reply.headers.count)
        fields.add(name: ":status", value: String(reply.status))
        // Names are lower case in HTTP/2.
        if !requestID.isEmpty { fields.add(name: "x-amzn-requestid", value: requestID) }
        if !reply.contentType.isEmpty { fields.add(name: "content-type", value: reply.contentType) }
        fields.add(name: "content-length", value: String(reply.body.count))
        fields.add(name: "date", value: date)
        for header in reply.headers where ResponseHead.isSafe(header) {
            fields.add(name: String(decoding: header.name.utf8.map(lowered), as: UTF8.self), value: header.value)
        }
        return fields
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}

extension Http2Stream: Guest {
    func deadlinePassed() {
        if isAnswered { return abort() }
        deliver(Refusal(status: 408).reply, requestID: "", exchange: 0)
        flushReplies()
    }

    /// The connection says goodbye, and lets its streams finish.
    func drain() {}

    func abort() { context?.close(promise: nil) }
}
