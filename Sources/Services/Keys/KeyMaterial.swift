internal import Bytes
internal import Seal
internal import Store
internal import Synchronization
internal import Wire

extension KeyState {
    /// One generation of key material. Old ones are kept, so that old ciphertexts open.
    struct Material: Sendable {
        /// 64 hexadecimal digits.
        let id: Text
        /// `nil` while imported material is away: before its import, after its deletion or its expiry.
        let sealed: Sealed?
        /// Of a key pair.
        var publicKey: PublicKey?
        /// Imported material may be lent for a while.
        var expiry: Timestamp?
        /// What the owner said of it when they brought it.
        var remark: Text?
        /// How and when it took the place of the one before; `nil` of the first.
        var rotation: Rotation?

        /// What a key has before its first import.
        static let none = Material(id: "", sealed: nil)

        init(id: Text, sealed: Sealed?) {
            self.id = id
            self.sealed = sealed
        }

        init?(_ document: Document) {
            guard case .structure(let fields) = document, let id = fields.text("id") else { return nil }
            // Blobs are text in a row, and not yet in a draft.
            func blob(_ name: Text) -> [UInt8]? { fields.blob(name) ?? fields.storedBlob(name) }
            self.init(id: id, sealed: blob("sealed").map { Sealed(stored: $0) })
            publicKey = blob("public").map { PublicKey($0) }
            expiry = fields.storedTime("expiry")
            remark = fields.text("remark")
            rotation = Rotation(fields)
        }

        var stored: Document {
            var fields: Fields = ["id": .string(id)]
            if let sealed { fields.add("sealed", .blob(sealed.bytes)) }
            if let publicKey { fields.add("public", .blob(publicKey.der)) }
            fields.add("expiry", expiry?.milliseconds)
            fields.add("remark", remark)
            fields.add("rotation", rotation?.kind.rawValue)
            fields.add("rotated", rotation?.date.milliseconds)
            return .structure(fields)
        }

        /// The same material with nothing left that could be opened: only its name, so that it can be told when it comes back.
        var withoutSecret: Material {
            var rest = Material(id: id, sealed: nil)
            rest.remark = remark
            rest.rotation = rotation
            return rest
        }

        /// When it has to go; `nil` while it is away.
        var ending: Timestamp? { sealed == nil ? nil : expiry }

        /// `ValidTo` and `ExpirationModel` of imported material.
        static func expiryFields(_ expiry: Timestamp?) -> [Fields.Member] {
            var fields: Fields = [:]
            fields.add("ValidTo", expiry)
            fields.add(
                "ExpirationModel", expiry == nil ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES" as Text)
            return fields.members
        }

        func isHere(at time: Timestamp) -> Bool {
            guard sealed != nil else { return false }
            return expiry.map { time < $0 } ?? true
        }
    }
}

/// Key material in the clear, for the moment between its making and its sealing.
struct FreshMaterial: Sendable {
    let secret: SecretBytes
    let publicKey: PublicKey?

    /// Takes seconds for RSA: not on an event loop.
    static func generate(_ spec: KeySpec) -> FreshMaterial {
        guard let kind = spec.pairKind else {
            return FreshMaterial(secret: .random(spec.secretLength), publicKey: nil)
        }
        let pair = KeyPair.generate(kind)
        return FreshMaterial(secret: pair.privateKey.pkcs8, publicKey: pair.publicKey)
    }

    private init(secret: SecretBytes, publicKey: PublicKey?) {
        self.secret = secret
        self.publicKey = publicKey
    }

    /// What the owner of a key brings: plain bytes, or PKCS #8 for a pair. `nil` if it does not make a key of this spec.
    init?(imported bytes: SecretBytes, _ spec: KeySpec) {
        if let kind = spec.pairKind {
            guard let pair = KeyPair(importing: bytes, as: kind) else { return nil }
            self.init(secret: pair.privateKey.pkcs8, publicKey: pair.publicKey)
        } else {
            guard bytes.count == spec.secretLength else { return nil }
            self.init(secret: bytes, publicKey: nil)
        }
    }

    /// - Parameter id: of the material.
    func sealed(as id: Text, for key: Text, in place: Place, _ root: RootKey) -> KeyState.Material {
        let binding = KeyState.materialBinding(Keys.arn(key, in: place), id)
        var material = KeyState.Material(id: id, sealed: root.accountKey(place).wrap(secret, boundTo: binding))
        material.publicKey = publicKey
        return material
    }

    /// The same for the same material and the same key, replicas of a multi-Region key counting as one.
    func importID(for key: Text, of account: AccountID, _ root: RootKey) -> Text {
        root.materialID(secret, of: Binding("kms imported material", [account.text, key]))
    }
}

extension KeyState {
    /// The material as it was before it was sealed: for another Region's copy of a multi-Region key.
    func reveal(_ material: Material, _ root: RootKey) throws -> SecretBytes {
        guard let sealed = material.sealed else { throw Fault("KMSInvalidStateException", "\(arn) is pending import.") }
        return try root.accountKey(place).unwrapMaterial(sealed, boundTo: Self.materialBinding(arn, material.id))
    }

    /// The material of a key that signs, opens, agrees or authenticates.
    func secret(_ root: RootKey) throws -> SecretBytes {
        let material = currentMaterial
        return try secrets.withLock { secrets in
            if let secret = secrets[material.id] { return secret }
            let secret = try reveal(material, root)
            secrets[material.id] = secret
            return secret
        }
    }

    func privateKey(_ root: RootKey) throws -> PrivateKey { PrivateKey(try secret(root)) }

    func publicKey() throws -> PublicKey {
        guard let key = currentMaterial.publicKey else { throw StoreError.corrupt("key \(id) has no public half") }
        return key
    }

    /// This key's material as the row of another Region keeps it. Imported material is not copied: its owner brings it.
    func materials(for other: Place, _ root: RootKey) throws -> [Material] {
        try materials.map { material in
            guard origin == .kms else { return material.withoutSecret }
            let arn = Keys.arn(id, in: other)
            let secret = try reveal(material, root)
            let sealed = root.accountKey(other).wrap(secret, boundTo: Self.materialBinding(arn, material.id))
            var copy = Material(id: material.id, sealed: sealed)
            copy.publicKey = material.publicKey
            copy.rotation = material.rotation
            return copy
        }
    }
}

extension Call {
    private static let elsewhere: Text = "off the event loop"

    /// Work with key pairs takes milliseconds, and an event loop has other callers: the call starts again on another thread.
    /// The operation is not ``Operation/isBrief``, or it would come back.
    func leaveLoop() throws {
        guard !view.isDone(Self.elsewhere) else { return }
        throw Detour { _ in
            await Task.yield()
            return .done(Self.elsewhere)
        }
    }
}
