import Bytes

/// Writes archives without compression, bad ones too.
struct ZipWriter {
    struct Entry {
        var name: String
        var content: [UInt8] = []
        /// As on Unix.
        var mode = 0o100644
        var method = 0
        var flags = 0
        /// Another name where the data is.
        var localName: String?
        var checksum: UInt32?
        var size: Int?
    }

    var entries: [Entry]

    init(_ entries: [Entry]) { self.entries = entries }

    init(_ files: [(String, String)]) { entries = files.map { Entry(name: $0.0, content: Array($0.1.utf8)) } }

    var bytes: [UInt8] {
        var out: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let name = Array(entry.name.utf8)
            let local = Array((entry.localName ?? entry.name).utf8)
            let checksum = Int(entry.checksum ?? Self.crc32(entry.content))
            let size = entry.size ?? entry.content.count
            let offset = out.count
            let common =
                short(20) + short(entry.flags) + short(entry.method) + word(0) + word(checksum)
                + word(entry.content.count) + word(size)
            out += word(0x0403_4B50) + common + short(local.count) + short(0) + local + entry.content
            directory += word(0x0201_4B50) + short(0x0314) + common + short(name.count) + short(0) + short(0)
            directory += short(0) + short(0) + word(entry.mode << 16) + word(offset) + name
        }
        let start = out.count
        out += directory
        out += word(0x0605_4B50) + short(0) + short(0) + short(entries.count) + short(entries.count)
        return out + word(directory.count) + word(start) + short(0)
    }

    private func short(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
    private func word(_ value: Int) -> [UInt8] { short(value & 0xFFFF) + short(value >> 16 & 0xFFFF) }

    /// ISO 3309, bit by bit.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}
