"""The operations that the server answers, read from its own catalog, and one success and one violation for each."""

import pathlib
import re

from catalog_access import ACCESS_SUCCESS, ACCESS_VIOLATIONS, AccessWorld
from harness import ROOT
from support import must, token

SERVICES = {"Secrets": "secretsmanager", "Keys": "kms", "Tokens": "sts", "Access": "iam"}
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
KEY_POLICY = POLICY.replace("ACTION", "kms:*")


class World:
    """What a successful call needs: each member makes it when first asked."""

    def __init__(self, client, name):
        self.secrets, self.kms, self.sts = client("secretsmanager"), client("kms"), client("sts")
        self.iam = client("iam")
        self.name = name

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
}


def missing(*members):
    return [must("Value null", member, "not be null") for member in members]


NO_SECRET = ({}, missing("secretId"))
NO_KEY = ({}, missing("keyId"))
NO_ALIAS = ({}, missing("aliasName", "targetKeyId"))
LOW = [must("Value '0'", "maxResults", "have value greater than or equal to 1")]
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
}

# Takes no parameters, so none can be wrong. This list may only shrink.
WITHOUT_VIOLATIONS = {"sts.GetCallerIdentity", "iam.ListOpenIDConnectProviders"}

SUCCESS = {
    f"iam.{name}": (lambda w, run=run: run(AccessWorld(w.iam, w.name)), member)
    for name, (run, member) in ACCESS_SUCCESS.items()
} | SUCCESS
VIOLATIONS = {f"iam.{name}": row for name, row in ACCESS_VIOLATIONS.items()} | VIOLATIONS
