internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteUserPermissionsBoundary: AccessOperation {
        static let name: Text = "DeleteUserPermissionsBoundary"
        static let hasOutput = false
        static let input: Structure = [.required("UserName", userName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields { try await call.deleteBoundary() }
    }
}
