internal import Primitives

/// A 32-byte key that may seal any number of messages.
///
/// Each message gets a key of its own, derived from 16 random bytes (SP 800-108, as AWS KMS does it), and 12 more random
/// bytes as its nonce. So no AES key meets the 2^32 messages at which random nonces start to collide, and no caller ever
/// passes a nonce.
package struct WrappingKey: Sendable {
    package static let length = 32
    /// How much longer than its plaintext a ciphertext is.
    package static let overhead = bodyStart + AES256GCM.tagLength

    private static let saltRange = 1..<17
    private static let nonceRange = 17..<29
    private static let bodyStart = 29
    private static let messageLabel = Array("undercroft seal message 1".utf8)
    private static let keyLabel = Array("undercroft seal key 1".utf8)

    private let key: SecretBytes
    private let derivation: HMACKey

    /// `key` is 32 bytes, else a programming error. They are copied to guarded memory.
    package init(_ key: SecretBytes) {
        precondition(key.count == WrappingKey.length, "a wrapping key is \(WrappingKey.length) bytes")
        self.init(inGuardedMemory: key.guarded())
    }

    private init(inGuardedMemory key: SecretBytes) {
        self.key = key
        derivation = key.reveal { HMACKey(copy $0) }
    }

    package static func generate() -> WrappingKey {
        WrappingKey(inGuardedMemory: SecretBytes.random(length, guarded: true))
    }

    package func seal(_ plaintext: SecretBytes, boundTo binding: Binding) -> Sealed {
        seal(plaintext, as: .message, boundTo: binding)
    }

    package func open(_ sealed: Sealed, boundTo binding: Binding) throws(SealBroken) -> SecretBytes {
        try open(sealed, as: .message, boundTo: binding)
    }

    /// Seals another key. What this makes opens with ``unwrap(_:boundTo:)`` alone: a key never comes out as a message.
    package func wrap(_ key: WrappingKey, boundTo binding: Binding) -> Sealed {
        seal(key.key, as: .key, boundTo: binding)
    }

    package func unwrap(_ sealed: Sealed, boundTo binding: Binding) throws(SealBroken) -> WrappingKey {
        let key = try open(sealed, as: .key, boundTo: binding)
        guard key.count == WrappingKey.length else { throw SealBroken() }
        return WrappingKey(inGuardedMemory: key)
    }

    /// As ``wrap(_:boundTo:)``, for keys of any length: those of MACs, and private ones.
    package func wrap(_ material: SecretBytes, boundTo binding: Binding) -> Sealed {
        seal(material, as: .key, boundTo: binding)
    }

    /// In guarded memory.
    package func unwrapMaterial(_ sealed: Sealed, boundTo binding: Binding) throws(SealBroken) -> SecretBytes {
        try open(sealed, as: .key, boundTo: binding)
    }

    private static func label(of form: SealedForm) -> [UInt8] { form == .key ? keyLabel : messageLabel }

    private func seal(_ plaintext: SecretBytes, as form: SealedForm, boundTo binding: Binding) -> Sealed {
        let length = WrappingKey.overhead + plaintext.count
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
            let message = UnsafeMutableRawBufferPointer(target)
            unsafe message[0] = form.rawValue
            unsafe Random.fill(UnsafeMutableRawBufferPointer(rebasing: message[1..<WrappingKey.bodyStart]))
            let head = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(message))
            let body = unsafe UnsafeMutableRawBufferPointer(rebasing: message[WrappingKey.bodyStart..<length])
            let label = WrappingKey.label(of: form)
            let salt = head.extracting(WrappingKey.saltRange)
            KBKDF.withDerivedKey(key: derivation, label: label, context: salt) { key in
                plaintext.reveal { plaintext in
                    unsafe AES256GCM.seal(
                        copy plaintext, key: key, nonce: head.extracting(WrappingKey.nonceRange),
                        aad: binding.bytes.span.bytes, into: body)
                }
            }
            count = length
        }
        return Sealed(sealing: bytes)
    }

    package func open(_ bound: BoundCiphertext) throws(SealBroken) -> SecretBytes {
        try bound.withSpans { sealed, binding throws(SealBroken) in
            try open(sealed, as: .message, boundTo: binding)
        }
    }

    private func open(
        _ sealed: Sealed, as form: SealedForm, boundTo binding: Binding
    ) throws(SealBroken) -> SecretBytes {
        try unsafe open(sealed.bytes.span.bytes, as: form, boundTo: binding.bytes.span.bytes)
    }

    private func open(
        _ message: RawSpan, as form: SealedForm, boundTo binding: RawSpan
    ) throws(SealBroken) -> SecretBytes {
        guard message.byteCount >= WrappingKey.overhead,
            unsafe message.unsafeLoad(as: UInt8.self) == form.rawValue
        else { throw SealBroken() }
        let count = message.byteCount - WrappingKey.overhead
        return try unsafe SecretBytes(count: count, guarded: form == .key) { target throws(SealBroken) in
            let label = WrappingKey.label(of: form)
            let salt = message.extracting(WrappingKey.saltRange)
            let isGenuine = KBKDF.withDerivedKey(key: derivation, label: label, context: salt) { key in
                unsafe AES256GCM.open(
                    message.extracting(droppingFirst: WrappingKey.bodyStart), key: key,
                    nonce: message.extracting(WrappingKey.nonceRange), aad: binding, into: target)
            }
            guard isGenuine else { throw SealBroken() }
        }
    }
}
