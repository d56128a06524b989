internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// Where the statements of a policy stand in its text. For texts that have been parsed already.
struct StatementPlaces: Sendable {
    private let bytes: [UInt8]
    private var at = 0
    private(set) var ranges: [Range<Int>] = []

    init(_ text: Text) {
        bytes = text.bytes
        findAll()
    }

    /// Line and column of a statement's first byte, and of the one behind its last, from 1.
    func shown(_ index: Int) -> (start: Document, end: Document)? {
        guard ranges.indices.contains(index) else { return nil }
        return (position(ranges[index].lowerBound), position(ranges[index].upperBound))
    }

    private func position(_ offset: Int) -> Document {
        let before = bytes[..<offset]
        let line = before.count { $0 == 0x0A } + 1
        let column = offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return .structure(["Line": .integer(Int64(line)), "Column": .integer(Int64(column))])
    }

    private mutating func findAll() {
        skipSpace()
        at += 1
        while at < bytes.count, current != 0x7D {
            skipSpace()
            let start = at
            skipValue()
            let isStatement = bytes[start..<at].elementsEqual("\"Statement\"".utf8)
            skipSpace()
            at += 1
            skipSpace()
            if isStatement { readStatements() } else { skipValue() }
            skipSeparator()
        }
    }

    private mutating func readStatements() {
        guard current == 0x5B else {
            readStatement()
            return
        }
        at += 1
        skipSpace()
        while at < bytes.count, current != 0x5D {
            let start = at
            readStatement()
            skipSeparator()
            guard at > start else { return }
        }
        at += 1
    }

    private mutating func readStatement() {
        let start = at
        skipValue()
        ranges.append(start..<at)
    }

    private var current: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func skipSpace() {
        while [0x20, 0x09, 0x0A, 0x0D].contains(current) { at += 1 }
    }

    private mutating func skipSeparator() {
        skipSpace()
        if current == 0x2C { at += 1 }
        skipSpace()
    }

    private mutating func skipValue() {
        var depth = 0
        while at < bytes.count {
            switch current {
            case 0x22: skipString()
            case 0x7B, 0x5B:
                depth += 1
                at += 1
            case 0x7D, 0x5D:
                guard depth > 0 else { return }
                depth -= 1
                at += 1
            case 0x2C, 0x3A, 0x20, 0x09, 0x0A, 0x0D:
                guard depth > 0 else { return }
                at += 1
                continue
            default:
                at += 1
                continue
            }
            if depth == 0 { return }
        }
    }

    private mutating func skipString() {
        at += 1
        while at < bytes.count, current != 0x22 { at += current == 0x5C ? 2 : 1 }
        at += 1
    }
}
