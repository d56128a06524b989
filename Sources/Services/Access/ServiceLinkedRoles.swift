internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// The roles that AWS's services keep in an account, as far as they concern what is served here.
enum ServiceLinkedRoles {
    struct Known: Sendable {
        let service: Text
        let name: Text
        /// Of AWS's policy for it, if there is one.
        let policy: Text?
        let description: Text
    }

    static let path: Text = "/aws-service-role/"

    static let known: [Known] = [
        Known(
            service: "secretsmanager.amazonaws.com", name: "AWSServiceRoleForSecretsManager", policy: nil,
            description: "Lets Secrets Manager rotate and replicate secrets on your behalf."),
        Known(
            service: "rotation.secretsmanager.amazonaws.com", name: "AWSServiceRoleForSecretsManagerRotation",
            policy: nil, description: "Lets Secrets Manager rotate secrets on your behalf."),
        Known(
            service: "replication.secretsmanager.amazonaws.com", name: "AWSServiceRoleForSecretsManagerReplication",
            policy: nil, description: "Lets Secrets Manager replicate secrets on your behalf."),
        Known(
            service: "mrk.kms.amazonaws.com", name: "AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
            policy: AWSManagedPolicies.multiRegionKeys,
            description: "Enables access to AWS services and resources required for AWS KMS Multi-Region Keys"),
        Known(
            service: "organizations.amazonaws.com", name: "AWSServiceRoleForOrganizations",
            policy: AWSManagedPolicies.organizationsTrust,
            description:
                "Service-linked role used by AWS Organizations to enable integration of other AWS services with Organizations."
        ),
    ]

    static func known(_ service: Text) -> Known? { known.first { $0.service == service } }

    static func trust(_ service: Text) -> Text {
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"\#(service)"},"Action":"sts:AssumeRole"}]}"#
    }

    /// Deletions that were asked for, so that their end can be told.
    static func task(_ id: Text, _ account: AccountID) -> ItemKey {
        ItemKey(place: Entity.place(account), kind: "role-deletion", id: id)
    }
}
