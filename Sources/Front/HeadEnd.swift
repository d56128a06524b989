/// Finds the empty line that ends a head, across reads.
///
/// The parser sees heads and bodies in separate pieces, so that a body's framing is known before its first byte is parsed.
struct HeadEnd {
    /// The last bytes seen, newest lowest.
    private var tail: UInt32 = 0
    private static let emptyLine: UInt32 = 0x0D0A_0D0A

    /// How many of `bytes` from `start` on belong to the head, the empty line included; `nil` if all do and more is to come.
    mutating func find(in bytes: Span<UInt8>, from start: Int) -> Int? {
        // An empty line that began in an earlier read.
        let seam = min(bytes.count, start + 3)
        for index in start..<seam {
            tail = tail << 8 | UInt32(bytes[index])
            if tail == Self.emptyLine { return finish(index + 1 - start) }
        }
        if let end = Self.search(bytes, from: start) { return finish(end - start) }
        for index in max(seam, bytes.count - 3)..<max(seam, bytes.count) { tail = tail << 8 | UInt32(bytes[index]) }
        return nil
    }

    private mutating func finish(_ length: Int) -> Int {
        tail = 0
        return length
    }

    /// Looks at every fourth byte until it meets a line break: the window's last byte tells how far it may slide.
    private static func search(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var last = start + 3
        while last < bytes.count {
            switch bytes[last] {
            case 0x0A:
                if bytes[last - 1] == 0x0D, bytes[last - 2] == 0x0A, bytes[last - 3] == 0x0D { return last + 1 }
                last += 2
            case 0x0D: last += 1
            default: last += 4
            }
        }
        return nil
    }
}
