internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetContextKeysForCustomPolicy: AccessListing {
        static let name: Text = "GetContextKeysForCustomPolicy"
        static let isReadOnly = true
        static let input: Structure = [.required("PolicyInputList", documents)]

        static func run(_ call: Authorized<Self>) async throws -> Fields { askedKeys(try given(call.input)) }
    }
}
