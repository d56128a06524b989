internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListAttachedGroupPolicies: AccessOperation {
        static let name: Text = "ListAttachedGroupPolicies"
        static let isReadOnly = true
        static let input = Structure(
            [.required("GroupName", groupName), .optional("PathPrefix", policyPath)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields { try await call.attachedPolicies() }
    }
}
