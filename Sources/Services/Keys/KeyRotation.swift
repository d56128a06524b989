internal import Bytes
internal import Seal
internal import Store
internal import Wire

extension KeyState.Material {
    struct Rotation: Sendable {
        enum Kind: Text, Sendable {
            case automatic = "AUTOMATIC"
            case onDemand = "ON_DEMAND"
        }

        let kind: Kind
        let date: Timestamp

        init?(_ stored: Fields) {
            guard let kind = stored.text("rotation").flatMap(Kind.init(rawValue:)),
                let date = stored.storedTime("rotated")
            else { return nil }
            (self.kind, self.date) = (kind, date)
        }

        init(_ kind: Kind, _ date: Timestamp) { (self.kind, self.date) = (kind, date) }
    }
}

extension KeyDraft {
    /// Puts fresh material in front of the old, which stays so that old ciphertexts open.
    mutating func rotate(
        _ kind: KeyState.Material.Rotation.Kind,
        at time: Timestamp,
        _ root: RootKey,
        _ chance: Chance
    ) {
        var material = FreshMaterial.generate(.symmetric)
            .sealed(as: Hex.encode(chance.bytes(32)), for: key.id, in: key.place, root)
        material.rotation = KeyState.Material.Rotation(kind, time)
        materials.append(material)
    }
}

/// When a key's material is to be renewed next. A row of its own, because the key's row is due when the key is to be deleted.
struct RotationSchedule: Sendable {
    static let kind: Text = "key-rotation"
    static let defaultPeriod: Int64 = 365
    private static let day: Int64 = 86_400_000

    /// In days.
    let period: Int64
    let next: Timestamp

    static func itemKey(_ keyID: Text, in place: Place) -> ItemKey { ItemKey(place: place, kind: kind, id: keyID) }

    /// From now on.
    init(period: Int64, from now: Timestamp) {
        self.period = period
        next = now + period * Self.day
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let period = body.integer("period"), let next = body.storedTime("next") else {
            throw StoreError.corrupt("\(Self.kind) \(item.key.id)")
        }
        (self.period, self.next) = (period, next)
    }

    /// The one after a rotation. A key that was out of use over its date begins a new period.
    func following(_ now: Timestamp) -> RotationSchedule {
        let next = next + period * Self.day
        return next > now ? RotationSchedule(period: period, next: next) : RotationSchedule(period: period, from: now)
    }

    private init(period: Int64, next: Timestamp) { (self.period, self.next) = (period, next) }

    /// - Parameter isAwake: whether the sweep is to look at it. A key that can't be used is not rotated.
    func item(_ keyID: Text, in place: Place, isAwake: Bool = true, rev: Int64 = 1) -> Item {
        let body: Fields = ["period": .integer(period), "next": .integer(next.milliseconds)]
        return Item(
            key: Self.itemKey(keyID, in: place), link: nil, due: isAwake ? next : nil, rev: rev, body: body.json
        )
    }
}

extension View {
    func rotationSchedule(of key: KeyState) throws -> RotationSchedule? {
        let itemKey = RotationSchedule.itemKey(key.id, in: key.place)
        return try row(.item(itemKey)) { snapshot in
            try snapshot.item(itemKey).map { (try RotationSchedule($0), $0.body.count + 128) }
        }
    }
}

extension Transaction {
    /// A key is in use again: what it missed is made up for at the next sweep.
    borrowing func resumeRotation(of key: KeyState) throws {
        guard let item = try item(RotationSchedule.itemKey(key.id, in: key.place)), item.due == nil else { return }
        _ = try update(try RotationSchedule(item).item(key.id, in: key.place, rev: item.rev))
    }
}

extension Keys {
    static let rotationsOnDemand = 25

    /// Only the material of symmetric keys can be renewed behind the same key id.
    static func requireRotatable(_ key: KeyState) throws(Fault) {
        guard key.isSymmetric else {
            throw Fault(
                "UnsupportedOperationException",
                "\(key.arn) is a \(key.spec.rawValue) key. Only symmetric encryption keys can be rotated."
            )
        }
    }

    /// Replicas follow their primary key.
    static func requireRotatableHere(_ key: KeyState) throws(Fault) {
        try requireRotatable(key)
        guard key.family == nil || key.isPrimary else {
            throw Fault(
                "UnsupportedOperationException",
                "\(key.arn) is a replica key. Only the primary key of a multi-Region key is rotated.")
        }
    }

    /// The material that its owner brought can't be renewed without them.
    static func requireRotatableByItself(_ key: KeyState) throws(Fault) {
        try requireRotatableHere(key)
        guard key.origin == .kms else {
            throw Fault(
                "UnsupportedOperationException",
                "\(key.arn) origin is \(key.origin.rawValue) which is not valid for this operation."
            )
        }
    }

    /// The replicas of a multi-Region key are renewed with their primary key.
    static func shareMaterial(
        of key: KeyState, _ root: RootKey, _ transaction: borrowing Transaction
    ) throws {
        guard let family = key.family else { return }
        try changeFamily(key.id, of: key.place.account, in: family.replicas, transaction) { replica, draft in
            draft.materials = try key.materials(for: replica.place, root)
        }
    }

    static func rotationEvent(
        _ kind: KeyState.Material.Rotation.Kind,
        from old: KeyState,
        to new: KeyState,
        at now: Timestamp,
        _ house: House
    ) -> [UInt8] {
        Record.keyEvent(
            "RotateKey",
            on: new.id,
            in: new.place,
            at: now,
            house.chance,
            details: [
                "rotationType": .string(kind.rawValue), "keyOrigin": .string(new.origin.rawValue),
                "previousKeyMaterialId": .string(old.currentMaterial.id),
                "currentKeyMaterialId": .string(new.currentMaterial.id),
            ]
        )
    }
}

extension Sweep {
    /// Renews the material of every key whose date has come.
    func rotateKeys() async throws {
        let now = house.clock.now()
        while true {
            let due = try await house.store.read {
                try $0.itemsDue(kind: RotationSchedule.kind, by: now, limit: Self.batch)
            }
            for item in due {
                try await house.store.write { [house] transaction in
                    try Self.rotate(item.key, at: now, house, transaction)
                }
            }
            guard due.count == Self.batch else { return }
        }
    }

    private static func rotate(
        _ scheduleKey: ItemKey,
        at now: Timestamp,
        _ house: House,
        _ transaction: borrowing Transaction
    ) throws {
        guard let row = try transaction.item(scheduleKey), let date = row.due, date <= now else { return }
        let schedule = try RotationSchedule(row)
        let (id, place) = (scheduleKey.id, scheduleKey.place)
        guard let item = try transaction.item(Keys.itemKey(id, in: place)) else {
            _ = try transaction.delete(scheduleKey)
            return
        }
        let key = try KeyState(item)
        guard key.state == .enabled else {
            // Looked at again when the key is enabled.
            _ = try transaction.update(schedule.item(id, in: place, isAwake: false, rev: row.rev))
            return
        }
        var draft = try KeyDraft(item)
        draft.rotate(.automatic, at: now, house.root, house.chance)
        _ = try transaction.update(draft.item)
        _ = try transaction.update(schedule.following(now).item(id, in: place, rev: row.rev))
        let renewed = try KeyState(draft.item)
        try Keys.shareMaterial(of: renewed, house.root, transaction)
        let event = Keys.rotationEvent(.automatic, from: key, to: renewed, at: now, house)
        transaction.appendRecord(node: house.node, event)
    }
}
