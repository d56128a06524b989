internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListAccounts: OrganizationReading {
        static let name: Text = "ListAccounts"
        static let input = Structure(paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let page = try OrganizationPage(call)
            return try await call.look { organization, snapshot in
                let rows = try snapshot.organizationRows(
                    OrganizationRows.accounts, organization, after: page.after, limit: page.limit + 1)
                let paths = try rows.map { try snapshot.path(of: $0.parent, organization) }
                return page.fields("Accounts", Array(zip(rows, paths)), id: { $0.0.id }) {
                    shown(account: $0.0, path: $0.1, organization)
                }
            }
        }
    }
}
