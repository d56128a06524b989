internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum PutUserPermissionsBoundary: AccessOperation {
        static let name: Text = "PutUserPermissionsBoundary"
        static let hasOutput = false
        static let input: Structure = [.required("UserName", userName), .required("PermissionsBoundary", arn)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields { try await call.putBoundary() }
    }
}
