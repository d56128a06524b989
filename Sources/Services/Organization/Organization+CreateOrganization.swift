internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum CreateOrganization: OrganizationOperation {
        static let name: Text = "CreateOrganization"
        static let input: Structure = [.optional("FeatureSet", .oneOf("ALL", "CONSOLIDATED_BILLING"))]
        static let recordedOutput: Structure? = [
            .optional(
                "Organization",
                .structure([
                    .optional("Id", .string()), .optional("Arn", .string()), .optional("FeatureSet", .string()),
                    .optional("MasterAccountArn", .string()), .optional("MasterAccountId", .string()),
                ]))
        ]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            guard call.subject.state == nil else { throw Fault.alreadyInOrganization }
            guard call.input.text("FeatureSet") != "CONSOLIDATED_BILLING" else {
                throw Fault.invalidInput(
                    "INVALID_ENUM", "You specified an invalid value: organizations here have all features. Use ALL.")
            }
            let (account, now, chance) = (call.subject.account, call.now, call.house.chance)
            let id = identifier("o-", 10, chance)
            let root = identifier("r-", 4, chance)
            do {
                return try await call.commit { transaction in
                    let key = OrganizationRows.account(account)
                    let known = try transaction.item(key)
                    var row =
                        try known.map { try OrganizationRow($0) }
                        ?? OrganizationRow(key, link: nil, ["created": .integer(now.milliseconds), "status": "ACTIVE"])
                    guard row.organization == nil else { throw Fault.alreadyInOrganization }
                    // The first account was made without an address, and the contract has one.
                    let email = row.body.text("email") ?? "\(account)@accounts.invalid"
                    join(&row, id, root, "INVITED", now)
                    row.set("email", .string(email))
                    if row.name.isEmpty { row.set("name", "management") }
                    row.set("management", .bool(true))
                    if known == nil { _ = try transaction.insert(row.item) } else { try transaction.update(row.item) }
                    let organization = Item(
                        key: OrganizationRows.organization(id), link: nil, due: nil, rev: 1,
                        body: (["master": .string(account.text), "root": .string(root), "email": .string(email)]
                            as Fields)
                            .json)
                    guard try transaction.insert(organization),
                        try transaction.insert(
                            OrganizationRow(
                                OrganizationRows.unit(root), link: nil,
                                [
                                    "name": "Root", "organization": .string(id),
                                    "controls": .list(firstControls.map { .string($0) }),
                                    "enabled": .list([.string(ControlState.serviceType)]),
                                ]
                            ).item)
                    else { throw Fault.concurrentChange }
                    return ["Organization": shown(try OrganizationState(organization))]
                }
            } catch StoreError.conflict {
                throw Fault.concurrentChange
            }
        }
    }
}

extension Organization {
    /// What AWS attaches to everything from the beginning.
    static let firstControls = [ManagedControls.service, ManagedControls.resource]

    static func join(
        _ account: inout OrganizationRow, _ organization: Text, _ parent: Text, _ method: Text, _ now: Timestamp
    ) {
        account.set("organization", .string(organization))
        account.parent = parent
        account.controls = firstControls
        account.set("joinedMethod", .string(method))
        account.set("joined", .integer(now.milliseconds))
    }
}
