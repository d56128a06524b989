"""The operations that the server answers, read from its own catalog, and one success and one violation for each."""

import pathlib
import re

from accounts import Account, address, ensured
from harness import ROOT
from support import must, token

SERVICES = {
    "Secrets": "secretsmanager", "Keys": "kms", "Tokens": "sts", "Access": "iam", "Organization": "organizations",
}
SOURCE = ROOT / "Sources" / "Services" / "Gate" / "Catalog+All.swift"


def operations():
    """`service.Operation` of every entry, in the catalog's order."""
    found = re.findall(r"Entry\((?:reading|repeating|writing): (\w+)\.(\w+)\.self\)", pathlib.Path(SOURCE).read_text())
    return [f"{SERVICES[namespace]}.{name}" for namespace, name in found]


POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:root"},'
    '"Action":"ACTION","Resource":"*"}]}'
)
SECRET_POLICY = POLICY.replace("ACTION", "secretsmanager:GetSecretValue")
CONTROL_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"kms:CreateKey","Resource":"*"}]}'
KEY_POLICY = POLICY.replace("ACTION", "kms:*")


class World:
    """What a successful call needs: each member makes it when first asked."""

    def __init__(self, client, name):
        self.secrets, self.kms, self.sts = client("secretsmanager"), client("kms"), client("sts")
        self.name = name
        self.client = client

    @property
    def secret(self):
        self.secrets.create_secret(Name=self.name, SecretString="value", ClientRequestToken=self.version)
        return self.name

    version = "v" * 32

    @property
    def deleted(self):
        self.secrets.delete_secret(SecretId=self.secret)
        return self.name

    @property
    def key(self):
        return self.kms.create_key()["KeyMetadata"]["Arn"]

    @property
    def pending(self):
        return self.kms.schedule_key_deletion(KeyId=self.key)["KeyId"]

    @property
    def alias(self):
        self.kms.create_alias(AliasName=f"alias/{self.name}", TargetKeyId=self.key)
        return f"alias/{self.name}"

    @property
    def blob(self):
        return self.kms.encrypt(KeyId=self.key, Plaintext=b"plain")["CiphertextBlob"]

    @property
    def orgs(self):
        """Of the first account, which has an organization from then on."""
        return ensured(self.client("organizations"))

    @property
    def alone(self):
        """Of an account that is in no organization."""
        return Account.standing_alone(self.client).client("organizations")

    @property
    def emptied(self):
        orgs = self.alone
        orgs.create_organization()
        return orgs

    @property
    def root(self):
        return self.orgs.list_roots()["Roots"][0]["Id"]

    @property
    def request(self):
        return self.orgs.create_account(Email=address(), AccountName="member")["CreateAccountStatus"]["Id"]

    @property
    def member(self):
        status = self.orgs.describe_create_account_status(CreateAccountRequestId=self.request)
        return status["CreateAccountStatus"]["AccountId"]

    @property
    def unit(self):
        made = self.orgs.create_organizational_unit(ParentId=self.root, Name=token())
        return made["OrganizationalUnit"]["Id"]

    @property
    def policy(self):
        made = self.orgs.create_policy(
            Name=token(), Description="", Type="SERVICE_CONTROL_POLICY", Content=CONTROL_POLICY)
        return made["Policy"]["PolicySummary"]["Id"]

    def attach(self, orgs):
        policy, target = self.policy, self.unit
        orgs.attach_policy(PolicyId=policy, TargetId=target)
        return {"PolicyId": policy, "TargetId": target}


