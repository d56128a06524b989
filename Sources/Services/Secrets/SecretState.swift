internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// A secret's row, decoded: everything but the versions' values.
final class SecretState: Sendable {
    let draft: SecretDraft
    /// Compiled once per cached row.
    let policy: NamedPolicy?
    let memory: DecisionMemory

    convenience init(_ row: SecretRow) throws { try self.init(try SecretDraft(row), like: nil) }

    /// - Parameter other: the same secret at another time, to take over what has not changed.
    init(_ draft: SecretDraft, like other: SecretState?) throws {
        self.draft = draft
        let arn = other?.arn ?? draft.arn
        self.arn = arn
        if let other, other.draft.policy == draft.policy {
            (policy, memory) = (other.policy, other.memory)
        } else {
            (policy, memory) = (try draft.policy?.compiled(.resource, name: arn), DecisionMemory())
        }
    }

    /// Roughly, in bytes.
    var cost: Int { row.body.count * 3 + 512 }

    let arn: Text
    var row: SecretRow { _read { yield draft.row } }
    var name: Text { draft.row.name }
    var labels: StagingLabels { draft.labels }
    var identity: SecretIdentity { SecretIdentity(arn: arn, name: name) }

    func requireNotDeleted() throws(Fault) {
        guard row.deleteAfter == nil else { throw .markedForDeletion }
    }
}

/// What of a secret can change, as it stands in the row's body.
struct SecretDraft: Sendable {
    var row: SecretRow
    var description: Text?
    /// The partner that holds what the value opens. Any text: AWS's list grows, and all that hangs on it here is what policies
    /// say, and that such a secret is not rotated.
    var type: Text?
    /// As the caller gave it; `nil` means the AWS managed key.
    var kmsKeyID: Text?
    /// `nil` if the secret never had tags; AWS answers an empty list once the last one is gone.
    var tags: [Tag]?
    var policy: WrittenPolicy?
    var labels: StagingLabels
    /// `nil` in rows that do not say.
    var versions: VersionTally?
    /// `nil` if it never was to be rotated.
    var rotation: RotationSetting?

    init(_ row: SecretRow) throws {
        self.row = row
        let body = try Fields(json: row.body)
        description = body.text("description")
        type = body.text("type")
        kmsKeyID = body.text("kms")
        tags = body.list("tags").map { Tag.list($0) }
        policy = WrittenPolicy(body, "policy")
        versions = body.fields("versions").flatMap { VersionTally($0) }
        rotation = body.fields("rotation").flatMap { RotationSetting($0) }
        labels = StagingLabels(
            (body.fields("labels")?.members ?? []).compactMap { member in
                if case .string(let version) = member.value { (member.name, version) } else { nil }
            }
        )
    }

    init(name: Text, suffix: Text, place: Place, at time: Timestamp) {
        row = SecretRow(
            place: place, name: name, suffix: suffix, created: time, changed: time, accessed: nil, deleteAfter: nil,
            rev: 1, body: []
        )
        labels = StagingLabels()
    }

    var arn: Text { Secrets.arn(row.name, row.suffix, in: row.place) }

    /// The row to store.
    var encoded: SecretRow {
        var row = row
        row.body = body
        return row
    }

    /// Every change of a secret writes it, so it is written straight into bytes.
    var body: [UInt8] {
        var out = ByteBuilder(capacity: 800)
        out.append(byte: 0x7B)
        Self.append("description", description, to: &out)
        Self.append("type", type, to: &out)
        Self.append("kms", kmsKeyID, to: &out)
        if let tags {
            out.append(jsonMember: "tags")
            Tag.append(tags, to: &out)
        }
        var written = Fields()
        WrittenPolicy.store(policy, in: &written, "policy")
        for member in written.members {
            out.append(jsonMember: member.name)
            out.append(json: member.value)
        }
        out.append(jsonMember: "labels")
        labels.append(to: &out)
        if let versions {
            out.append(jsonMember: "versions")
            versions.append(to: &out)
        }
        if let rotation {
            out.append(jsonMember: "rotation")
            out.append(json: rotation.fields)
        }
        out.append(byte: 0x7D)
        return out.bytes
    }

    private static func append(_ name: Text, _ value: Text?, to out: inout ByteBuilder) {
        guard let value else { return }
        out.append(jsonMember: name)
        out.append(jsonString: value)
    }
}

/// How many versions a secret has, so that a new one costs no look at the others.
struct VersionTally: Sendable, Equatable {
    var count: Int
    /// Before this moment none can be collected.
    var collectable: Timestamp

    init(count: Int, collectable: Timestamp) {
        self.count = count
        self.collectable = collectable
    }

    init?(_ fields: Fields) {
        guard let count = fields.integer("count"), let collectable = fields.storedTime("collectable") else {
            return nil
        }
        self.init(count: Int(count), collectable: collectable)
    }

    func append(to out: inout ByteBuilder) {
        out.append(#"{"count":"#)
        out.append(decimal: Int64(count))
        out.append(#","collectable":"#)
        out.append(decimal: collectable.milliseconds)
        out.append(byte: 0x7D)
    }
}

/// A version's row, decoded. Its value stays sealed.
final class VersionState: Sendable {
    /// The data key as one KMS key wrapped it. After a change of key a version may carry several.
    struct Wrapped: Sendable {
        /// ARN of the KMS key, or `DefaultEncryptionKey`.
        let key: Text
        let blob: [UInt8]
    }

    let row: VersionRow
    let isBinary: Bool
    /// Newest first.
    let wrapped: [Wrapped]
    /// ARN of whoever filled a version that a rotation had reserved, without that rotation's token.
    let writer: Text?

    init(_ row: VersionRow) throws {
        self.row = row
        let body = try Fields(json: row.body)
        isBinary = body.bool("binary") ?? false
        writer = body.text("writer")
        wrapped = try (body.list("keys") ?? []).map { document in
            guard case .structure(let fields) = document, let key = fields.text("key"),
                let blob = fields.storedBlob("blob")
            else { throw StoreError.corrupt("version \(row.versionID) of \(row.name)") }
            return Wrapped(key: key, blob: blob)
        }
    }

    static func body(isBinary: Bool, wrapped: [Wrapped]) -> [UInt8] {
        var out = ByteBuilder(capacity: 64 + wrapped.count * 512)
        out.append(isBinary ? #"{"binary":true,"keys":"# : #"{"binary":false,"keys":"#)
        out.append(jsonList: wrapped) { one, out in
            out.append(#"{"key":"#)
            out.append(jsonString: one.key)
            out.append(jsonMember: "blob")
            out.append(jsonBase64: one.blob)
            out.append(byte: 0x7D)
        }
        out.append(byte: 0x7D)
        return out.bytes
    }

    static func body(_ body: [UInt8], writer: Text?) throws -> [UInt8] {
        guard let writer else { return body }
        var fields = try Fields(json: body)
        fields.add("writer", writer)
        return fields.json
    }
}

extension View {
    func secret(_ name: Text, in place: Place) throws -> SecretState? {
        try row(.secret(place, name)) { snapshot in
            try snapshot.secret(place, name).map { row in
                let state = try SecretState(row)
                return (state, state.cost)
            }
        }
    }

    func version(_ id: Text, of name: Text, in place: Place) throws -> VersionState? {
        try row(.version(place, name, id)) { snapshot in
            try snapshot.version(place, name, id).map { row in
                (try VersionState(row), row.body.count * 2 + (row.sealed?.bytes.count ?? 0) + 512)
            }
        }
    }
}
