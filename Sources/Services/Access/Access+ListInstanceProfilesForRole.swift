internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListInstanceProfilesForRole: AccessOperation {
        static let name: Text = "ListInstanceProfilesForRole"
        static let isReadOnly = true
        static let input = Structure([.required("RoleName", roleName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        /// There are no machines here to profile; clients ask before they delete a role.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try await call.readEntity()
            return ["InstanceProfiles": .list([]), "IsTruncated": .bool(false)]
        }
    }
}
