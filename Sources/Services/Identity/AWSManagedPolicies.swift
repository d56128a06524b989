internal import Bytes
internal import Policy

/// The policies that AWS keeps in every account, as far as they name services that are served here. ARNs and purposes are AWS's;
/// the documents are written for what is served.
enum AWSManagedPolicies {
    struct Shipped: Sendable {
        let name: Text
        /// Between `policy` and the name.
        let path: Text
        let id: Text
        let description: Text
        let document: Text

        var arn: Text { "arn:aws:iam::aws:policy\(path)\(name)" }
    }

    static let administrator: Text = "arn:aws:iam::aws:policy/AdministratorAccess"

    static let multiRegionKeys: Text =
        "arn:aws:iam::aws:policy/aws-service-role/AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy"
    static let organizationsTrust: Text = "arn:aws:iam::aws:policy/aws-service-role/AWSOrganizationsServiceTrustPolicy"

    static let all: [Shipped] = [
        entry("AdministratorAccess", "Everything.", [allow("*")]),
        entry(
            "PowerUserAccess", "Everything but who may do what.",
            [
                #"{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}"#,
                allow("iam:CreateServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"),
            ]),
        entry(
            "ReadOnlyAccess", "Sees everything, changes nothing, and reads no secret.",
            [
                allow(
                    "cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*", "cloudtrail:LookupEvents",
                    "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "iam:GenerateCredentialReport",
                    "iam:Get*", "iam:List*", "iam:Simulate*", "kms:Describe*", "kms:Get*", "kms:List*",
                    "lambda:Get*", "lambda:List*", "logs:Describe*", "logs:FilterLogEvents", "logs:Get*",
                    "organizations:Describe*", "organizations:List*", "secretsmanager:DescribeSecret",
                    "secretsmanager:GetResourcePolicy", "secretsmanager:List*", "sns:Get*", "sns:List*",
                    "ssm:Describe*", "ssm:Get*", "ssm:List*", "sts:GetAccessKeyInfo", "sts:GetCallerIdentity")
            ]),
        entry(
            "SecurityAudit", "Sees how everything is set up.",
            [
                allow(
                    "cloudtrail:Describe*", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags",
                    "cloudtrail:LookupEvents",
                    "iam:GenerateCredentialReport", "iam:Get*", "iam:List*", "iam:Simulate*", "kms:Describe*",
                    "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*", "lambda:GetPolicy", "lambda:List*",
                    "organizations:Describe*", "organizations:List*", "secretsmanager:DescribeSecret",
                    "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecretVersionIds",
                    "secretsmanager:ListSecrets", "ssm:Describe*", "ssm:ListTagsForResource")
            ]),
        entry(
            "IAMFullAccess", "Everything about who may do what.",
            [
                allow(
                    "iam:*", "organizations:DescribeAccount", "organizations:DescribeOrganization",
                    "organizations:DescribeOrganizationalUnit", "organizations:DescribePolicy",
                    "organizations:ListChildren", "organizations:ListParents", "organizations:ListPolicies",
                    "organizations:ListPoliciesForTarget", "organizations:ListRoots",
                    "organizations:ListTargetsForPolicy")
            ]),
        entry(
            "IAMReadOnlyAccess", "Sees who may do what.",
            [
                allow(
                    "iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", "iam:Get*", "iam:List*",
                    "iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy")
            ]),
        entry(
            "IAMUserChangePassword", "Users change their own password.",
            [
                #"{"Effect":"Allow","Action":"iam:ChangePassword","Resource":"arn:aws:iam::*:user/${aws:username}"}"#,
                allow("iam:GetAccountPasswordPolicy"),
            ]),
        entry(
            "SecretsManagerReadWrite", "All secrets, and what their rotation needs to see.",
            [
                allow(
                    "secretsmanager:*", "kms:DescribeKey", "kms:ListAliases", "kms:ListKeys", "lambda:ListFunctions",
                    "cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet",
                    "cloudformation:DescribeStackResource", "cloudformation:DescribeStacks",
                    "cloudformation:ExecuteChangeSet", "tag:GetResources"),
                #"{"Effect":"Allow","Action":["lambda:AddPermission","lambda:CreateFunction","lambda:GetFunction","lambda:InvokeFunction","lambda:UpdateFunctionConfiguration"],"Resource":"arn:aws:lambda:*:*:function:SecretsManager*"}"#,
            ]),
        entry(
            "AWSSecretsManagerClientReadOnlyAccess", "Reads secrets, for applications.",
            [
                allow(
                    "secretsmanager:BatchGetSecretValue", "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue", "secretsmanager:ListSecrets", "secretsmanager:ListSecretVersionIds"
                )
            ]),
        entry(
            "AWSKeyManagementServicePowerUser", "Makes keys and looks after their names and tags.",
            [
                allow(
                    "kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias", "kms:Describe*", "kms:GenerateRandom",
                    "kms:Get*", "kms:List*", "kms:TagResource", "kms:UntagResource", "iam:ListGroups",
                    "iam:ListRoles", "iam:ListUsers")
            ]),
        entry("AmazonSSMFullAccess", "All parameters.", [allow("ssm:*", "cloudwatch:PutMetricData")]),
        entry("AmazonSSMReadOnlyAccess", "Reads parameters.", [allow("ssm:Describe*", "ssm:Get*", "ssm:List*")]),
        entry("AmazonSNSFullAccess", "All topics.", [allow("sns:*")]),
        entry(
            "CloudWatchReadOnlyAccess", "Sees metrics and logs.",
            [
                allow(
                    "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "logs:Describe*",
                    "logs:FilterLogEvents", "logs:Get*")
            ]),
        entry(
            "AWSCloudTrail_ReadOnlyAccess", "Sees the trail.",
            [allow("cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*", "cloudtrail:LookupEvents")]),
        entry(
            "AWSLambda_FullAccess", "All functions.",
            [
                allow(
                    "lambda:*", "kms:ListAliases", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies",
                    "iam:ListRolePolicies", "iam:ListRoles", "logs:DescribeLogGroups"),
                #"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}"#,
            ]),
        entry(
            "AWSLambdaBasicExecutionRole", path: "/service-role/", "Functions write their logs.",
            [allow("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")]),
        entry(
            "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy", path: "/aws-service-role/",
            "Keeps multi-Region keys alike.", [allow("kms:SynchronizeMultiRegionKey")]),
        entry(
            "AWSOrganizationsServiceTrustPolicy", path: "/aws-service-role/",
            "Other services' roles in the accounts of an organization.", [allow("iam:CreateServiceLinkedRole")]),
        entry("AWSOrganizationsFullAccess", "All of the organization.", [allow("organizations:*", "account:*")]),
        entry(
            "AWSOrganizationsReadOnlyAccess", "Sees the organization.",
            [allow("organizations:Describe*", "organizations:List*", "account:Get*", "account:List*")]),
    ]

