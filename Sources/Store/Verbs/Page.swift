/// Fills a page from reads that may leave rows out.
struct Page<Row, Position> {
    private let limit: Int
    private(set) var rows: [Row] = []
    /// Where the last row read stands, left out or not.
    private(set) var after: Position?
    private var read = 0
    private var asked = -1

    init(limit: Int, after: Position?) {
        self.limit = limit
        self.after = after
    }

    var missing: Int { limit - rows.count }

    /// False when the page is full or the last read came back short.
    var isOpen: Bool { missing > 0 && (asked < 0 || read == asked) }

    mutating func begin() {
        asked = missing
        read = 0
    }

    mutating func add(_ row: Row?, at position: Position) {
        read += 1
        after = position
        if let row { rows.append(row) }
    }
}
