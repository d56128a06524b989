internal import Bytes
internal import Services

/// What an environment writes, in lines; the last 256 KB of an invocation are kept.
struct InvocationLog {
    private var lines: [FunctionOutcome.Line] = []
    private var rest: [UInt8] = []
    private var size = 0
    private var leftOut = 0
    /// Where the first line that is kept lies: the others are taken out now and then.
    private var first = 0

    static let limit = 256 << 10
    /// A longer line is cut in pieces.
    static let lineLimit = 64 << 10

    mutating func append(output: some Collection<UInt8>, at time: Timestamp) {
        var left = output[...]
        while !left.isEmpty {
            let piece = left.prefix(Self.lineLimit - rest.count)
            guard let end = piece.firstIndex(of: 0x0A) else {
                rest.append(contentsOf: piece)
                left = left[piece.endIndex...]
                if rest.count == Self.lineLimit { flush(at: time) }
                continue
            }
            rest.append(contentsOf: piece[..<end])
            flush(at: time)
            left = left[piece.index(after: end)...]
        }
    }

    /// A line of Lambda's own, after what the function left unfinished.
    mutating func append(line: Text, at time: Timestamp) {
        if !rest.isEmpty { flush(at: time) }
        add(line.bytes, time)
    }

    private mutating func flush(at time: Timestamp) {
        add(rest, time)
        rest.removeAll(keepingCapacity: true)
    }

    private mutating func add(_ text: [UInt8], _ time: Timestamp) {
        lines.append(FunctionOutcome.Line(time: time, text: text))
        size += text.count + 1
        while size > Self.limit, first < lines.count {
            size -= lines[first].text.count + 1
            lines[first].text = []
            leftOut += 1
            first += 1
        }
        if first > 4096 {
            lines.removeFirst(first)
            first = 0
        }
    }

    /// Everything so far, which is then forgotten.
    mutating func take(at time: Timestamp) -> [FunctionOutcome.Line] {
        if !rest.isEmpty { flush(at: time) }
        var out = Array(lines[first...])
        if leftOut > 0, let time = out.first?.time {
            let words: Text = "\(leftOut) lines before this are left out: the log of an invocation is bounded"
            out.insert(FunctionOutcome.Line(time: time, text: words.bytes), at: 0)
        }
        self = InvocationLog()
        return out
    }
}
