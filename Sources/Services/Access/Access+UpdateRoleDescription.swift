internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UpdateRoleDescription: AccessOperation {
        static let name: Text = "UpdateRoleDescription"
        static let input: Structure = [.required("RoleName", roleName), .required("Description", roleDescription)]
        static let recordedOutput: Structure? = [.optional("Role", .structure(roleShape))]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let text = call.input.text("Description") ?? ""
            return try await call.changeEntity { role, transaction in
                role.set("description", text.isEmpty ? nil : .string(text))
                return ["Role": .structure(shown(role: role, trust: try role.trust?.shown(in: transaction)))]
            }
        }
    }
}
