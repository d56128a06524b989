internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListGroupPolicies: AccessOperation {
        static let name: Text = "ListGroupPolicies"
        static let isReadOnly = true
        static let input = Structure([.required("GroupName", groupName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try InlinePolicies.list(call.input, of: try await call.readEntity())
        }
    }
}
