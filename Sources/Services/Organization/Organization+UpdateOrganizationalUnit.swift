internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum UpdateOrganizationalUnit: OrganizationOperation {
        static let name: Text = "UpdateOrganizationalUnit"
        static let input: Structure = [.required("OrganizationalUnitId", unitID), .optional("Name", unitName)]
        static let recordedOutput: Structure? = [recordedUnit]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(unit: input.text("OrganizationalUnitId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.change { organization, transaction in
                var unit = try transaction.unit(input.text("OrganizationalUnitId") ?? "", organization)
                if let name = input.text("Name"), name != unit.name {
                    try requireFree(name, below: unit.parent ?? "", organization, transaction)
                    unit.set("name", .string(name))
                    try transaction.update(unit.item)
                }
                return [
                    "OrganizationalUnit": shown(
                        unit: unit, path: try transaction.path(of: unit.parent, organization), organization)
                ]
            }
        }
    }
}
