internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DeleteOrganizationalUnit: OrganizationOperation {
        static let name: Text = "DeleteOrganizationalUnit"
        static let hasOutput = false
        static let input: Structure = [.required("OrganizationalUnitId", unitID)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(unit: input.text("OrganizationalUnitId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("OrganizationalUnitId") ?? ""
            return try await call.change { organization, transaction in
                let unit = try transaction.unit(id, organization)
                for kind in [OrganizationRows.units, OrganizationRows.accounts] {
                    guard try transaction.organizationRows(kind, organization, link: unit.id, limit: 1).isEmpty else {
                        throw Fault(
                            "OrganizationalUnitNotEmptyException",
                            "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again."
                        )
                    }
                }
                try transaction.delete(unit.key)
                return [:]
            }
        }
    }
}
