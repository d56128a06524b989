extension ByteBuilder {
    /// A quoted JSON string. Control characters are escaped, so a value can't break out of a log line.
    package mutating func append(jsonString text: Text) {
        bytes.append(0x22)
        append(jsonEscaped: text)
        bytes.append(0x22)
    }

    /// What stands between the quotes.
    package mutating func append(jsonEscaped text: Text) { append(jsonEscaped: text.string.utf8.span) }
    package mutating func append(jsonEscaped data: [UInt8]) { append(jsonEscaped: data.span) }
    package mutating func append(jsonEscaped data: ArraySlice<UInt8>) { append(jsonEscaped: data.span) }

    /// Straight from where the bytes lie: of a secret no copy is left behind but the one that is written.
    package mutating func append(jsonEscaped data: borrowing Span<UInt8>) {
        var start = 0
        while start < data.count {
            let end = data.plainEnd(from: start)
            bytes.append(data, start..<end)
            guard end < data.count else { return }
            append(jsonEscaped: data[end])
            start = end + 1
        }
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

    /// What stands before a member's value, for objects that are written without ``Fields`` between.
    ///
    /// - Parameter name: needs no escape.
    package mutating func append(jsonMember name: Text) {
        if bytes.last != 0x7B { bytes.append(0x2C) }
        bytes.append(0x22)
        append(name)
        append("\":")
    }

    /// A list of whatever `element` writes.
    package mutating func append<Element>(jsonList items: [Element], _ element: (Element, inout ByteBuilder) -> Void) {
        bytes.append(0x5B)
        for (position, item) in items.enumerated() {
            if position > 0 { bytes.append(0x2C) }
            element(item, &self)
        }
        bytes.append(0x5D)
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
            let all = items.span
            for index in all.indices {
                if index > 0 { bytes.append(0x2C) }
                append(json: all[index])
            }
            bytes.append(0x5D)
        case .structure(let fields): append(json: fields)
        }
    }

    package mutating func append(json fields: Fields) {
        bytes.append(0x7B)
        let all = fields.members.span
        for index in all.indices {
            if index > 0 { bytes.append(0x2C) }
            append(jsonString: all[index].name)
            bytes.append(0x3A)
            append(json: all[index].value)
        }
        bytes.append(0x7D)
    }

    package mutating func append(jsonBase64 data: [UInt8]) {
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
