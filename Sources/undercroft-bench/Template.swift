import Bytes

/// Text with holes: `{n}` the request's number (six digits), `{u}` a token used once, `{next}` the next page's token.
struct Template {
    private enum Piece {
        case literal([UInt8])
        case number
        case unique
        case next
    }

    private var pieces: [Piece] = []

    init(_ text: String) {
        var literal: [UInt8] = []
        var rest = Array(text.utf8)[...]
        let holes: [(name: [UInt8], piece: Piece)] = [
            (Array("{n}".utf8), .number), (Array("{u}".utf8), .unique), (Array("{next}".utf8), .next),
        ]
        while let byte = rest.first {
            if byte == 0x7B, let hole = holes.first(where: { rest.starts(with: $0.name) }) {
                pieces += [.literal(literal), hole.piece]
                literal = []
                rest.removeFirst(hole.name.count)
            } else {
                literal.append(byte)
                rest.removeFirst()
            }
        }
        pieces.append(.literal(literal))
    }

    func filled(number: Int, unique: UInt64 = 0, next: [UInt8] = []) -> [UInt8] {
        var out = ByteBuilder()
        for piece in pieces {
            switch piece {
            case .literal(let bytes): out.append(bytes)
            case .number: out.append(decimal: UInt64(number), width: 6)
            case .unique: Self.append(unique: unique, to: &out)
            case .next: if !next.isEmpty { Self.append(next: next, to: &out) }
            }
        }
        return out.bytes
    }

    /// Long enough for a `ClientRequestToken`, and never the same in two runs.
    private static let run = Now.nanoseconds

    private static func append(unique: UInt64, to out: inout ByteBuilder) {
        out.append("bench-")
        out.append(decimal: run, width: 19)
        out.append("-")
        out.append(decimal: unique, width: 12)
    }

    private static func append(next: [UInt8], to out: inout ByteBuilder) {
        out.append(",\"NextToken\":\"")
        out.append(next)
        out.append("\"")
    }
}
