internal import Primitives

/// A 32-byte key that encrypts one message and then only opens it.
///
/// The nonce is fixed at zero. That is safe for exactly one message per key (GCM fails when a pair of key and nonce
/// repeats, and a fresh random key never repeats), it saves 12 stored bytes, and it needs no second draw of chance.
/// So sealing consumes the value, and the value can't be copied: a second `seal` on it doesn't compile. Making two
/// `DataKey`s from the same bytes and sealing with both is the one mistake left: seal only with a key that
/// ``generate()`` or GenerateDataKey made for this very message.
package struct DataKey: ~Copyable, Sendable {
    package static let length = 32
    /// How much longer than its plaintext a ciphertext is.
    package static let overhead = 1 + AES256GCM.tagLength

    private static let nonce = [UInt8](repeating: 0, count: AES256GCM.nonceLength)

    /// For wrapping it under another key.
    package let key: SecretBytes

    /// `key` is 32 bytes, else a programming error.
    package init(_ key: SecretBytes) {
        precondition(key.count == DataKey.length, "a data key is \(DataKey.length) bytes")
        self.key = key
    }

    package static func generate() -> DataKey { DataKey(SecretBytes.random(length)) }

    package consuming func seal(_ plaintext: SecretBytes, boundTo binding: Binding) -> Sealed {
        let length = DataKey.overhead + plaintext.count
        let key = self.key
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
            let message = UnsafeMutableRawBufferPointer(target)
            unsafe message[0] = SealedForm.value.rawValue
            key.reveal { key in
                plaintext.reveal { plaintext in
                    unsafe AES256GCM.seal(
                        copy plaintext, key: copy key, nonce: DataKey.nonce.span.bytes, aad: binding.bytes.span.bytes,
                        into: UnsafeMutableRawBufferPointer(rebasing: message[1..<length]))
                }
            }
            count = length
        }
        return Sealed(sealing: bytes)
    }

    package func open(_ sealed: Sealed, boundTo binding: Binding) throws(SealBroken) -> SecretBytes {
        try unsafe open(sealed.bytes.span.bytes, boundTo: binding.bytes.span.bytes)
    }

    package func open(_ bound: BoundCiphertext) throws(SealBroken) -> SecretBytes {
        let key = self.key
        return try bound.withSpans { sealed, binding throws(SealBroken) in
            try DataKey(key).open(sealed, boundTo: binding)
        }
    }

    private func open(_ sealed: RawSpan, boundTo binding: RawSpan) throws(SealBroken) -> SecretBytes {
        guard sealed.byteCount >= DataKey.overhead,
            unsafe sealed.unsafeLoad(as: UInt8.self) == SealedForm.value.rawValue
        else { throw SealBroken() }
        let message = sealed.extracting(droppingFirst: 1)
        let key = self.key
        return try unsafe SecretBytes(
            count: sealed.byteCount - DataKey.overhead, guarded: false
        ) { target throws(SealBroken) in
            let isGenuine = key.reveal { key in
                unsafe AES256GCM.open(
                    message, key: copy key, nonce: DataKey.nonce.span.bytes, aad: binding, into: target)
            }
            guard isGenuine else { throw SealBroken() }
        }
    }
}
