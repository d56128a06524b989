internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DescribeOrganizationalUnit: OrganizationReading {
        static let name: Text = "DescribeOrganizationalUnit"
        static let input: Structure = [.required("OrganizationalUnitId", unitID)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(unit: input.text("OrganizationalUnitId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("OrganizationalUnitId") ?? ""
            return try await call.look { organization, snapshot in
                let unit = try snapshot.unit(id, organization)
                return [
                    "OrganizationalUnit": shown(
                        unit: unit, path: try snapshot.path(of: unit.parent, organization), organization)
                ]
            }
        }
    }
}
