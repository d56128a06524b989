internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListTargetsForPolicy: OrganizationReading {
        static let name: Text = "ListTargetsForPolicy"
        static let input = Structure([.required("PolicyId", policyID)] + paging)

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try policyARN(input, organization, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("PolicyId") ?? ""
            let page = try OrganizationPage(call, about: id)
            return try await call.look { organization, snapshot in
                let policy = try snapshot.organizationPolicy(id, organization)
                var targets: [OrganizationRow] = []
                if try snapshot.root(organization.root, organization).enabled.contains(policy.type) {
                    for kind in [OrganizationRows.units, OrganizationRows.accounts] {
                        targets += try snapshot.organizationRows(
                            kind, organization, where: { $0.controls.contains(policy.id) })
                    }
                }
                return page.fields("Targets", of: targets, id: { $0.id }) { target in
                    .structure([
                        "TargetId": .string(target.id), "Arn": .string(organization.arn(of: target.id)),
                        "Name": .string(target.name), "Type": .string(kind(of: target.id)),
                    ])
                }
            }
        }
    }
}
