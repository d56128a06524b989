internal import Wire

/// The head that every SDK sends, read in one pass: `POST / HTTP/1.1`, plain ASCII, a length, and nothing that changes how
/// the bytes behind it are framed.
///
/// It never refuses. Whatever is not beyond doubt is `nil`, and NIO's parser with ``HeadCheck`` reads the same bytes from
/// their beginning; what is taken here, they would have taken too, and read alike.
struct PlainHead {
    let headers: Headers
    let bodyLength: Int

    private static let start = Array("POST / HTTP/1.1\r\n".utf8)

    /// `bytes` is one whole head, the empty line included.
    init?(_ bytes: [UInt8], limits: FrontOptions.Limits) {
        // The empty line at the end is what stops every loop here.
        guard bytes.count > Self.start.count + 4, bytes.starts(with: Self.start),
            bytes[(bytes.count - 4)...].elementsEqual([0x0D, 0x0A, 0x0D, 0x0A])
        else { return nil }
        var lines: [HeaderLine] = []
        lines.reserveCapacity(16)
        var facts = Facts()
        let span = bytes.span
        var position = Self.start.count
        while span[position] != 0x0D {
            guard lines.count < limits.maxHeaders, let line = Self.line(span, from: position),
                facts.note(line.header, span)
            else { return nil }
            lines.append(line.header)
            position = line.end
        }
        guard position + 2 == span.count, span[position + 1] == 0x0A, facts.hasHost, let length = facts.length,
            length <= limits.maxBody
        else { return nil }
        headers = Headers(bytes: bytes, lines: lines)
        bodyLength = length
    }

    /// The line that begins at `start`, and where the next one does. At least two bytes follow every line.
    private static func line(_ bytes: borrowing Span<UInt8>, from start: Int) -> (header: HeaderLine, end: Int)? {
        var colon = start
        while isToken(bytes[colon]) { colon &+= 1 }
        guard colon > start, bytes[colon] == 0x3A else { return nil }
        var first = colon &+ 1
        while bytes[first] == 0x20 { first &+= 1 }
        var end = first
        while bytes[end] &- 0x20 < 0x5F { end &+= 1 }
        guard bytes[end] == 0x0D, end &+ 3 < bytes.count, bytes[end &+ 1] == 0x0A else { return nil }
        // What becomes of a space at the end is the parser's business.
        guard end == first || bytes[end &- 1] != 0x20 else { return nil }
        let kind = HeaderKind(bytes, start, colon)
        return (HeaderLine(kind: kind, name: start..<colon, value: first..<end), end &+ 2)
    }

    /// RFC 9110, 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        let words: (UInt64, UInt64) = (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)
        switch byte {
        case 0..<64: return words.0 >> UInt64(byte) & 1 == 1
        case 64..<128: return words.1 >> UInt64(byte & 63) & 1 == 1
        default: return false
        }
    }

    private struct Facts {
        private(set) var length: Int?
        private var seen: UInt32 = 0

        var hasHost: Bool { seen & Self.bit(.host) != 0 }

        private static func bit(_ kind: HeaderKind) -> UInt32 { 1 << UInt32(kind.rawValue) }

        /// False for what the general way must judge.
        mutating func note(_ line: HeaderLine, _ bytes: borrowing Span<UInt8>) -> Bool {
            switch line.kind {
            case .other, .otherAmz, .date, .userAgent, .contentEncoding: return true
            case .expect, .upgrade, .transferEncoding: return false
            case .connection: return isKeepAlive(line, bytes)
            case .host: guard Target.isAuthority(bytes.extracting(line.value)) else { return false }
            case .contentLength:
                length = decimal(line, bytes)
                guard length != nil else { return false }
            case .contentType, .authorization, .amzDate, .target, .securityToken, .contentSHA256: break
            }
            // What decides must not come twice.
            guard seen & Self.bit(line.kind) == 0 else { return false }
            seen |= Self.bit(line.kind)
            return true
        }

        private func isKeepAlive(_ line: HeaderLine, _ bytes: borrowing Span<UInt8>) -> Bool {
            let wanted = "keep-alive".utf8.span
            guard line.value.count == wanted.count else { return false }
            for index in wanted.indices where bytes[line.value.lowerBound + index] | 0x20 != wanted[index] {
                return false
            }
            return true
        }

        private func decimal(_ line: HeaderLine, _ bytes: borrowing Span<UInt8>) -> Int? {
            guard (1...9).contains(line.value.count) else { return nil }
            var value = 0
            for index in line.value {
                let digit = bytes[index] &- 0x30
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }
    }
}
