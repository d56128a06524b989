internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListOpenIDConnectProviderTags: ProviderOperation {
        static let name: Text = "ListOpenIDConnectProviderTags"
        static let isReadOnly = true
        static let input = Structure([.required("OpenIDConnectProviderArn", arn)] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try tagPage(call.input, try await call.readProvider().tags)
        }
    }
}
