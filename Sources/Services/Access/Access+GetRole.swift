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
            let uses = call.house.serviceUses
            return try await call.house.store.read { snapshot in
                var fields = shown(role: role, trust: try role.trust?.shown(in: snapshot))
                fields.add("RoleLastUsed", try lastUse(of: role, uses, snapshot))
                return ["Role": .structure(fields)]
            }
        }
    }

    static func role(_ input: Fields, _ call: Call) throws -> AccessSubject {
        try AccessSubject(.role, input.text("RoleName") ?? "", call)
    }

    /// An empty structure for a role that was never used.
    static func lastUse<Reader: StoreReader & ~Copyable>(
        of role: Entity, _ noted: LastUses<ServiceUse.Key, ServiceUse>, _ reader: borrowing Reader
    ) throws -> Document {
        let last = try ServiceMemory.all(of: role, noted, reader).values.compactMap(\.last).max { $0.time < $1.time }
        guard let use = last else { return .structure([:]) }
        return .structure(["LastUsedDate": .timestamp(use.time), "Region": .string(use.region)])
    }
}
