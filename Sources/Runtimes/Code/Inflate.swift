internal import Bytes
internal import CZlib

/// Raw deflate (RFC 1951), to exactly the length and checksum that were announced.
enum Inflate {
    static func content(_ entry: ZipArchive.Entry) throws(ZipFlaw) -> [UInt8] {
        let content = entry.isDeflated ? inflated(entry.data, entry.size) : Array(entry.data)
        guard let content, checksum(content) == entry.checksum else {
            throw ZipFlaw("\(ZipArchive.shown(entry.path)) is damaged")
        }
        return content
    }

    private static func inflated(_ data: ArraySlice<UInt8>, _ size: Int) -> [UInt8]? {
        var stream = unsafe z_stream()
        // Negative: no header around it.
        guard unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { unsafe inflateEnd(&stream) }
        var source = Array(data)
        var isWhole = false
        // A byte more than is wanted: content that is longer shows.
        let content = unsafe [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            isWhole = unsafe source.withUnsafeMutableBufferPointer { input in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(size + 1)
                let end = unsafe inflate(&stream, Z_FINISH)
                return unsafe end == Z_STREAM_END && stream.avail_in == 0
            }
            count = unsafe Int(stream.total_out)
        }
        return isWhole && content.count == size ? content : nil
    }

    private static func checksum(_ content: [UInt8]) -> UInt32 {
        unsafe content.withUnsafeBufferPointer { buffer in
            unsafe UInt32(truncatingIfNeeded: crc32(0, buffer.baseAddress, UInt32(buffer.count)))
        }
    }
}
