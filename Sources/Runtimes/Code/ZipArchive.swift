package import Bytes

/// The directory of a zip archive (APPNOTE 6.3), read strictly: what two readers could understand differently is refused.
package struct ZipArchive {
    package struct Entry {
        /// Relative, without `.` or `..`.
        package let path: [Text]
        package let kind: Kind
        let isDeflated: Bool
        let checksum: UInt32
        let size: Int
        let data: ArraySlice<UInt8>
    }

    package enum Kind: Equatable {
        case folder
        case file(isExecutable: Bool)
        case link
    }

    package let entries: [Entry]

    package init(_ bytes: [UInt8], limits: ZipLimits = ZipLimits()) throws(ZipFlaw) {
        let reader = ZipReader(bytes: bytes)
        let end = try reader.end()
        guard try reader.short(end + 4) == 0, try reader.short(end + 6) == 0 else {
            throw ZipFlaw("the archive is one part of several")
        }
        let count = try reader.short(end + 10)
        guard count <= limits.entries else { throw ZipFlaw("the archive has more than \(limits.entries) entries") }
        let start = try reader.word(end + 16)
        guard try reader.short(end + 8) == count, try start + reader.word(end + 12) == end else {
            throw ZipFlaw("the archive's directory is not where its end says")
        }
        guard count != 0xFFFF, start != 0xFFFF_FFFF else {
            throw ZipFlaw("the archive uses the Zip64 extensions")
        }
        var at = start
        var total = 0
        var seen: Set<[Text]> = []
        var entries: [Entry] = []
        for _ in 0..<count {
            let (entry, next) = try reader.entry(at)
            guard next <= end else { throw ZipFlaw("the archive's directory runs over its end") }
            total += entry.size
            guard total <= limits.bytes else {
                throw ZipFlaw("unpacked, the archive is larger than \(limits.bytes) bytes", isTooLarge: true)
            }
            if entry.path.isEmpty {
                guard entry.kind == .folder else { throw ZipFlaw("an entry has no name") }
            } else {
                guard seen.insert(entry.path).inserted else {
                    throw ZipFlaw("\(Self.shown(entry.path)) is in the archive twice")
                }
                entries.append(entry)
            }
            at = next
        }
        guard at == end else { throw ZipFlaw("the archive's directory holds more than its end says") }
        self.entries = entries
    }

    static func shown(_ path: [Text]) -> Text { Text(path.map(\.string).joined(separator: "/")) }
}
