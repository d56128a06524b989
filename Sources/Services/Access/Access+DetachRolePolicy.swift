internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DetachRolePolicy: AccessOperation {
        static let name: Text = "DetachRolePolicy"
        static let hasOutput = false
        static let input: Structure = [.required("RoleName", roleName), .required("PolicyArn", arn)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.role, input.text("RoleName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields { try await call.detachPolicy() }
    }
}
