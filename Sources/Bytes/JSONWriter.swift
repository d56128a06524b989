extension ByteBuilder {
    /// A quoted JSON string. Control characters are escaped, so a value can't break out of a log line.
    package mutating func append(jsonString text: Text) {
        bytes.append(0x22)
        append(jsonEscaped: text)
        bytes.append(0x22)
    }

    /// What stands between the quotes.
    package mutating func append(jsonEscaped text: Text) { unsafe append(jsonEscaped: text.string.utf8.span.bytes) }
    package mutating func append(jsonEscaped data: [UInt8]) { unsafe append(jsonEscaped: data.span.bytes) }
    package mutating func append(jsonEscaped data: ArraySlice<UInt8>) { unsafe append(jsonEscaped: data.span.bytes) }

    /// Straight from where the bytes lie: of a secret no copy is left behind but the one that is written.
    package mutating func append(jsonEscaped data: borrowing RawSpan) {
        unsafe data.withUnsafeBytes { all in
            var start = 0
            while start < all.count {
                let end = unsafe Self.plainEnd(all, from: start)
                unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: all[start..<end]))
                guard end < all.count else { return }
                append(jsonEscaped: unsafe all[end])
                start = end + 1
            }
        }
    }

    /// Where the run of bytes that need no escape ends.
    private static func plainEnd(_ data: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = data.baseAddress else { return start }
        var index = start
        // Two words a step: the processor works on both at once.
        while index &+ 16 <= data.count {
            let first = unsafe base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let second = unsafe base.loadUnaligned(fromByteOffset: index &+ 8, as: UInt64.self)
            if escapes(first) | escapes(second) != 0 { break }
            index &+= 16
        }
        while index < data.count {
            if needsEscape(unsafe base.load(fromByteOffset: index, as: UInt8.self)) { return index }
            index &+= 1
        }
        return index
    }

    /// Eight bytes at once, by the usual arithmetic on packed bytes. Never 0 where one of them needs an escape.
    private static func escapes(_ word: UInt64) -> UInt64 {
        let quote = word ^ 0x2222_2222_2222_2222
        let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
        let control = (word &- 0x2020_2020_2020_2020) & ~word
        let delete = (word &+ 0x0101_0101_0101_0101) & ~word
        let quotes = (quote &- 0x0101_0101_0101_0101) & ~quote
        let backslashes = (backslash &- 0x0101_0101_0101_0101) & ~backslash
        return (control | delete | quotes | backslashes) & 0x8080_8080_8080_8080
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F
    }

    private mutating func append(jsonEscaped byte: UInt8) {
        switch byte {
        case 0x22, 0x5C:
            bytes.append(0x5C)
            bytes.append(byte)
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case 0..<0x20, 0x7F:
            append("\\u00")
            append(hexByte: byte)
        default: bytes.append(byte)
        }
    }

    /// AWS JSON: blobs as base64, timestamps as seconds with up to three decimals.
    package mutating func append(json document: Document) {
        switch document {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(decimal: value)
        case .number(let value): append(value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)")
        case .string(let value): append(jsonString: value)
        case .blob(let value): append(jsonBase64: value)
        case .secret(let value):
            if value.isText {
                bytes.append(0x22)
                append(jsonEscaped: value.bytes)
                bytes.append(0x22)
            } else {
                append(jsonBase64: value.bytes)
            }
        case .timestamp(let value): append(epochSeconds: value)
        case .list(let items):
            bytes.append(0x5B)
            for (position, item) in items.enumerated() {
                if position > 0 { bytes.append(0x2C) }
                append(json: item)
            }
            bytes.append(0x5D)
        case .structure(let fields): append(json: fields)
        }
    }

    package mutating func append(json fields: Fields) {
        bytes.append(0x7B)
        for (position, member) in fields.members.enumerated() {
            if position > 0 { bytes.append(0x2C) }
            append(jsonString: member.name)
            bytes.append(0x3A)
            append(json: member.value)
        }
        bytes.append(0x7D)
    }

    private mutating func append(jsonBase64 data: [UInt8]) {
        bytes.append(0x22)
        Base64.append(data, to: &self)
        bytes.append(0x22)
    }

    private mutating func append(epochSeconds time: Timestamp) {
        let seconds = time.seconds
        let rest = time.milliseconds - seconds * 1000
        append(decimal: seconds)
        guard rest != 0 else { return }
        bytes.append(0x2E)
        append(decimal: UInt64(rest), width: 3)
        while bytes.last == 0x30 { bytes.removeLast() }
    }
}
