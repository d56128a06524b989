internal import Bytes
internal import Primitives

/// 32 random bytes as 64 hexadecimal digits and a line feed, which survives editors, password stores and container
/// secrets.
struct KeyFile {
    private static let digits = 64
    private let file: PrivateFile

    init(path: String) { file = PrivateFile(path: path, role: "key file", limit: 256) }

    /// The key; makes the file first if there is none.
    func readOrCreate() throws(SealFlaw) -> SecretBytes {
        if !file.exists { try create() }
        return try read()
    }

    func read() throws(SealFlaw) -> SecretBytes {
        var text = try file.read()
        defer { wipe(&text) }
        let end = text.lastIndex { $0 != 0x0A && $0 != 0x0D && $0 != 0x20 }.map { $0 + 1 } ?? 0
        guard end == KeyFile.digits, var key = Hex.decode(text[..<end]) else {
            throw SealFlaw(
                .damaged,
                "the key file \(file.path) does not hold \(KeyFile.digits) hexadecimal digits: put back the original")
        }
        return SecretBytes(taking: &key)
    }

    private func create() throws(SealFlaw) {
        var key = Random.bytes(WrappingKey.length)
        var line = ByteBuilder(capacity: KeyFile.digits + 1)
        line.append(hex: key)
        line.append(byte: 0x0A)
        defer {
            wipe(&key)
            wipe(&line.bytes)
        }
        try file.create(line.bytes)
    }

    private func wipe(_ bytes: inout [UInt8]) { _ = SecretBytes(taking: &bytes) }
}
