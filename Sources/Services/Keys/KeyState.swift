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
        /// A multi-Region primary key that waits for its replicas to be gone.
        case pendingReplicaDeletion = "PendingReplicaDeletion"
        /// Never stored: what a key is whose imported material is away.
        case pendingImport = "PendingImport"
    }

    let place: Place
    let id: Text
    let arn: Text
    let rev: Int64
    let created: Timestamp
    let description: Text
    /// As stored; see ``state(at:)``.
    let state: State
    let deletionDate: Timestamp?
    /// In days; while the key is pending deletion.
    let deletionWindow: Int64?
    /// `AWS` for the keys that a service makes for an account.
    let isManaged: Bool
    let spec: KeySpec
    let usage: KeyUsage
    let origin: KeyOrigin
    /// Of a multi-Region key.
    let family: KeyFamily?
    let written: WrittenPolicy
    let policy: NamedPolicy
    let memory = DecisionMemory()
    let tags: [Tag]
    /// Empty until the first import; never for other origins.
    let materials: [Material]
    /// Brought for the next rotation.
    let pendingMaterial: Material?
    private let opened = Mutex<[Text: WrappingKey]>([:])
    let secrets = Mutex<[Text: SecretBytes]>([:])

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let created = body.storedTime("created"), let state = body.text("state").flatMap(State.init(rawValue:)),
            let written = WrittenPolicy(body, "policy"), let materials = body.list("materials"),
            let spec = KeySpec(rawValue: body.text("spec") ?? KeySpec.symmetric.rawValue),
            let usage = KeyUsage(rawValue: body.text("usage") ?? KeyUsage.encrypt.rawValue),
            let origin = KeyOrigin(rawValue: body.text("origin") ?? KeyOrigin.kms.rawValue),
            !materials.isEmpty || origin == .external
        else { throw StoreError.corrupt("key \(item.key.id)") }
        place = item.key.place
        id = item.key.id
        arn = Keys.arn(item.key.id, in: item.key.place)
        rev = item.rev
        self.created = created
        self.state = state
        description = body.text("description") ?? ""
        deletionDate = KeyDraft.deletionDate(item, body)
        deletionWindow = body.integer("window")
        isManaged = body.bool("managed") ?? false
        (self.spec, self.usage, self.origin) = (spec, usage, origin)
        family = KeyFamily(body.fields("family"))
        self.written = written
        policy = try written.compiled(.resource, name: arn)
        tags = Tag.list(body.list("tags"))
        self.materials = try materials.map { document in
            guard let material = Material(document), material.sealed != nil || origin == .external else {
                throw StoreError.corrupt("key \(item.key.id)")
            }
            return material
        }
        pendingMaterial = body.fields("pending").flatMap { Material(.structure($0)) }
    }

    /// When the first of its materials has to go, and the key can't be used any more.
    var expiry: Timestamp? { materials.compactMap(\.ending).min() }

    var allMaterials: [Material] { materials + [pendingMaterial].compactMap(\.self) }

    var currentMaterial: Material { materials.last ?? .none }

    static func materialBinding(_ arn: Text, _ material: Text) -> Binding {
        Binding("kms-key-material", [arn, material])
    }

    func open(_ material: Material, _ root: RootKey) throws -> WrappingKey {
        try opened.withLock { opened in
            if let key = opened[material.id] { return key }
            guard let sealed = material.sealed else {
                throw Fault("KMSInvalidStateException", "\(arn) is pending import.")
            }
            let key = try root.accountKey(place).unwrap(sealed, boundTo: Self.materialBinding(arn, material.id))
            opened[material.id] = key
            return key
        }
    }

    /// Imported material is gone from the instant of its expiry, whether or not a duty has come by yet.
    func state(at time: Timestamp) -> State {
        switch state {
        case .enabled, .disabled: isWhole(at: time) ? state : .pendingImport
        case .pendingDeletion, .pendingReplicaDeletion, .pendingImport: state
        }
    }

    private func isWhole(at time: Timestamp) -> Bool {
        origin == .kms || !materials.isEmpty && materials.allSatisfy { $0.isHere(at: time) }
    }

    /// Refuses cryptographic use in a state that forbids it.
    func requireUsable(at time: Timestamp) throws(Fault) {
        switch state(at: time) {
        case .enabled: return
        case .disabled: throw Fault("DisabledException", "\(arn) is disabled.")
        case .pendingDeletion, .pendingReplicaDeletion: try requireNotPendingDeletion()
        case .pendingImport: throw pendingImport
        }
    }

    func requireNotPendingDeletion() throws(Fault) {
        guard state != .pendingDeletion else {
            throw Fault("KMSInvalidStateException", "\(arn) is pending deletion.")
        }
        guard state != .pendingReplicaDeletion else {
            throw Fault("KMSInvalidStateException", "\(arn) is pending replica deletion.")
        }
    }

    /// For what needs a key that has its material and is not on its way out.
    func requireMaterial(at time: Timestamp) throws(Fault) {
        try requireNotPendingDeletion()
        guard state(at: time) != .pendingImport else { throw pendingImport }
    }

    private var pendingImport: Fault { Fault("KMSInvalidStateException", "\(arn) is pending import.") }
}

