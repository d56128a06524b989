internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// A virtual MFA device's row while it is read or changed.
struct MFADevice: Sendable {
    static let kind: Text = "mfa-device"
    /// Steps beside the expected one whose codes are good, for clocks that differ.
    static let tolerance: Int64 = 1
    /// After so many wrong codes on end there is one try each `patience` milliseconds.
    static let mostFailures: Int64 = 5
    static let patience: Int64 = 30_000

    let account: AccountID
    /// Path and name, as the serial number ends.
    let id: Text
    private var rev: Int64
    private var body: Fields

    init(
        account: AccountID, path: Text, name: Text, seed: SecretBytes, at time: Timestamp, _ tags: [Tag], root: RootKey
    ) {
        self.account = account
        id = "\(path)\(name)"
        rev = 1
        let sealed = root.accountKey(Entity.place(account)).seal(seed, boundTo: Self.binding(id, account))
        body = ["created": .integer(time.milliseconds), "seed": .string(Base64.encode(sealed.bytes))]
        self.tags = tags
    }

    init(_ item: Item) throws {
        account = item.key.place.account
        id = item.key.id
        rev = item.rev
        body = try Fields(json: item.body)
    }

    private static func binding(_ id: Text, _ account: AccountID) -> Binding {
        Binding("mfa-seed", [account.text, id])
    }

    static func key(_ id: Text, _ account: AccountID) -> ItemKey {
        ItemKey(place: Entity.place(account), kind: kind, id: id)
    }

    static func serial(_ id: Text, _ account: AccountID) -> Text { "arn:aws:iam::\(account):mfa\(id)" }

    /// What the serial number names in this account; `nil` if it is of another form.
    static func id(_ serial: Text, _ account: AccountID) -> Text? {
        serial.dropping("arn:aws:iam::\(account):mfa").flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    var item: Item { Item(key: Self.key(id, account), rev: rev, body: body.json) }
    var serial: Text { Self.serial(id, account) }

    var tags: [Tag] {
        get { Tag.list(body.list("tags")) }
        set { body.replace("tags", newValue.isEmpty ? nil : Tag.stored(newValue)) }
    }
    /// Id of the row of the user that it is enabled for.
    var user: Text? {
        get { body.text("user") }
        set { body.replace("user", newValue.map { .string($0) }) }
    }
    var enabled: Timestamp? { body.storedTime("enabled") }

    private func codes(_ root: RootKey) throws -> TimeCodes {
        guard let sealed = body.storedBlob("seed") else { throw StoreError.corrupt("\(Self.kind) \(id)") }
        return TimeCodes(
            seed: try root.accountKey(Entity.place(account))
                .open(Sealed(stored: sealed), boundTo: Self.binding(id, account)))
    }

    /// Takes the device's clock from two codes that follow each other; false if they are not two such.
    ///
    /// - Parameter reach: how many steps the device's clock may be off.
    mutating func synchronize(
        _ first: [UInt8], _ second: [UInt8], within reach: Int64, at time: Timestamp, root: RootKey
    ) throws -> Bool {
        let now = TimeCodes.step(seconds: time.seconds)
        guard let step = try codes(root).step(of: first, then: second, in: now - reach...now + reach) else {
            return false
        }
        body.replace("drift", .integer(step - now))
        body.replace("last", .integer(step))
        body.replace("failures", nil)
        body.replace("failed", nil)
        return true
    }

    /// Whether this is the code of the moment and has not been used. The row must be written, whatever it says: a code is good
    /// once, and wrong ones are counted.
    mutating func accept(_ code: [UInt8], at time: Timestamp, root: RootKey) throws -> Bool {
        let failures = body.integer("failures") ?? 0
        if failures >= Self.mostFailures, let failed = body.storedTime("failed"), time < failed + Self.patience {
            return false
        }
        let expected = TimeCodes.step(seconds: time.seconds) + (body.integer("drift") ?? 0)
        let last = body.integer("last") ?? 0
        let found = try codes(root).step(of: code, in: expected - Self.tolerance...expected + Self.tolerance)
        guard let step = found, step > last else {
            body.replace("failures", .integer(failures + 1))
            body.replace("failed", .integer(time.milliseconds))
            return false
        }
        body.replace("last", .integer(step))
        body.replace("failures", nil)
        body.replace("failed", nil)
        return true
    }

    mutating func enable(for user: Text, at time: Timestamp) {
        self.user = user
        body.replace("enabled", .integer(time.milliseconds))
    }

    mutating func disable() {
        for name in ["user", "enabled", "drift", "last", "failures", "failed"] as [Text] { body.replace(name, nil) }
    }
}

/// Which devices a user has: part of the user's row.
extension Entity {
    struct EnabledDevice: Sendable {
        let id: Text
        let enabled: Timestamp
    }

    var devices: [EnabledDevice] {
        get {
            (body.list("mfa") ?? []).compactMap { document in
                guard case .structure(let fields) = document, let id = fields.text("id"),
                    let enabled = fields.storedTime("enabled")
                else { return nil }
                return EnabledDevice(id: id, enabled: enabled)
            }
        }
        set {
            set(
                "mfa",
                .list(
                    newValue.map {
                        .structure(["id": .string($0.id), "enabled": .integer($0.enabled.milliseconds)])
                    }))
        }
    }
}
