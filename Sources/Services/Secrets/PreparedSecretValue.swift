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
        // The same members in the same order as `encode`, with the value left open.
        var before = secret.identity.fields
        before.add("VersionId", version.row.versionID)
        var after = Fields()
        if !chosen.stages.isEmpty { after.add("VersionStages", .list(chosen.stages.map { .string($0) })) }
        after.add("CreatedDate", version.row.created)
        return PreparedSecretValue(
            opener: try Keys.Decrypt.opener(decrypt),
            sealed: sealed,
            binding: Secrets.valueBinding(
                secret.row.place, secret.arn, version.row.versionID, isBinary: version.isBinary),
            isBinary: version.isBinary,
            before: before.json.dropLast() + Array((version.isBinary ? #","SecretBinary":""# : #","SecretString":""#).utf8),
            after: Array("\",".utf8) + after.json.dropFirst(),
            decryptRecord: Record.template(
                Keys.Decrypt.self,
                decrypt.call,
                Keys.Decrypt.parameters(decrypt.input, decrypt.subject),
                Keys.Decrypt.resources(decrypt.subject),
                isFresh: true,
                Fields()
            ),
            ownRecord: Record.template(Self.self, call.call, call.parameters, resources(call.subject), isFresh: false, Fields())
        )
    }
}

/// GetSecretValue, with nothing left to do but to open the data key, to open the value with it, and to say so.
private struct PreparedSecretValue: Prepared {
    let opener: CiphertextOpener
    let sealed: Sealed
    let binding: Binding
    let isBinary: Bool
    /// The reply's JSON before and after the value.
    let before: [UInt8]
    let after: [UInt8]
    let decryptRecord: RecordTemplate
    let ownRecord: RecordTemplate

    func answer(_ circumstances: Circumstances, _ house: House) -> PreparedAnswer? {
        guard let dataKey = try? opener.open(), let value = try? DataKey(dataKey).open(sealed, boundTo: binding) else {
            return nil
        }
        let decrypted = decryptRecord.filled(circumstances, house.chance)
        var out = ByteBuilder(capacity: before.count + value.count * (isBinary ? 2 : 1) + after.count + 64)
        out.append(before)
        if isBinary {
            Base64.append(value.revealBytes(), to: &out)
        } else {
            value.reveal { out.append(jsonEscaped: $0) }
        }
        out.append(after)
        return PreparedAnswer(body: out.bytes, records: [decrypted, ownRecord.filled(circumstances, house.chance)])
    }
}
