internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum CreateAccount: OrganizationOperation {
        static let name: Text = "CreateAccount"
        static let input: Structure = [
            .required("Email", email, sensitive: true), .required("AccountName", accountName, sensitive: true),
            .optional("RoleName", roleName), .optional("IamUserAccessToBilling", .oneOf("ALLOW", "DENY")),
            .optional("Tags", tags),
        ]
        static let recordedOutput: Structure? = [
            .optional(
                "CreateAccountStatus",
                .structure([
                    .optional("Id", .string()), .optional("State", .string()),
                    .optional("RequestedTimestamp", .timestamp),
                ]))
        ]

        /// AWS takes its time and says so first; here the account is there when the answer is.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, now, chance) = (call.input, call.now, call.house.chance)
            let tags = try merged([], Access.requestTags(input))
            let (address, accountName) = (sensitive("Email", input), sensitive("AccountName", input))
            let roleName = input.text("RoleName") ?? "OrganizationAccountAccessRole"
            return try await call.change { organization, transaction in
                var request = OrganizationRow(
                    OrganizationRows.request(identifier("car-", 32, chance)), link: organization.id,
                    [
                        "organization": .string(organization.id),
                        "name": .string(accountName), "requested": .integer(now.milliseconds),
                        "completed": .integer(now.milliseconds),
                    ])
                guard try transaction.item(OrganizationRows.email(address)) == nil else {
                    request.set("state", "FAILED")
                    request.set("failure", "EMAIL_ALREADY_EXISTS")
                    _ = try transaction.insert(request.item)
                    return ["CreateAccountStatus": shown(request: request, isNew: true)]
                }
                guard let id = accountID(chance) else { throw Fault.internalError }
                var account = OrganizationRow(
                    OrganizationRows.account(id), link: nil,
                    [
                        "created": .integer(now.milliseconds), "status": "ACTIVE", "email": .string(address),
                        "name": .string(accountName),
                    ])
                join(&account, organization.id, organization.root, "CREATED", now)
                account.tags = tags
                request.set("state", "SUCCEEDED")
                request.set("account", .string(id.text))
                let mark: Fields = ["account": .string(id.text)]
                let address = Item(
                    key: OrganizationRows.email(address), link: nil, due: nil, rev: 1, body: mark.json)
                var role = Entity(
                    .role, name: roleName, path: "/", account: id, at: now, chance: chance)
                role.trust = WrittenPolicy(trust(organization.master))
                role.attached = [AWSManagedPolicies.administrator]
                let bond = Bond(.attachment, id, to: AWSManagedPolicies.administrator, role.key)
                guard try transaction.insert(principal: role) else { throw Fault.concurrentChange }
                for item in [account.item, address, request.item, bond.item] {
                    guard try transaction.insert(item) else { throw Fault.concurrentChange }
                }
                return ["CreateAccountStatus": shown(request: request, isNew: true)]
            }
        }

        /// What is left out of records is read as a secret, too.
        private static func sensitive(_ name: Text, _ input: Fields) -> Text {
            input.secret(name).flatMap { Text(utf8: $0.bytes) } ?? ""
        }

        private static func trust(_ master: AccountID) -> Text {
            """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
            "Principal":{"AWS":"arn:aws:iam::\(master):root"},"Action":"sts:AssumeRole"}]}
            """
        }
    }
}
