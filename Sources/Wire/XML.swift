import Bytes

extension ByteBuilder {
    /// Character data. What XML 1.0 cannot carry at all becomes U+FFFD; a carriage return is written as a reference, because
    /// a parser would turn a bare one into a line feed.
    mutating func append(xmlEscaped utf8: some Collection<UInt8>) {
        for byte in utf8 {
            switch byte {
            case 0x26: append("&amp;")
            case 0x3C: append("&lt;")
            case 0x3E: append("&gt;")
            case 0x22: append("&quot;")
            case 0x27: append("&apos;")
            case 0x0D: append("&#xD;")
            case 0x09, 0x0A: bytes.append(byte)
            case 0..<0x20: append("\u{FFFD}")
            case 0xBE, 0xBF:
                // U+FFFE and U+FFFF are EF BF BE and EF BF BF; U+FFFD is EF BF BD.
                let isNoncharacter = bytes.suffix(2).elementsEqual([0xEF, 0xBF])
                bytes.append(isNoncharacter ? 0xBD : byte)
            default: bytes.append(byte)
            }
        }
    }

    /// The members as elements; lists as `<member>`, blobs as base64, timestamps in ISO 8601.
    mutating func append(xml fields: Fields) {
        for member in fields.members {
            if case .null = member.value { continue }
            append(xmlElement: member.name, member.value)
        }
    }

    private mutating func append(xmlElement name: Text, _ value: Document) {
        guard name.isXMLName else { return }
        append("<\(name)>")
        append(xml: value)
        append("</\(name)>")
    }

    private mutating func append(xml value: Document) {
        switch value {
        case .null: break
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number): append(decimal: number)
        case .number: append(json: value)
        case .string(let text): append(xmlEscaped: text.utf8)
        case .blob(let data): Base64.append(data, to: &self)
        case .secret(let secret):
            if secret.isText { append(xmlEscaped: secret.bytes) } else { Base64.append(secret.bytes, to: &self) }
        case .timestamp(let time): append(iso8601: time)
        case .list(let items): for item in items { append(xmlElement: "member", item) }
        case .structure(let fields): append(xml: fields)
        }
    }
}

extension Text {
    /// Members' names come from the models; a map's keys could come from a caller.
    fileprivate var isXMLName: Bool {
        guard let first = utf8.first, first == 0x5F || ASCII.lower(first) &- 0x61 < 26 else { return false }
        return utf8.allSatisfy { $0 != 0x7E && PercentCoding.isUnreserved($0) }
    }
}
