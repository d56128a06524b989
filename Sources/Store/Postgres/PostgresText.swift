internal import Bytes

/// PostgreSQL can't store the character NUL in text, AWS's identifiers may hold it, and SQLite keeps it: so it is written as two
/// characters here. The byte order of escaped texts is that of the texts themselves.
enum PostgresText {
    private static let escape: UInt8 = 0x01

    /// `00` → `01 01`, `01` → `01 02`.
    static func append(_ text: Text, to buffer: inout [UInt8]) {
        guard text.utf8.contains(where: { $0 <= escape }) else { return buffer.append(contentsOf: text.utf8) }
        for byte in text.utf8 {
            if byte <= escape {
                buffer.append(escape)
                buffer.append(byte + 1)
            } else {
                buffer.append(byte)
            }
        }
    }

    static func decode(_ bytes: [UInt8]) -> Text {
        guard bytes.contains(escape) else { return Text(String(decoding: bytes, as: UTF8.self)) }
        var out: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                out.append(byte == 0 ? 0 : byte - 1)
                isEscaped = false
            } else if byte == escape {
                isEscaped = true
            } else {
                out.append(byte)
            }
        }
        return Text(String(decoding: out, as: UTF8.self))
    }
}
