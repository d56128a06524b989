internal import NIOCore

/// What Redis answers (RESP 2).
enum RedisReply: Sendable {
    case text(String)
    case error(String)
    case integer(Int64)
    case bytes([UInt8])
    case null
    case list([RedisReply])

    struct Malformed: Error {}

    /// `nil` while it is not all there.
    static func read(_ buffer: inout ByteBuffer) throws -> RedisReply? {
        var ahead = buffer
        guard let reply = try read(&ahead, depth: 0) else { return nil }
        buffer = ahead
        return reply
    }

    private static let limit = 1 << 20

    private static func read(_ buffer: inout ByteBuffer, depth: Int) throws -> RedisReply? {
        guard depth < 8, buffer.readableBytes <= limit else { throw Malformed() }
        guard let kind = buffer.readInteger(as: UInt8.self), let line = line(&buffer) else { return nil }
        switch kind {
        case 0x2B: return .text(line)
        case 0x2D: return .error(line)
        case 0x3A: return .integer(try number(line))
        case 0x24:
            let count = try number(line)
            guard count >= 0 else { return .null }
            guard count <= limit else { throw Malformed() }
            guard let bytes = buffer.readBytes(length: Int(count)), buffer.readBytes(length: 2) != nil else {
                return nil
            }
            return .bytes(bytes)
        case 0x2A:
            let count = try number(line)
            guard count >= 0 else { return .null }
            guard count <= limit else { throw Malformed() }
            var items: [RedisReply] = []
            for _ in 0..<count {
                guard let item = try read(&buffer, depth: depth + 1) else { return nil }
                items.append(item)
            }
            return .list(items)
        default: throw Malformed()
        }
    }

    private static func number(_ line: String) throws -> Int64 {
        guard let number = Int64(line) else { throw Malformed() }
        return number
    }

    private static func line(_ buffer: inout ByteBuffer) -> String? {
        guard let end = buffer.readableBytesView.firstIndex(of: 0x0A) else { return nil }
        let bytes = buffer.readBytes(length: end - buffer.readerIndex + 1) ?? []
        return String(decoding: bytes.dropLast(bytes.dropLast().last == 0x0D ? 2 : 1), as: UTF8.self)
    }
}
