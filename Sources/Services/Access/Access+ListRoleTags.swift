internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListRoleTags: AccessOperation {
        static let name: Text = "ListRoleTags"
        static let isReadOnly = true
        static let input = Structure([.required("RoleName", roleName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try tagPage(call.input, try await call.readEntity().tags)
        }
    }
}
