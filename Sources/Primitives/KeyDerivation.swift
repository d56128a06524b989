internal import CPlatform

/// RFC 5869 with SHA-256.
package enum HKDF {
    /// 255 blocks, the RFC's bound.
    package static let longest = 255 * Digest32.length

    /// `length` is at most ``longest``; more is a programming error.
    package static func derive(ikm: [UInt8], salt: [UInt8], info: [UInt8], length: Int) -> [UInt8] {
        precondition(length >= 0 && length <= longest, "HKDF-SHA-256 yields at most \(longest) bytes")
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
            let derived = unsafe ikm.withUnsafeBytes { ikm in
                unsafe salt.withUnsafeBytes { salt in
                    unsafe info.withUnsafeBytes { info in
                        unsafe up_hkdf(
                            ikm.baseAddress, ikm.count, salt.baseAddress, salt.count, info.baseAddress, info.count,
                            target.baseAddress, length)
                    }
                }
            }
            precondition(derived == 1, "the length was checked")
            count = length
        }
    }
}

/// SP 800-108 in counter mode with HMAC-SHA-256, one block of 32 bytes: `[1]_4 || label || 0x00 || context || [256]_4`.
package enum KBKDF {
    /// `label` holds no zero byte, else another split into label and context could derive the same key.
    package static func derive(key: HMACKey, label: [UInt8], context: [UInt8]) -> Digest32 {
        unsafe Digest32(writing: { target in
            unsafe key.deriveBlock(label: label.span.bytes, context: context.span.bytes, to: target)
        })
    }

    /// Lends the derived key to `body` and wipes it afterwards.
    package static func withDerivedKey<T, E: Error>(
        key: HMACKey, label: [UInt8], context: RawSpan, _ body: (RawSpan) throws(E) -> T
    ) throws(E) -> T {
        var derived: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        return try unsafe withUnsafeMutableBytes(of: &derived) { buffer throws(E) in
            defer { unsafe up_wipe(buffer.baseAddress, buffer.count) }
            if let target = buffer.baseAddress {
                unsafe key.deriveBlock(label: label.span.bytes, context: context, to: target)
            }
            return try body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(buffer)))
        }
    }
}

/// RFC 7914: makes each guess at a passphrase cost `128 * r * n` bytes of memory.
package enum Scrypt {
    /// `nil` when `n` is not a power of two above 1, when `r * p` is beyond the RFC's bound, or when the memory is not to
    /// be had. Takes its time and memory on the caller's thread: never on the path of a request.
    package static func derive(
        passphrase: [UInt8], salt: [UInt8], n: UInt64, r: UInt64, p: UInt64, length: Int
    ) -> [UInt8]? {
        guard length > 0 else { return nil }
        let key = unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
            guard let start = target.baseAddress else { return }
            let derived = unsafe passphrase.withUnsafeBytes { passphrase in
                unsafe salt.withUnsafeBytes { salt in
                    unsafe up_scrypt(
                        passphrase.baseAddress, passphrase.count, salt.baseAddress, salt.count, n, r, p, start, length)
                }
            }
            count = derived == 1 ? length : 0
        }
        return key.isEmpty ? nil : key
    }
}
