internal import Bytes
internal import Primitives

/// What is kept of a person's password: scrypt's output and the salt. 32 MiB a guess.
package struct PasswordHash: Sendable {
    private static let n: Int64 = 1 << 15

    package let salt: [UInt8]
    package let hash: [UInt8]

    package init(salt: [UInt8], hash: [UInt8]) {
        self.salt = salt
        self.hash = hash
    }

    /// Takes some hundredths of a second and the memory on the caller's thread. `nil` when the memory is not to be had.
    package init?(_ password: SecretBytes, salt: [UInt8]) {
        guard let key = ScryptCost(n: Self.n, r: 8, p: 1, salt: salt).key(password) else { return nil }
        self.init(salt: salt, hash: key.revealBytes())
    }

    package func isSame(as other: PasswordHash) -> Bool {
        SecretBytes(hash) == SecretBytes(other.hash) && salt == other.salt
    }
}
