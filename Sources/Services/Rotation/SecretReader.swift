internal import Bytes
internal import Store
internal import Wire

/// Which version of a secret somebody holds, as far as reads tell. Kept of secrets whose rotation waits for its readers.
struct SecretReader: Sendable, Equatable {
    /// One read, at the moment when it is written down.
    struct Read: Sendable {
        /// ARN of the user, or of the role's session.
        let principal: Text
        let version: Text
        /// The label that was asked for by name.
        let stage: Text?
        let time: Timestamp
    }

    let principal: Text
    /// The newest that it has read.
    private(set) var version: Text
    /// When it first read that version.
    private(set) var since: Timestamp
    /// The day of its last read.
    private(set) var seen: Timestamp
    /// Whoever has read AWSPENDING is at work on the rotation, and holds nothing.
    private(set) var isRotator: Bool

    /// What is to be written after `read`; `nil` if `old` says it all.
    ///
    /// Reading an older version beside the current one, as who checks signatures does, does not make a reader fall back.
    static func noting(_ read: Read, _ labels: StagingLabels, over old: SecretReader?) -> SecretReader? {
        let isCurrent = labels[Secrets.current] == read.version
        let isPending = !isCurrent && labels[Secrets.pending] == read.version
        // Clients that cache ask for a version by its id. Whoever names another label knows what they ask for.
        guard isCurrent || isPending || read.stage == nil || read.stage == Secrets.current else { return nil }
        var reader =
            old
            ?? SecretReader(
                principal: read.principal, version: read.version, since: read.time, seen: read.time.day,
                isRotator: isPending)
        if isPending { reader.isRotator = true }
        if isCurrent, reader.version != read.version { (reader.version, reader.since) = (read.version, read.time) }
        reader.seen = max(reader.seen, read.time.day)
        return reader == old ? nil : reader
    }
}

// Its row, found by the secret's name.
extension SecretReader {
    static let kind: Text = "secret-reader"
    /// Of one secret. Beyond it those that were not seen for longest are forgotten.
    static let most = 1000

    /// A secret's name has no `|`.
    static func key(_ principal: Text, _ name: Text, in place: Place) -> ItemKey {
        ItemKey(place: place, kind: kind, id: "\(name)|\(principal)")
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let principal = body.text("principal"), let version = body.text("version"),
            let since = body.storedTime("since"), let seen = body.storedTime("seen")
        else { throw StoreError.corrupt("reader \(item.key.id)") }
        self.init(
            principal: principal, version: version, since: since, seen: seen,
            isRotator: body.bool("rotator") ?? false)
    }

    private var body: [UInt8] {
        let fields: Fields = [
            "principal": .string(principal), "version": .string(version), "since": .integer(since.milliseconds),
            "seen": .integer(seen.milliseconds), "rotator": .bool(isRotator),
        ]
        return fields.json
    }

    /// Writes a read down, in the light of what the rows say now.
    static func note(
        _ read: Read, of secret: SecretRow, _ transaction: borrowing Transaction
    ) throws {
        guard let row = try transaction.secret(secret.place, secret.name), row.suffix == secret.suffix else { return }
        let key = key(read.principal, row.name, in: row.place)
        let old = try transaction.item(key)
        let known = try old.map { try SecretReader($0) }
        guard let reader = noting(read, try SecretDraft(row).labels, over: known) else { return }
        if var item = old {
            item.body = reader.body
            try transaction.update(item)
            return
        }
        guard try transaction.insert(Item(key: key, link: row.name, body: reader.body)) else {
            throw StoreError.conflict
        }
        guard try transaction.itemCount(row.place, kind: kind, link: row.name) > most else { return }
        // A tenth at once, so that not every newcomer has to look at all of them.
        for old in try all(of: row.name, in: row.place, transaction).sorted(by: { $0.seen < $1.seen })
            .prefix(most / 10)
        { try transaction.delete(Self.key(old.principal, row.name, in: row.place)) }
    }

    static func all<Reader: StoreReader & ~Copyable>(
        of name: Text, in place: Place, _ reader: borrowing Reader
    ) throws -> [SecretReader] {
        try reader.items(place, kind: kind, link: name, after: nil, limit: most * 2).map { try SecretReader($0) }
    }

    static func forgetAll(of secret: SecretRow, _ transaction: borrowing Transaction) throws {
        let items = try transaction.items(secret.place, kind: kind, link: secret.name, after: nil, limit: most * 2)
        for item in items { try transaction.delete(item.key) }
    }
}
