internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListAccountsForParent: OrganizationReading {
        static let name: Text = "ListAccountsForParent"
        static let input = Structure([.required("ParentId", parentID)] + paging)

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(unit: input.text("ParentId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("ParentId") ?? ""
            let page = try OrganizationPage(call, about: id)
            return try await call.look { organization, snapshot in
                let parent = try snapshot.parent(id, organization)
                let path = try snapshot.path(of: parent.id, organization)
                let rows = try snapshot.organizationRows(
                    OrganizationRows.accounts, organization, link: parent.id, after: page.after, limit: page.limit + 1)
                return page.fields("Accounts", rows, id: { $0.id }) { shown(account: $0, path: path, organization) }
            }
        }
    }
}
