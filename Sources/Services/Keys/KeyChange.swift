internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Authorized where Op.Subject == Keys.Subject {
    /// Reads the key's row inside the transaction, lets `body` change it, and writes it back.
    func changeKey(
        _ body: @escaping @Sendable (KeyState, inout KeyDraft) throws -> Op.Output
    ) async throws -> Op.Output {
        let known = try subject.require()
        let rowKey = Keys.itemKey(known.id, in: known.place)
        let missing = subject.missing
        return try await commit { transaction in
            guard let item = try transaction.item(rowKey) else { throw missing }
            var draft = try KeyDraft(item)
            let key = try KeyState(item)
            let output = try body(key, &draft)
            _ = try transaction.update(draft.item)
            if key.state != .enabled, draft.body.text("state") == KeyState.State.enabled.rawValue {
                try transaction.resumeRotation(of: key)
            }
            return output
        }
    }
}

extension Keys {
    static let statusChange = Quota("kms-status", 5)

    static func requireCustomer(_ key: KeyState) throws(Fault) {
        guard !key.isManaged else {
            throw Fault("NotAuthorizedException", "\(key.arn) is an AWS managed key; it can't be changed.")
        }
    }

    /// A policy that parses and that still lets the caller replace it, unless they ask to skip that.
    ///
    /// - Returns: what goes into the key's row.
    static func checkPolicy(
        _ text: Text, arn: Text, bypassesLockout: Bool, _ call: Call
    ) async throws -> WrittenPolicy {
        guard text.utf8.count <= 32_768 else {
            throw Fault("LimitExceededException", "The key policy is larger than 32,768 bytes.")
        }
        let document: PolicyDocument
        let invalidPrincipals = Fault(
            "MalformedPolicyDocumentException",
            "Policy contains a statement with one or more invalid principals.")
        do { document = try PolicyDocument.parse(text.bytes, kind: .resource) } catch {
            guard error.kind == .syntax else { throw invalidPrincipals }
            throw Fault(
                "MalformedPolicyDocumentException", "The key policy is malformed: \(error.reason) at \(error.path)")
        }
        let written: WrittenPolicy
        do {
            written = try await call.house.store.read { try WrittenPolicy(text, document, in: $0) }
        } catch is UnknownPrincipal { throw invalidPrincipals }
        guard !bypassesLockout else { return written }
        let question = Question(
            action: "kms:PutKeyPolicy",
            resource: arn,
            shown: arn,
            owner: call.place.account,
            resourcePolicy: NamedPolicy(name: arn, document: document.held(to: written.ids)),
            isKeyPolicy: true,
            keys: call.conditionKeys
        )
        guard try judge(question, call).isAllowed else {
            throw Fault(
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future."
            )
        }
        return written
    }

    /// A key as it is seen at one moment: DescribeKey's, CreateKey's and ReplicateKey's `KeyMetadata`.
    struct Sighting: Sendable {
        let key: KeyState
        let time: Timestamp
    }

    static func metadata(_ sighting: Sighting) -> Fields {
        let key = sighting.key
        let state = key.state(at: sighting.time)
        var fields: Fields = [
            "AWSAccountId": .string(key.place.account.text), "KeyId": .string(key.id), "Arn": .string(key.arn),
            "CreationDate": .timestamp(key.created), "Enabled": .bool(state == .enabled),
            "Description": .string(key.description), "KeyUsage": .string(key.usage.rawValue),
            "KeyState": .string(state.rawValue),
        ]
        switch state {
        case .pendingDeletion: fields.add("DeletionDate", key.deletionDate)
        case .pendingReplicaDeletion: fields.add("PendingDeletionWindowInDays", key.deletionWindow)
        case .enabled, .disabled, .pendingImport: break
        }
        let material = key.currentMaterial
        if key.origin == .external, material.isHere(at: sighting.time) {
            fields.members += KeyState.Material.expiryFields(key.expiry)
        }
        fields.add("Origin", key.origin.rawValue)
        fields.add("KeyManager", .string(key.isManaged ? "AWS" : "CUSTOMER"))
        fields.add("CustomerMasterKeySpec", key.spec.rawValue)
        fields.add("KeySpec", key.spec.rawValue)
        for member in algorithms(key) { fields.add(member.name, member.value) }
        fields.add("MultiRegion", key.family != nil)
        if let family = key.familyFields { fields.add("MultiRegionConfiguration", .structure(family)) }
        if key.spec == .symmetric, !key.materials.isEmpty { fields.add("CurrentKeyMaterialId", material.id) }
        return fields
    }

    /// The member that says what a key is good for: which one it is depends on its usage.
    static func algorithms(_ key: KeyState) -> [Fields.Member] {
        let (name, values): (Text, [Text]) =
            switch key.usage {
            case .encrypt: ("EncryptionAlgorithms", key.spec.encryptionAlgorithms.map(\.rawValue))
            case .sign: ("SigningAlgorithms", key.spec.signingAlgorithms.map(\.rawValue))
            case .mac: ("MacAlgorithms", key.spec.macAlgorithm.map { [$0.rawValue] } ?? [])
            case .agree: ("KeyAgreementAlgorithms", ["ECDH"])
            case .encapsulate: ("EncapsulationAlgorithms", [])
            }
        return [Fields.Member(name: name, value: .list(values.map { .string($0) }))]
    }

    /// What the trail keeps of `KeyMetadata`.
    static let recordedMetadata = Shape.structure([
        .optional("AWSAccountId", .string()), .optional("KeyId", .string()), .optional("Arn", .string()),
        .optional("CreationDate", .timestamp), .optional("Enabled", .boolean), .optional("Description", .string()),
        .optional("KeyUsage", .string()), .optional("KeyState", .string()), .optional("Origin", .string()),
        .optional("KeyManager", .string()), .optional("KeySpec", .string()), .optional("MultiRegion", .boolean),
        .optional("EncryptionAlgorithms", .list(.string())), .optional("SigningAlgorithms", .list(.string())),
        .optional("MacAlgorithms", .list(.string())), .optional("KeyAgreementAlgorithms", .list(.string())),
        .optional("MultiRegionConfiguration", .structure([.optional("MultiRegionKeyType", .string())])),
    ])

    static let recordedKeyID: Structure = [.optional("KeyId", keyID)]
}
