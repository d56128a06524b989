internal import Bytes
internal import Primitives

/// How records stand in a segment, and how each is bound to the one before it.
///
/// A line is `LENGTH PREVIOUS RECORD\n`: eight hex digits for the record's length in bytes, 64 for the SHA-256 of the whole
/// previous line (newline included; zeros before the first line of all), the record as one line of JSON. The chain runs
/// on from segment to segment. It is text, so that `cut -d' ' -f3-` reads it when everything else is broken.
struct Chain: Sendable, Equatable {
    /// SHA-256 of the last line.
    private(set) var link: [UInt8]
    /// Lines since the beginning of the trail.
    private(set) var count: UInt64

    static let start = Chain(link: Array(repeating: 0, count: 32), count: 0)
    /// Bytes before the record: two fields and a space after each.
    static let prefixLength = 8 + 1 + 64 + 1

    init(link: [UInt8], count: UInt64) {
        self.link = link
        self.count = count
    }

    mutating func append(_ record: [UInt8], to out: inout ByteBuilder) {
        let start = out.bytes.count
        out.append(hexWord: UInt32(record.count))
        out.append(byte: 0x20)
        out.append(hex: link)
        out.append(byte: 0x20)
        out.append(record)
        out.append(byte: 0x0A)
        link = SHA256.hash(out.bytes[start...]).bytes
        count += 1
    }

    /// Follows one line (without its newline). False if it does not continue this chain.
    mutating func follow(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.count > Self.prefixLength else { return false }
        let start = line.startIndex
        let expectedLength = ByteBuilder.hexLength(line.count - Self.prefixLength)
        guard line[start..<start + 8].elementsEqual(expectedLength), line[start + 8] == 0x20,
            line[start + 9..<start + 73].elementsEqual(Hex.encode(link).utf8), line[start + 73] == 0x20
        else { return false }
        link = SHA256.hash(Array(line) + [0x0A]).bytes
        count += 1
        return true
    }
}

extension ByteBuilder {
    fileprivate static func hexLength(_ count: Int) -> [UInt8] {
        var out = ByteBuilder()
        let length = UInt32(truncatingIfNeeded: count)
        out.append(hexWord: length)
        return out.bytes
    }
}
