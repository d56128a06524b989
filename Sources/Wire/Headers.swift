/// A request's headers over the bytes that they came in: one run of bytes, and where in it each name and value lies.
///
/// It is a collection of ``Header``, for whoever is not in a hurry; the hot path reads ``lines`` and makes no strings.
package struct Headers: Sendable {
    package private(set) var bytes: [UInt8]
    package private(set) var lines: [HeaderLine]

    /// The ranges of `lines` must lie in `bytes`.
    package init(bytes: [UInt8], lines: [HeaderLine]) {
        self.bytes = bytes
        self.lines = lines
    }

    package init() { (bytes, lines) = ([], []) }

    package mutating func append(name: String.UTF8View, value: String.UTF8View) {
        let start = bytes.count
        bytes.append(contentsOf: name)
        let colon = bytes.count
        bytes.append(contentsOf: value)
        lines.append(
            HeaderLine(kind: HeaderKind(bytes.span, start, colon), name: start..<colon, value: colon..<bytes.count))
    }

    package func value(_ line: HeaderLine) -> ArraySlice<UInt8> { bytes[line.value] }
}

/// Where a header lies in ``Headers/bytes``.
package struct HeaderLine: Sendable {
    package let kind: HeaderKind
    private let bounds: (UInt32, UInt32, UInt32, UInt32)

    /// Offsets below 2³², as every head is.
    package init(kind: HeaderKind, name: Range<Int>, value: Range<Int>) {
        self.kind = kind
        bounds = (
            UInt32(truncatingIfNeeded: name.lowerBound), UInt32(truncatingIfNeeded: name.upperBound),
            UInt32(truncatingIfNeeded: value.lowerBound), UInt32(truncatingIfNeeded: value.upperBound)
        )
    }

    package var name: Range<Int> { Int(bounds.0)..<Int(bounds.1) }
    package var value: Range<Int> { Int(bounds.2)..<Int(bounds.3) }
}

/// The names that decide something, told apart once, when a head is read.
package enum HeaderKind: UInt8, Sendable {
    case other
    case host, date, userAgent, connection, expect, upgrade
    case contentType, contentLength, contentEncoding, transferEncoding
    case authorization, amzDate, target, securityToken, contentSHA256
    /// Any other that begins with `x-amz-`.
    case otherAmz

    /// Of the name in `bytes[start..<end]`, in whatever case.
    package init(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) {
        self = .other
        // Most names are told apart by their length and one letter.
        let first = start < end ? bytes[start] | 0x20 : 0
        switch (end &- start, first) {
        case (4, 0x68): take(.host, "host", bytes, start)
        case (4, 0x64): take(.date, "date", bytes, start)
        case (6, 0x65): take(.expect, "expect", bytes, start)
        case (7, 0x75): take(.upgrade, "upgrade", bytes, start)
        case (10, 0x75): take(.userAgent, "user-agent", bytes, start)
        case (10, 0x63): take(.connection, "connection", bytes, start)
        case (10, 0x78): take(.amzDate, "x-amz-date", bytes, start)
        case (12, 0x78): take(.target, "x-amz-target", bytes, start)
        case (12, 0x63): take(.contentType, "content-type", bytes, start)
        case (13, 0x61): take(.authorization, "authorization", bytes, start)
        case (14, 0x63): take(.contentLength, "content-length", bytes, start)
        case (16, 0x63): take(.contentEncoding, "content-encoding", bytes, start)
        case (17, 0x74): take(.transferEncoding, "transfer-encoding", bytes, start)
        case (20, 0x78):
            take(.securityToken, "x-amz-security-token", bytes, start)
            if self == .other { take(.contentSHA256, "x-amz-content-sha256", bytes, start) }
        default: break
        }
        if self == .other, first == 0x78, end &- start >= 6 { take(.otherAmz, "x-amz-", bytes, start) }
    }

    private mutating func take(
        _ kind: HeaderKind, _ name: String, _ bytes: borrowing Span<UInt8>, _ start: Int
    ) {
        let wanted = name.utf8.span
        for index in wanted.indices where ASCII.lower(bytes[start &+ index]) != wanted[index] { return }
        self = kind
    }

    /// Unsigned, it could be replaced: the host says which server was meant, `x-amz-…` what was asked.
    var mustBeSigned: Bool {
        switch self {
        case .host, .amzDate, .target, .securityToken, .contentSHA256, .otherAmz: true
        default: false
        }
    }
}

extension Headers: RandomAccessCollection, MutableCollection, RangeReplaceableCollection, ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Header...) { self.init(elements) }

    package init(_ headers: some Sequence<Header>) {
        self.init()
        for header in headers { append(name: header.name.utf8, value: header.value.utf8) }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { lines.count }

    package subscript(position: Int) -> Header {
        get {
            let line = lines[position]
            return Header(
                String(decoding: bytes[line.name], as: UTF8.self), String(decoding: bytes[line.value], as: UTF8.self))
        }
        set { replaceSubrange(position..<position + 1, with: CollectionOfOne(newValue)) }
    }

    package mutating func replaceSubrange(_ range: Range<Int>, with new: some Collection<Header>) {
        self = Headers(Array(self[..<range.lowerBound]) + Array(new) + Array(self[range.upperBound...]))
    }
}
