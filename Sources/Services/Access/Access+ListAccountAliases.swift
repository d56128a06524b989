internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum ListAccountAliases: AccessListing {
        static let name: Text = "ListAccountAliases"
        static let isReadOnly = true
        static let input = Structure(paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (page, account) = (try AccessPage(call.input), call.call.caller.account)
            let items = try await call.house.store.read { snapshot in
                try snapshot.items(
                    OrganizationRows.place, kind: AccountAlias.kind, link: account.text, after: page.after,
                    limit: page.limit + 1)
            }
            return page.fields("AccountAliases", items, id: { $0.key.id }) { .string($0.key.id) }
        }
    }
}
