/// A pattern of `*` (any run) and `?` (one code point) over UTF-8 bytes, compiled once.
///
/// Every segment between stars is looked for leftmost, which is right because a later start never helps the segments after
/// it. Work per match is linear in pattern and text, or `text × segment/64` where a long segment with `?` nearly matches
/// everywhere (see `find`).
///
/// A class, as are the other parts of a compiled statement, because walking over arrays of structs retains each of their
/// fields: measured, that was most of a decision's time.
final class Glob: Sendable {
    /// Units of a pattern before compilation: 0…255 are literal bytes.
    static let anyOne: UInt16 = 256
    static let anyRun: UInt16 = 257

    private enum Form: Sendable { case everything, literal, prefix, fixedLength, unanchored }

    private let form: Form
    /// The whole pattern if `literal`, all but the star if `prefix`.
    private let bytes: [UInt8]
    /// Before the first star; the whole pattern if `fixedLength`.
    private let head: [UInt16]
    private let middle: [[UInt16]]
    /// After the last star.
    private let tail: [UInt16]

    init(_ units: [UInt16]) {
        let literals = units.prefix { $0 < Glob.anyOne }.map { UInt8(truncatingIfNeeded: $0) }
        let rest = units.dropFirst(literals.count)
        if rest.allSatisfy({ $0 == Glob.anyRun }) {
            form = rest.isEmpty ? .literal : literals.isEmpty ? .everything : .prefix
            (bytes, head, middle, tail) = (literals, [], [], [])
        } else if !rest.contains(Glob.anyRun) {
            form = .fixedLength
            (bytes, head, middle, tail) = ([], units, [], [])
        } else {
            form = .unanchored
            var segments = units.split(separator: Glob.anyRun, omittingEmptySubsequences: false).map { Array($0) }
            tail = segments.removeLast()
            head = segments.removeFirst()
            middle = segments.filter { !$0.isEmpty }
            bytes = []
        }
    }

    /// `*` and `?` in `bytes` are wildcards.
    convenience init(wild bytes: some Sequence<UInt8>) { self.init(bytes.map(Glob.wildUnit)) }

    static func wildUnit(_ byte: UInt8) -> UInt16 {
        switch byte {
        case 0x2A: anyRun
        case 0x3F: anyOne
        default: UInt16(byte)
        }
    }

    /// The only text it matches, if there is just one.
    var literal: [UInt8]? { form == .literal ? bytes : nil }

    /// What every text that it matches begins with.
    var beginning: [UInt8] {
        switch form {
        case .everything: []
        case .literal, .prefix: bytes
        case .fixedLength, .unanchored: head.prefix { $0 < Glob.anyOne }.map { UInt8(truncatingIfNeeded: $0) }
        }
    }

    func matches(_ text: Span<UInt8>) -> Bool {
        switch form {
        case .everything: return true
        case .literal: return bytes.count == text.count && Glob.starts(text, with: bytes)
        case .prefix: return Glob.starts(text, with: bytes)
        case .fixedLength: return Glob.forward(head, text, from: 0, before: text.count) == text.count
        case .unanchored:
            guard var position = Glob.forward(head, text, from: 0, before: text.count),
                let end = Glob.backward(tail, text, from: text.count, notBefore: position)
            else { return false }
            for segment in middle {
                guard let next = Glob.find(segment, in: text, from: position, before: end) else { return false }
                position = next
            }
            return true
        }
    }

    static func starts(_ text: Span<UInt8>, with bytes: [UInt8]) -> Bool {
        guard text.count >= bytes.count else { return false }
        for index in bytes.indices where text[index] != bytes[index] { return false }
        return true
    }

    static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// Where `units` end if they match at `start` and stay before `limit`.
    static func forward(_ units: [UInt16], _ text: Span<UInt8>, from start: Int, before limit: Int) -> Int? {
        var position = start
        for unit in units {
            guard position < limit else { return nil }
            let byte = text[position]
            position += 1
            if unit == anyOne {
                guard !isContinuation(byte) else { return nil }
                while position < limit, isContinuation(text[position]) { position += 1 }
            } else if unit != UInt16(byte) {
                return nil
            }
        }
        return position
    }

    /// Where `units` begin if they match up to `end`.
    private static func backward(
        _ units: [UInt16], _ text: Span<UInt8>, from end: Int, notBefore limit: Int
    ) -> Int? {
        var position = end
        for unit in units.reversed() {
            guard position > limit else { return nil }
            position -= 1
            if unit == anyOne {
                while position > limit, isContinuation(text[position]) { position -= 1 }
                guard !isContinuation(text[position]) else { return nil }
            } else if unit != UInt16(text[position]) {
                return nil
            }
        }
        return position
    }
}
