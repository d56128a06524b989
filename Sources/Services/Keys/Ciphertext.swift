internal import Bytes
internal import Seal
internal import Store
internal import Wire

/// The opaque blob that Encrypt and GenerateDataKey return: a header that names the key, and what the key sealed.
///
/// `version (1) ‖ account (8) ‖ key id length (1) ‖ key id ‖ material index (4) ‖ sealed`. The header needs no seal of its own:
/// account, key and material are bound into the seal through the key's ARN and the material's id.
struct Ciphertext: Sendable {
    private static let version: UInt8 = 1

    let account: AccountID
    let keyID: Text
    let material: UInt32
    let sealed: Sealed

    var bytes: [UInt8] {
        var out = ByteBuilder(capacity: 64 + sealed.bytes.count)
        out.append(byte: Self.version)
        out.append(bigEndian: UInt64(account.text.string) ?? 0)
        out.append(byte: UInt8(keyID.utf8.count))
        out.append(keyID)
        out.append(bigEndian: material)
        out.append(sealed.bytes)
        return out.bytes
    }

    init(account: AccountID, keyID: Text, material: UInt32, sealed: Sealed) {
        self.account = account
        self.keyID = keyID
        self.material = material
        self.sealed = sealed
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count > 10, bytes[0] == Self.version else { return nil }
        let number = bytes[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var digits = ByteBuilder()
        digits.append(decimal: number, width: 12)
        let end = 10 + Int(bytes[9])
        guard let account = AccountID(Text(String(decoding: digits.bytes, as: UTF8.self))), bytes.count > end + 4,
            let keyID = Text(utf8: bytes[10..<end])
        else { return nil }
        self.account = account
        self.keyID = keyID
        material = bytes[end..<end + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        sealed = Sealed(stored: Array(bytes[(end + 4)...]))
    }
}

extension KeyState {
    private func binding(_ material: Material, _ context: EncryptionContext) -> Binding {
        Binding("kms-ciphertext", [sealingName, material.id] + context.parts)
    }

    func encrypt(_ plaintext: SecretBytes, _ context: EncryptionContext, _ root: RootKey) throws -> [UInt8] {
        let material = currentMaterial
        let sealed = try open(material, root).seal(plaintext, boundTo: binding(material, context))
        let index = UInt32(materials.count - 1)
        return Ciphertext(account: place.account, keyID: id, material: index, sealed: sealed).bytes
    }

    func opener(
        _ ciphertext: Ciphertext,
        _ context: EncryptionContext,
        _ root: RootKey
    ) throws -> CiphertextOpener {
        // Blobs come from symmetric keys alone, whatever a header says.
        guard spec == .symmetric, materials.indices.contains(Int(ciphertext.material)) else {
            throw Fault.invalidCiphertext
        }
        let material = materials[Int(ciphertext.material)]
        return CiphertextOpener(
            keyARN: arn,
            materialID: material.id,
            expiry: expiry,
            key: try open(material, root),
            bound: BoundCiphertext(ciphertext.sealed, boundTo: binding(material, context))
        )
    }
}

/// A ciphertext with the key material and the context that it is to be opened with.
struct CiphertextOpener: Sendable {
    let keyARN: Text
    let materialID: Text
    /// From when on the key must not be used any more, though its material is still at hand: all of it has to be there.
    let expiry: Timestamp?
    fileprivate let key: WrappingKey
    fileprivate let bound: BoundCiphertext

    /// AWS sends no text with `InvalidCiphertextException`: which part was wrong is nobody's business.
    func open() throws(Fault) -> SecretBytes {
        do { return try key.open(bound) } catch { throw .invalidCiphertext }
    }
}

extension Fault {
    static let invalidCiphertext = Fault("InvalidCiphertextException", nil)
}
