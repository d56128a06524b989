internal import Bytes
internal import Seal
internal import Wire

extension Keys {
    /// There is no place in an RSA block for an encryption context.
    static func context(_ fields: Fields?, _ algorithm: EncryptionAlgorithm) throws(Fault) -> EncryptionContext {
        let context = EncryptionContext(fields)
        guard algorithm == .symmetric || context.pairs.isEmpty else {
            throw .frontEnd(
                "ValidationException",
                "An encryption context can't be used with the algorithm \(algorithm.rawValue): it needs a symmetric key."
            )
        }
        return context
    }

    static let dryRunModifiers = Shape.list(.oneOf("IGNORE_CIPHERTEXT"))

    /// What is to be opened; `nil` for a dry run that is about permissions alone and needs none.
    static func ciphertext(_ fields: Fields, keyID: Text) throws(Fault) -> [UInt8]? {
        let modifiers = fields.texts("DryRunModifiers") ?? []
        guard fields.bool("DryRun") == true, !modifiers.isEmpty else {
            guard let blob = fields.secret("CiphertextBlob") else {
                throw .validation([
                    "Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null"
                ])
            }
            return blob.bytes
        }
        guard fields.text(keyID) != nil else {
            throw .frontEnd("ValidationException", "\(keyID) is required with the dry run modifier IGNORE_CIPHERTEXT.")
        }
        return nil
    }

    /// A block of RSA does not say which key made it.
    static func requireNamedKey(
        _ keyID: Text?, _ algorithm: EncryptionAlgorithm, as member: Text
    ) throws(Fault) {
        guard algorithm != .symmetric, keyID == nil else { return }
        throw .frontEnd(
            "ValidationException",
            "\(member) is required with the algorithm \(algorithm.rawValue): the ciphertext does not name its key."
        )
    }
}

extension KeyState {
    func requireRoom(for plaintext: SecretBytes, _ algorithm: EncryptionAlgorithm) throws(Fault) {
        guard let most = spec.capacity(algorithm), plaintext.count > most else { return }
        throw .frontEnd(
            "ValidationException",
            "Algorithm \(algorithm.rawValue) and key spec \(spec.rawValue) cannot encrypt data larger than \(most) bytes."
        )
    }

    func encrypt(
        _ plaintext: SecretBytes,
        _ context: EncryptionContext,
        _ algorithm: EncryptionAlgorithm,
        _ root: RootKey
    ) throws -> [UInt8] {
        guard let hash = algorithm.hash else { return try encrypt(plaintext, context, root) }
        guard let sealed = try publicKey().seal(plaintext, hash) else { throw Fault.internalError }
        return sealed
    }

    /// Opens a block of RSA.
    func decrypt(_ block: [UInt8], _ algorithm: EncryptionAlgorithm, _ root: RootKey) throws -> SecretBytes {
        guard let hash = algorithm.hash, let plaintext = try privateKey(root).open(block, hash) else {
            throw Fault.invalidCiphertext
        }
        return plaintext
    }
}
