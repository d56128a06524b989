import Primitives
import Testing

struct KeyPairTests {
    private struct Pair {
        let privateKey: [UInt8]
        let publicKey: [UInt8]
    }

    private func make(_ kind: KeyPairs.Kind) throws -> Pair {
        try #require(KeyPairs.generate(kind) { Pair(privateKey: copied($0), publicKey: $1) })
    }

    private func schemes(_ kind: KeyPairs.Kind) -> [KeyPairs.Scheme] {
        switch kind {
        case .rsa2048, .rsa3072, .rsa4096:
            [.pkcs1(.sha256), .pkcs1(.sha512), .pss(.sha256), .pss(.sha384), .pss(.sha512)]
        case .p256, .secp256k1: [.ecdsa(.sha256)]
        case .p384: [.ecdsa(.sha384)]
        case .p521: [.ecdsa(.sha512)]
        case .ed25519: [.ed25519]
        }
    }

    private func input(_ scheme: KeyPairs.Scheme, _ message: [UInt8]) -> [UInt8] {
        switch scheme {
        case .pkcs1(let hash), .pss(let hash), .ecdsa(let hash): hash.digest(message)
        case .ed25519: message
        }
    }

    /// RSA with 4,096 bits takes seconds to make, and is no other code.
    private static let quick: [KeyPairs.Kind] = [.rsa2048, .rsa3072, .p256, .p384, .p521, .secp256k1, .ed25519]

    @Test(arguments: quick)
    func signaturesAreTheirMessagesAlone(kind: KeyPairs.Kind) throws {
        let (pair, other) = try (make(kind), make(kind))
        for scheme in schemes(kind) {
            let message = input(scheme, pattern(100, 3))
            let signature = try #require(KeyPairs.sign(message, scheme, privateKey: pair.privateKey))
            func isValid(_ signature: [UInt8], _ message: [UInt8], _ pair: Pair) -> Bool {
                KeyPairs.verify(signature, of: message, scheme, publicKey: pair.publicKey)
            }
            #expect(isValid(signature, message, pair))
            #expect(!isValid(signature, message, other))
            #expect(!isValid(signature, input(scheme, pattern(100, 4)), pair))
            #expect(!isValid(signature.dropLast(), message, pair))
            #expect(!isValid(signature + [0], message, pair))
            #expect(!isValid([], message, pair))
        }
    }

    /// A scheme of another kind of key, and a digest of another length.
    @Test func schemesThatDoNotFitSignNothing() throws {
        let (rsa, curve) = try (make(.rsa2048), make(.p256))
        let digest = pattern(32, 1)
        #expect(KeyPairs.sign(digest, .ecdsa(.sha256), privateKey: rsa.privateKey) == nil)
        #expect(KeyPairs.sign(digest, .pss(.sha256), privateKey: curve.privateKey) == nil)
        #expect(KeyPairs.sign(digest, .ed25519, privateKey: curve.privateKey) == nil)
        let short = pattern(20, 1)
        #expect(KeyPairs.sign(short, .pkcs1(.sha256), privateKey: rsa.privateKey) == nil)
    }

    @Test(arguments: quick)
    func importedKeysAreKeptInOneForm(kind: KeyPairs.Kind) throws {
        let pair = try make(kind)
        let read = try #require(KeyPairs.read(pair.privateKey))
        #expect(read.kind == kind && read.privateKey == pair.privateKey && read.publicKey == pair.publicKey)
        #expect(KeyPairs.kind(ofPublicKey: pair.publicKey) == kind)
    }

    @Test func whatIsNoKeyIsNotRead() throws {
        let pair = try make(.p256)
        let flipped = pair.privateKey.enumerated().map { $0 == pair.privateKey.count - 1 ? $1 ^ 1 : $1 }
        for bytes in [
            [], [0x30], pattern(100, 1), pair.publicKey, pair.privateKey + [0], Array(pair.privateKey.dropLast()),
            flipped,
        ] {
            #expect(KeyPairs.read(bytes) == nil)
        }
        for bytes in [[], [0x30], pattern(100, 1), pair.privateKey, pair.publicKey + [0]] {
            #expect(KeyPairs.kind(ofPublicKey: bytes) == nil)
        }
    }

    /// P-256 with its parameters spelled out instead of named, made with OpenSSL.
    @Test func spelledOutParametersAreRefused() throws {
        let key = try unhex(
            "3082014b3082010306072a8648ce3d02013081f7020101302c06072a8648ce3d0101022100ffffffff00000001000000"
                + "000000000000000000ffffffffffffffffffffffff305b0420ffffffff00000001000000000000000000000000ffffff"
                + "fffffffffffffffffc04205ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b031500c49d"
                + "360886e704936a6678e1139d26b7819f7e900441046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a139"
                + "45d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5022100ffffffff00000000"
                + "ffffffffffffffffbce6faada7179e84f3b9cac2fc63255102010103420004d0b478487b25534efc6c64ac0eeecc7315"
                + "f2f51a4be5d7f29e9bcda63243388393bc247a832277f7fb040756737d1613689aa1eb21ccd57226f38369e5b1b113")
        #expect(KeyPairs.kind(ofPublicKey: key) == nil)
        let own = try make(.p256)
        #expect(KeyPairs.agree(privateKey: own.privateKey, publicKey: key) == nil)
    }

    @Test(arguments: [(KeyPairs.Kind.p256, 32), (.p384, 48), (.p521, 66), (.secp256k1, 32)])
    func bothSidesAgree(kind: KeyPairs.Kind, length: Int) throws {
        let (a, b, c) = try (make(kind), make(kind), make(kind == .p256 ? .p384 : .p256))
        func agreed(_ own: Pair, _ peer: Pair) -> [UInt8]? {
            KeyPairs.agree(privateKey: own.privateKey, publicKey: peer.publicKey)
        }
        let shared = try #require(agreed(a, b))
        #expect(shared.count == length && shared == agreed(b, a) && shared != agreed(a, a))
        #expect(agreed(a, c) == nil)
    }

    @Test(arguments: [Hash.sha1, .sha256])
    func oaepGivesBack(hash: Hash) throws {
        let (pair, other) = try (make(.rsa2048), make(.rsa2048))
        let most = 256 - 2 * hash.length - 2
        for length in [1, 32, most] {
            let plaintext = pattern(length, 5)
            let sealed = try #require(KeyPairs.seal(plaintext, hash, publicKey: pair.publicKey))
            func opened(_ sealed: [UInt8], _ hash: Hash, _ pair: Pair) -> [UInt8]? {
                KeyPairs.open(sealed, hash, privateKey: pair.privateKey)
            }
            #expect(sealed.count == 256 && opened(sealed, hash, pair) == plaintext)
            #expect(opened(sealed, hash, other) == nil)
            #expect(opened(sealed, hash == .sha1 ? .sha256 : .sha1, pair) == nil)
            #expect(opened(Array(sealed.dropLast()), hash, pair) == nil)
        }
        #expect(KeyPairs.seal(pattern(most + 1, 5), hash, publicKey: pair.publicKey) == nil)
    }
}
