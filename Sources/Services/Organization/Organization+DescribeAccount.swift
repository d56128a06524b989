internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DescribeAccount: OrganizationReading {
        static let name: Text = "DescribeAccount"
        static let input: Structure = [.required("AccountId", accountID)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(account: input.text("AccountId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("AccountId") ?? ""
            return try await call.look { organization, snapshot in
                let account = try snapshot.memberAccount(id, organization)
                return [
                    "Account": shown(
                        account: account, path: try snapshot.path(of: account.parent, organization), organization)
                ]
            }
        }
    }
}
