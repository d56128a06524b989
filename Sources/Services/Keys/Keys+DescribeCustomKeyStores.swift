internal import Bytes
internal import Policy
internal import Wire

extension Keys {
    enum DescribeCustomKeyStores: ReadOperation {
        /// The name or id of the one that is asked for.
        typealias Input = Text?

        static let name: Text = "DescribeCustomKeyStores"
        static let api = API.kms
        static let quota = customKeyStoreQuota
        static let isReadOnly = true
        static let input: Structure = [
            .optional("CustomKeyStoreId", CustomKeyStoreShapes.id),
            .optional("CustomKeyStoreName", CustomKeyStoreShapes.name), .optional("Limit", Keys.limit),
            .optional("Marker", Keys.marker),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let (id, name) = (fields.text("CustomKeyStoreId"), fields.text("CustomKeyStoreName"))
            guard id == nil || name == nil else {
                throw .frontEnd(
                    "ValidationException",
                    "You can specify either CustomKeyStoreId or CustomKeyStoreName, but not both."
                )
            }
            _ = try openMarker(fields.text("Marker"))
            return id ?? name
        }

        static func encode(_ output: Void) -> Fields { ["CustomKeyStores": .list([]), "Truncated": .bool(false)] }

        static func find(_ input: Input, _ call: Call) throws {}

        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] {
            [customKeyStoreQuestion("kms:DescribeCustomKeyStores", call)]
        }

        static func answer(_ call: Authorized<Self>) throws {
            if let wanted = call.input { throw noCustomKeyStore(wanted) }
        }
    }
}
