internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum CreateAccountAlias: AccessListing {
        static let name: Text = "CreateAccountAlias"
        static let hasOutput = false
        static let input: Structure = [.required("AccountAlias", AccountAlias.shape)]

        /// The alias that the account had before is free again.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (alias, account) = (call.input.text("AccountAlias") ?? "", call.call.caller.account)
            return try await call.commit { transaction in
                // Two at once must not leave the account with two.
                _ = try transaction.item(OrganizationRows.account(account))
                let old = try transaction.items(
                    OrganizationRows.place, kind: AccountAlias.kind, link: account.text, limit: 10)
                let new = Item(key: AccountAlias.key(alias), link: account.text, rev: 1, body: Fields().json)
                guard try transaction.insert(new) else {
                    throw Fault("EntityAlreadyExists", "The account alias \(alias) already exists.", status: 409)
                }
                for item in old { try transaction.delete(item.key) }
                return [:]
            }
        }
    }
}
