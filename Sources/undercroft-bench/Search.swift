import Glibc

enum Search {
    /// Where `needle` first is at or after `start`. `memchr` finds its first byte, so one that is rare makes this cheap.
    static func find(_ needle: [UInt8], in bytes: Span<UInt8>, from start: Int) -> Int? {
        guard let first = needle.first else { return start }
        var position = start
        while let found = find(first, in: bytes, from: position) {
            if matches(needle, bytes, at: found) { return found }
            position = found + 1
        }
        return nil
    }

    static func find(_ byte: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int? {
        unsafe bytes.withUnsafeBytes { hay -> Int? in
            guard start < hay.count, let base = hay.baseAddress else { return nil }
            let found = unsafe memchr(base + start, Int32(byte), hay.count - start)
            return unsafe found.map { unsafe UnsafeRawPointer($0) - base }
        }
    }

    private static func matches(_ needle: [UInt8], _ bytes: Span<UInt8>, at start: Int) -> Bool {
        guard start + needle.count <= bytes.count else { return false }
        for index in needle.indices where bytes[start + index] != needle[index] { return false }
        return true
    }
}
