internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListAttachedUserPolicies: AccessOperation {
        static let name: Text = "ListAttachedUserPolicies"
        static let isReadOnly = true
        static let input = Structure(
            [.required("UserName", userName), .optional("PathPrefix", policyPath)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields { try await call.attachedPolicies() }
    }
}
