internal import CPlatform

/// RFC 2104 with SHA-1: for the one-time codes of RFC 6238, whose devices know no other, and for nothing else.
package enum HMACSHA1 {
    package static let length = 20

    package static func authenticate(_ message: [UInt8], key: borrowing RawSpan) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        let made = unsafe digest.withUnsafeMutableBytes { target in
            guard let start = target.baseAddress else { return false }
            return unsafe key.withUnsafeBytes { key in
                unsafe message.withUnsafeBytes { message in
                    unsafe up_hmac_sha1(key.baseAddress, key.count, message.baseAddress, message.count, start) == 1
                }
            }
        }
        precondition(made, "libcrypto has SHA-1")
        return digest
    }
}