# What an account of its own calls, not the first account's administrator.
BY_OTHERS = {
    "organizations.CreateOrganization", "organizations.DeleteOrganization", "organizations.EnablePolicyType",
    "organizations.DisablePolicyType",
}
# A call that succeeds, and a member of its answer (None: the answer is empty).
SUCCESS = {
    "secretsmanager.GetSecretValue": (lambda w: w.secrets.get_secret_value(SecretId=w.secret), "SecretString"),
    "secretsmanager.DescribeSecret": (lambda w: w.secrets.describe_secret(SecretId=w.secret), "ARN"),
    "secretsmanager.BatchGetSecretValue": (
        lambda w: w.secrets.batch_get_secret_value(SecretIdList=[w.secret]), "SecretValues"),
    "secretsmanager.CreateSecret": (lambda w: w.secrets.create_secret(Name=w.name, SecretString="s"), "VersionId"),
    "secretsmanager.PutSecretValue": (
        lambda w: w.secrets.put_secret_value(SecretId=w.secret, SecretString="s"), "VersionStages"),
    "secretsmanager.UpdateSecret": (lambda w: w.secrets.update_secret(SecretId=w.secret, Description="d"), "Name"),
    "secretsmanager.UpdateSecretVersionStage": (
        lambda w: w.secrets.update_secret_version_stage(
            SecretId=w.secret, VersionStage="mine", MoveToVersionId=w.version), "Name"),
    "secretsmanager.DeleteSecret": (lambda w: w.secrets.delete_secret(SecretId=w.secret), "DeletionDate"),
    "secretsmanager.RestoreSecret": (lambda w: w.secrets.restore_secret(SecretId=w.deleted), "ARN"),
    "secretsmanager.ListSecrets": (lambda w: w.secrets.list_secrets(MaxResults=1), "SecretList"),
    "secretsmanager.ListSecretVersionIds": (lambda w: w.secrets.list_secret_version_ids(SecretId=w.secret), "Versions"),
    "secretsmanager.TagResource": (
        lambda w: w.secrets.tag_resource(SecretId=w.secret, Tags=[{"Key": "k", "Value": "v"}]), None),
    "secretsmanager.UntagResource": (lambda w: w.secrets.untag_resource(SecretId=w.secret, TagKeys=["k"]), None),
    "secretsmanager.GetRandomPassword": (lambda w: w.secrets.get_random_password(), "RandomPassword"),
    "secretsmanager.PutResourcePolicy": (
        lambda w: w.secrets.put_resource_policy(SecretId=w.secret, ResourcePolicy=SECRET_POLICY), "ARN"),
    "secretsmanager.GetResourcePolicy": (lambda w: w.secrets.get_resource_policy(SecretId=w.secret), "Name"),
    "secretsmanager.DeleteResourcePolicy": (lambda w: w.secrets.delete_resource_policy(SecretId=w.secret), "Name"),
    "secretsmanager.ListResourcePolicies": (
        lambda w: w.secrets.list_resource_policies(SecretId=w.secret), "ResourcePolicies"),
    "secretsmanager.ValidateResourcePolicy": (
        lambda w: w.secrets.validate_resource_policy(SecretId=w.secret, ResourcePolicy=SECRET_POLICY),
        "PolicyValidationPassed"),
    "kms.CreateKey": (lambda w: w.kms.create_key(Description="d"), "KeyMetadata"),
    "kms.DescribeKey": (lambda w: w.kms.describe_key(KeyId=w.key), "KeyMetadata"),
    "kms.ListKeys": (lambda w: w.kms.list_keys(Limit=1), "Keys"),
    "kms.EnableKey": (lambda w: w.kms.enable_key(KeyId=w.key), None),
    "kms.DisableKey": (lambda w: w.kms.disable_key(KeyId=w.key), None),
    "kms.ScheduleKeyDeletion": (lambda w: w.kms.schedule_key_deletion(KeyId=w.key), "DeletionDate"),
    "kms.CancelKeyDeletion": (lambda w: w.kms.cancel_key_deletion(KeyId=w.pending), "KeyId"),
    "kms.CreateAlias": (lambda w: w.kms.create_alias(AliasName=f"alias/{w.name}", TargetKeyId=w.key), None),
    "kms.UpdateAlias": (lambda w: w.kms.update_alias(AliasName=w.alias, TargetKeyId=w.key), None),
    "kms.DeleteAlias": (lambda w: w.kms.delete_alias(AliasName=w.alias), None),
    "kms.ListAliases": (lambda w: w.kms.list_aliases(Limit=1), "Aliases"),
    "kms.Encrypt": (lambda w: w.kms.encrypt(KeyId=w.key, Plaintext=b"plain"), "CiphertextBlob"),
    "kms.Decrypt": (lambda w: w.kms.decrypt(CiphertextBlob=w.blob), "Plaintext"),
    "kms.ReEncrypt": (lambda w: w.kms.re_encrypt(CiphertextBlob=w.blob, DestinationKeyId=w.key), "CiphertextBlob"),
    "kms.GenerateDataKey": (lambda w: w.kms.generate_data_key(KeyId=w.key, KeySpec="AES_256"), "Plaintext"),
    "kms.GenerateDataKeyWithoutPlaintext": (
        lambda w: w.kms.generate_data_key_without_plaintext(KeyId=w.key, KeySpec="AES_256"), "CiphertextBlob"),
    "kms.GenerateRandom": (lambda w: w.kms.generate_random(NumberOfBytes=8), "Plaintext"),
    "kms.GetKeyPolicy": (lambda w: w.kms.get_key_policy(KeyId=w.key, PolicyName="default"), "Policy"),
    "kms.PutKeyPolicy": (lambda w: w.kms.put_key_policy(KeyId=w.key, Policy=KEY_POLICY), None),
    "kms.ListResourceTags": (lambda w: w.kms.list_resource_tags(KeyId=w.key), "Tags"),
    "kms.GetKeyRotationStatus": (lambda w: w.kms.get_key_rotation_status(KeyId=w.key), "KeyRotationEnabled"),
    "sts.GetCallerIdentity": (lambda w: w.sts.get_caller_identity(), "Account"),
    "organizations.CreateOrganization": (lambda w: w.alone.create_organization(), "Organization"),
    "organizations.DescribeOrganization": (lambda w: w.orgs.describe_organization(), "Organization"),
    "organizations.DeleteOrganization": (lambda w: w.emptied.delete_organization(), None),
    "organizations.ListRoots": (lambda w: w.orgs.list_roots(), "Roots"),
    "organizations.EnablePolicyType": (
        lambda w: (o := w.emptied).enable_policy_type(
            RootId=o.list_roots()["Roots"][0]["Id"], PolicyType="RESOURCE_CONTROL_POLICY"), "Root"),
    "organizations.DisablePolicyType": (
        lambda w: (o := w.emptied).disable_policy_type(
            RootId=o.list_roots()["Roots"][0]["Id"], PolicyType="SERVICE_CONTROL_POLICY"), "Root"),
    "organizations.CreateAccount": (
        lambda w: w.orgs.create_account(Email=address(), AccountName="n"), "CreateAccountStatus"),
    "organizations.DescribeCreateAccountStatus": (
        lambda w: w.orgs.describe_create_account_status(CreateAccountRequestId=w.request), "CreateAccountStatus"),
    "organizations.ListCreateAccountStatus": (
        lambda w: w.orgs.list_create_account_status(MaxResults=1), "CreateAccountStatuses"),
    "organizations.ListAccounts": (lambda w: w.orgs.list_accounts(MaxResults=1), "Accounts"),
    "organizations.DescribeAccount": (lambda w: w.orgs.describe_account(AccountId=w.member), "Account"),
    "organizations.CloseAccount": (lambda w: w.orgs.close_account(AccountId=w.member), None),
    "organizations.MoveAccount": (
        lambda w: w.orgs.move_account(AccountId=w.member, SourceParentId=w.root, DestinationParentId=w.unit), None),
    "organizations.RemoveAccountFromOrganization": (
        lambda w: w.orgs.remove_account_from_organization(AccountId=w.member), None),
    "organizations.ListAccountsForParent": (
        lambda w: w.orgs.list_accounts_for_parent(ParentId=w.root, MaxResults=1), "Accounts"),
    "organizations.ListChildren": (
        lambda w: w.orgs.list_children(ParentId=w.root, ChildType="ACCOUNT", MaxResults=1), "Children"),
    "organizations.ListParents": (lambda w: w.orgs.list_parents(ChildId=w.unit), "Parents"),
    "organizations.CreateOrganizationalUnit": (
        lambda w: w.orgs.create_organizational_unit(ParentId=w.root, Name=w.name), "OrganizationalUnit"),
    "organizations.DescribeOrganizationalUnit": (
        lambda w: w.orgs.describe_organizational_unit(OrganizationalUnitId=w.unit), "OrganizationalUnit"),
    "organizations.UpdateOrganizationalUnit": (
        lambda w: w.orgs.update_organizational_unit(OrganizationalUnitId=w.unit, Name=w.name), "OrganizationalUnit"),
    "organizations.DeleteOrganizationalUnit": (
        lambda w: w.orgs.delete_organizational_unit(OrganizationalUnitId=w.unit), None),
    "organizations.ListOrganizationalUnitsForParent": (
        lambda w: w.orgs.list_organizational_units_for_parent(ParentId=w.root, MaxResults=1), "OrganizationalUnits"),
    "organizations.CreatePolicy": (
        lambda w: w.orgs.create_policy(
            Name=w.name, Description="", Type="SERVICE_CONTROL_POLICY", Content=CONTROL_POLICY), "Policy"),
    "organizations.UpdatePolicy": (
        lambda w: w.orgs.update_policy(PolicyId=w.policy, Description="other"), "Policy"),
    "organizations.DescribePolicy": (lambda w: w.orgs.describe_policy(PolicyId="p-FullAWSAccess"), "Policy"),
    "organizations.DeletePolicy": (lambda w: w.orgs.delete_policy(PolicyId=w.policy), None),
    "organizations.ListPolicies": (
        lambda w: w.orgs.list_policies(Filter="SERVICE_CONTROL_POLICY", MaxResults=1), "Policies"),
    "organizations.AttachPolicy": (lambda w: w.orgs.attach_policy(PolicyId=w.policy, TargetId=w.unit), None),
    "organizations.DetachPolicy": (lambda w: w.orgs.detach_policy(**w.attach(w.orgs)), None),
    "organizations.ListPoliciesForTarget": (
        lambda w: w.orgs.list_policies_for_target(TargetId=w.unit, Filter="SERVICE_CONTROL_POLICY"), "Policies"),
    "organizations.ListTargetsForPolicy": (
        lambda w: w.orgs.list_targets_for_policy(PolicyId="p-FullAWSAccess", MaxResults=1), "Targets"),
    "organizations.TagResource": (
        lambda w: w.orgs.tag_resource(ResourceId=w.unit, Tags=[{"Key": "k", "Value": "v"}]), None),
    "organizations.UntagResource": (lambda w: w.orgs.untag_resource(ResourceId=w.unit, TagKeys=["k"]), None),
    "organizations.ListTagsForResource": (lambda w: w.orgs.list_tags_for_resource(ResourceId=w.unit), "Tags"),
}


