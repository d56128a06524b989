internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum CreateOrganizationalUnit: OrganizationOperation {
        static let name: Text = "CreateOrganizationalUnit"
        static let input: Structure = [
            .required("ParentId", parentID), .required("Name", unitName), .optional("Tags", tags),
        ]
        static let recordedOutput: Structure? = [recordedUnit]

        /// Units below units below the root.
        private static let deepest = 5

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(unit: input.text("ParentId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, chance) = (call.input, call.house.chance)
            let tags = try merged([], Access.requestTags(input))
            return try await call.change { organization, transaction in
                let parent = try transaction.parent(input.text("ParentId") ?? "", organization)
                let name = input.text("Name") ?? ""
                let path = try transaction.path(of: parent.id, organization)
                guard path.split(on: 0x2F).count - 3 < deepest else {
                    throw Fault.constraint(
                        "OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the allowed OU depth of \(deepest).")
                }
                try requireFree(name, below: parent.id, organization, transaction)
                let stem = organization.root.dropping("r-") ?? ""
                var unit = OrganizationRow(
                    OrganizationRows.unit(identifier("ou-\(stem)-", 8, chance)), link: nil,
                    ["name": .string(name), "organization": .string(organization.id)])
                unit.parent = parent.id
                unit.controls = firstControls
                unit.tags = tags
                guard try transaction.insert(unit.item) else { throw Fault.concurrentChange }
                return ["OrganizationalUnit": shown(unit: unit, path: path, organization)]
            }
        }
    }
}

extension Organization {
    static func requireFree(
        _ name: Text, below parent: Text, _ organization: OrganizationState, _ transaction: borrowing Transaction
    ) throws {
        let same = try transaction.organizationRows(
            OrganizationRows.units, organization, link: parent, limit: 1, where: { $0.name == name })
        guard same.isEmpty else { throw Fault.sameUnitName }
    }
}
