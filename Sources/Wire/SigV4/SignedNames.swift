import Bytes

/// The `SignedHeaders` list: names in lower case with `;` between, kept as sent.
struct SignedNames: Sendable {
    /// A part of the header that the list came in: nothing is copied.
    let bytes: ArraySlice<UInt8>

    var text: Text { Text(String(decoding: bytes, as: UTF8.self)) }

    func contains(_ header: String) -> Bool {
        let list = bytes.span
        let name = header.utf8.span
        var start = 0
        while start <= list.count {
            let end = Self.end(of: list, from: start)
            if Self.matches(name, list, start, end) { return true }
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
        _ name: borrowing Span<UInt8>, _ list: borrowing Span<UInt8>, _ start: Int, _ end: Int
    ) -> Bool {
        guard name.count == end - start else { return false }
        for index in name.indices where ASCII.lower(name[index]) != list[start &+ index] { return false }
        return true
    }

    /// The host says which server was meant, and `x-amz-…` headers say what was asked: unsigned, they could be replaced. The
    /// first such header that is not in the list, in lower case.
    func firstMissing(from headers: [Header]) -> Text? {
        let headers = headers.span
        for index in headers.indices where Self.isGuarded(headers[index].name) {
            if !contains(headers[index].name) { return Text(headers[index].name).asciiLowercased }
        }
        return nil
    }

    private static func isGuarded(_ name: String) -> Bool {
        switch name.utf8.first {
        case 0x48, 0x68: name.utf8.count == 4 && ASCII.matches(name, "host")
        case 0x58, 0x78: ASCII.hasPrefix(name, "x-amz-")
        default: false
        }
    }

    /// SigV4's canonical headers: for each signed name a line `name:value`, of repeated headers all values with commas
    /// between. `false` if a name has no header.
    func appendCanonical(_ headers: [Header], to out: inout [UInt8]) -> Bool {
        // Names that repeat or exceed the headers could only make work: unbounded, it would be quadratic.
        var budget = headers.count
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
        _ headers: [Header], _ list: borrowing Span<UInt8>, _ start: Int, _ end: Int, to out: inout [UInt8]
    ) -> Bool {
        var isFound = false
        let headers = headers.span
        for index in headers.indices where headers[index].name.utf8.count == end - start {
            guard Self.matches(headers[index].name.utf8.span, list, start, end) else { continue }
            if isFound {
                out.append(0x2C)
            } else {
                out.append(contentsOf: bytes[(bytes.startIndex + start)..<(bytes.startIndex + end)])
                out.append(0x3A)
                isFound = true
            }
            Self.appendValue(headers[index].value, to: &out)
        }
        out.append(0x0A)
        return isFound
    }

    /// Without spaces at the ends, and inner runs of spaces as one. Tabs stay: taken for spaces, two different values would
    /// have one signature.
    private static func appendValue(_ value: String, to out: inout [UInt8]) {
        let start = out.count
        out.append(contentsOf: value.utf8)
        if isPlain(out.span, from: start) { return }
        out.removeSubrange(start...)
        for byte in value.utf8 where byte != 0x20 || out.count > start && out.last != 0x20 { out.append(byte) }
        if out.count > start, out.last == 0x20 { out.removeLast() }
    }

    private static func isPlain(_ bytes: borrowing Span<UInt8>, from start: Int) -> Bool {
        var previous: UInt8 = 0x20
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x20, previous == 0x20 { return false }
            previous = byte
            index &+= 1
        }
        return previous != 0x20 || bytes.count == start
    }
}