def missing(*members):
    return [must("Value null", member, "not be null") for member in members]


NO_SECRET = ({}, missing("secretId"))
NO_KEY = ({}, missing("keyId"))
NO_ALIAS = ({}, missing("aliasName", "targetKeyId"))
LOW = [must("Value '0'", "maxResults", "have value greater than or equal to 1")]
LOW_RESULTS = ({"MaxResults": 0}, LOW)
NO_ACCOUNT = ({}, missing("accountId"))
NO_PARENT = ({}, missing("parentId"))
NO_UNIT = ({}, missing("organizationalUnitId"))
NO_POLICY = ({}, missing("policyId"))
LOW_LIMIT = ({"Limit": 0}, [must("Value '0'", "limit", "have value greater than or equal to 1")])

# A body that breaks a constraint of the model, and what is said about it.
VIOLATIONS = {
    "secretsmanager.GetSecretValue": NO_SECRET, "secretsmanager.DescribeSecret": NO_SECRET,
    "secretsmanager.BatchGetSecretValue": ({"Filters": [], "MaxResults": 0}, LOW),
    "secretsmanager.CreateSecret": ({"ClientRequestToken": token()}, missing("name")),
    "secretsmanager.PutSecretValue": NO_SECRET, "secretsmanager.UpdateSecret": NO_SECRET,
    "secretsmanager.UpdateSecretVersionStage": ({"SecretId": "x"}, missing("versionStage")),
    "secretsmanager.DeleteSecret": NO_SECRET, "secretsmanager.RestoreSecret": NO_SECRET,
    "secretsmanager.ListSecrets": ({"MaxResults": 0}, LOW), "secretsmanager.ListSecretVersionIds": NO_SECRET,
    "secretsmanager.TagResource": ({"SecretId": "x"}, missing("tags")),
    "secretsmanager.UntagResource": ({}, missing("secretId", "tagKeys")),
    "secretsmanager.GetRandomPassword": (
        {"PasswordLength": 0}, [must("Value '0'", "passwordLength", "have value greater than or equal to 1")]),
    "secretsmanager.PutResourcePolicy": ({}, missing("secretId", "resourcePolicy")),
    "secretsmanager.GetResourcePolicy": NO_SECRET, "secretsmanager.DeleteResourcePolicy": NO_SECRET,
    "secretsmanager.ListResourcePolicies": NO_SECRET,
    "secretsmanager.ValidateResourcePolicy": ({"SecretId": "x"}, missing("resourcePolicy")),
    "kms.CreateKey": ({"Tags": [{"TagValue": "v"}]}, missing("tags.1.member.tagKey")),
    "kms.DescribeKey": NO_KEY, "kms.ListKeys": LOW_LIMIT, "kms.EnableKey": NO_KEY, "kms.DisableKey": NO_KEY,
    "kms.ScheduleKeyDeletion": (
        {"KeyId": "x", "PendingWindowInDays": 366},
        [must("Value '366'", "pendingWindowInDays", "have value less than or equal to 365")]),
    "kms.CancelKeyDeletion": NO_KEY, "kms.CreateAlias": NO_ALIAS, "kms.UpdateAlias": NO_ALIAS,
    "kms.DeleteAlias": ({}, missing("aliasName")), "kms.ListAliases": LOW_LIMIT,
    "kms.Encrypt": ({"KeyId": "x"}, missing("plaintext")), "kms.Decrypt": ({}, missing("ciphertextBlob")),
    "kms.ReEncrypt": ({"CiphertextBlob": "eA=="}, missing("destinationKeyId")), "kms.GenerateDataKey": NO_KEY,
    "kms.GenerateDataKeyWithoutPlaintext": NO_KEY,
    "kms.GenerateRandom": (
        {"NumberOfBytes": 0}, [must("Value '0'", "numberOfBytes", "have value greater than or equal to 1")]),
    "kms.GetKeyPolicy": NO_KEY, "kms.PutKeyPolicy": ({"KeyId": "x"}, missing("policy")),
    "kms.ListResourceTags": NO_KEY, "kms.GetKeyRotationStatus": NO_KEY,
    "organizations.CreateOrganization": (
        {"FeatureSet": "SOME"},
        [must("Value 'SOME'", "featureSet", "satisfy enum value set: [ALL, CONSOLIDATED_BILLING]")]),
    "organizations.ListRoots": LOW_RESULTS, "organizations.ListAccounts": LOW_RESULTS,
    "organizations.ListCreateAccountStatus": LOW_RESULTS,
    "organizations.EnablePolicyType": ({}, missing("rootId", "policyType")),
    "organizations.DisablePolicyType": ({}, missing("rootId", "policyType")),
    "organizations.CreateAccount": ({}, missing("email", "accountName")),
    "organizations.DescribeCreateAccountStatus": ({}, missing("createAccountRequestId")),
    "organizations.DescribeAccount": NO_ACCOUNT, "organizations.CloseAccount": NO_ACCOUNT,
    "organizations.RemoveAccountFromOrganization": NO_ACCOUNT,
    "organizations.MoveAccount": ({}, missing("accountId", "sourceParentId", "destinationParentId")),
    "organizations.ListAccountsForParent": NO_PARENT, "organizations.ListOrganizationalUnitsForParent": NO_PARENT,
    "organizations.ListChildren": ({}, missing("parentId", "childType")),
    "organizations.ListParents": ({}, missing("childId")),
    "organizations.CreateOrganizationalUnit": ({}, missing("parentId", "name")),
    "organizations.DescribeOrganizationalUnit": NO_UNIT, "organizations.UpdateOrganizationalUnit": NO_UNIT,
    "organizations.DeleteOrganizationalUnit": NO_UNIT,
    "organizations.CreatePolicy": ({}, missing("content", "description", "name", "type")),
    "organizations.UpdatePolicy": NO_POLICY, "organizations.DescribePolicy": NO_POLICY,
    "organizations.DeletePolicy": NO_POLICY, "organizations.ListTargetsForPolicy": NO_POLICY,
    "organizations.ListPolicies": ({}, missing("filter")),
    "organizations.AttachPolicy": ({}, missing("policyId", "targetId")),
    "organizations.DetachPolicy": ({}, missing("policyId", "targetId")),
    "organizations.ListPoliciesForTarget": ({}, missing("targetId", "filter")),
    "organizations.TagResource": ({}, missing("resourceId", "tags")),
    "organizations.UntagResource": ({}, missing("resourceId", "tagKeys")),
    "organizations.ListTagsForResource": ({}, missing("resourceId")),
}

# Take no parameters, so none can be wrong.
WITHOUT_VIOLATIONS = {
    "sts.GetCallerIdentity", "organizations.DescribeOrganization", "organizations.DeleteOrganization",
}
