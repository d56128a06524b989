internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Synchronization
internal import Wire

/// A KMS key as the caches hold it. Its material is opened on first use and stays in guarded memory as long as this lives.
final class KeyState: Sendable {
    enum State: Text, Sendable {
        case enabled = "Enabled"
        case disabled = "Disabled"
        case pendingDeletion = "PendingDeletion"
    }

    /// One generation of key material. Old ones are kept, so that old ciphertexts open.
    struct Material: Sendable {
        let id: Text
        let sealed: Sealed
        /// How and when it took the place of the one before; `nil` of the first.
        let rotation: Rotation?
    }

    let place: Place
    let id: Text
    let arn: Text
    let rev: Int64
    let created: Timestamp
    let description: Text
    let state: State
    let deletionDate: Timestamp?
    /// `AWS` for the keys that a service makes for an account.
    let isManaged: Bool
    let policyText: Text
    let policy: NamedPolicy
    let tags: [Tag]
    let materials: [Material]
    private let opened = Mutex<[Text: WrappingKey]>([:])

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let created = body.storedTime("created"), let state = body.text("state").flatMap(State.init(rawValue:)),
            let policyText = body.text("policy"), let materials = body.list("materials"), !materials.isEmpty
        else { throw StoreError.corrupt("key \(item.key.id)") }
        place = item.key.place
        id = item.key.id
        arn = Keys.arn(item.key.id, in: item.key.place)
        rev = item.rev
        self.created = created
        self.state = state
        description = body.text("description") ?? ""
        deletionDate = item.due
        isManaged = body.bool("managed") ?? false
        self.policyText = policyText
        policy = NamedPolicy(
            name: Keys.arn(item.key.id, in: item.key.place),
            document: try PolicyDocument.parse(policyText.bytes, kind: .resource)
        )
        tags = Tag.list(body.list("tags"))
        self.materials = try materials.map { material in
            guard case .structure(let fields) = material, let id = fields.text("id"),
                let sealed = fields.storedBlob("sealed")
            else { throw StoreError.corrupt("key \(item.key.id)") }
            return Material(id: id, sealed: Sealed(stored: sealed), rotation: Material.Rotation(fields))
        }
    }

    var currentMaterial: Material { materials[materials.count - 1] }

    static func materialBinding(_ arn: Text, _ material: Text) -> Binding {
        Binding("kms-key-material", [arn, material])
    }

    func open(_ material: Material, _ root: RootKey) throws -> WrappingKey {
        try opened.withLock { opened in
            if let key = opened[material.id] { return key }
            let key = try root.accountKey(place)
                .unwrap(material.sealed, boundTo: Self.materialBinding(arn, material.id))
            opened[material.id] = key
            return key
        }
    }

    /// Refuses cryptographic use in a state that forbids it.
    func requireUsable() throws(Fault) {
        switch state {
        case .enabled: return
        case .disabled: throw Fault("DisabledException", "\(arn) is disabled.")
        case .pendingDeletion: throw Fault("KMSInvalidStateException", "\(arn) is pending deletion.")
        }
    }

    func requireNotPendingDeletion() throws(Fault) {
        guard state != .pendingDeletion else {
            throw Fault("KMSInvalidStateException", "\(arn) is pending deletion.")
        }
    }
}

/// A key's row while it is being changed.
struct KeyDraft: Sendable {
    var key: ItemKey
    var rev: Int64
    var body: Fields
    var deletionDate: Timestamp?

    init(_ item: Item) throws {
        key = item.key
        rev = item.rev
        body = try Fields(json: item.body)
        deletionDate = item.due
    }

    /// A new enabled key with fresh material.
    init(
        id: Text,
        place: Place,
        at time: Timestamp,
        description: Text,
        policy: Text,
        tags: [Tag],
        isManaged: Bool,
        root: RootKey,
        chance: Chance
    ) {
        let arn = Keys.arn(id, in: place)
        let materialID = Hex.encode(chance.bytes(32))
        let sealed = root.accountKey(place)
            .wrap(.generate(), boundTo: KeyState.materialBinding(arn, materialID))
        key = Keys.itemKey(id, in: place)
        rev = 1
        body = [
            "created": .integer(time.milliseconds), "description": .string(description), "state": "Enabled",
            "managed": .bool(isManaged), "policy": .string(policy), "tags": Tag.stored(tags),
            "materials": .list([.structure(["id": .string(materialID), "sealed": .blob(sealed.bytes)])]),
        ]
    }

    var item: Item { Item(key: key, link: nil, due: deletionDate, rev: rev, body: body.json) }

    mutating func set(_ name: Text, _ value: Document) {
        body.members.removeAll { $0.name == name }
        body.add(name, value)
    }
}

/// A tag of any resource. Services spell the members differently (`Key`, `TagKey`).
struct Tag: Sendable, Equatable {
    var key: Text
    var value: Text

    static func list(_ documents: [Document]?) -> [Tag] {
        (documents ?? []).compactMap { document in
            guard case .structure(let fields) = document, let key = fields.text("k") else { return nil }
            return Tag(key: key, value: fields.text("v") ?? "")
        }
    }

    static func stored(_ tags: [Tag]) -> Document {
        .list(tags.map { .structure(["k": .string($0.key), "v": .string($0.value)]) })
    }
}
