internal import Bytes
internal import Seal
internal import Wire

/// A JSON Web Token (RFC 7519) signed as RFC 7515 says, read but not yet believed.
struct WebToken: Sendable {
    let algorithm: Text
    let keyID: Text?
    let claims: Fields
    private let signed: [UInt8]
    private let signature: [UInt8]

    /// `nil` for what is no such token.
    init?(_ text: Text) {
        let parts = text.split(on: 0x2E)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Self.decode(parts[2]), let algorithm = header.text("alg"), header["crit"] == nil
        else { return nil }
        self.algorithm = algorithm
        keyID = header.text("kid")
        self.claims = claims
        self.signature = signature
        signed = Text("\(parts[0]).\(parts[1])").bytes
    }

    var issuer: Text? { claims.text("iss") }
    var subject: Text? { claims.text("sub") }
    var audiences: [Text] { claims.text("aud").map { [$0] } ?? claims.texts("aud") ?? [] }

    /// Seconds since 1970; some providers write fractions.
    func time(_ claim: Text) -> Timestamp? {
        switch claims[claim] {
        case .integer(let seconds)? where abs(seconds) < 1 << 40: Timestamp(seconds: seconds)
        case .number(let seconds)? where abs(seconds) < 1e12: Timestamp(milliseconds: Int64(seconds * 1000))
        default: nil
        }
    }

    func isSigned(by key: WebKey) -> Bool {
        // The key says what it is good for; a token must not choose `none` or a secret's hash.
        guard let scheme = key.scheme(algorithm) else { return false }
        let signature = key.isCurve ? Self.der(signature) : signature
        guard let signature else { return false }
        return key.key.verify(signature, of: SecretBytes(signed), isDigest: false, scheme)
    }

    /// `r` and `s` side by side (RFC 7518, 3.4) as libcrypto wants them.
    private static func der(_ raw: [UInt8]) -> [UInt8]? {
        guard raw.count >= 2, raw.count.isMultiple(of: 2), raw.count <= 132 else { return nil }
        let half = raw.count / 2
        return DER.sequence(DER.integer(Array(raw[..<half])) + DER.integer(Array(raw[half...])))
    }

    private static func object(_ text: Text) -> Fields? {
        guard let bytes = decode(text), case .structure(let fields)? = try? JSON.parse(bytes) else { return nil }
        return fields
    }

    /// Base64 for URLs, without padding (RFC 4648, 5).
    static func decode(_ text: Text) -> [UInt8]? {
        var bytes = text.bytes.map { byte -> UInt8 in byte == 0x2D ? 0x2B : byte == 0x5F ? 0x2F : byte }
        guard !text.utf8.contains(where: { $0 == 0x2B || $0 == 0x2F || $0 == 0x3D }) else { return nil }
        while !bytes.count.isMultiple(of: 4) { bytes.append(0x3D) }
        return Base64.decode(bytes)
    }
}

/// A provider's key (RFC 7517), for signatures alone.
struct WebKey: Sendable {
    let id: Text?
    let key: PublicKey
    private let kind: Kind

    private enum Kind: Sendable { case rsa, p256, p384, p521, ed25519 }

    var isCurve: Bool {
        switch kind {
        case .p256, .p384, .p521: true
        case .rsa, .ed25519: false
        }
    }

    /// `nil` for keys that are for something else.
    init?(_ fields: Fields) {
        guard fields.text("use") ?? "sig" == "sig" else { return nil }
        id = fields.text("kid")
        func part(_ name: Text) -> [UInt8]? { fields.text(name).flatMap { WebToken.decode($0) } }
        switch (fields.text("kty"), fields.text("crv")) {
        case ("RSA", _):
            // Less than 2,048 bits is nobody's protection.
            guard let modulus = part("n"), let exponent = part("e"), (256...1024).contains(modulus.count),
                (1...8).contains(exponent.count)
            else { return nil }
            kind = .rsa
            key = PublicKey(
                DER.publicKey(
                    [DER.rsa, DER.null], DER.sequence(DER.integer(modulus) + DER.integer(exponent))))
        case ("EC", let curve?):
            guard let x = part("x"), let y = part("y"), x.count == y.count else { return nil }
            switch (curve, x.count) {
            case ("P-256", 32): kind = .p256
            case ("P-384", 48): kind = .p384
            case ("P-521", 66): kind = .p521
            default: return nil
            }
            let name = x.count == 32 ? DER.p256 : x.count == 48 ? DER.p384 : DER.p521
            key = PublicKey(DER.publicKey([DER.curve, name], [0x04] + x + y))
        case ("OKP", "Ed25519"?):
            guard let x = part("x"), x.count == 32 else { return nil }
            kind = .ed25519
            key = PublicKey(DER.publicKey([DER.ed25519], x))
        default: return nil
        }
    }

    func scheme(_ algorithm: Text) -> SignatureScheme? {
        switch (kind, algorithm) {
        case (.rsa, "RS256"): .pkcs1(.sha256)
        case (.rsa, "RS384"): .pkcs1(.sha384)
        case (.rsa, "RS512"): .pkcs1(.sha512)
        case (.rsa, "PS256"): .pss(.sha256)
        case (.rsa, "PS384"): .pss(.sha384)
        case (.rsa, "PS512"): .pss(.sha512)
        case (.p256, "ES256"): .ecdsa(.sha256)
        case (.p384, "ES384"): .ecdsa(.sha384)
        case (.p521, "ES512"): .ecdsa(.sha512)
        case (.ed25519, "EdDSA"): .ed25519
        default: nil
        }
    }
}

/// As much of X.690 as public keys and signatures need.
private enum DER {
    static let null: [UInt8] = [0x05, 0x00]
    static let rsa = oid([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01])
    static let curve = oid([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01])
    static let p256 = oid([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07])
    static let p384 = oid([0x2B, 0x81, 0x04, 0x00, 0x22])
    static let p521 = oid([0x2B, 0x81, 0x04, 0x00, 0x23])
    static let ed25519 = oid([0x2B, 0x65, 0x70])

    static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }

    /// Of an unsigned number, the most significant byte first.
    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        let digits = Array(magnitude.drop { $0 == 0 })
        let isNegative = digits.first.map { $0 & 0x80 != 0 } ?? true
        return element(0x02, isNegative ? [0] + digits : digits)
    }

    static func publicKey(_ algorithm: [[UInt8]], _ key: [UInt8]) -> [UInt8] {
        sequence(sequence(Array(algorithm.joined())) + element(0x03, [0] + key))
    }

    private static func oid(_ bytes: [UInt8]) -> [UInt8] { element(0x06, bytes) }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        if count < 0x80 { return [tag, UInt8(count)] + content }
        if count < 0x100 { return [tag, 0x81, UInt8(count)] + content }
        return [tag, 0x82, UInt8(count >> 8), UInt8(count & 0xFF)] + content
    }
}
