internal import Bytes
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// One HTTP/1.1 connection: bytes in, ``Request`` to the ``Desk``, bytes out.
///
/// The stream is cut at the ends of heads and bodies and fed to NIO's parser piece by piece: so a limit or a full pipeline
/// stops it at an exact place, a chunked body is looked at before it is parsed, and parser and framing check each other. An
/// event in a piece where it can't belong ends the connection.
final class Http1Connection: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    enum Stage {
        case head
        case body(remaining: Int)
        case chunks(ChunkScanner)
        /// Nothing more is read, because of `Connection: close` or an error.
        case over
    }

    let desk: Desk
    private let peer: Peer
    private var parser: HTTPRequestDecoder
    private var context: ChannelHandlerContext?

    private var stage = Stage.head
    /// Bytes that arrived; the first `fed` of them the parser has seen, and wants to see again with their continuation.
    private var inbox = ByteBuffer()
    private var fed = 0
    private var isFeeding = false
    private var headEnd = HeadEnd()
    private var headText = UTF8Check()
    private var headBytes = 0
    /// The next piece is one whole head.
    private var isHeadWhole = false
    /// The message at hand was read here and not by the parser, which knows nothing of it.
    private var isPlain = false

    private var plan: Plan?
    private var body: [UInt8] = []
    private var isComplete = false
    private var refusal: Refusal?
    private var owesContinue = false

    private var replies = ReplyLine()
    private var out = ByteBuffer()
    private var isWritable = true
    private var isReadHeld = false
    private var inputEnded = false
    /// The last reply went out; what still arrives is thrown away.
    private var isLeaving = false
    private var isRefused = false
    private(set) var deadline: NIODeadline

    /// Stops reading and parsing beyond so many bytes of unsent replies.
    private static let outMark = 64 * 1024

    init(desk: Desk, peer: Peer) {
        self.desk = desk
        self.peer = peer
        parser = Self.makeParser(desk.limits)
        deadline = desk.now + desk.patience.idle
    }

    private static func makeParser(_ limits: FrontOptions.Limits) -> HTTPRequestDecoder {
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = limits.maxHead
        bounds.maxHeaderListSize = limits.maxHead
        bounds.maxHeaderFieldCount = limits.maxHeaders
        return HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: bounds)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isWritable = context.channel.isWritable
        parser.decoderAdded(context: context)
        desk.arrive(self)
    }

    /// Also when the channel goes. Breaks the parser's reference to itself.
    func handlerRemoved(context: ChannelHandlerContext) {
        parser.decoderRemoved(context: context)
        self.context = nil
        stage = .over
        replies.removeAll()
        desk.leave(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        desk.tally.bytesIn.add(bytes.readableBytes)
        if case .over = stage { return }
        if inbox.readableBytes == 0 { inbox = bytes } else { inbox.writeBuffer(&bytes) }
        advance(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) { push(context) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable { push(context) }
    }

    /// While the pipeline is full nothing is read: the peer's sends block, and nothing piles up here.
    func read(context: ChannelHandlerContext) {
        if isBlocked, inbox.readableBytes > fed { isReadHeld = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed = event as? ChannelEvent else { return }
        inputEnded = true
        if isLeaving { context.close(promise: nil) } else { push(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: Feeding the parser

    private var isBlocked: Bool {
        replies.count >= desk.limits.maxPipelined || !isWritable || out.readableBytes >= Self.outMark
    }

    private func advance(_ context: ChannelHandlerContext) {
        // The parser must not be re-entered, and a reply may come while it is at work.
        guard !isFeeding else { return }
        isFeeding = true
        while refusal == nil, let piece = nextPiece() { feed(piece, context) }
        isFeeding = false
        if let refusal { refuse(refusal) }
        if inbox.readableBytes == 0 {
            // An idle connection holds no buffer, and no secret in one.
            inbox = ByteBuffer()
        } else if inbox.readerIndex > inbox.readableBytes {
            inbox.discardReadBytes()
        }
    }

    /// How many bytes the parser gets next; `nil` to wait.
    private func nextPiece() -> Int? {
        let available = inbox.readableBytes - fed
        guard available > 0 else { return nil }
        switch stage {
        case .over: return nil
        case .head: return isBlocked ? nil : nextOfHead(available)
        case .body(let remaining): return min(remaining, available)
        case .chunks(var scanner):
            do throws(ChunkScanner.Flaw) {
                let count = try scanner.scan(inbox.readableBytesUInt8Span, from: fed)
                stage = .chunks(scanner)
                return count
            } catch {
                refusal = error == .tooLarge ? .bodyTooLarge : .malformed
                return nil
            }
        }
    }

    private func nextOfHead(_ available: Int) -> Int? {
        if headBytes == 0 { deadline = desk.now + desk.patience.head }
        let end = headEnd.find(in: inbox.readableBytesUInt8Span, from: fed)
        let piece = end ?? available
        isHeadWhole = end != nil && headBytes == 0 && fed == 0
        headBytes += piece
        guard headBytes <= desk.limits.maxHead else {
            refusal = .headTooLarge
            return nil
        }
        return piece
    }

    private func feed(_ piece: Int, _ context: ChannelHandlerContext) {
        if plan == nil ? isHeadWhole && takePlainHead(piece) : isPlain && takePlainBody(piece) { return }
        guard var slice = inbox.getSlice(at: inbox.readerIndex, length: fed + piece) else { return }
        let wasHead = plan == nil
        if wasHead, !headText.take(inbox.readableBytesUInt8Span, from: fed, count: piece) {
            refusal = .malformed
            return
        }
        do {
            _ = try parser.decode(context: context, buffer: &slice)
        } catch {
            if refusal == nil { refusal = (error as? HTTPParserError) == .headerOverflow ? .headTooLarge : .malformed }
            return
        }
        inbox.moveReaderIndex(forwardBy: fed + piece - slice.readableBytes)
        fed = slice.readableBytes
        if refusal == nil { settleStage(after: piece, wasHead: wasHead) }
    }

    // MARK: Past the parser

    private func takePlainHead(_ length: Int) -> Bool {
        guard let bytes = inbox.getBytes(at: inbox.readerIndex, length: length),
            let head = PlainHead(bytes, limits: desk.limits)
        else { return false }
        inbox.moveReaderIndex(forwardBy: length)
        let plan = Plan(
            method: "POST", target: "/", headers: head.headers, body: .length(head.bodyLength),
            maxBody: desk.limits.maxBody, closes: false, saysKeepAlive: false, expectsContinue: false, upgrades: false)
        self.plan = plan
        isPlain = true
        stage = .body(remaining: head.bodyLength)
        if head.bodyLength == 0 { finish(plan) } else { deadline = desk.now + desk.patience.body }
        return true
    }

    private func takePlainBody(_ piece: Int) -> Bool {
        guard let plan, case .body(let remaining) = stage, let bytes = inbox.readBytes(length: piece) else {
            return false
        }
        if body.isEmpty { body = bytes } else { body.append(contentsOf: bytes) }
        stage = .body(remaining: remaining - piece)
        if remaining == piece { finish(plan) } else { deadline = deadline + desk.patience.grant(bytes: piece) }
        return true
    }

    /// Where framing and parser have to agree.
    private func settleStage(after piece: Int, wasHead: Bool) {
        guard let plan else { return }
        if wasHead {
            stage =
                switch plan.body {
                case .none: .head
                case .length(let count): .body(remaining: count)
                case .chunked: .chunks(ChunkScanner(maxBody: desk.limits.maxBody))
                }
            guard plan.body != .none else { return isComplete ? finish(plan) : disagree() }
            deadline = desk.now + desk.patience.body
            if isComplete { disagree() } else { promiseContinue(plan) }
            return
        }
        switch stage {
        case .body(let remaining):
            stage = .body(remaining: remaining - piece)
            if isComplete != (remaining == piece) { return disagree() }
        case .chunks(let scanner):
            if isComplete != scanner.isDone { return disagree() }
        case .head, .over: return
        }
        deadline = deadline + desk.patience.grant(bytes: piece)
        if isComplete { finish(plan) }
    }

    private func disagree() { refusal = .malformed }

    // MARK: What the parser found

    func parsed(_ head: HTTPRequestHead) {
        guard plan == nil, !isComplete, refusal == nil else { return disagree() }
        do throws(Refusal) {
            plan = try HeadCheck.examine(head, limits: desk.limits)
        } catch {
            refusal = error
        }
    }

    func parsed(_ bytes: ByteBuffer) {
        // A body in a head's piece would not have been scanned.
        if case .head = stage { return disagree() }
        let count = body.count + bytes.readableBytes
        guard let plan, count <= plan.maxBody else { return disagree() }
        if count > desk.limits.maxBody {
            let room = plan.room ?? desk.largeBodies.room()
            self.plan?.room = room
            guard room.hold(count) else {
                refusal = .overloaded
                return
            }
        }
        bytes.withReadableBytesAppended(to: &body)
    }

    func parsedEnd(hasTrailers: Bool) {
        guard refusal == nil else { return }
        if plan == nil || hasTrailers { disagree() } else { isComplete = true }
    }

    private func promiseContinue(_ plan: Plan) {
        guard plan.expectsContinue, inbox.readableBytes == fed else { return }
        owesContinue = true
        payContinue()
    }

    /// Not before the replies to earlier requests: the peer would take it for one of theirs.
    private func payContinue() {
        guard owesContinue, replies.isEmpty, !isLeaving else { return }
        owesContinue = false
        out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
    }

    private func finish(_ plan: Plan) {
        let request = Request(
            method: plan.method,
            target: plan.target,
            headers: plan.headers,
            body: body,
            peer: peer
        )
        self.plan = nil
        body = []
        (isComplete, isPlain, owesContinue, headBytes) = (false, false, false, 0)
        stage = plan.closes ? .over : .head
        if plan.upgrades, !plan.closes { renewParser() }
        let connection: ResponseHead.Connection = plan.closes ? .close : plan.saysKeepAlive ? .keepSaidAloud : .keep
        let exchange = replies.open(connection: connection, omitBody: plan.method == "HEAD")
        deadline = .distantFuture
        desk.begin(request, for: self, exchange: exchange, holding: plan.room)
    }

    /// We never upgrade, and answer as if nobody had asked; the parser thinks that another protocol begins.
    private func renewParser() {
        guard let context else { return }
        parser.decoderRemoved(context: context)
        parser = Self.makeParser(desk.limits)
        parser.decoderAdded(context: context)
        fed = 0
    }

    private func refuse(_ refusal: Refusal) {
        self.refusal = nil
        if case .over = stage { return }
        desk.tally.malformed.add(1)
        stage = .over
        isRefused = true
        plan = nil
        body = []
        inbox = ByteBuffer()
        (fed, headBytes) = (0, 0)
        let exchange = replies.open(connection: .close, omitBody: false)
        deadline = .distantFuture
        deliver(refusal.reply, requestID: "", exchange: exchange)
    }
}

// MARK: - Replies

extension Http1Connection: Recipient {
    func deliver(_ reply: Reply, requestID: String, exchange: UInt64) {
        guard !isLeaving, replies.settle(exchange, reply: reply, requestID: requestID) else { return }
        while let next = replies.removeFirstIfSettled() { write(next) }
        if replies.isEmpty {
            payContinue()
            if headBytes == 0 { deadline = desk.now + desk.patience.idle }
        }
    }

    func flushReplies() {
        if let context { push(context) }
    }

    private func write(_ settled: ReplyLine.Settled) {
        guard !isLeaving else { return }
        var connection = settled.connection
        if desk.isDraining, replies.isEmpty, plan == nil { connection = .close }
        if out.capacity == 0 { out = desk.buffer(384 + settled.reply.body.count) }
        ResponseHead.write(
            settled.reply,
            requestID: settled.requestID,
            date: desk.dateLine.current(),
            connection: connection,
            omitBody: settled.omitBody,
            to: &out
        )
        if connection == .close { (isLeaving, stage) = (true, .over) }
    }

    /// Sends what is written, and goes on with what that unblocks.
    private func push(_ context: ChannelHandlerContext) {
        repeat {
            send(context)
            if !isLeaving { advance(context) }
        } while out.readableBytes > 0
        if isReadHeld, !isBlocked {
            isReadHeld = false
            context.read()
        }
        if inputEnded, !isLeaving, replies.isEmpty, !(isBlocked && inbox.readableBytes > fed) { finishWrites(context) }
    }

    private func send(_ context: ChannelHandlerContext) {
        guard out.readableBytes > 0 else { return }
        var bytes = out
        // Let go of it: sent bytes may hold secrets, and an idle connection should hold nothing.
        out = ByteBuffer()
        desk.tally.bytesOut.add(bytes.readableBytes)
        if isLeaving {
            finishWrites(context, bytes)
        } else {
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            desk.takeBack(&bytes)
        }
    }

    /// `close` alone would throw away what the socket has not taken yet.
    private func finishWrites(_ context: ChannelHandlerContext, _ last: ByteBuffer = ByteBuffer()) {
        (isLeaving, stage) = (true, .over)
        deadline = desk.now + desk.patience.idle
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [self] _ in leave() }
        context.writeAndFlush(wrapOutboundOut(last), promise: sent)
    }

    /// Closing with unread bytes makes the kernel reset the connection, and the peer may never see the reply: so first only
    /// our side closes.
    private func leave() {
        guard let context else { return }
        if isRefused, !inputEnded {
            deadline = desk.now + desk.patience.linger
            context.close(mode: .output, promise: nil)
        } else {
            context.close(promise: nil)
        }
    }
}

// MARK: - Time

extension Http1Connection: Guest {
    func deadlinePassed() {
        guard let context else { return }
        guard !isLeaving, headBytes > 0 || plan != nil else { return context.close(promise: nil) }
        refuse(Refusal(status: 408))
        push(context)
    }

    func drain() {
        if !isLeaving, replies.isEmpty, headBytes == 0, plan == nil, let context { finishWrites(context) }
    }

    func abort() { context?.close(promise: nil) }
}

extension ByteBuffer {
    fileprivate func withReadableBytesAppended(to body: inout [UInt8]) {
        if body.isEmpty { body = Array(readableBytesView) } else { body.append(contentsOf: readableBytesView) }
    }
}
