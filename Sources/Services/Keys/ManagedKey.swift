internal import Bytes
internal import Store

extension Keys {
    /// The AWS managed key of Secrets Manager, made on first use in each account and region.
    static let managedAlias: Text = "alias/aws/secretsmanager"

    /// Statements after AWS's `auto-secretsmanager-2`: whoever may use Secrets Manager in the account may use the key
    /// through it; nobody may use it directly.
    static func managedPolicy(_ place: Place) -> Text {
        let account = place.account
        return """
            {"Version":"2012-10-17","Id":"auto-secretsmanager-2","Statement":[\
            {"Sid":"Allow access through AWS Secrets Manager for all principals in the account that are authorized to use AWS Secrets Manager",\
            "Effect":"Allow","Principal":{"AWS":"*"},\
            "Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:CreateGrant","kms:DescribeKey"],"Resource":"*",\
            "Condition":{"StringEquals":{"kms:CallerAccount":"\(account)","kms:ViaService":"secretsmanager.\(place.region).amazonaws.com"}}},\
            {"Sid":"Allow generating data keys through AWS Secrets Manager","Effect":"Allow","Principal":{"AWS":"*"},\
            "Action":"kms:GenerateDataKey*","Resource":"*",\
            "Condition":{"StringEquals":{"kms:CallerAccount":"\(account)"},"StringLike":{"kms:ViaService":"secretsmanager.*.amazonaws.com"}}},\
            {"Sid":"Allow direct access to key metadata to the account","Effect":"Allow",\
            "Principal":{"AWS":"arn:aws:iam::\(account):root"},\
            "Action":["kms:Describe*","kms:Get*","kms:List*","kms:RevokeGrant"],"Resource":"*"}]}
            """
    }

    /// Makes the key and its alias in one transaction; a second maker finds the alias taken and uses the first one's.
    static func createManagedKey(in place: Place) -> Detour {
        Detour { house in
            let now = house.clock.now()
            let draft = KeyDraft(
                id: house.chance.uuid(),
                place: place,
                at: now,
                description: "Default key that protects my Secrets Manager data when no other key is defined",
                policy: WrittenPolicy(managedPolicy(place)),
                tags: [],
                isManaged: true,
                root: house.root,
                chance: house.chance
            )
            let alias = AliasState.item(managedAlias, in: place, target: draft.key.id, created: now, updated: now)
            let record = Record.serviceEvent(
                "CreateKey",
                .kms,
                place: place,
                at: now,
                requestID: house.chance.uuid(),
                eventID: house.chance.uuid(),
                details: ["keyId": .string(arn(draft.key.id, in: place)), "keyManager": "AWS"]
            )
            let made = try await house.store.write { transaction in
                guard try transaction.insert(alias) else { return try transaction.item(alias.key) }
                _ = try transaction.insert(draft.item)
                // AWS renews its managed keys every year, and nobody can have it otherwise.
                let schedule = RotationSchedule(period: RotationSchedule.defaultPeriod, from: now)
                _ = try transaction.insert(schedule.item(draft.key.id, in: place))
                transaction.touch(aliasNamesKey(draft.key.id, in: place))
                transaction.appendRecord(node: house.node, record)
                return alias
            }
            return .row(.item(alias.key), try made.map { try AliasState($0) })
        }
    }

    /// AWS's default for a key made without a policy: the account decides through IAM.
    static func defaultPolicy(_ account: AccountID) -> Text {
        """
        {"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions",\
        "Effect":"Allow","Principal":{"AWS":"arn:aws:iam::\(account):root"},"Action":"kms:*","Resource":"*"}]}
        """
    }
}
