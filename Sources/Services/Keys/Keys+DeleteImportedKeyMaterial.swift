internal import Bytes
internal import Store
internal import Wire

extension Keys {
    enum DeleteImportedKeyMaterial: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let materialID: Text?
        }
        struct Output: Sendable {
            let keyARN: Text
            let materialID: Text
        }

        static let name: Text = "DeleteImportedKeyMaterial"
        static let api = API.kms
        static let quota = Quota("kms-delete-imported", 15)
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .optional("KeyMaterialId", Keys.materialID),
        ]
        static let recordedOutput: Structure? = [
            .optional("KeyId", Keys.keyID), .optional("KeyMaterialId", .string()),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(keyID: fields.text("KeyId") ?? "", materialID: fields.text("KeyMaterialId"))
        }

        static func encode(_ output: Output) -> Fields {
            ["KeyId": .string(output.keyARN), "KeyMaterialId": .string(output.materialID)]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:DeleteImportedKeyMaterial", subject, call)]
        }

        /// What is away already may be deleted again. A key that is pending deletion stays so.
        static func run(_ call: Authorized<Self>) async throws -> Output {
            let known = try call.subject.require()
            try known.requireExternal()
            let (wanted, missing) = (call.input.materialID, call.subject.missing)
            return try await call.commit { transaction in
                guard let item = try transaction.item(itemKey(known.id, in: known.place)) else { throw missing }
                let key = try KeyState(item)
                let id = wanted ?? key.currentMaterial.id
                guard wanted == nil || key.allMaterials.contains(where: { $0.id == id }) else {
                    throw Fault("NotFoundException", "Key material '\(id)' does not exist in \(key.arn)")
                }
                try takeMaterial(id, of: key, transaction)
                return Output(keyARN: key.arn, materialID: id)
            }
        }
    }

    /// What the sweep does with imported material that has expired: the key waits for it to be brought again.
    static func takeExpiredMaterial(
        _ item: Item, _ house: House, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        let key = try KeyState(item)
        for material in key.allMaterials where material.sealed != nil && !material.isHere(at: now) {
            try takeMaterial(material.id, of: key, transaction)
            let record = Record.serviceEvent(
                "DeleteExpiredKeyMaterial",
                .kms,
                place: item.key.place,
                at: now,
                requestID: house.chance.uuid(),
                eventID: house.chance.uuid(),
                details: [
                    "keyId": .string(arn(item.key.id, in: item.key.place)), "keyMaterialId": .string(material.id),
                ]
            )
            transaction.appendRecord(node: house.node, record)
        }
    }
}
