internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UntagRole: AccessOperation {
        static let name: Text = "UntagRole"
        static let hasOutput = false
        static let input: Structure = [.required("RoleName", roleName), .required("TagKeys", tagKeys)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let keys = call.input.texts("TagKeys") ?? []
            return try await call.changeEntity { role, _ in
                role.tags = tags(role.tags, without: keys)
                return [:]
            }
        }
    }
}
