internal import Bytes
internal import Store
internal import Wire

/// Imported material that waits for its turn: it encrypts and decrypts nothing until the key is rotated on demand, may be
/// replaced by other material until then, and the key can be used without it.
extension KeyState {
    /// Only what its owner brings can take the place of imported material.
    func requirePending(at now: Timestamp) throws(Fault) {
        guard let pendingMaterial, pendingMaterial.isHere(at: now) else { throw nothingPending }
    }

    var nothingPending: Fault {
        Fault("KMSInvalidStateException", "No available key material pending rotation for the key: \(arn).")
    }
}

extension KeyDraft {
    /// The material that waited becomes the current one.
    mutating func promotePending(_ rotation: KeyState.Material.Rotation) {
        guard var material = pendingMaterial else { return }
        material.rotation = rotation
        materials.append(material)
        pendingMaterial = nil
    }
}

extension Keys {
    /// All keys of a multi-Region key are rotated together; each has been brought its own copy of the material.
    ///
    /// - Parameter primary: the key, or the primary key of a set.
    static func rotateImported(_ primary: KeyState, at now: Timestamp, _ transaction: borrowing Transaction) throws {
        try primary.requirePending(at: now)
        let regions = primary.family?.regions ?? [primary.place.region]
        try changeFamily(primary.id, of: primary.place.account, in: regions, transaction) { key, draft in
            guard let pending = key.pendingMaterial, pending.isHere(at: now) else { throw primary.nothingPending }
            draft.promotePending(KeyState.Material.Rotation(.onDemand, now))
        }
    }

    /// Takes away the material of this id, deleted or expired. What waited on a primary key is gone from all keys of the set;
    /// a replica still knows what to wait for.
    static func takeMaterial(_ id: Text, of key: KeyState, _ transaction: borrowing Transaction) throws {
        guard key.pendingMaterial?.id == id else {
            return try changeFamily(key.id, of: key.place.account, in: [key.place.region], transaction) { key, draft in
                draft.materials = key.materials.map { $0.id == id ? $0.withoutSecret : $0 }
            }
        }
        let isReplica = key.family != nil && !key.isPrimary
        let regions = isReplica ? [key.place.region] : key.family?.regions ?? [key.place.region]
        try changeFamily(key.id, of: key.place.account, in: regions, transaction) { other, draft in
            draft.pendingMaterial = isReplica ? other.pendingMaterial?.withoutSecret : nil
        }
    }
}
