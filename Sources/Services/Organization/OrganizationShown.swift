internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// Rows as answers show them.
extension Organization {
    static func shown(_ organization: OrganizationState) -> Document {
        .structure([
            "Id": .string(organization.id), "Arn": .string(organization.arn), "FeatureSet": "ALL",
            "MasterAccountArn": .string(organization.arn(account: organization.master.text)),
            "MasterAccountId": .string(organization.master.text), "MasterAccountEmail": .string(organization.email),
            "AvailablePolicyTypes": .list([
                .structure(["Type": .string(ControlState.serviceType), "Status": "ENABLED"])
            ]),
        ])
    }

    static func shown(root: OrganizationRow, _ organization: OrganizationState) -> Document {
        .structure([
            "Id": .string(root.id), "Arn": .string(organization.arn(unit: root.id)), "Name": .string(root.name),
            "PolicyTypes": .list(root.enabled.map { .structure(["Type": .string($0), "Status": "ENABLED"]) }),
        ])
    }

    static func shown(unit: OrganizationRow, path: Text, _ organization: OrganizationState) -> Document {
        .structure([
            "Id": .string(unit.id), "Arn": .string(organization.arn(unit: unit.id)), "Name": .string(unit.name),
            "Path": .string("\(path)\(unit.id)/"),
        ])
    }

    static func shown(account: OrganizationRow, path: Text, _ organization: OrganizationState) -> Document {
        let status = account.body.text("status") ?? "ACTIVE"
        var fields: Fields = [
            "Id": .string(account.id), "Arn": .string(organization.arn(account: account.id)),
            "Email": .string(account.body.text("email") ?? ""), "Name": .string(account.name),
            "Status": .string(status), "State": .string(status), "Paths": .list([.string("\(path)\(account.id)/")]),
            "JoinedMethod": .string(account.body.text("joinedMethod") ?? "CREATED"),
        ]
        fields.add("JoinedTimestamp", account.body.storedTime("joined"))
        return .structure(fields)
    }

    static func summary(policy: OrganizationRow) -> Document {
        .structure([
            "Id": .string(policy.id), "Arn": .string(policy.body.text("arn") ?? ""), "Name": .string(policy.name),
            "Description": .string(policy.body.text("description") ?? ""), "Type": .string(policy.type),
            "AwsManaged": .bool(policy.isManaged),
        ])
    }

    static func shown(policy: OrganizationRow) -> Fields {
        [
            "Policy": .structure([
                "PolicySummary": summary(policy: policy), "Content": .string(policy.body.text("content") ?? ""),
            ])
        ]
    }

    /// - Parameter isNew: AWS makes accounts while the caller waits for the status to change.
    static func shown(request: OrganizationRow, isNew: Bool = false) -> Document {
        var fields: Fields = [
            "Id": .string(request.id), "AccountName": .string(request.name),
            "State": .string(isNew ? "IN_PROGRESS" : request.body.text("state") ?? "SUCCEEDED"),
        ]
        fields.add("RequestedTimestamp", request.body.storedTime("requested"))
        if !isNew {
            fields.add("CompletedTimestamp", request.body.storedTime("completed"))
            fields.add("AccountId", request.body.text("account"))
            fields.add("FailureReason", request.body.text("failure"))
        }
        return .structure(fields)
    }

    static func kind(of id: Text) -> Text {
        if OrganizationID.isAccount(id) { return "ACCOUNT" }
        return OrganizationID.isRoot(id) ? "ROOT" : "ORGANIZATIONAL_UNIT"
    }

    static let recordedUnit = ShapeMember.optional(
        "OrganizationalUnit",
        .structure([
            .optional("Id", .string()), .optional("Arn", .string()), .optional("Name", .string()),
            .optional("Path", .string()),
        ]))
    static let recordedPolicy = ShapeMember.optional(
        "Policy",
        .structure([
            .optional(
                "PolicySummary",
                .structure([
                    .optional("Id", .string()), .optional("Arn", .string()), .optional("Name", .string()),
                    .optional("Description", .string()), .optional("Type", .string()),
                    .optional("AwsManaged", .boolean),
                ])), .optional("Content", .string()),
        ]))
    static let recordedRoot = ShapeMember.optional(
        "Root",
        .structure([
            .optional("Id", .string()), .optional("Arn", .string()), .optional("Name", .string()),
            .optional(
                "PolicyTypes",
                .list(.structure([.optional("Type", .string()), .optional("Status", .string())]))),
        ]))
}
