internal import Bytes
internal import Primitives
internal import Seal

/// What MySQL and MariaDB keep of a password by their oldest method that is still in use.
enum NativePassword {
    /// `*` and SHA-1 of SHA-1.
    static func digest(_ password: SecretBytes) -> Text {
        let inner = SecretBytes(password.reveal { Hash.sha1.digest($0) })
        var digits = ByteBuilder()
        digits.append(hex: inner.reveal { Hash.sha1.digest($0) })
        return Text(decoding: ([0x2A] + digits.bytes.map { $0 >= 0x61 ? $0 - 0x20 : $0 })[...])
    }
}
