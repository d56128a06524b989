internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum TagRole: AccessOperation {
        static let name: Text = "TagRole"
        static let hasOutput = false
        static let input: Structure = [.required("RoleName", roleName), .required("Tags", tags)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let new = requestTags(call.input)
            return try await call.changeEntity { role, _ in
                role.tags = try merged(role.tags, new)
                return [:]
            }
        }
    }
}
