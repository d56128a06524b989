internal import Bytes
internal import Seal
internal import Store
internal import Wire

extension Secrets.GetSecretValue: RepeatableOperation {
    static func prepare(_ call: Authorized<Self>) throws -> (any Prepared)? {
        let chosen = try choose(call)
        let (secret, version) = (chosen.secret, chosen.version)
        guard let sealed = version.row.sealed, let wrapped = version.wrapped.first else { return nil }
        let context = Secrets.context(secret.arn, version.row.versionID)
        let decrypt = try call.foresee(
            Keys.Decrypt.self, Keys.Decrypt.Input(ciphertext: wrapped.blob, context: context))
        // Another account's secret or key makes more records than a template can.
        guard call.call.otherOwners.isEmpty, decrypt.call.otherOwners.isEmpty else { return nil }
        // The same members in the same order as `encode`, with the value left open.
        var before = secret.identity.fields
        before.add("VersionId", version.row.versionID)
        var after = Fields()
        if !chosen.stages.isEmpty { after.add("VersionStages", .list(chosen.stages.map { .string($0) })) }
        after.add("CreatedDate", version.row.created)
        var reply = ByteBuilder(capacity: 512)
        reply.append(before.json.dropLast())
        reply.append(version.isBinary ? #","SecretBinary":""# : #","SecretString":""#)
        let valueStart = reply.bytes.count
        reply.append("\",")
        reply.append(after.json.dropFirst())
        let binding = Secrets.valueBinding(
            secret.row.place, secret.arn, version.row.versionID, isBinary: version.isBinary)
        return PreparedSecretValue(
            opener: try Keys.Decrypt.opener(decrypt),
            sealed: BoundCiphertext(sealed, boundTo: binding),
            isBinary: version.isBinary,
            reply: reply.bytes,
            valueStart: valueStart,
            decryptRecord: Record.template(
                Keys.Decrypt.self,
                decrypt.call,
                Keys.Decrypt.parameters(decrypt.input, decrypt.subject),
                Keys.Decrypt.resources(decrypt.subject),
                isFresh: true,
                Fields()
            ),
            ownRecord: Record.template(
                Self.self, call.call, call.parameters, resources(call.subject), isFresh: false, Fields())
        )
    }
}

/// GetSecretValue, with nothing left to do but to open the data key, to open the value with it, and to say so.
///
/// Thousands of these are kept, and each is cold when it is wanted: few objects, and little in them.
private final class PreparedSecretValue: Prepared {
    private let opener: CiphertextOpener
    private let sealed: BoundCiphertext
    private let isBinary: Bool
    /// The reply's JSON without the value, and where that goes.
    private let reply: [UInt8]
    private let valueStart: Int
    private let decryptRecord: RecordTemplate
    private let ownRecord: RecordTemplate

    init(
        opener: CiphertextOpener,
        sealed: BoundCiphertext,
        isBinary: Bool,
        reply: [UInt8],
        valueStart: Int,
        decryptRecord: RecordTemplate,
        ownRecord: RecordTemplate
    ) {
        self.opener = opener
        self.sealed = sealed
        self.isBinary = isBinary
        self.reply = reply
        self.valueStart = valueStart
        self.decryptRecord = decryptRecord
        self.ownRecord = ownRecord
    }

    func answer(_ circumstances: Circumstances, _ house: House) -> PreparedAnswer? {
        if let expiry = opener.expiry, circumstances.received >= expiry { return nil }
        guard let dataKey = try? opener.open(), let value = try? DataKey(dataKey).open(sealed) else { return nil }
        let decrypted = decryptRecord.filled(circumstances, house.chance)
        house.keyUses.note(
            opener.keyARN,
            KeyUses.Use(operation: Keys.Decrypt.name, time: circumstances.received, record: decrypted)
        )
        let reply = reply
        var out = ByteBuilder(capacity: reply.count + value.count * (isBinary ? 2 : 1) + 64)
        out.bytes.append(reply.span, 0..<valueStart)
        if isBinary {
            Base64.append(value.revealBytes(), to: &out)
        } else {
            value.revealed { out.append(jsonEscaped: $0) }
        }
        out.bytes.append(reply.span, valueStart..<reply.count)
        return PreparedAnswer(body: out.bytes, records: [decrypted, ownRecord.filled(circumstances, house.chance)])
    }
}
