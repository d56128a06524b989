package import Bytes

/// A request of the query protocol, as a client writes it: lists as `Name.member.1`, structures as `Name.Member`.
package enum QueryBody {
    package static let contentType = "application/x-www-form-urlencoded; charset=utf-8"

    package static func write(_ operation: Text, version: Text, _ input: Fields) -> [UInt8] {
        var out = ByteBuilder()
        out.append("Action=\(operation)&Version=\(version)")
        for member in input.members { append(member.name, member.value, to: &out) }
        return out.bytes
    }

    private static func append(_ name: Text, _ value: Document, to out: inout ByteBuilder) {
        switch value {
        case .list(let items):
            // An empty list has no elements to name, only its own name.
            if items.isEmpty { append(name, text: [], to: &out) }
            for (index, item) in items.enumerated() { append("\(name).member.\(index + 1)", item, to: &out) }
        case .structure(let fields):
            for member in fields.members { append("\(name).\(member.name)", member.value, to: &out) }
        case .null: break
        default: append(name, text: scalar(value), to: &out)
        }
    }

    private static func scalar(_ value: Document) -> [UInt8] {
        var out = ByteBuilder()
        switch value {
        case .string(let text): out.append(text)
        case .bool(let flag): out.append(flag ? "true" : "false")
        case .blob(let data): Base64.append(data, to: &out)
        case .secret(let secret):
            if secret.isText { out.append(secret.bytes) } else { Base64.append(secret.bytes, to: &out) }
        case .timestamp(let time): out.append(iso8601: time)
        case .integer, .number, .null, .list, .structure: out.append(json: value)
        }
        return out.bytes
    }

    private static func append(_ name: Text, text: [UInt8], to out: inout ByteBuilder) {
        out.append("&")
        out.append(PercentCoding.encode(name.utf8))
        out.append("=")
        out.append(PercentCoding.encode(text))
    }
}
