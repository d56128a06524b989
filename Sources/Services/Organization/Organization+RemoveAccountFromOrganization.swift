internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum RemoveAccountFromOrganization: OrganizationOperation {
        static let name: Text = "RemoveAccountFromOrganization"
        static let hasOutput = false
        static let input: Structure = [.required("AccountId", accountID)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(account: input.text("AccountId") ?? "")]
        }

        /// The account stands alone from then on, with all that is in it.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("AccountId") ?? ""
            return try await call.change { organization, transaction in
                var account = try transaction.memberAccount(id, organization)
                guard !account.isManagement else {
                    throw Fault(
                        "MasterCannotLeaveOrganizationException",
                        "You can't remove a management account from an organization. Delete the organization instead.")
                }
                leave(&account)
                try transaction.update(account.item)
                return [:]
            }
        }
    }
}
