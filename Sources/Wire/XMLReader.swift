package import Bytes

/// Reads what services answer in the query protocol, without knowing its shape: elements with elements in them are structures,
/// or lists if all of those are called `member`; everything else is text. An empty list cannot be told from an empty text.
package enum XMLReader {
    package struct Flaw: Error, Sendable, Equatable {
        package let offset: Int
    }

    /// The name and the content of the outermost element.
    package static func read(_ bytes: [UInt8]) throws(Flaw) -> (name: Text, content: Document) {
        var parser = XMLParser(bytes: bytes)
        return try parser.document()
    }
}

private struct XMLParser {
    let bytes: [UInt8]
    var index = 0

    private static let maxDepth = 64

    private var flaw: XMLReader.Flaw { XMLReader.Flaw(offset: index) }

    mutating func document() throws(XMLReader.Flaw) -> (name: Text, content: Document) {
        skipSpace()
        while starts(with: "<?") { try skip(past: "?>") }
        skipSpace()
        let root = try element(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw flaw }
        return root
    }

    private func starts(with word: String) -> Bool { bytes[index...].starts(with: word.utf8) }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    private mutating func skip(past word: String) throws(XMLReader.Flaw) {
        while index < bytes.count {
            if starts(with: word) {
                index += word.utf8.count
                return skipSpace()
            }
            index += 1
        }
        throw flaw
    }

    private mutating func element(depth: Int) throws(XMLReader.Flaw) -> (name: Text, content: Document) {
        guard depth < Self.maxDepth, index < bytes.count, bytes[index] == 0x3C else { throw flaw }
        index += 1
        let name = try name()
        // Attributes say nothing here: only namespaces come as such.
        var isEmpty = false
        while index < bytes.count, bytes[index] != 0x3E {
            isEmpty = bytes[index] == 0x2F
            index += 1
        }
        guard index < bytes.count else { throw flaw }
        index += 1
        if isEmpty { return (name, .string("")) }
        return (name, try content(of: name, depth: depth))
    }

    private mutating func name() throws(XMLReader.Flaw) -> Text {
        let start = index
        while index < bytes.count, ![0x20, 0x09, 0x0A, 0x0D, 0x2F, 0x3E].contains(bytes[index]) { index += 1 }
        guard index > start, let name = Text(utf8: bytes[start..<index]) else { throw flaw }
        return name
    }

    private mutating func content(of name: Text, depth: Int) throws(XMLReader.Flaw) -> Document {
        var members: [Fields.Member] = []
        var text: [UInt8] = []
        while index < bytes.count {
            if starts(with: "</") {
                index += 2
                guard try self.name() == name else { throw flaw }
                skipSpace()
                guard index < bytes.count, bytes[index] == 0x3E else { throw flaw }
                index += 1
                return try value(members, text)
            }
            if bytes[index] == 0x3C {
                let (name, content) = try element(depth: depth + 1)
                members.append(Fields.Member(name: name, value: content))
            } else if bytes[index] == 0x26 {
                text += try reference()
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        throw flaw
    }

    private func value(_ members: [Fields.Member], _ text: [UInt8]) throws(XMLReader.Flaw) -> Document {
        if !members.isEmpty {
            return members.allSatisfy { $0.name == "member" }
                ? .list(members.map(\.value)) : .structure(Fields(members))
        }
        guard let text = Text(utf8: text) else { throw flaw }
        return .string(text)
    }

    private mutating func reference() throws(XMLReader.Flaw) -> [UInt8] {
        let rest = bytes[(index + 1)...].prefix(10)
        guard let end = rest.firstIndex(of: 0x3B) else { throw flaw }
        let name = String(decoding: rest[..<end], as: UTF8.self)
        defer { index = end + 1 }
        switch name {
        case "amp": return [0x26]
        case "lt": return [0x3C]
        case "gt": return [0x3E]
        case "quot": return [0x22]
        case "apos": return [0x27]
        default:
            let isHex = name.hasPrefix("#x")
            guard name.hasPrefix("#"), let code = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10),
                let scalar = Unicode.Scalar(code)
            else { throw flaw }
            return Array(String(Character(scalar)).utf8)
        }
    }
}
