internal import Bytes
internal import Wire

/// CloudWatch's filter patterns for unstructured text: terms that must all be there, `?` before those of which one suffices,
/// `-` before those that must not be, quotes around what has other characters in it.
struct LogFilter: Sendable, Equatable {
    private var all: [[UInt8]] = []
    private var any: [[UInt8]] = []
    private var none: [[UInt8]] = []

    private static let plain: CharacterClass = "\\w.:/@$"

    init(_ pattern: Text) throws(Fault) {
        var rest = pattern.bytes[...]
        while let first = rest.first {
            if first == 0x20 || first == 0x09 {
                rest.removeFirst()
                continue
            }
            if first == 0x7B || first == 0x5B {
                throw .logs(
                    "Invalid filter pattern: patterns for JSON and for fields are not supported by this server.")
            }
            let sign = first == 0x3F || first == 0x2D ? rest.removeFirst() : 0
            let term = rest.first == 0x22 ? try Self.quoted(&rest) : try Self.bare(&rest)
            guard !term.isEmpty else { throw .logs("Invalid filter pattern") }
            switch sign {
            case 0x3F: any.append(term)
            case 0x2D: none.append(term)
            default: all.append(term)
            }
        }
    }

    private static func quoted(_ rest: inout ArraySlice<UInt8>) throws(Fault) -> [UInt8] {
        rest.removeFirst()
        var term: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == 0x22 { return term }
            if byte == 0x5C, let next = rest.first, next == 0x22 || next == 0x5C {
                term.append(rest.removeFirst())
            } else {
                term.append(byte)
            }
        }
        throw .logs("Invalid filter pattern")
    }

    private static func bare(_ rest: inout ArraySlice<UInt8>) throws(Fault) -> [UInt8] {
        let term = rest.prefix { $0 != 0x20 && $0 != 0x09 }
        rest = rest.dropFirst(term.count)
        let text = Text(decoding: term)
        guard text.string.unicodeScalars.allSatisfy({ $0.value > 127 || plain.contains($0) }) else {
            throw .logs("Invalid character(s) in term '\(text)'")
        }
        return Array(term)
    }

    func matches(_ line: Text) -> Bool {
        let bytes = line.bytes
        func has(_ term: [UInt8]) -> Bool { bytes.span.contains(term) }
        return all.allSatisfy(has) && (any.isEmpty || !all.isEmpty || any.contains(where: has))
            && !none.contains(where: has)
    }
}

extension Span<UInt8> {
    fileprivate func contains(_ term: [UInt8]) -> Bool {
        guard term.count <= count else { return false }
        var start = 0
        while start + term.count <= count {
            var length = 0
            while length < term.count, self[start + length] == term[length] { length += 1 }
            if length == term.count { return true }
            start += 1
        }
        return false
    }
}
