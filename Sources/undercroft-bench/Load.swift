/// A closed loop: each connection has one request outstanding and sends the next when the answer is there and right.
struct Load {
    private struct Connection {
        var socket: Socket
        var inbox: [UInt8] = []
        var current: Prepared.Item
        var started: UInt64
    }

    private let address: String
    private let seconds: UInt64
    private let warmup: UInt64
    private let limit: Int?
    private let pid: Int?
    private let holds: Bool
    private let width: Int
    private var prepared: Prepared
    private var connections: [Connection] = []
    private var poll = Poll()
    private var buffer = [UInt8](repeating: 0, count: 1 << 17)
    private var latencies = Latencies()
    private var issued = 0
    private var reconnects = 0
    private var lost = 0
    private var bytes = 0

    init(_ options: Options) throws(Trouble) {
        address = try options.required("connect")
        limit = try options.number("requests")
        seconds = try options.duration("seconds") ?? (limit == nil ? 3_000_000_000 : .max / 4)
        warmup = try options.duration("warmup") ?? 0
        pid = try options.number("pid")
        holds = options.has("hold")
        width = max(1, try options.number("connections") ?? 32)
        prepared = try Prepared(options)
    }

    mutating func run() throws(Trouble) {
        try open()
        if warmup > 0 { try turn(until: Now.nanoseconds + warmup) }
        (latencies, reconnects, bytes) = (Latencies(), 0, 0)
        let before = Snapshot(pid)
        try turn(until: before.time + seconds)
        let after = Snapshot(pid)
        Output.say(Figures(before, after, latencies, bodyBytes: bytes, reconnects: reconnects).json)
        if holds { Output.awaitEnd() }
        for connection in connections { connection.socket.hangUp() }
    }

    private mutating func open() throws(Trouble) {
        for index in 0..<width where limit.map({ index < $0 }) ?? true {
            let socket = try Socket(address)
            let now = Now.nanoseconds
            connections.append(Connection(socket: socket, current: prepared.next(at: now), started: now))
            poll.set(socket, index: index)
        }
        for index in connections.indices { try send(index, connections[index].current, Now.nanoseconds) }
    }

    private mutating func send(_ index: Int, _ item: Prepared.Item, _ now: UInt64) throws(Trouble) {
        connections[index].current = item
        connections[index].started = now
        issued += 1
        try connections[index].socket.send(item.bytes)
    }

    private mutating func turn(until end: UInt64) throws(Trouble) {
        var ready: [Int] = []
        while true {
            poll.wait(&ready)
            for index in ready { try receive(index) }
            if Now.nanoseconds >= end { return }
            if let limit, latencies.count >= limit { return }
        }
    }

    private mutating func receive(_ index: Int) throws(Trouble) {
        switch connections[index].socket.receive(into: &buffer) {
        case .nothing: return
        case .end: try reconnect(index)
        case .bytes(let count):
            if let head = try judge(index, count) { try advance(index, head) }
        }
    }

    /// The head of the answer, once it is whole and right. Mostly one receive brings all of it, which is then not copied.
    private mutating func judge(_ index: Int, _ count: Int) throws(Trouble) -> ReplyHead? {
        let expected = connections[index].current.expected
        if connections[index].inbox.isEmpty,
            let head = try Self.whole(buffer.span.extracting(first: count), expected)
        {
            return head
        }
        connections[index].inbox.append(contentsOf: buffer[..<count])
        let inbox = connections[index].inbox
        guard let head = try Self.whole(inbox.span, expected) else { return nil }
        connections[index].inbox = []
        return head
    }

    private static func whole(_ bytes: Span<UInt8>, _ expected: [UInt8]) throws(Trouble) -> ReplyHead? {
        guard let head = try ReplyHead(bytes), bytes.count >= head.total else { return nil }
        guard bytes.count == head.total else { throw Trouble("more bytes than one answer") }
        guard head.status == 200, Search.find(expected, in: bytes, from: head.headLength) != nil else {
            let shown = (0..<min(bytes.count, 1500)).map { bytes[$0] }
            throw Trouble("a wrong answer: \(String(decoding: shown, as: UTF8.self))")
        }
        return head
    }

    private mutating func advance(_ index: Int, _ head: ReplyHead) throws(Trouble) {
        let now = Now.nanoseconds
        latencies.add(nanoseconds: now - connections[index].started)
        bytes += head.bodyLength
        if let limit, issued >= limit { return poll.ignore(index) }
        if head.closes { try renew(index) }
        try send(index, prepared.next(at: now), now)
    }

    /// A server may hang up between requests; the one that was lost is sent again.
    private mutating func reconnect(_ index: Int) throws(Trouble) {
        guard connections[index].inbox.isEmpty else { throw Trouble("the server hung up within an answer") }
        lost += 1
        guard lost < 1000 else { throw Trouble("the server hangs up all the time") }
        try renew(index)
        issued -= 1
        try send(index, connections[index].current, connections[index].started)
    }

    private mutating func renew(_ index: Int) throws(Trouble) {
        connections[index].socket.hangUp()
        reconnects += 1
        let socket = try Socket(address)
        connections[index].socket = socket
        poll.set(socket, index: index)
    }
}
