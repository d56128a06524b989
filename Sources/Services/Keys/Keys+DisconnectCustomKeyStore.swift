internal import Bytes
internal import Policy
internal import Wire

extension Keys {
    enum DisconnectCustomKeyStore: ReadOperation {
        static let name: Text = "DisconnectCustomKeyStore"
        static let api = API.kms
        static let quota = customKeyStoreQuota
        static let input: Structure = [.required("CustomKeyStoreId", CustomKeyStoreShapes.id)]

        static func decode(_ fields: Fields) throws(Fault) -> Text { fields.text("CustomKeyStoreId") ?? "" }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Text, _ call: Call) throws {}

        static func asks(_ input: Text, _ subject: Void, _ call: Call) -> [Question] {
            [customKeyStoreQuestion("kms:DisconnectCustomKeyStore", call)]
        }

        static func answer(_ call: Authorized<Self>) throws { throw noCustomKeyStore(call.input) }
    }
}
