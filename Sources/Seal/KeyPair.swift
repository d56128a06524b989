internal import Primitives

package enum KeyPairKind: Sendable, CaseIterable {
    case rsa2048, rsa3072, rsa4096, p256, p384, p521, secp256k1, ed25519

    var primitive: KeyPairs.Kind {
        switch self {
        case .rsa2048: .rsa2048
        case .rsa3072: .rsa3072
        case .rsa4096: .rsa4096
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        case .secp256k1: .secp256k1
        case .ed25519: .ed25519
        }
    }
}

package enum MessageHash: Sendable {
    case sha1, sha224, sha256, sha384, sha512

    var primitive: Hash {
        switch self {
        case .sha1: .sha1
        case .sha224: .sha224
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }

    /// In bytes.
    package var length: Int { primitive.length }
}

package enum SignatureScheme: Sendable {
    case pkcs1(MessageHash)
    case pss(MessageHash)
    case ecdsa(MessageHash)
    case ed25519

    /// `nil` where the message itself is signed.
    package var hash: MessageHash? {
        switch self {
        case .pkcs1(let hash), .pss(let hash), .ecdsa(let hash): hash
        case .ed25519: nil
        }
    }

    var primitive: KeyPairs.Scheme {
        switch self {
        case .pkcs1(let hash): .pkcs1(hash.primitive)
        case .pss(let hash): .pss(hash.primitive)
        case .ecdsa(let hash): .ecdsa(hash.primitive)
        case .ed25519: .ed25519
        }
    }

    /// Lends what is signed for this message.
    func withInput<T>(_ message: SecretBytes, isDigest: Bool, _ body: (RawSpan) -> T) -> T {
        message.reveal { message in
            guard let hash, !isDigest else { return body(copy message) }
            let digest = hash.primitive.digest(copy message)
            return unsafe body(digest.span.bytes)
        }
    }
}

/// The private half of a key pair. Its operations take up to milliseconds, and making one up to seconds: not for an event loop.
package struct PrivateKey: Sendable {
    /// PKCS #8, in guarded memory.
    package let pkcs8: SecretBytes

    /// What sealing kept.
    package init(_ pkcs8: SecretBytes) { self.pkcs8 = pkcs8 }

    package func sign(_ message: SecretBytes, isDigest: Bool, _ scheme: SignatureScheme) -> [UInt8]? {
        scheme.withInput(message, isDigest: isDigest) { input in
            pkcs8.reveal { KeyPairs.sign(input, scheme.primitive, privateKey: copy $0) }
        }
    }

    /// RSA-OAEP. `nil` says nothing of the reason, and nobody else may.
    package func open(_ sealed: [UInt8], _ hash: MessageHash) -> SecretBytes? {
        pkcs8.reveal { key in
            KeyPairs.open(sealed, hash.primitive, privateKey: copy key) { SecretBytes(copying: $0, guarded: false) }
        }
    }

    /// ECDH with a public key on the same curve.
    package func agree(with publicKey: PublicKey) -> SecretBytes? {
        pkcs8.reveal { key in
            KeyPairs.agree(privateKey: copy key, publicKey: publicKey.der) {
                SecretBytes(copying: $0, guarded: false)
            }
        }
    }
}

package struct PublicKey: Sendable, Equatable {
    /// SubjectPublicKeyInfo.
    package let der: [UInt8]

    /// What was stored.
    package init(_ der: [UInt8]) { self.der = der }

    package func isOf(_ kind: KeyPairKind) -> Bool { KeyPairs.kind(ofPublicKey: der) == kind.primitive }

    package func verify(
        _ signature: [UInt8], of message: SecretBytes, isDigest: Bool, _ scheme: SignatureScheme
    ) -> Bool {
        scheme.withInput(message, isDigest: isDigest) { input in
            KeyPairs.verify(signature, of: input, scheme.primitive, publicKey: der)
        }
    }

    /// RSA-OAEP. `nil` for a plaintext that is too long.
    package func seal(_ plaintext: SecretBytes, _ hash: MessageHash) -> [UInt8]? {
        plaintext.reveal { KeyPairs.seal(copy $0, hash.primitive, publicKey: der) }
    }
}

/// Both halves, for the moment in which a pair is made or comes in.
package struct KeyPair: Sendable {
    package let privateKey: PrivateKey
    package let publicKey: PublicKey

    private init(_ pkcs8: RawSpan, _ der: [UInt8]) {
        privateKey = PrivateKey(SecretBytes(copying: pkcs8, guarded: true))
        publicKey = PublicKey(der)
    }

    package static func generate(_ kind: KeyPairKind) -> KeyPair {
        let pair = KeyPairs.generate(kind.primitive) { KeyPair($0, $1) }
        guard let pair else { preconditionFailure("no memory for a key pair") }
        return pair
    }

    /// Someone else's PKCS #8. `nil` unless it is a sound key of this kind. However it was written, it is kept in one way.
    package init?(importing der: SecretBytes, as kind: KeyPairKind) {
        let pair: KeyPair? = der.reveal { der in
            KeyPairs.read(copy der) { found, pkcs8, publicKey in
                found == kind.primitive ? KeyPair(pkcs8, publicKey) : nil
            }
        }
        guard let pair else { return nil }
        self = pair
    }
}

extension SecretBytes {
    /// A message authentication code under these bytes (RFC 2104).
    package func authenticate(_ message: SecretBytes, _ hash: MessageHash) -> SecretBytes {
        var code = reveal { key in message.reveal { hash.primitive.authenticate(copy $0, key: copy key) } }
        return SecretBytes(taking: &code)
    }

    /// Opens what was wrapped under these 32 bytes (RFC 5649).
    package func unwrap(_ wrapped: [UInt8]) -> SecretBytes? {
        reveal { key in
            AES256KeyWrap.open(wrapped, key: copy key) { SecretBytes(copying: $0, guarded: false) }
        }
    }
}
