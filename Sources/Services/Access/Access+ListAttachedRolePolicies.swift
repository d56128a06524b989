internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListAttachedRolePolicies: AccessOperation {
        static let name: Text = "ListAttachedRolePolicies"
        static let isReadOnly = true
        static let input = Structure(
            [.required("RoleName", roleName), .optional("PathPrefix", policyPath)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.role, input.text("RoleName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields { try await call.attachedPolicies() }
    }
}
