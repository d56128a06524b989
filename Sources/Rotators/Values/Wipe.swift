internal import Glibc
internal import Seal

/// Secrets on their way through drivers, which want C strings.
enum Wipe {
    static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { raw in
            if let start = raw.baseAddress { unsafe explicit_bzero(start, raw.count) }
        }
    }

    /// A NUL-terminated copy for the time of the call.
    static func withCString<T>(_ secret: SecretBytes, _ body: (UnsafePointer<CChar>) -> T) -> T {
        var bytes = secret.revealBytes()
        bytes.append(0)
        defer { wipe(&bytes) }
        return unsafe bytes.withUnsafeBytes { raw in
            unsafe raw.withMemoryRebound(to: CChar.self) { chars in
                guard let start = chars.baseAddress else { preconditionFailure("an array with an element") }
                return unsafe body(start)
            }
        }
    }
}
