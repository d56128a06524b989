internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListRoots: OrganizationReading {
        static let name: Text = "ListRoots"
        static let input = Structure(paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let page = try OrganizationPage(call)
            return try await call.look { organization, snapshot in
                let root = try snapshot.root(organization.root, organization)
                return page.fields("Roots", of: [root], id: { $0.id }) { shown(root: $0, organization) }
            }
        }
    }
}
