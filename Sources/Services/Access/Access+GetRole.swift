internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetRole: AccessOperation {
        static let name: Text = "GetRole"
        static let isReadOnly = true
        static let input: Structure = [.required("RoleName", roleName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let role = try await call.readEntity()
            var fields = shown(role: role)
            fields.add("RoleLastUsed", lastUse(of: role, call.house))
            return ["Role": .structure(fields)]
        }
    }

    static func role(_ input: Fields, _ call: Call) throws -> AccessSubject {
        try AccessSubject(.role, input.text("RoleName") ?? "", call)
    }

    /// An empty structure for a role that was never used.
    static func lastUse(of role: Entity, _ house: House) -> Document {
        guard let use = house.roleUses[role.id] else { return .structure([:]) }
        return .structure(["LastUsedDate": .timestamp(use.time), "Region": .string(use.region)])
    }
}
