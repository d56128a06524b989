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
    static func checkPolicy(_ text: Text, arn: Text, bypassesLockout: Bool, _ call: Call) throws(Fault) {
        guard text.utf8.count <= 32_768 else {
            throw Fault("LimitExceededException", "The key policy is larger than 32,768 bytes.")
        }
        let document: PolicyDocument
        do { document = try PolicyDocument.parse(text.bytes, kind: .resource) } catch {
            throw Fault(
                "MalformedPolicyDocumentException", "The key policy is malformed: \(error.reason) at \(error.path)")
        }
        guard !bypassesLockout else { return }
        let question = Question(
            action: "kms:PutKeyPolicy",
            resource: arn,
            shown: arn,
            owner: call.place.account,
            resourcePolicy: NamedPolicy(name: arn, document: document),
            isKeyPolicy: true,
            keys: call.conditionKeys
        )
        guard judge(question, call).isAllowed else {
            throw Fault(
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future."
            )
        }
    }

    /// DescribeKey's and CreateKey's `KeyMetadata` of a symmetric key.
    static func metadata(_ key: KeyState) -> Fields {
        var fields: Fields = [
            "AWSAccountId": .string(key.place.account.text), "KeyId": .string(key.id), "Arn": .string(key.arn),
            "CreationDate": .timestamp(key.created), "Enabled": .bool(key.state == .enabled),
            "Description": .string(key.description), "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": .string(key.state.rawValue),
        ]
        if key.state == .pendingDeletion { fields.add("DeletionDate", key.deletionDate) }
        fields.add("Origin", .string("AWS_KMS"))
        fields.add("KeyManager", .string(key.isManaged ? "AWS" : "CUSTOMER"))
        fields.add("CustomerMasterKeySpec", .string("SYMMETRIC_DEFAULT"))
        fields.add("KeySpec", .string("SYMMETRIC_DEFAULT"))
        fields.add("EncryptionAlgorithms", .list(["SYMMETRIC_DEFAULT"]))
        fields.add("MultiRegion", .bool(false))
        fields.add("CurrentKeyMaterialId", .string(key.currentMaterial.id))
        return fields
    }

    static let recordedKeyID: Structure = [.optional("KeyId", keyID)]
}
