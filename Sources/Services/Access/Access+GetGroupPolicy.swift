internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetGroupPolicy: AccessOperation {
        static let name: Text = "GetGroupPolicy"
        static let isReadOnly = true
        static let input = Structure([.required("GroupName", groupName)] + InlinePolicies.naming)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try InlinePolicies.get(call.input, of: try await call.readEntity(), naming: "GroupName")
        }
    }
}
