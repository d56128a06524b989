internal import Bytes
internal import Seal
internal import Wire

enum KeyUsage: Text, Sendable {
    case encrypt = "ENCRYPT_DECRYPT"
    case sign = "SIGN_VERIFY"
    case mac = "GENERATE_VERIFY_MAC"
    case agree = "KEY_AGREEMENT"
    /// For ML-KEM keys, which libcrypto does not have yet.
    case encapsulate = "ENCAPSULATE_DECAPSULATE"
}

enum KeyOrigin: Text, Sendable {
    case kms = "AWS_KMS"
    /// The owner brings the key material, and may take it away again.
    case external = "EXTERNAL"
}

/// What a KMS key is made of. Everything that follows from it stands here.
enum KeySpec: Text, Sendable, CaseIterable {
    case symmetric = "SYMMETRIC_DEFAULT"
    case rsa2048 = "RSA_2048"
    case rsa3072 = "RSA_3072"
    case rsa4096 = "RSA_4096"
    case p256 = "ECC_NIST_P256"
    case p384 = "ECC_NIST_P384"
    case p521 = "ECC_NIST_P521"
    case secp256k1 = "ECC_SECG_P256K1"
    case ed25519 = "ECC_NIST_EDWARDS25519"
    case hmac224 = "HMAC_224"
    case hmac256 = "HMAC_256"
    case hmac384 = "HMAC_384"
    case hmac512 = "HMAC_512"

    /// In the order of the model. SM2 is only in AWS's regions in China; libcrypto 3.0 has no ML-DSA and no ML-KEM.
    static let modelled = Shape.oneOf(
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
        "SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2", "ML_DSA_44", "ML_DSA_65",
        "ML_DSA_87", "ECC_NIST_EDWARDS25519", "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"
    )
    /// The deprecated member has fewer.
    static let modelledBefore = Shape.oneOf(
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
        "SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2"
    )
    static let modelledPairs = Shape.oneOf(
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
        "SM2", "ECC_NIST_EDWARDS25519", "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"
    )

    /// A name of the model's that has no key here is refused as AWS does it in regions without it.
    init(named name: Text) throws(Fault) {
        guard let spec = KeySpec(rawValue: name) else {
            throw Fault("UnsupportedOperationException", "The key spec \(name) is not supported in this Region.")
        }
        self = spec
    }

    /// Tells RSA from curves: `nil` for keys that are one secret.
    var pairKind: KeyPairKind? {
        switch self {
        case .rsa2048: .rsa2048
        case .rsa3072: .rsa3072
        case .rsa4096: .rsa4096
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        case .secp256k1: .secp256k1
        case .ed25519: .ed25519
        case .symmetric, .hmac224, .hmac256, .hmac384, .hmac512: nil
        }
    }

    /// How many bytes a key that is one secret has.
    var secretLength: Int {
        switch self {
        case .hmac224: 28
        case .hmac384: 48
        case .hmac512: 64
        default: 32
        }
    }

    private var rsaBits: Int? {
        switch self {
        case .rsa2048: 2048
        case .rsa3072: 3072
        case .rsa4096: 4096
        default: nil
        }
    }

    var usages: [KeyUsage] {
        switch self {
        case .symmetric: [.encrypt]
        case .rsa2048, .rsa3072, .rsa4096: [.encrypt, .sign]
        case .p256, .p384, .p521: [.sign, .agree]
        case .secp256k1, .ed25519: [.sign]
        case .hmac224, .hmac256, .hmac384, .hmac512: [.mac]
        }
    }

    var encryptionAlgorithms: [EncryptionAlgorithm] {
        if self == .symmetric { return [.symmetric] }
        return rsaBits == nil ? [] : [.oaepSHA1, .oaepSHA256]
    }

    var signingAlgorithms: [SigningAlgorithm] {
        switch self {
        case .rsa2048, .rsa3072, .rsa4096:
            [.pkcs1SHA256, .pkcs1SHA384, .pkcs1SHA512, .pssSHA256, .pssSHA384, .pssSHA512]
        case .p256, .secp256k1: [.ecdsaSHA256]
        case .p384: [.ecdsaSHA384]
        case .p521: [.ecdsaSHA512]
        case .ed25519: [.ed25519]
        case .symmetric, .hmac224, .hmac256, .hmac384, .hmac512: []
        }
    }

    var macAlgorithm: MacAlgorithm? {
        switch self {
        case .hmac224: .sha224
        case .hmac256: .sha256
        case .hmac384: .sha384
        case .hmac512: .sha512
        default: nil
        }
    }

