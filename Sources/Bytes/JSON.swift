/// The one JSON parser for everything that arrives (RFC 8259, UTF-8 only).
///
/// Refused: duplicate keys (two parsers that pick different ones are an authorization bug), trailing commas or text, a byte
/// order mark, lone surrogates, NUL and other raw control characters, numbers outside the grammar. Depth and the number of
/// values are bounded, so that work is linear in the size of the input.
package enum JSON {
    package struct Limits: Sendable {
        package var depth: Int
        package var values: Int

        package init(depth: Int = 32, values: Int = 20_000) {
            self.depth = depth
            self.values = values
        }
    }

    /// Where and why the text stopped being JSON. Never quotes the text.
    package struct Flaw: Error, Sendable, Equatable {
        package let offset: Int
        package let reason: String
    }

    package static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(Flaw) -> Document {
        var parser = JSONParser(bytes, limits: limits)
        return try parser.document()
    }
}

private struct JSONParser {
    private let bytes: [UInt8]
    private var index = 0
    private var budget: Int
    private let maxDepth: Int

    init(_ bytes: [UInt8], limits: JSON.Limits) {
        self.bytes = bytes
        budget = limits.values
        maxDepth = limits.depth
    }

    mutating func document() throws(JSON.Flaw) -> Document {
        let value = try value(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw flaw("text after the value") }
        return value
    }

    private func flaw(_ reason: String) -> JSON.Flaw { JSON.Flaw(offset: index, reason: reason) }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSON.Flaw) -> Document {
        guard depth < maxDepth else { throw flaw("nested too deeply") }
        budget -= 1
        guard budget >= 0 else { throw flaw("too many values") }
        skipSpace()
        guard index < bytes.count else { throw flaw("a value is missing") }
        switch bytes[index] {
        case 0x7B: return .structure(try object(depth: depth))
        case 0x5B: return .list(try array(depth: depth))
        case 0x22: return .string(try string())
        case 0x74: return try literal("true", .bool(true))
        case 0x66: return try literal("false", .bool(false))
        case 0x6E: return try literal("null", .null)
        case 0x2D, 0x30...0x39: return try number()
        default: throw flaw("not the start of a value")
        }
    }

    private mutating func literal(_ word: String, _ value: Document) throws(JSON.Flaw) -> Document {
        guard bytes[index...].starts(with: word.utf8) else { throw flaw("not the start of a value") }
        index += word.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(JSON.Flaw) -> Fields {
        index += 1
        var fields = Fields()
        var seen: Set<Text> = []
        skipSpace()
        if index < bytes.count, bytes[index] == 0x7D {
            index += 1
            return fields
        }
        fields.members.reserveCapacity(4)
        while true {
            skipSpace()
            guard index < bytes.count, bytes[index] == 0x22 else { throw flaw("a member name is missing") }
            let start = index
            let name = try string()
            // A set only pays for itself in large objects.
            let isNew =
                fields.members.count < 8
                ? !fields.members.contains { $0.name == name }
                : {
                    if seen.isEmpty { seen = Set(fields.members.map(\.name)) }
                    return seen.insert(name).inserted
                }()
            guard isNew else {
                index = start
                throw flaw("a member name occurs twice")
            }
            skipSpace()
            guard index < bytes.count, bytes[index] == 0x3A else { throw flaw("a colon is missing") }
            index += 1
            fields.add(name, try value(depth: depth + 1))
            skipSpace()
            guard index < bytes.count else { throw flaw("the object does not end") }
            switch bytes[index] {
            case 0x2C: index += 1
            case 0x7D:
                index += 1
                return fields
            default: throw flaw("a comma is missing")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSON.Flaw) -> [Document] {
        index += 1
        var items: [Document] = []
        skipSpace()
        if index < bytes.count, bytes[index] == 0x5D {
            index += 1
            return items
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            guard index < bytes.count else { throw flaw("the list does not end") }
            switch bytes[index] {
            case 0x2C: index += 1
            case 0x5D:
                index += 1
                return items
            default: throw flaw("a comma is missing")
            }
        }
    }

    private mutating func string() throws(JSON.Flaw) -> Text {
        index += 1
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case 0x22:
                guard let text = Text(utf8: bytes[start..<index]) else { throw flaw("a string is not UTF-8") }
                index += 1
                return text
            case 0x5C: return try escapedString(from: start)
            case 0..<0x20: throw flaw("a control character in a string")
            default: index += 1
            }
        }
        throw flaw("a string does not end")
    }

    private mutating func escapedString(from start: Int) throws(JSON.Flaw) -> Text {
        var out = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case 0x22:
                guard let text = Text(utf8: out) else { throw flaw("a string is not UTF-8") }
                return text
            case 0x5C: try escape(into: &out)
            case 0..<0x20: throw flaw("a control character in a string")
            default: out.append(byte)
            }
        }
        throw flaw("a string does not end")
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSON.Flaw) {
        guard index < bytes.count else { throw flaw("a string does not end") }
        let kind = bytes[index]
        index += 1
        switch kind {
        case 0x22, 0x5C, 0x2F: out.append(kind)
        case 0x62: out.append(0x08)
        case 0x66: out.append(0x0C)
        case 0x6E: out.append(0x0A)
        case 0x72: out.append(0x0D)
        case 0x74: out.append(0x09)
        case 0x75:
            var code = UInt32(try hexQuad())
            if code & 0xFC00 == 0xD800 {
                guard index + 1 < bytes.count, bytes[index] == 0x5C, bytes[index + 1] == 0x75 else {
                    throw flaw("half a surrogate pair")
                }
                index += 2
                let low = UInt32(try hexQuad())
                guard low & 0xFC00 == 0xDC00 else { throw flaw("half a surrogate pair") }
                code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
            }
            guard let scalar = Unicode.Scalar(code) else { throw flaw("half a surrogate pair") }
            out.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
        default: throw flaw("an unknown escape")
        }
    }

    private mutating func hexQuad() throws(JSON.Flaw) -> UInt16 {
        guard index + 4 <= bytes.count else { throw flaw("an escape does not end") }
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Hex.value(of: bytes[index]) else { throw flaw("an escape is not hexadecimal") }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return value
    }

    private mutating func number() throws(JSON.Flaw) -> Document {
        let start = index
        if bytes[index] == 0x2D { index += 1 }
        let whole = try digits()
        guard whole == 1 || bytes[index - whole] != 0x30 else { throw flaw("a number with a leading zero") }
        var isInteger = true
        if index < bytes.count, bytes[index] == 0x2E {
            isInteger = false
            index += 1
            _ = try digits()
        }
        if index < bytes.count, bytes[index] | 0x20 == 0x65 {
            isInteger = false
            index += 1
            if index < bytes.count, bytes[index] == 0x2B || bytes[index] == 0x2D { index += 1 }
            _ = try digits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw flaw("a number out of range") }
        return .number(value)
    }

    private mutating func digits() throws(JSON.Flaw) -> Int {
        let start = index
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
        guard index > start else { throw flaw("a digit is missing") }
        return index - start
    }
}
