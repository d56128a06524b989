internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListPoliciesForTarget: OrganizationReading {
        static let name: Text = "ListPoliciesForTarget"
        static let input = Structure(
            [.required("TargetId", targetID), .required("Filter", policyType)] + paging)

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(of: input.text("TargetId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (id, type) = (call.input.text("TargetId") ?? "", call.input.text("Filter") ?? "")
            let page = try OrganizationPage(call, about: "\(type):\(id)")
            return try await call.look { organization, snapshot in
                let target = try snapshot.target(id, organization)
                // AWS's own policies are there all along, and come to light with their type.
                let isEnabled = try snapshot.root(organization.root, organization).enabled.contains(type)
                let policies = try target.controls.map { try snapshot.organizationPolicy($0, organization) }
                return page.fields("Policies", of: policies.filter { isEnabled && $0.type == type }, id: { $0.id }) {
                    summary(policy: $0)
                }
            }
        }
    }
}
