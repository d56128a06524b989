internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteRolePolicy: AccessOperation {
        static let name: Text = "DeleteRolePolicy"
        static let hasOutput = false
        static let input: Structure = [.required("RoleName", roleName), .required("PolicyName", policyName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let name = call.input.text("PolicyName") ?? ""
            return try await call.changeEntity { role, _ in
                try role.requireModifiable()
                let rest = role.inline.filter { $0.name.asciiLowercased != name.asciiLowercased }
                guard rest.count < role.inline.count else { throw missing(rolePolicy: name) }
                role.inline = rest
                return [:]
            }
        }
    }
}
