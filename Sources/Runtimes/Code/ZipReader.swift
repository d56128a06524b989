internal import Bytes

/// Fields of a zip archive, each read within its bounds.
struct ZipReader {
    let bytes: [UInt8]

    func short(_ at: Int) throws(ZipFlaw) -> Int {
        guard at >= 0, at + 2 <= bytes.count else { throw ZipFlaw("the archive is cut off") }
        return Int(bytes[at]) | Int(bytes[at + 1]) << 8
    }

    func word(_ at: Int) throws(ZipFlaw) -> Int { try short(at) | short(at + 2) << 16 }

    /// Where the end record begins. The archive's comment, which follows it, must end where the file ends.
    func end() throws(ZipFlaw) -> Int {
        var at = bytes.count - 22
        while at >= 0, at >= bytes.count - 22 - 0xFFFF {
            if try word(at) == 0x0605_4B50, try at + 22 + short(at + 20) == bytes.count { return at }
            at -= 1
        }
        throw ZipFlaw("this is not a zip archive")
    }

    /// The entry whose directory record is at `at`, and where the next record is.
    func entry(_ at: Int) throws(ZipFlaw) -> (ZipArchive.Entry, next: Int) {
        guard try word(at) == 0x0201_4B50 else { throw ZipFlaw("the archive's directory is damaged") }
        let flags = try short(at + 8)
        let method = try short(at + 10)
        let (packed, size) = (try word(at + 20), try word(at + 24))
        let length = try short(at + 28)
        let next = try at + 46 + length + short(at + 30) + short(at + 32)
        guard next <= bytes.count else { throw ZipFlaw("the archive is cut off") }
        let name = bytes[at + 46..<at + 46 + length]
        guard flags & 0x2041 == 0 else { throw ZipFlaw("\(shown(name)) is encrypted") }
        guard method == 0 || method == 8 else {
            throw ZipFlaw("\(shown(name)) is compressed by method \(method); only store and deflate are known")
        }
        guard method == 8 || packed == size else { throw ZipFlaw("\(shown(name)) is stored with two sizes") }
        let kind = try kind(name, at)
        return (
            ZipArchive.Entry(
                path: try EntryPath.parts(name), kind: kind, isDeflated: method == 8,
                checksum: UInt32(try word(at + 16)), size: kind == .folder ? 0 : size,
                data: try data(word(at + 42), name, packed)),
            next
        )
    }

    /// Only makers on Unix say what an entry is; others have folders, whose names end in a slash, and files.
    private func kind(_ name: ArraySlice<UInt8>, _ at: Int) throws(ZipFlaw) -> ZipArchive.Kind {
        let mode = try short(at + 4) >> 8 == 3 ? word(at + 38) >> 16 : 0
        let isFolder = name.last == 0x2F
        switch mode & 0o170000 {
        case 0o040000 where isFolder: return .folder
        case 0o120000 where !isFolder: return .link
        case 0, 0o100000: return isFolder ? .folder : .file(isExecutable: mode & 0o111 != 0)
        default: throw ZipFlaw("\(shown(name)) is neither file, folder nor link")
        }
    }

    private func data(_ at: Int, _ name: ArraySlice<UInt8>, _ count: Int) throws(ZipFlaw) -> ArraySlice<UInt8> {
        guard try word(at) == 0x0403_4B50 else { throw ZipFlaw("\(shown(name)) is not where the directory says") }
        let length = try short(at + 26)
        let start = try at + 30 + length + short(at + 28)
        guard start + count <= bytes.count else { throw ZipFlaw("the archive is cut off") }
        guard bytes[at + 30..<at + 30 + length].elementsEqual(name) else {
            throw ZipFlaw("\(shown(name)) has another name where its data is")
        }
        return bytes[start..<start + count]
    }

    private func shown(_ name: ArraySlice<UInt8>) -> Text { Text(decoding: name) }
}
