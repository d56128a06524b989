internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListPolicyTags: PolicyOperation {
        static let name: Text = "ListPolicyTags"
        static let isReadOnly = true
        static let input = Structure([.required("PolicyArn", arn)] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try tagPage(call.input, try await call.readPolicy().tags)
        }
    }
}
