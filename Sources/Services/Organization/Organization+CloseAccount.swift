internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum CloseAccount: OrganizationOperation {
        static let name: Text = "CloseAccount"
        static let hasOutput = false
        static let input: Structure = [.required("AccountId", accountID)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(account: input.text("AccountId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("AccountId") ?? ""
            return try await call.change { organization, transaction in
                var account = try transaction.memberAccount(id, organization)
                guard !account.isManagement else {
                    throw Fault.constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.")
                }
                guard account.body.text("status") == "ACTIVE" else {
                    throw Fault(
                        "AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
                }
                account.set("status", "SUSPENDED")
                try transaction.update(account.item)
                return [:]
            }
        }
    }
}
