/// SigV4's canonical URI: dot segments and empty segments removed, then every byte encoded that is not unreserved. The path
/// arrives percent-encoded already, so that its escapes are encoded a second time, as all services but S3 want it.
enum CanonicalPath {
    static func append(_ path: ArraySlice<UInt8>, normalizing: Bool, to out: inout [UInt8]) {
        guard normalizing else {
            appendEncoded(path, to: &out)
            if path.isEmpty { out.append(0x2F) }
            return
        }
        let start = out.count
        // Where each kept segment begins, so that `..` can take the last one away again.
        var starts: [Int] = []
        var endsInSlash = true
        for segment in path.split(separator: 0x2F, omittingEmptySubsequences: false) {
            endsInSlash = true
            if segment.isEmpty || segment.elementsEqual([0x2E]) { continue }
            if segment.elementsEqual([0x2E, 0x2E]) {
                if let last = starts.popLast() { out.removeSubrange(last...) }
                continue
            }
            endsInSlash = false
            starts.append(out.count)
            out.append(0x2F)
            appendEncoded(segment, to: &out)
        }
        if endsInSlash || out.count == start { out.append(0x2F) }
    }

    private static func appendEncoded(_ bytes: ArraySlice<UInt8>, to out: inout [UInt8]) {
        for byte in bytes {
            if byte == 0x2F { out.append(byte) } else { PercentCoding.append(byte, to: &out) }
        }
    }
}
