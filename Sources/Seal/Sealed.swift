/// Ciphertext, the only form in which the store takes a secret. Out of plaintext, only this module makes one.
package struct Sealed: Sendable, Hashable {
    package let bytes: [UInt8]

    /// For what the store once was given and now reads back.
    package init(stored bytes: [UInt8]) { self.bytes = bytes }

    init(sealing bytes: [UInt8]) { self.bytes = bytes }
}

/// The ciphertext, its key and its binding don't belong together. Deliberately without detail: which of them was wrong is
/// nothing that a caller needs, and something that a forger would like to know.
package struct SealBroken: Error, Sendable, Hashable {}

/// The first byte of a ciphertext. Forms are told apart by key derivation as well, so that a changed byte never makes a
/// ciphertext of one form open as another.
enum SealedForm: UInt8 {
    /// `1 || salt 16 || nonce 12 || ciphertext || tag 16` under a key derived for this message.
    case message = 1
    /// The same layout around another key.
    case key = 2
    /// `3 || ciphertext || tag 16` under a data key that encrypts once.
    case value = 3
}
