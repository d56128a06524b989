internal import Bytes
internal import Seal
internal import Wire

/// How key material travels to its key.
enum ImportWrapping: Text, Sendable, CaseIterable {
    case oaepSHA1 = "RSAES_OAEP_SHA_1"
    case oaepSHA256 = "RSAES_OAEP_SHA_256"
    /// The RSA key wraps an AES key, that the material.
    case rsaAESSHA1 = "RSA_AES_KEY_WRAP_SHA_1"
    case rsaAESSHA256 = "RSA_AES_KEY_WRAP_SHA_256"

    static let modelled = Shape.oneOf(
        "RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1",
        "RSA_AES_KEY_WRAP_SHA_256", "SM2PKE"
    )

    var hash: MessageHash {
        switch self {
        case .oaepSHA1, .rsaAESSHA1: .sha1
        case .oaepSHA256, .rsaAESSHA256: .sha256
        }
    }

    var hasAESKey: Bool { self == .rsaAESSHA1 || self == .rsaAESSHA256 }

    /// An RSA block has no room for an RSA key, and the shortest one none for the longest curve's.
    func suits(_ material: KeySpec, under wrappingKey: KeySpec) -> Bool {
        if hasAESKey { return true }
        switch material {
        case .rsa2048, .rsa3072, .rsa4096: return false
        case .p521: return wrappingKey != .rsa2048
        default: return true
        }
    }
}

/// What GetParametersForImport hands out: the private half of a wrapping key, sealed, and what it is good for. Nothing of it
/// stays here, so that a token that is never used costs nothing.
struct ImportToken: Sendable {
    static let lifetime: Int64 = 86_400_000
    private static let version: UInt8 = 1
    private static let headLength = 11

    let wrapping: ImportWrapping
    /// Of the wrapping key: RSA.
    let spec: KeySpec
    let expiry: Timestamp
    private let privateKey: PrivateKey

    init(_ wrapping: ImportWrapping, _ spec: KeySpec, until expiry: Timestamp, _ privateKey: PrivateKey) {
        self.wrapping = wrapping
        self.spec = spec
        self.expiry = expiry
        self.privateKey = privateKey
    }

    /// `version (1) ‖ wrapping (1) ‖ spec (1) ‖ expiry (8) ‖ sealed private key`.
    func bytes(for key: KeyState, _ root: RootKey) -> [UInt8] {
        var out = ByteBuilder(capacity: 4096)
        out.append(byte: Self.version)
        out.append(byte: UInt8(ImportWrapping.allCases.firstIndex(of: wrapping) ?? 0))
        out.append(byte: UInt8(KeySpec.allCases.firstIndex(of: spec) ?? 0))
        out.append(bigEndian: UInt64(bitPattern: expiry.milliseconds))
        let binding = Self.binding(key, out.bytes[...])
        out.append(root.subkey(Self.purpose).wrap(privateKey.pkcs8, boundTo: binding).bytes)
        return out.bytes
    }

    /// `nil` unless it was made for this key, and is whole.
    init?(_ bytes: [UInt8], for key: KeyState, _ root: RootKey) {
        guard bytes.count > Self.headLength, bytes[0] == Self.version,
            ImportWrapping.allCases.indices.contains(Int(bytes[1])), KeySpec.allCases.indices.contains(Int(bytes[2]))
        else { return nil }
        let sealed = Sealed(stored: Array(bytes[Self.headLength...]))
        let binding = Self.binding(key, bytes[..<Self.headLength])
        guard let pkcs8 = try? root.subkey(Self.purpose).unwrapMaterial(sealed, boundTo: binding) else { return nil }
        let milliseconds = bytes[3..<Self.headLength].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.init(
            ImportWrapping.allCases[Int(bytes[1])],
            KeySpec.allCases[Int(bytes[2])],
            until: Timestamp(milliseconds: Int64(bitPattern: milliseconds)),
            PrivateKey(pkcs8)
        )
    }

    private static let purpose: Text = "kms import token"

    private static func binding(_ key: KeyState, _ head: ArraySlice<UInt8>) -> Binding {
        Binding(purpose, [key.arn, Hex.encode(Array(head))])
    }

    /// The material that was wrapped with this token's public key; `nil` if it does not open.
    func open(_ wrapped: [UInt8]) -> SecretBytes? {
        guard wrapping.hasAESKey else { return privateKey.open(wrapped, wrapping.hash) }
        let block =
            switch spec {
            case .rsa4096: 512
            case .rsa3072: 384
            default: 256
            }
        guard wrapped.count > block else { return nil }
        let aesKey = privateKey.open(Array(wrapped[..<block]), wrapping.hash)
        return aesKey?.unwrap(Array(wrapped[block...]))
    }
}

extension KeyState {
    /// Key material is brought to keys that were made to wait for it, and to no other.
    func requireExternal() throws(Fault) {
        guard origin == .external else {
            throw Fault(
                "UnsupportedOperationException",
                "\(arn) origin is \(origin.rawValue) which is not valid for this operation."
            )
        }
    }
}
