internal import Bytes
internal import Wire

extension Keys {
    enum ListKeyRotations: ReadOperation {
        struct Input: Sendable {
            let keyID: Text
            let includesFirst: Bool
            let limit: Int
            let marker: Text?
        }
        struct Output: Sendable {
            let key: KeyState
            let page: ArraySlice<KeyState.Material>
            /// Whether the material that waits has been brought to every key of a multi-Region key.
            let isEverywhere: Bool
            let time: Timestamp
            let hasMore: Bool
        }

        static let name: Text = "ListKeyRotations"
        static let api = API.kms
        static let quota = Quota("kms-list-rotations", 100)
        static let isReadOnly = true
        static let input: Structure = [
            .required("KeyId", Keys.keyID),
            .optional("IncludeKeyMaterial", .oneOf("ALL_KEY_MATERIAL", "ROTATIONS_ONLY")),
            .optional("Limit", Keys.limit), .optional("Marker", Keys.marker),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                keyID: fields.text("KeyId") ?? "",
                includesFirst: fields.text("IncludeKeyMaterial") == "ALL_KEY_MATERIAL",
                limit: Int(fields.integer("Limit") ?? 100),
                marker: try openMarker(fields.text("Marker"))
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields: Fields = ["Rotations": .list(output.page.map { .structure(entry($0, output)) })]
            if output.hasMore, let last = output.page.last { fields.add("NextMarker", closedMarker(last.id)) }
            fields.add("Truncated", .bool(output.hasMore))
            return fields
        }

        private static func entry(_ material: KeyState.Material, _ output: Output) -> Fields {
            var fields: Fields = [
                "KeyId": .string(output.key.id), "KeyMaterialId": .string(material.id),
                "KeyMaterialState": .string(state(material, output)),
            ]
            if output.key.origin == .external {
                let isHere = material.isHere(at: output.time)
                fields.add("KeyMaterialDescription", material.remark)
                fields.add("ImportState", isHere ? "IMPORTED" : "PENDING_IMPORT" as Text)
                if isHere { fields.members += KeyState.Material.expiryFields(material.expiry) }
            }
            fields.add("RotationDate", material.rotation?.date)
            fields.add("RotationType", material.rotation?.kind.rawValue)
            return fields
        }

        private static func state(_ material: KeyState.Material, _ output: Output) -> Text {
            switch material.id {
            case output.key.currentMaterial.id: "CURRENT"
            case output.key.pendingMaterial?.id:
                output.isEverywhere ? "PENDING_ROTATION" : "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
            default: "NON_CURRENT"
            }
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:ListKeyRotations", subject, call)]
        }

        /// The oldest first.
        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            try requireRotatable(key)
            let input = call.input
            var rest = key.allMaterials.filter { input.includesFirst || $0.rotation != nil }[...]
            if let marker = input.marker {
                guard let place = rest.firstIndex(where: { $0.id == marker }) else {
                    throw Fault("InvalidMarkerException", "The marker is not valid.")
                }
                rest = rest[(place + 1)...]
            }
            return Output(
                key: key,
                page: rest.prefix(input.limit),
                isEverywhere: try isEverywhere(key.pendingMaterial, of: key, at: call.now, call.call),
                time: call.now,
                hasMore: rest.count > input.limit
            )
        }

        private static func isEverywhere(
            _ pending: KeyState.Material?, of key: KeyState, at now: Timestamp, _ call: Call
        ) throws -> Bool {
            guard pending != nil else { return true }
            return try (key.family?.regions ?? []).allSatisfy { region in
                try call.view.key(key.id, in: key.place(in: region))?.pendingMaterial?.isHere(at: now) ?? false
            }
        }
    }
}