    private static let states: [Text: PolicyState] = Dictionary(
        uniqueKeysWithValues: all.compactMap { policy in
            guard let document = try? PolicyDocument.parse(policy.document.bytes, kind: .identity) else { return nil }
            return (policy.arn, PolicyState(arn: policy.arn, document: document))
        })

    static func state(_ arn: Text) -> PolicyState? { arn.hasPrefix("arn:aws:iam::aws:") ? states[arn] : nil }

    private static func allow(_ actions: Text...) -> String {
        let list = actions.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"Effect":"Allow","Action":[\#(list)],"Resource":"*"}"#
    }

    private static func entry(
        _ name: Text, path: Text = "/", _ description: Text, _ statements: [String]
    ) -> Shipped {
        Shipped(
            name: name, path: path, id: identifier(name), description: description,
            document: Text(#"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#))
    }

    /// The same on every installation: made from the name.
    private static func identifier(_ name: Text) -> Text {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        var out = "ANPA"
        for round in 0..<16 {
            for byte in name.utf8 { value = (value ^ UInt64(byte) ^ UInt64(round)) &* 0x100_0000_01b3 }
            let alphabet = Founding.identifierAlphabet
            out.unicodeScalars.append(Unicode.Scalar(alphabet[Int(value >> 59) % alphabet.count]))
        }
        return Text(out)
    }
}