    /// The longest plaintext, in bytes: RFC 8017, section 7.1.1. `nil` where the model's own bound is the only one.
    func capacity(_ algorithm: EncryptionAlgorithm) -> Int? {
        guard let rsaBits, let hash = algorithm.hash else { return nil }
        return rsaBits / 8 - 2 * hash.length - 2
    }
}

enum EncryptionAlgorithm: Text, Sendable {
    case symmetric = "SYMMETRIC_DEFAULT"
    case oaepSHA1 = "RSAES_OAEP_SHA_1"
    case oaepSHA256 = "RSAES_OAEP_SHA_256"
    /// In the model for AWS's regions in China; it fits no key here.
    case sm2 = "SM2PKE"

    /// Of OAEP.
    var hash: MessageHash? {
        switch self {
        case .oaepSHA1: .sha1
        case .oaepSHA256: .sha256
        case .symmetric, .sm2: nil
        }
    }

    init(_ name: Text?) { self = name.flatMap { EncryptionAlgorithm(rawValue: $0) } ?? .symmetric }
}

enum SigningAlgorithm: Text, Sendable {
    case pssSHA256 = "RSASSA_PSS_SHA_256"
    case pssSHA384 = "RSASSA_PSS_SHA_384"
    case pssSHA512 = "RSASSA_PSS_SHA_512"
    case pkcs1SHA256 = "RSASSA_PKCS1_V1_5_SHA_256"
    case pkcs1SHA384 = "RSASSA_PKCS1_V1_5_SHA_384"
    case pkcs1SHA512 = "RSASSA_PKCS1_V1_5_SHA_512"
    case ecdsaSHA256 = "ECDSA_SHA_256"
    case ecdsaSHA384 = "ECDSA_SHA_384"
    case ecdsaSHA512 = "ECDSA_SHA_512"
    case ed25519 = "ED25519_SHA_512"

    static let modelled = Shape.oneOf(
        "RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512", "RSASSA_PKCS1_V1_5_SHA_256",
        "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512", "ECDSA_SHA_256", "ECDSA_SHA_384", "ECDSA_SHA_512",
        "SM2DSA", "ML_DSA_SHAKE_256", "ED25519_SHA_512", "ED25519_PH_SHA_512"
    )

    var scheme: SignatureScheme {
        switch self {
        case .pssSHA256: .pss(.sha256)
        case .pssSHA384: .pss(.sha384)
        case .pssSHA512: .pss(.sha512)
        case .pkcs1SHA256: .pkcs1(.sha256)
        case .pkcs1SHA384: .pkcs1(.sha384)
        case .pkcs1SHA512: .pkcs1(.sha512)
        case .ecdsaSHA256: .ecdsa(.sha256)
        case .ecdsaSHA384: .ecdsa(.sha384)
        case .ecdsaSHA512: .ecdsa(.sha512)
        case .ed25519: .ed25519
        }
    }
}

enum MacAlgorithm: Text, Sendable {
    case sha224 = "HMAC_SHA_224"
    case sha256 = "HMAC_SHA_256"
    case sha384 = "HMAC_SHA_384"
    case sha512 = "HMAC_SHA_512"

    var hash: MessageHash {
        switch self {
        case .sha224: .sha224
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }
}

extension KeyState {
    func requireUsage(_ usage: KeyUsage, for operation: Text) throws(Fault) {
        guard self.usage == usage else {
            throw Fault(
                "InvalidKeyUsageException",
                "\(arn) key usage is \(self.usage.rawValue) which is not valid for \(operation)."
            )
        }
    }

    /// Data keys go under symmetric keys only.
    func requireDataKeys(for operation: Text) throws(Fault) {
        try requireUsage(.encrypt, for: operation)
        guard spec == .symmetric else {
            throw Fault("InvalidKeyUsageException", "You cannot generate a data key with an asymmetric CMK")
        }
    }

    func incompatible(_ algorithm: Text) -> Fault {
        Fault("InvalidKeyUsageException", "Algorithm \(algorithm) is incompatible with key spec \(spec.rawValue).")
    }

    func requireEncryption(_ algorithm: EncryptionAlgorithm, for operation: Text) throws(Fault) {
        try requireUsage(.encrypt, for: operation)
        guard spec.encryptionAlgorithms.contains(algorithm) else { throw incompatible(algorithm.rawValue) }
    }
}
