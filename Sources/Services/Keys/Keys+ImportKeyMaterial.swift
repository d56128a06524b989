internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Keys {
    enum ImportKeyMaterial: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let token: [UInt8]
            let wrapped: [UInt8]
            let model: Text
            let expiry: Timestamp?
            let importType: Text?
            let materialID: Text?
            let remark: Text?
        }
        struct Output: Sendable {
            let keyARN: Text
            let materialID: Text
        }

        static let name: Text = "ImportKeyMaterial"
        static let api = API.kms
        static let quota = Quota("kms-import", 15)
        static let isBrief = false
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .required("ImportToken", .blob(1...6144), sensitive: true),
            .required("EncryptedKeyMaterial", .blob(1...6144), sensitive: true), .optional("ValidTo", .timestamp),
            .optional("ExpirationModel", .oneOf(expires, doesNotExpire)),
            .optional("ImportType", .oneOf("NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL")),
            .optional("KeyMaterialDescription", .string(0...256, remark)),
            .optional("KeyMaterialId", materialID),
        ]
        static let recordedOutput: Structure? = [
            .optional("KeyId", Keys.keyID), .optional("KeyMaterialId", .string()),
        ]

        private static let expires: Text = "KEY_MATERIAL_EXPIRES"
        private static let doesNotExpire: Text = "KEY_MATERIAL_DOES_NOT_EXPIRE"
        private static let remark = Pattern.each(of: "a-zA-Z0-9:/_\\s.\\-", text: "^[a-zA-Z0-9:/_\\s.-]+$")
        private static let longestLoan: Int64 = 365 * 86_400_000

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let model = fields.text("ExpirationModel") ?? expires
            let expiry = fields.timestamp("ValidTo")
            guard (model == expires) == (expiry != nil) else {
                throw .frontEnd(
                    "ValidationException",
                    model == expires
                        ? "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
                        : "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE"
                )
            }
            let (type, id) = (fields.text("ImportType"), fields.text("KeyMaterialId"))
            guard id == nil || type != "NEW_KEY_MATERIAL" else {
                throw .frontEnd(
                    "ValidationException", "KeyMaterialId can't be specified when ImportType is NEW_KEY_MATERIAL."
                )
            }
            return Input(
                keyID: fields.text("KeyId") ?? "",
                token: fields.secret("ImportToken")?.bytes ?? [],
                wrapped: fields.secret("EncryptedKeyMaterial")?.bytes ?? [],
                model: model,
                expiry: expiry,
                importType: type,
                materialID: id,
                remark: fields.text("KeyMaterialDescription")
            )
        }

        static func encode(_ output: Output) -> Fields {
            ["KeyId": .string(output.keyARN), "KeyMaterialId": .string(output.materialID)]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:ImportKeyMaterial", subject, call)
            question.keys.add("kms:ExpirationModel", input.model)
            question.keys.add("kms:ValidTo", input.expiry?.iso8601)
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            let (input, now, root) = (call.input, call.now, call.house.root)
            let key = try call.subject.require()
            try key.requireExternal()
            try requireImportable(key, at: now)
            try requireChoice(input, of: key)
            if let expiry = input.expiry, expiry <= now || expiry > now + longestLoan {
                throw Fault.frontEnd(
                    "ValidationException", "ValidTo must be in the future and at most 365 days from now."
                )
            }
            // Off the event loop, where the call began.
            await Task.yield()
            let fresh = try unwrap(input, key, at: now, root)
            let id = fresh.importID(for: key.id, of: key.place.account, root)
            guard input.materialID ?? id == id else {
                throw incorrect("The key material is not the one that the KeyMaterialId names.")
            }
            var material = fresh.sealed(as: id, for: key.id, in: key.place, root)
            material.expiry = input.expiry
            material.remark = input.remark
            let rowKey = itemKey(key.id, in: key.place)
            let missing = call.subject.missing
            return try await call.commit { [material] transaction in
                guard let item = try transaction.item(rowKey) else { throw missing }
                let current = try KeyState(item)
                try requireImportable(current, at: now)
                var draft = try KeyDraft(item)
                try place(material, in: current, &draft, input)
                draft.set("state", .string(KeyState.State.enabled.rawValue))
                _ = try transaction.update(draft.item)
                try announce(material, of: current, transaction)
                return Output(keyARN: current.arn, materialID: id)
            }
        }

        private static func unwrap(
            _ input: Input, _ key: KeyState, at now: Timestamp, _ root: RootKey
        ) throws(Fault) -> FreshMaterial {
            guard let token = ImportToken(input.token, for: key, root) else {
                throw Fault(
                    "InvalidImportTokenException", "The import token is invalid or belongs to a different KMS key."
                )
            }
            guard now < token.expiry else {
                throw Fault(
                    "ExpiredImportTokenException",
                    "The import token has expired. Call GetParametersForImport for a new one."
                )
            }
            guard let bytes = token.open(input.wrapped) else { throw .invalidCiphertext }
            guard let fresh = FreshMaterial(imported: bytes, key.spec) else {
                throw incorrect("The key material does not make a key of the spec \(key.spec.rawValue).")
            }
            return fresh
        }

        /// A disabled key keeps what it has.
        private static func requireImportable(_ key: KeyState, at now: Timestamp) throws(Fault) {
            try key.requireNotPendingDeletion()
            guard key.state(at: now) != .disabled else {
                throw Fault("KMSInvalidStateException", "\(key.arn) is disabled.")
            }
        }

        /// The one material of other keys never changes, so that there is nothing to tell apart.
        private static func requireChoice(_ input: Input, of key: KeyState) throws(Fault) {
            guard !key.isSymmetric, input.importType != nil || input.materialID != nil || input.remark != nil else {
                return
            }
            throw Fault(
                "UnsupportedOperationException",
                "ImportType, KeyMaterialId and KeyMaterialDescription are for symmetric encryption keys; \(key.arn) is a \(key.spec.rawValue) key."
            )
        }

        private static func place(
            _ material: KeyState.Material, in key: KeyState, _ draft: inout KeyDraft, _ input: Input
        ) throws(Fault) {
            guard let known = key.allMaterials.first(where: { $0.id == material.id }) else {
                try requireNew(input, for: key)
                if key.materials.isEmpty { draft.materials = [material] } else { draft.pendingMaterial = material }
                return
            }
            guard input.importType != "NEW_KEY_MATERIAL" else {
                throw incorrect("The key material is already associated with \(key.arn).")
            }
            var placed = material
            placed.remark = material.remark ?? known.remark
            placed.rotation = known.rotation
            if key.pendingMaterial?.id == placed.id {
                draft.pendingMaterial = placed
            } else {
                draft.materials = key.materials.map { $0.id == placed.id ? placed : $0 }
            }
        }

        /// What the key has never seen is its first material, or the material of its next rotation.
        private static func requireNew(_ input: Input, for key: KeyState) throws(Fault) {
            let isFirst = key.materials.isEmpty
            guard key.family == nil || key.isPrimary || !isFirst && input.importType != "NEW_KEY_MATERIAL" else {
                throw incorrect("Key material has to be imported into the primary key before its replicas.")
            }
            guard input.importType == "NEW_KEY_MATERIAL" || isFirst && input.importType == nil else {
                throw incorrect(
                    isFirst
                        ? "No key material has been imported into \(key.arn) before."
                        : "The key material is not the one that was imported into \(key.arn) before."
                )
            }
            guard key.pendingMaterial == nil else {
                throw Fault(
                    "KMSInvalidStateException",
                    "\(key.arn) has key material that is pending rotation. Rotate the key or delete that material first."
                )
            }
        }

        /// The replicas of a multi-Region key learn which material is theirs as soon as their primary key has it.
        private static func announce(
            _ material: KeyState.Material, of key: KeyState, _ transaction: borrowing Transaction
        ) throws {
            guard key.isPrimary, let family = key.family, !key.allMaterials.contains(where: { $0.id == material.id })
            else { return }
            try changeFamily(key.id, of: key.place.account, in: family.replicas, transaction) { replica, draft in
                if replica.materials.isEmpty {
                    draft.materials = [material.withoutSecret]
                } else {
                    draft.pendingMaterial = material.withoutSecret
                }
            }
        }

        private static func incorrect(_ text: Text) -> Fault { Fault("IncorrectKeyMaterialException", text) }
    }

    static let materialID = Shape.string(64...64, Pattern.each(of: "a-f0-9", text: "^[a-f0-9]+$"))
}
