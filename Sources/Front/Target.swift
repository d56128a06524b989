internal import Wire

/// The request target (RFC 9112, 3.2), brought to the form that the rest of the house knows: a path and a query.
enum Target {
    static func originForm(_ target: String, method: String, host: String?) throws(Refusal) -> String {
        guard isPlain(target.utf8.span) else { throw .malformed }
        switch target.utf8.first {
        case 0x2F: return target
        case 0x2A where target.utf8.count == 1 && method == "OPTIONS": return target
        default: return try stripped(target, host: host)
        }
    }

    /// Of `http://host/path` the path, if it is the host of the `Host` header.
    private static func stripped(_ target: String, host: String?) throws(Refusal) -> String {
        for scheme in ["http://", "https://"] {
            let start = target.utf8.prefix(scheme.utf8.count)
            guard Header(String(decoding: start, as: UTF8.self), "").isNamed(scheme) else { continue }
            let rest = target.utf8.dropFirst(scheme.utf8.count)
            let authority = String(decoding: rest.prefix { $0 != 0x2F && $0 != 0x3F }, as: UTF8.self)
            guard let host, isAuthority(authority), isSame(authority, host) else { throw .malformed }
            let path = String(decoding: rest.dropFirst(authority.utf8.count), as: UTF8.self)
            return path.utf8.first == 0x2F ? path : "/" + path
        }
        throw .malformed
    }

    /// A host and perhaps a port, loosely: what matters is that nobody can see a second one in it.
    static func isAuthority(_ text: String) -> Bool { isAuthority(text.utf8.span) }

    static func isAuthority(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            switch bytes[index] {
            case 0x00...0x20, 0x7F...0xFF: return false
            case 0x22, 0x23, 0x2C, 0x2F, 0x3C, 0x3E, 0x3F, 0x40, 0x5C: return false
            default: break
            }
        }
        return !bytes.isEmpty
    }

    /// Visible ASCII, and no fragment, which never leaves a well-behaved client.
    private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] <= 0x20 || bytes[index] >= 0x7F || bytes[index] == 0x23 {
            return false
        }
        return true
    }

    private static func isSame(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count
            && zip(a.utf8, b.utf8).allSatisfy { $0 == $1 || isLetter($0) && isLetter($1) && $0 | 0x20 == $1 | 0x20 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
