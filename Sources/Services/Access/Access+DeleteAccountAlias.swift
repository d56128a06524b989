internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum DeleteAccountAlias: AccessListing {
        static let name: Text = "DeleteAccountAlias"
        static let hasOutput = false
        static let input: Structure = [.required("AccountAlias", AccountAlias.shape)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (alias, account) = (call.input.text("AccountAlias") ?? "", call.call.caller.account)
            return try await call.commit { transaction in
                guard let item = try transaction.item(AccountAlias.key(alias)), item.link == account.text else {
                    throw Fault(
                        "NoSuchEntity", "The account alias with name \(alias) cannot be found.", status: 404)
                }
                try transaction.delete(item.key)
                return [:]
            }
        }
    }
}