/// What cannot be changed about a key once it is made.
struct KeyForm: Sendable {
    var spec = KeySpec.symmetric
    var usage = KeyUsage.encrypt
    var origin = KeyOrigin.kms
    var isMultiRegion = false

    /// A multi-Region key says so in its id.
    func id(_ chance: Chance) -> Text { isMultiRegion ? "mrk-\(Hex.encode(chance.bytes(16)))" : chance.uuid() }
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
        deletionDate = Self.deletionDate(item, body)
    }

    /// A new enabled key with fresh material.
    ///
    /// - Parameter material: what it is made of; made here if it is left out.
    init(
        id: Text,
        place: Place,
        at time: Timestamp,
        description: Text,
        policy: WrittenPolicy,
        tags: [Tag],
        isManaged: Bool,
        form: KeyForm = KeyForm(),
        root: RootKey,
        chance: Chance
    ) {
        let materials =
            form.origin == .kms
            ? [FreshMaterial.generate(form.spec).sealed(as: Hex.encode(chance.bytes(32)), for: id, in: place, root)]
            : []
        self.init(
            id: id,
            place: place,
            at: time,
            description: description,
            policy: policy,
            tags: tags,
            isManaged: isManaged,
            form: form,
            materials: materials
        )
        if form.isMultiRegion { family = KeyFamily(primary: place.region) }
    }

    /// A new enabled key with this material.
    init(
        id: Text,
        place: Place,
        at time: Timestamp,
        description: Text,
        policy: WrittenPolicy,
        tags: [Tag],
        isManaged: Bool,
        form: KeyForm,
        materials: [KeyState.Material]
    ) {
        key = Keys.itemKey(id, in: place)
        rev = 1
        body = [
            "created": .integer(time.milliseconds), "description": .string(description), "state": "Enabled",
            "managed": .bool(isManaged), "tags": Tag.stored(tags),
            "spec": .string(form.spec.rawValue), "usage": .string(form.usage.rawValue),
            "origin": .string(form.origin.rawValue), "materials": .list(materials.map(\.stored)),
        ]
        self.policy = policy
    }

    /// The row is due when something happens by itself: the key's destruction, or the expiry of its material.
    var item: Item {
        var body = body
        body.members.removeAll { $0.name == "deletion" }
        body.add("deletion", deletionDate?.milliseconds)
        let expiries = (materials + [pendingMaterial].compactMap(\.self)).compactMap(\.ending)
        let due = (expiries + [deletionDate].compactMap(\.self)).min()
        return Item(key: key, link: nil, due: due, rev: rev, body: body.json)
    }

    /// Rows from before material could expire say when they are to be destroyed by being due then.
    static func deletionDate(_ item: Item, _ body: Fields) -> Timestamp? {
        if let date = body.storedTime("deletion") { return date }
        return body.text("state") == KeyState.State.pendingDeletion.rawValue ? item.due : nil
    }

    var materials: [KeyState.Material] {
        get { (body.list("materials") ?? []).compactMap { KeyState.Material($0) } }
        set { set("materials", .list(newValue.map(\.stored))) }
    }

    var pendingMaterial: KeyState.Material? {
        get { body.fields("pending").flatMap { KeyState.Material(.structure($0)) } }
        set { set("pending", newValue?.stored ?? .null) }
    }

    var policy: WrittenPolicy? {
        get { WrittenPolicy(body, "policy") }
        set { WrittenPolicy.store(newValue, in: &body, "policy") }
    }

    var family: KeyFamily? {
        get { KeyFamily(body.fields("family")) }
        set { set("family", newValue?.stored ?? .null) }
    }

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

    /// As ``stored(_:)``, in JSON.
    static func append(_ tags: [Tag], to out: inout ByteBuilder) {
        out.append(jsonList: tags) { tag, out in
            out.append(#"{"k":"#)
            out.append(jsonString: tag.key)
            out.append(jsonMember: "v")
            out.append(jsonString: tag.value)
            out.append(byte: 0x7D)
        }
    }

    static func stored(_ tags: [Tag]) -> Document {
        .list(tags.map { .structure(["k": .string($0.key), "v": .string($0.value)]) })
    }
}
