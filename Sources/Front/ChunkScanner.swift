/// Walks a chunked body (RFC 9112, 7.1) ahead of the parser.
///
/// The parser accepts extensions and trailers and hides them. Nobody here wants either, and software in front of us may read
/// them differently (request smuggling), so they are refused.
struct ChunkScanner {
    enum Flaw: Error { case malformed, tooLarge }

    private enum State {
        case size, sizeEnd
        case data, dataReturn, dataEnd
        case lastReturn, lastEnd
        case done
    }

    private var state = State.size
    private var digits = 0
    /// Of the current chunk: while its size is read, the size; afterwards what is left.
    private var remaining = 0
    /// What the body may still grow by.
    private var allowance: Int

    var isDone: Bool { state == .done }

    init(maxBody: Int) { allowance = maxBody }

    /// How many of `bytes` from `start` on belong to the body, framing included.
    mutating func scan(_ bytes: Span<UInt8>, from start: Int) throws(Flaw) -> Int {
        var index = start
        while index < bytes.count, state != .done {
            if state == .data {
                let taken = min(remaining, bytes.count - index)
                remaining -= taken
                index += taken
                if remaining == 0 { state = .dataReturn }
            } else {
                try step(bytes[index])
                index += 1
            }
        }
        return index - start
    }

    private mutating func step(_ byte: UInt8) throws(Flaw) {
        switch (state, byte) {
        case (.size, 0x0D) where digits > 0: state = .sizeEnd
        case (.size, _): try digit(byte)
        case (.sizeEnd, 0x0A): try begin()
        case (.dataReturn, 0x0D): state = .dataEnd
        case (.dataEnd, 0x0A): (state, digits, remaining) = (.size, 0, 0)
        case (.lastReturn, 0x0D): state = .lastEnd
        case (.lastEnd, 0x0A): state = .done
        default: throw .malformed
        }
    }

    private mutating func digit(_ byte: UInt8) throws(Flaw) {
        let value: UInt8
        switch byte {
        case 0x30...0x39: value = byte - 0x30
        case 0x41...0x46: value = byte - 0x41 + 10
        case 0x61...0x66: value = byte - 0x61 + 10
        default: throw .malformed
        }
        // Eight digits hold 4 GiB, far from overflow.
        guard digits < 8 else { throw .malformed }
        digits += 1
        remaining = remaining << 4 | Int(value)
    }

    private mutating func begin() throws(Flaw) {
        guard remaining <= allowance else { throw .tooLarge }
        allowance -= remaining
        state = remaining == 0 ? .lastReturn : .data
    }
}
