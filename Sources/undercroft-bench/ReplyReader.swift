/// The head of an answer, read as far as a load generator must: status, length, and whether the connection stays.
struct ReplyHead {
    let status: Int
    let headLength: Int
    let bodyLength: Int
    /// The server says that it hangs up; it may swallow what is sent after.
    let closes: Bool

    /// `nil` while the head is incomplete.
    init?(_ bytes: Span<UInt8>) throws(Trouble) {
        guard let end = Self.end(of: bytes) else { return nil }
        guard bytes.count > 12, bytes[8] == 0x20, let status = Self.number(bytes, from: 9) else {
            throw Trouble("this is not HTTP")
        }
        guard let length = Self.contentLength(bytes, end) else { throw Trouble("an answer without Content-Length") }
        self.status = status
        headLength = end
        bodyLength = length
        closes = Self.value(Self.connection, bytes, end).map { bytes[$0] | 0x20 == 0x63 } ?? false
    }

    var total: Int { headLength + bodyLength }

    private static func end(of bytes: Span<UInt8>) -> Int? {
        Search.find([0x0D, 0x0A, 0x0D, 0x0A], in: bytes, from: 0).map { $0 + 4 }
    }

    private static let length = Array("content-length:".utf8)
    private static let connection = Array("connection:".utf8)

    private static func contentLength(_ bytes: Span<UInt8>, _ end: Int) -> Int? {
        value(length, bytes, end).flatMap { number(bytes, from: $0) }
    }

    /// Where the value of a header begins.
    private static func value(_ name: [UInt8], _ bytes: Span<UInt8>, _ end: Int) -> Int? {
        var start = 0
        while let line = Search.find(0x0A, in: bytes, from: start), line + 1 + name.count < end {
            start = line + 1
            // The first byte of each line decides nearly always.
            if bytes[start] | 0x20 == name[0], matches(name, bytes, at: start) {
                return skippingSpaces(bytes, from: start + name.count)
            }
        }
        return nil
    }

    private static func matches(_ name: [UInt8], _ bytes: Span<UInt8>, at start: Int) -> Bool {
        for index in name.indices where bytes[start + index] | 0x20 != name[index] | 0x20 { return false }
        return true
    }

    private static func skippingSpaces(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] == 0x20 { index += 1 }
        return index
    }

    private static func number(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var (index, value, digits) = (start, 0, 0)
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39, digits < 12 {
            value = value * 10 + Int(bytes[index] - 0x30)
            (index, digits) = (index + 1, digits + 1)
        }
        return digits > 0 ? value : nil
    }
}
