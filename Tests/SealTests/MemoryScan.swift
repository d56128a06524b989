import Glibc

/// How often bytes occur in this process's writable memory, guarded arena and freed heap included.
///
/// The bytes are given inverted, and the scan leaves out its own buffer: else it would find what it searches with. The first
/// one should be rare in memory.
func occurrences(ofInverted inverted: [UInt8]) -> Int {
    let window = 1 << 20
    let count = inverted.count
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count + window, alignment: 16)
    defer { unsafe buffer.deallocate() }
    for index in 0..<count { unsafe buffer[index] = ~inverted[index] }
    let own = UInt(bitPattern: buffer.baseAddress)..<UInt(bitPattern: buffer.baseAddress) + UInt(buffer.count)
    let memory = unsafe open("/proc/self/mem", O_RDONLY)
    defer { close(memory) }
    var found = 0
    for region in writableRegions() {
        var at = region.lowerBound
        while at < region.upperBound {
            let length = min(window, Int(region.upperBound - at))
            let got = unsafe pread(memory, buffer.baseAddress.map { unsafe $0 + count }, length, Int(at))
            if got >= count {
                found += unsafe matches(UnsafeRawBufferPointer(buffer), count: count, length: got, at: at, without: own)
            }
            // Windows overlap, so that nothing hides across their border.
            at += UInt(length == window ? window - count + 1 : length)
        }
    }
    for index in 0..<buffer.count { unsafe buffer[index] = 0 }
    return found
}

private func matches(
    _ buffer: UnsafeRawBufferPointer, count: Int, length: Int, at address: UInt, without own: Range<UInt>
) -> Int {
    guard let needle = buffer.baseAddress else { return 0 }
    let haystack = unsafe needle + count
    var found = 0
    var offset = 0
    while offset + count <= length {
        guard let hit = unsafe memchr(haystack + offset, Int32(needle.load(as: UInt8.self)), length - offset) else {
            break
        }
        let position = unsafe UnsafeRawPointer(hit) - haystack
        offset = position + 1
        guard position + count <= length, unsafe memcmp(haystack + position, needle, count) == 0 else { continue }
        if !own.contains(address + UInt(position)) { found += 1 }
    }
    return found
}

private func writableRegions() -> [Range<UInt>] {
    let file = unsafe open("/proc/self/maps", O_RDONLY)
    defer { close(file) }
    var text: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65536)
    while case let got = unsafe read(file, &part, part.count), got > 0 { text += part.prefix(got) }
    // The list is read in parts while others map and unmap: what comes twice must not count twice.
    var end: UInt = 0
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
        let fields = line.split(separator: " ")
        guard fields.count >= 2, fields[1].hasPrefix("rw"), !line.contains("[vvar") else { return nil }
        let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, ends[1] > end else { return nil }
        defer { end = ends[1] }
        return max(ends[0], end)..<ends[1]
    }
}
