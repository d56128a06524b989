internal import Bytes
internal import Store
internal import Wire

/// The keys of one multi-Region key: one id and one material in several Regions. Every row of the set tells the whole set, so
/// that describing one looks at one row; each change of the set writes all of them in one transaction.
struct KeyFamily: Sendable, Equatable {
    var primary: Text
    /// In the order in which they were made.
    var replicas: [Text]

    init(primary: Text, replicas: [Text] = []) {
        self.primary = primary
        self.replicas = replicas
    }

    init?(_ fields: Fields?) {
        guard let fields, let primary = fields.text("primary") else { return nil }
        self.init(primary: primary, replicas: fields.texts("replicas") ?? [])
    }

    var stored: Document {
        .structure(["primary": .string(primary), "replicas": .list(replicas.map { .string($0) })])
    }

    var regions: [Text] { [primary] + replicas }
}

extension KeyState {
    var isPrimary: Bool { family?.primary == place.region }

    /// What ciphertexts are bound to: all keys of a multi-Region key open them, and no other does.
    var sealingName: Text {
        family == nil ? arn : "arn:aws:kms::\(place.account):key/\(id)"
    }

    func place(in region: Text) -> Place { Place(account: place.account, region: region) }

    /// `MultiRegionConfiguration`.
    var familyFields: Fields? {
        guard let family else { return nil }
        func member(_ region: Text) -> Document {
            .structure(["Arn": .string(Keys.arn(id, in: place(in: region))), "Region": .string(region)])
        }
        return [
            "MultiRegionKeyType": isPrimary ? "PRIMARY" : "REPLICA", "PrimaryKey": member(family.primary),
            "ReplicaKeys": .list(family.replicas.map(member)),
        ]
    }

    /// Only the primary key is replicated, and only it hands over its part.
    func requirePrimary() throws(Fault) -> KeyFamily {
        guard let family else {
            throw Fault("UnsupportedOperationException", "\(arn) is not a multi-Region key.")
        }
        guard isPrimary else {
            throw Fault("UnsupportedOperationException", "\(arn) is not a multi-Region primary key.")
        }
        return family
    }
}

extension Keys {
    static let region = Shape.string(1...32, Pattern("^([a-z]+-){2,3}\\d+$", isRegion))

    /// Two or three words of letters, each with its dash, then digits.
    private static func isRegion(_ text: Text) -> Bool {
        let parts = text.split(on: 0x2D)
        guard let number = parts.last, (3...4).contains(parts.count) else { return false }
        return number.utf8.count > 0 && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
            && parts.dropLast().allSatisfy { part in
                part.utf8.count > 0 && part.utf8.allSatisfy { (0x61...0x7A).contains($0) }
            }
    }

    /// Changes the rows of a multi-Region key in the given Regions.
    static func changeFamily(
        _ id: Text,
        of account: AccountID,
        in regions: [Text],
        _ transaction: borrowing Transaction,
        _ body: (KeyState, inout KeyDraft) throws -> Void
    ) throws {
        for region in regions {
            guard let item = try transaction.item(itemKey(id, in: Place(account: account, region: region))) else {
                continue
            }
            var draft = try KeyDraft(item)
            try body(try KeyState(item), &draft)
            _ = try transaction.update(draft.item)
        }
    }

    /// A replica is gone: the others forget it. A primary key that only waited for that begins its own waiting period.
    static func leaveFamily(_ key: KeyState, at now: Timestamp, _ transaction: borrowing Transaction) throws {
        guard var family = key.family, !key.isPrimary else { return }
        family.replicas.removeAll { $0 == key.place.region }
        try changeFamily(key.id, of: key.place.account, in: family.regions, transaction) { other, draft in
            draft.family = family
            guard other.state == .pendingReplicaDeletion, family.replicas.isEmpty else { return }
            draft.set("state", .string(KeyState.State.pendingDeletion.rawValue))
            draft.deletionDate = now + (other.deletionWindow ?? 30) * 86_400_000
        }
    }
}
