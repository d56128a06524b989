internal import Bytes
internal import Wire

extension Keys {
    enum ListKeyPolicies: ReadOperation {
        struct Input: Sendable {
            let keyID: Text
            let marker: Text?
        }

        static let name: Text = "ListKeyPolicies"
        static let api = API.kms
        static let quota = Quota("kms-list-policies", 100)
        static let isReadOnly = true
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .optional("Limit", Keys.limit), .optional("Marker", Keys.marker),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(keyID: fields.text("KeyId") ?? "", marker: try openMarker(fields.text("Marker")))
        }

        /// A key has one policy.
        static func encode(_ output: [Text]) -> Fields {
            ["PolicyNames": .list(output.map { .string($0) }), "Truncated": .bool(false)]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:ListKeyPolicies", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> [Text] {
            _ = try call.subject.require()
            return call.input.marker == nil ? ["default"] : []
        }
    }
}
