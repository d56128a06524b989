internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListUserPolicies: AccessOperation {
        static let name: Text = "ListUserPolicies"
        static let isReadOnly = true
        static let input = Structure([.required("UserName", existingUserName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try InlinePolicies.list(call.input, of: try await call.readEntity())
        }
    }
}
