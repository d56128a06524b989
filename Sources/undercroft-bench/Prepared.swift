/// The requests of a run: signed before it starts, and again before a signature gets old (it is good for five minutes).
struct Prepared {
    struct Item {
        var bytes: [UInt8]
        var expected: [UInt8]
        fileprivate var signedAt: UInt64
    }

    private let maker: RequestMaker
    private let expect: Template
    private let distinct: Int
    private let isFresh: Bool
    private var items: [Item] = []
    private var turn: UInt64 = 0

    private static let age: UInt64 = 120_000_000_000

    init(_ options: Options) throws(Trouble) {
        maker = try RequestMaker(options)
        expect = Template(options.text("expect") ?? "")
        distinct = max(1, try options.number("distinct") ?? 1)
        isFresh = options.has("fresh")
        if !isFresh { items = (0..<distinct).map { make($0) } }
    }

    private func make(_ number: Int) -> Item {
        Item(
            bytes: maker.request(number: number, unique: turn),
            expected: expect.filled(number: number),
            signedAt: Now.nanoseconds
        )
    }

    mutating func next(at now: UInt64) -> Item {
        let number = Int(turn % UInt64(distinct))
        defer { turn += 1 }
        if isFresh { return make(number) }
        if now > items[number].signedAt + Self.age { items[number] = make(number) }
        return items[number]
    }
}
