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
            var fields: Fields = ["Rotations": .list(output.page.map { .structure(entry($0, of: output.key)) })]
            if output.hasMore, let last = output.page.last { fields.add("NextMarker", closedMarker(last.id)) }
            fields.add("Truncated", .bool(output.hasMore))
            return fields
        }

        private static func entry(_ material: KeyState.Material, of key: KeyState) -> Fields {
            var fields: Fields = [
                "KeyId": .string(key.id), "KeyMaterialId": .string(material.id),
                "KeyMaterialState": material.id == key.currentMaterial.id ? "CURRENT" : "NON_CURRENT",
            ]
            fields.add("RotationDate", material.rotation?.date)
            fields.add("RotationType", material.rotation?.kind.rawValue)
            return fields
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
            var rest = key.materials.filter { input.includesFirst || $0.rotation != nil }[...]
            if let marker = input.marker {
                guard let place = rest.firstIndex(where: { $0.id == marker }) else {
                    throw Fault("InvalidMarkerException", "The marker is not valid.")
                }
                rest = rest[(place + 1)...]
            }
            return Output(key: key, page: rest.prefix(input.limit), hasMore: rest.count > input.limit)
        }
    }
}
