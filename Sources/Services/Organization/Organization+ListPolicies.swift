internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListPolicies: OrganizationReading {
        static let name: Text = "ListPolicies"
        static let input = Structure([.required("Filter", policyType)] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let type = call.input.text("Filter") ?? ""
            let page = try OrganizationPage(call, about: type)
            return try await call.look { organization, snapshot in
                let own = try snapshot.organizationRows(
                    OrganizationRows.policies, organization, link: organization.id, where: { $0.type == type })
                return page.fields("Policies", of: ManagedControls.row(ofType: type) + own, id: { $0.id }) {
                    summary(policy: $0)
                }
            }
        }
    }
}
