internal import Bytes
internal import NIOCore
internal import Services
internal import Wire

/// Whoever waits for replies: an HTTP/1 connection or an HTTP/2 stream. Confined to one event loop.
protocol Recipient: AnyObject {
    /// `exchange` is the number given with the request. Too late (connection gone): nothing happens. Does not flush.
    func deliver(_ reply: Reply, requestID: String, exchange: UInt64)

    func flushReplies()
}

/// Someone whose time a ``Desk`` watches. Confined to one event loop.
protocol Guest: AnyObject {
    /// Compared with the loop's clock a few times a second.
    var deadline: NIODeadline { get }

    func deadlinePassed()

    /// No more requests: go when the replies are out.
    func drain()

    func abort()
}

/// What the connections of one event loop share: the way to the door and back, and the clock. Confined to that loop.
final class Desk {
    let loop: any EventLoop
    let limits: FrontOptions.Limits
    let patience: Patience
    let tally: Tally
    let largeBodies: LargeBodies
    var dateLine: DateLine
    private(set) var isDraining = false
    /// The loop's time as of the last sweep: reading a clock per request would cost more than the precision is worth.
    private(set) var now: NIODeadline

    private(set) lazy var returns = makeReturns()
    private(set) lazy var executor = LoopExecutor(loop)

    private let door: any Door
    private let pages: Pages
    private var held = HeldReplies()
    private var spare: ByteBuffer?
    private var guests: [ObjectIdentifier: any Guest] = [:]
    private var sweeping: RepeatedTask?

    init(
        loop: any EventLoop, options: FrontOptions, door: any Door, pages: Pages, tally: Tally,
        largeBodies: LargeBodies? = nil
    ) {
        self.loop = loop
        limits = options.limits
        patience = Patience(options.limits)
        self.door = door
        self.pages = pages
        self.tally = tally
        self.largeBodies = largeBodies ?? LargeBodies(most: options.limits.maxLargeBodies)
        dateLine = DateLine(clock: options.clock)
        now = loop.now
    }

    // MARK: Requests and replies

    /// The reply comes by ``Recipient/deliver(_:requestID:exchange:)``, before this returns if all is at hand.
    ///
    /// - Parameter room: held until the work is over, whether or not anybody still waits for it.
    func begin(
        _ request: Request, for recipient: any Recipient, exchange: UInt64, holding room: LargeBodies.Room? = nil
    ) {
        tally.requests.add(1)
        if let page = pages.page(for: request) {
            return later({ Answer(page: await page()) }, isBrief: false, for: recipient, exchange)
        }
        switch door.attempt(request) {
        case .ready(let answer): settle(answer, for: recipient, exchange)
        case .later(let work, let isBrief):
            guard let room else { return later(work, isBrief: isBrief, for: recipient, exchange) }
            let held: @Sendable () async -> Answer = {
                let answer = await work()
                withExtendedLifetime(room) {}
                return answer
            }
            later(held, isBrief: false, startsElsewhere: true, for: recipient, exchange)
        }
    }

    /// Delivers now, or when the record is durable.
    func settle(_ answer: Answer, for recipient: any Recipient, _ exchange: UInt64) {
        guard let ticket = answer.ticket else {
            return recipient.deliver(answer.reply, requestID: answer.requestID, exchange: exchange)
        }
        let waiting = HeldReplies.Held(ticket: ticket, answer: answer, recipient: recipient, exchange: exchange)
        let fate = door.fate(of: ticket)
        if fate == .pending { held.insert(waiting) } else { waiting.deliver(fate) }
    }

    private func makeReturns() -> Returns {
        let desk = NIOLoopBound(self, eventLoop: loop)
        return Returns(loop: loop) { all in
            for one in all { desk.value.settle(one.answer, for: one.recipient.value, one.exchange) }
            for one in all { one.recipient.value.flushReplies() }
        }
    }

    /// After a commit of the trail: everything that it settled leaves, with one flush per connection.
    func settleHeld() {
        var dirty: [any Recipient] = []
        while let next = held.first {
            let fate = door.fate(of: next.ticket)
            if fate == .pending { break }
            held.removeFirst()
            next.deliver(fate)
            dirty.append(next.recipient)
        }
        // Who had several flushes once: the second time there is nothing left.
        for recipient in dirty { recipient.flushReplies() }
    }

    // MARK: Buffers

    /// One that went out just now is still in the processor's caches.
    func buffer(_ capacity: Int) -> ByteBuffer {
        guard var buffer = spare else { return ByteBufferAllocator().buffer(capacity: max(2048, capacity)) }
        spare = nil
        buffer.reserveCapacity(capacity)
        return buffer
    }

    /// Until the next sweep at most: what was sent may be secret.
    func takeBack(_ buffer: inout ByteBuffer) {
        guard spare == nil, buffer.capacity <= 16_384 else { return }
        buffer.clear()
        spare = buffer
    }

    // MARK: Time

    func open() {
        let desk = NIOLoopBound(self, eventLoop: loop)
        sweeping = loop.scheduleRepeatedTask(initialDelay: patience.sweep, delay: patience.sweep) { _ in
            desk.value.sweep()
        }
    }

    func close() { sweeping?.cancel() }

    private func sweep() {
        now = loop.now
        spare = nil
        let late = guests.values.filter { $0.deadline < now }
        tally.timedOut.add(late.count)
        for guest in late { guest.deadlinePassed() }
    }

    // MARK: Guests

    func arrive(_ guest: any Guest) { guests[ObjectIdentifier(guest)] = guest }

    func leave(_ guest: any Guest) { guests[ObjectIdentifier(guest)] = nil }

    func drain() {
        isDraining = true
        for guest in guests.values { guest.drain() }
    }

    func abort() {
        for guest in guests.values { guest.abort() }
    }
}

extension Answer {
    /// Monitoring is not recorded.
    fileprivate init(page: Reply) { self.init(requestID: "", reply: page, ticket: nil, unrecorded: page) }
}
