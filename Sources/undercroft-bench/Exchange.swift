/// One request after the other on one connection.
struct Exchange {
    private let socket: Socket
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(_ address: String) throws(Trouble) { socket = try Socket(address) }

    /// The answer's body; anything but 200 is an error.
    mutating func ask(_ request: [UInt8]) throws(Trouble) -> [UInt8] {
        try socket.send(request)
        var inbox: [UInt8] = []
        while true {
            guard case .bytes(let count) = socket.receive(into: &buffer, waits: true) else {
                throw Trouble("the server hung up")
            }
            inbox.append(contentsOf: buffer[..<count])
            guard let head = try ReplyHead(inbox.span), inbox.count >= head.total else { continue }
            guard head.status == 200 else { throw Trouble("a wrong answer: \(String(decoding: inbox, as: UTF8.self))") }
            return Array(inbox[head.headLength...])
        }
    }
}

struct Call {
    private let address: String
    private let maker: RequestMaker

    init(_ options: Options) throws(Trouble) {
        address = try options.required("connect")
        maker = try RequestMaker(options)
    }

    func run() throws(Trouble) {
        var exchange = try Exchange(address)
        Output.say(String(decoding: try exchange.ask(maker.request(number: 0)), as: UTF8.self))
    }
}

/// Reads a list from its first page to its last.
struct Walk {
    private let address: String
    private let maker: RequestMaker
    private let pid: Int?

    private static let token = Array("\"NextToken\":\"".utf8)
    private static let item = Array("\"ARN\":".utf8)

    init(_ options: Options) throws(Trouble) {
        address = try options.required("connect")
        maker = try RequestMaker(options)
        pid = try options.number("pid")
    }

    func run() throws(Trouble) {
        var exchange = try Exchange(address)
        var (next, last): ([UInt8], [UInt8]) = ([], [])
        var items = 0
        var latencies = Latencies()
        let before = Snapshot(pid)
        repeat {
            let begin = Now.nanoseconds
            let body = try exchange.ask(maker.request(number: 0, next: next))
            latencies.add(nanoseconds: Now.nanoseconds - begin)
            items += Self.count(body)
            last = next
            next = Self.next(body)
        } while !next.isEmpty
        let figures = Figures(before, Snapshot(pid), latencies, bodyBytes: 0, reconnects: 0).json
        let token = String(decoding: last, as: UTF8.self)
        Output.say("\(figures.dropLast()),\"items\":\(items),\"last_token\":\"\(token)\"}")
    }

    private static func next(_ body: [UInt8]) -> [UInt8] {
        guard let found = Search.find(token, in: body.span, from: 0) else { return [] }
        return Array(body[(found + token.count)...].prefix { $0 != 0x22 })
    }

    private static func count(_ body: [UInt8]) -> Int {
        var (count, start) = (0, 0)
        while let found = Search.find(item, in: body.span, from: start) {
            (count, start) = (count + 1, found + item.count)
        }
        return count
    }
}
