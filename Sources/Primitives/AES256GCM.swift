internal import CPlatform

/// AES-256 in Galois/Counter mode, 96-bit nonce, 128-bit tag (SP 800-38D). Only `Seal` uses it: whoever passes a nonce has
/// to know that the pair of key and nonce is used once.
package enum AES256GCM {
    package static let keyLength = 32
    package static let nonceLength = 12
    package static let tagLength = 16

    /// Ciphertext followed by the tag. `nonce` is 12 bytes and `key` 32; else a programming error.
    package static func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8]) -> [UInt8] {
        unsafe seal(plaintext, keySpan: key.span.bytes, nonce: nonce, aad: aad)
    }

    package static func seal(_ plaintext: [UInt8], key: Digest32, nonce: [UInt8], aad: [UInt8]) -> [UInt8] {
        key.withBytes { seal(plaintext, keySpan: $0, nonce: nonce, aad: aad) }
    }

    /// `nil` unless tag, key, nonce and AAD belong together.
    package static func open(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8]) -> [UInt8]? {
        unsafe open(sealed, keySpan: key.span.bytes, nonce: nonce, aad: aad)
    }

    package static func open(_ sealed: [UInt8], key: Digest32, nonce: [UInt8], aad: [UInt8]) -> [UInt8]? {
        key.withBytes { open(sealed, keySpan: $0, nonce: nonce, aad: aad) }
    }

    private static func seal(_ plaintext: [UInt8], keySpan: RawSpan, nonce: [UInt8], aad: [UInt8]) -> [UInt8] {
        let length = plaintext.count + tagLength
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
            unsafe seal(
                plaintext.span.bytes, key: keySpan, nonce: nonce.span.bytes, aad: aad.span.bytes,
                into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[..<length]))
            count = length
        }
    }

    private static func open(_ sealed: [UInt8], keySpan: RawSpan, nonce: [UInt8], aad: [UInt8]) -> [UInt8]? {
        guard sealed.count >= tagLength else { return nil }
        let length = sealed.count - tagLength
        var isGenuine = false
        let plaintext = unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
            isGenuine = unsafe open(
                sealed.span.bytes, key: keySpan, nonce: nonce.span.bytes, aad: aad.span.bytes,
                into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[..<length]))
            count = isGenuine ? length : 0
        }
        return isGenuine ? plaintext : nil
    }

    /// `target` has room for exactly the plaintext and the tag, and overlaps no input.
    @unsafe package static func seal(
        _ plaintext: RawSpan, key: RawSpan, nonce: RawSpan, aad: RawSpan, into target: UnsafeMutableRawBufferPointer
    ) {
        precondition(key.byteCount == keyLength && nonce.byteCount == nonceLength, "AES-256-GCM wants 32 and 12 bytes")
        precondition(target.count == plaintext.byteCount + tagLength, "room for the ciphertext and the tag")
        let done: Int32 = unsafe plaintext.withUnsafeBytes { plaintext in
            unsafe withPointers(key, nonce, aad) { key, nonce, aad in
                guard let out = target.baseAddress else { return 0 }
                return unsafe up_gcm_seal(
                    key, nonce, aad.baseAddress, aad.count, plaintext.baseAddress, plaintext.count, out,
                    out + plaintext.count)
            }
        }
        // Only a failed allocation gets here; an unsealed message must not be mistaken for a sealed one.
        precondition(done == 1, "AES-256-GCM failed to seal")
    }

    /// `target` has room for exactly the plaintext and overlaps no input; it is zeroed when the answer is `false`.
    @unsafe package static func open(
        _ sealed: RawSpan, key: RawSpan, nonce: RawSpan, aad: RawSpan, into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard key.byteCount == keyLength, nonce.byteCount == nonceLength else { return false }
        guard sealed.byteCount >= tagLength, target.count == sealed.byteCount - tagLength else { return false }
        return unsafe sealed.withUnsafeBytes { sealed in
            unsafe withPointers(key, nonce, aad) { key, nonce, aad in
                guard let start = sealed.baseAddress else { return false }
                return unsafe up_gcm_open(
                    key, nonce, aad.baseAddress, aad.count, start, target.count, target.baseAddress,
                    start + target.count) == 1
            }
        }
    }

    @unsafe private static func withPointers<T>(
        _ key: RawSpan, _ nonce: RawSpan, _ aad: RawSpan,
        _ body: (UnsafeRawPointer, UnsafeRawPointer, UnsafeRawBufferPointer) -> T
    ) -> T {
        unsafe key.withUnsafeBytes { key in
            unsafe nonce.withUnsafeBytes { nonce in
                guard let keyStart = key.baseAddress, let nonceStart = nonce.baseAddress else {
                    preconditionFailure("both lengths were checked")
                }
                return unsafe aad.withUnsafeBytes { unsafe body(keyStart, nonceStart, $0) }
            }
        }
    }
}
