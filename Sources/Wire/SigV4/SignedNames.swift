import Bytes

/// The `SignedHeaders` list: names in lower case with `;` between, kept as sent.
struct SignedNames: Sendable {
    /// A part of the header that the list came in: nothing is copied.
    let bytes: ArraySlice<UInt8>

    var text: Text { Text(String(decoding: bytes, as: UTF8.self)) }

    /// `name` lies in `source`.
    private func contains(_ name: Range<Int>, _ source: borrowing Span<UInt8>) -> Bool {
        let list = bytes.span
        var start = 0
        while start <= list.count {
            let end = Self.end(of: list, from: start)
            if Self.matches(source, name, list, start, end) { return true }
            start = end + 1
        }
        return false
    }

    /// Where the name that begins at `start` ends.
    private static func end(of list: borrowing Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < list.count, list[end] != 0x3B { end &+= 1 }
        return end
    }

    private static func matches(
        _ source: borrowing Span<UInt8>, _ name: Range<Int>, _ list: borrowing Span<UInt8>, _ start: Int, _ end: Int
    ) -> Bool {
        guard name.count == end - start else { return false }
        var (mine, wanted) = (name.lowerBound, start)
        while wanted < end {
            if ASCII.lower(source[mine]) != list[wanted] { return false }
            mine &+= 1
            wanted &+= 1
        }
        return true
    }

    /// The host says which server was meant, and `x-amz-…` headers say what was asked: unsigned, they could be replaced. The
    /// first such header that is not in the list, in lower case.
    func firstMissing(from headers: Headers) -> Text? {
        let source = headers.bytes.span
        let lines = headers.lines.span
        for index in lines.indices where lines[index].kind.mustBeSigned {
            let name = lines[index].name
            if !contains(name, source) { return Text(decoding: headers.bytes[name]).asciiLowercased }
        }
        return nil
    }

    /// SigV4's canonical headers: for each signed name a line `name:value`, of repeated headers all values with commas
    /// between. `false` if a name has no header.
    func appendCanonical(_ headers: Headers, to out: inout [UInt8]) -> Bool {
        // Names that repeat or exceed the headers could only make work: unbounded, it would be quadratic.
        var budget = headers.lines.count
        let list = bytes.span
        var start = 0
        while start <= list.count {
            let end = Self.end(of: list, from: start)
            guard end > start, budget > 0 else { return false }
            budget -= 1
            guard appendLine(headers, list, start, end, to: &out) else { return false }
            start = end + 1
        }
        return true
    }

    private func appendLine(
        _ headers: Headers, _ list: borrowing Span<UInt8>, _ start: Int, _ end: Int, to out: inout [UInt8]
    ) -> Bool {
        var isFound = false
        let source = headers.bytes.span
        let lines = headers.lines.span
        for index in lines.indices where lines[index].name.count == end - start {
            guard Self.matches(source, lines[index].name, list, start, end) else { continue }
            if isFound {
                out.append(0x2C)
            } else {
                out.append(list, start..<end)
                out.append(0x3A)
                isFound = true
            }
            Self.appendValue(headers.value(lines[index]), to: &out)
        }
        out.append(0x0A)
        return isFound
    }

    /// Without spaces at the ends, and inner runs of spaces as one. Tabs stay: taken for spaces, two different values would
    /// have one signature.
    private static func appendValue(_ value: ArraySlice<UInt8>, to out: inout [UInt8]) {
        if isPlain(value.span) { return out.append(value.span) }
        let start = out.count
        for byte in value where byte != 0x20 || out.count > start && out.last != 0x20 { out.append(byte) }
        if out.count > start, out.last == 0x20 { out.removeLast() }
    }

    private static func isPlain(_ bytes: borrowing Span<UInt8>) -> Bool {
        var previous: UInt8 = 0x20
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == 0x20, previous == 0x20 { return false }
            previous = byte
        }
        return previous != 0x20 || bytes.count == 0
    }
}
