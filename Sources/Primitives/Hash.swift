internal import CPlatform

/// The hashes that signatures, MACs and OAEP choose from. For SHA-256 on the path of every request see ``SHA256``, ``HMACKey``.
package enum Hash: CaseIterable, Sendable {
    /// For OAEP alone, where it need not resist collisions.
    case sha1
    case sha224, sha256, sha384, sha512

    package var length: Int {
        switch self {
        case .sha1: 20
        case .sha224: 28
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    var code: up_hash {
        switch self {
        case .sha1: up_sha1
        case .sha224: up_sha_224
        case .sha256: up_sha_256
        case .sha384: up_sha_384
        case .sha512: up_sha_512
        }
    }

    package func digest(_ message: RawSpan) -> [UInt8] {
        unsafe message.withUnsafeBytes { message in
            unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
                guard let out = target.baseAddress else { return }
                let done = unsafe up_hash_data(code, message.baseAddress, message.count, out)
                precondition(done == 1, "libcrypto has no such hash")
                count = length
            }
        }
    }

    /// RFC 2104, for a key of any length.
    package func authenticate(_ message: RawSpan, key: RawSpan) -> [UInt8] {
        unsafe key.withUnsafeBytes { key in
            unsafe message.withUnsafeBytes { message in
                unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
                    guard let out = target.baseAddress else { return }
                    let done = unsafe up_hmac_data(
                        code, key.baseAddress, key.count, message.baseAddress, message.count, out)
                    precondition(done == 1, "libcrypto has no such hash")
                    count = length
                }
            }
        }
    }
}
