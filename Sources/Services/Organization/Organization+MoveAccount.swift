internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum MoveAccount: OrganizationOperation {
        static let name: Text = "MoveAccount"
        static let hasOutput = false
        static let input: Structure = [
            .required("AccountId", accountID), .required("SourceParentId", parentID),
            .required("DestinationParentId", parentID),
        ]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(account: input.text("AccountId") ?? "")]
                + (["SourceParentId", "DestinationParentId"] as [Text]).map {
                    organization.arn(unit: input.text($0) ?? "")
                }
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.change { organization, transaction in
                var account = try transaction.memberAccount(input.text("AccountId") ?? "", organization)
                let source = try transaction.parent(
                    input.text("SourceParentId") ?? "", organization,
                    missing: Fault(
                        "SourceParentNotFoundException", "You specified a source parent that doesn't exist."))
                let destination = try transaction.parent(
                    input.text("DestinationParentId") ?? "", organization,
                    missing: Fault(
                        "DestinationParentNotFoundException", "You specified a destination parent that doesn't exist."))
                guard account.parent != destination.id else {
                    throw Fault(
                        "DuplicateAccountException", "That account is already present in the specified destination.")
                }
                guard account.parent == source.id else { throw Fault.noAccount }
                account.parent = destination.id
                try transaction.update(account.item)
                return [:]
            }
        }
    }
}
