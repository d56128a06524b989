internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetRolePolicy: AccessOperation {
        static let name: Text = "GetRolePolicy"
        static let isReadOnly = true
        static let input: Structure = [.required("RoleName", roleName), .required("PolicyName", policyName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (role, name) = (try await call.readEntity(), call.input.text("PolicyName") ?? "")
            guard let policy = role.inline.first(where: { $0.name.asciiLowercased == name.asciiLowercased }) else {
                throw missing(rolePolicy: name)
            }
            return [
                "RoleName": .string(role.name), "PolicyName": .string(policy.name),
                "PolicyDocument": encoded(policy.document),
            ]
        }
    }

    static func missing(rolePolicy name: Text) -> Fault {
        Fault("NoSuchEntity", "The role policy with name \(name) cannot be found.", status: 404)
    }
}
