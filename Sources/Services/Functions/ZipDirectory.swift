internal import Bytes

/// The central directory of a zip, read strictly: enough to refuse what could not be unpacked safely. Nothing is inflated.
struct ZipDirectory: Sendable, Equatable {
    enum Flaw: Error { case malformed, empty, tooLarge }

    static let mostZipped = 52_428_800
    static let mostUnpacked = 262_144_000
    static let mostEntries = 50_000

    private(set) var count = 0
    private(set) var unpacked = 0

    private static let local: UInt32 = 0x0403_4B50
    private static let entry: UInt32 = 0x0201_4B50
    private static let end: UInt32 = 0x0605_4B50

    init(_ bytes: [UInt8]) throws(Flaw) {
        guard bytes.count <= Self.mostZipped else { throw .tooLarge }
        let end = try Self.findEnd(bytes)
        let (entries, size, start) = (
            Int(Self.half(bytes, end + 10)), Int(Self.word(bytes, end + 12)), Int(Self.word(bytes, end + 16))
        )
        // One disk, no ZIP64: what fits the limits needs neither.
        guard Self.word(bytes, end + 4) == 0, Self.half(bytes, end + 8) == Self.half(bytes, end + 10),
            entries <= Self.mostEntries, start + size == end
        else { throw .malformed }
        guard entries > 0 else { throw .empty }
        var position = start
        for _ in 0..<entries { position = try read(bytes, at: position, before: end, directory: start) }
        guard position == end else { throw .malformed }
        count = entries
    }

    /// The end record lies at the end, behind nothing but its own comment.
    private static func findEnd(_ bytes: [UInt8]) throws(Flaw) -> Int {
        guard bytes.count >= 22 else { throw .malformed }
        var position = bytes.count - 22
        let last = max(0, position - 65_535)
        while position >= last {
            if word(bytes, position) == end, position + 22 + Int(half(bytes, position + 20)) == bytes.count {
                return position
            }
            position -= 1
        }
        throw .malformed
    }

    private mutating func read(
        _ bytes: [UInt8], at position: Int, before end: Int, directory: Int
    ) throws(Flaw) -> Int {
        guard position + 46 <= end, Self.word(bytes, position) == Self.entry else { throw .malformed }
        let (flags, method) = (Self.half(bytes, position + 8), Self.half(bytes, position + 10))
        let (packed, size) = (Int(Self.word(bytes, position + 20)), Int(Self.word(bytes, position + 24)))
        let name = Int(Self.half(bytes, position + 28))
        let next =
            position + 46 + name + Int(Self.half(bytes, position + 30))
            + Int(Self.half(bytes, position + 32))
        let start = Int(Self.word(bytes, position + 42))
        // Not encrypted; stored or deflated.
        guard next <= end, flags & 0x2041 == 0, method == 0 || method == 8, method == 8 || packed == size,
            Self.isSafe(bytes[(position + 46)..<(position + 46 + name)]), start + 30 <= directory,
            Self.word(bytes, start) == Self.local
        else { throw .malformed }
        let data = start + 30 + Int(Self.half(bytes, start + 26)) + Int(Self.half(bytes, start + 28))
        // Who goes by the local header must find the same name as who goes by the directory.
        guard data + packed <= directory, Int(Self.half(bytes, start + 26)) == name,
            bytes[(start + 30)..<(start + 30 + name)].elementsEqual(bytes[(position + 46)..<(position + 46 + name)])
        else { throw .malformed }
        unpacked += size
        guard unpacked <= Self.mostUnpacked else { throw .tooLarge }
        return next
    }

    /// Neither absolute nor upwards, on any system.
    private static func isSafe(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first, first != 0x2F, name.count <= 4096 else { return false }
        guard !name.contains(where: { $0 < 0x20 || $0 == 0x5C || $0 == 0x7F }) else { return false }
        return !name.split(separator: 0x2F).contains { $0.elementsEqual("..".utf8) || $0.elementsEqual(".".utf8) }
    }

    private static func half(_ bytes: [UInt8], _ at: Int) -> UInt16 {
        UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
    }

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        UInt32(half(bytes, at)) | UInt32(half(bytes, at + 2)) << 16
    }
}
