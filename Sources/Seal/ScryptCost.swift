internal import Bytes
internal import Primitives

/// What each guess at a passphrase costs, and the salt that makes guesses good for one seal only.
struct ScryptCost {
    let n: Int64
    let r: Int64
    let p: Int64
    let salt: [UInt8]

    /// 128 MiB and about a second per guess: scrypt's own recommendation for files, times eight.
    static func standard() -> ScryptCost { ScryptCost(n: 1 << 17, r: 8, p: 1, salt: Random.bytes(16)) }

    /// Cheaper than 16 MiB protects nothing; dearer than 1 GiB, or many rounds, is an attack on the one who starts the
    /// server.
    var isAcceptable: Bool {
        guard (1 << 14...1 << 20).contains(n), n & (n - 1) == 0, (8...32).contains(r), (1...16).contains(p) else {
            return false
        }
        return 128 * n * r <= 1 << 30 && salt.count >= 16
    }

    /// `nil` when the memory is not to be had.
    func key(_ passphrase: SecretBytes) -> SecretBytes? {
        var passphraseBytes = passphrase.revealBytes()
        defer { _ = SecretBytes(taking: &passphraseBytes) }
        let derived = Scrypt.derive(
            passphrase: passphraseBytes, salt: salt, n: UInt64(n), r: UInt64(r), p: UInt64(p),
            length: WrappingKey.length)
        guard var key = derived else { return nil }
        return SecretBytes(taking: &key)
    }
}

extension ScryptCost {
    init?(_ fields: Fields) {
        guard let n = fields.integer("n"), let r = fields.integer("r"), let p = fields.integer("p"),
            let salt = fields.text("salt").flatMap({ Hex.decode($0.utf8) })
        else { return nil }
        self.init(n: n, r: r, p: p, salt: salt)
    }

    var fields: Fields {
        ["n": .integer(n), "r": .integer(r), "p": .integer(p), "salt": .string(Hex.encode(salt))]
    }
}
