"""The operations that the server answers, read from its own catalog, and one success and one violation for each."""

import pathlib
import re
import time

import boto3
from accounts import Account, address, ensured
from catalog_access import ACCESS_SUCCESS, ACCESS_VIOLATIONS, AccessWorld
from catalog_functions import (
    LAMBDA_SUCCESS, LAMBDA_VIOLATIONS, LOGS_SUCCESS, LOGS_VIOLATIONS, FunctionWorld,
)
from cryptography.hazmat.primitives import serialization
from harness import ROOT
from keys import oaep
from support import must, token, totp

# The operator's own service is no service of AWS: it has tests of its own.
SERVICES = {
    "Secrets": "secretsmanager", "Keys": "kms", "Tokens": "sts", "Access": "iam", "Organization": "organizations",
    "Toolbox": "iam-toolbox", "Functions": "lambda", "Logs": "logs",
}
SOURCE = ROOT / "Sources" / "Services" / "Gate" / "Catalog+All.swift"


def operations():
    """`service.Operation` of every entry, in the catalog's order."""
    found = re.findall(r"Entry\((?:reading|repeating|writing): (\w+)\.(\w+)\.self\)", pathlib.Path(SOURCE).read_text())
    return [f"{SERVICES[namespace]}.{name}" for namespace, name in found if namespace in SERVICES]


POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:root"},'
    '"Action":"ACTION","Resource":"*"}]}'
)
IDENTITY_POLICY = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*"}}'
)
PASSWORD = "Open-Sesame-1"
SECRET_POLICY = POLICY.replace("ACTION", "secretsmanager:GetSecretValue")
CONTROL_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"kms:CreateKey","Resource":"*"}]}'
KEY_POLICY = POLICY.replace("ACTION", "kms:*")


ADMINISTRATOR = "arn:aws:iam::000000000001:user/administrator"


class World:
    """What a successful call needs: each member makes it when first asked."""

    def __init__(self, client, name):
        self.secrets, self.kms, self.sts = client("secretsmanager"), client("kms"), client("sts")
        self.iam, self.toolbox = client("iam"), client("iam-toolbox")
        # IAM has no slashes in its names.
        self.name = name.replace("/", "-")
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
    def authorization(self):
        """Of a call that was refused to a user without policies."""
        return {"authorizationId": self.refused()}

    def refused(self):
        made = self.access_key
        key = self.iam.create_access_key(UserName=made["UserName"])["AccessKey"]
        stranger = boto3.client(
            "secretsmanager", endpoint_url=self.iam.meta.endpoint_url, region_name="us-west-2",
            aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
        try:
            stranger.list_secrets()
        except stranger.exceptions.ClientError as error:
            return error.response["ResponseMetadata"]["RequestId"].replace("-", "")
        raise AssertionError("it was allowed")

    @property
    def evaluated(self):
        """A call of the administrator's own, and a policy that was evaluated for it."""
        called = self.sts.get_access_key_info(**{"AccessKeyId": self.access_key["AccessKeyId"]})
        return {
            "authorizationId": called["ResponseMetadata"]["RequestId"].replace("-", ""),
            "policyUri": "arn:aws:iam::aws:policy/AdministratorAccess",
        }

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

    def made(self, spec, usage):
        return self.kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]

    @property
    def signing(self):
        return self.made("ECC_NIST_P256", "SIGN_VERIFY")

    @property
    def agreeing(self):
        return self.made("ECC_NIST_P256", "KEY_AGREEMENT")

    @property
    def mac(self):
        return self.made("HMAC_256", "GENERATE_VERIFY_MAC")

    @property
    def external(self):
        return self.kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["Arn"]

    @property
    def multi(self):
        return self.kms.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]

    def verify(self):
        signed = self.kms.sign(KeyId=self.signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")
        del signed["ResponseMetadata"]
        return self.kms.verify(Message=b"m", **signed)

    def verify_mac(self):
        made = self.kms.generate_mac(KeyId=self.mac, Message=b"m", MacAlgorithm="HMAC_SHA_256")
        del made["ResponseMetadata"]
        return self.kms.verify_mac(Message=b"m", **made)

    def agree(self):
        peer = self.kms.get_public_key(KeyId=self.agreeing)["PublicKey"]
        return self.kms.derive_shared_secret(KeyId=self.agreeing, KeyAgreementAlgorithm="ECDH", PublicKey=peer)

    def parameters(self, key):
        return self.kms.get_parameters_for_import(
            KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048")

    def bring(self):
        key = self.external
        parameters = self.parameters(key)
        public = serialization.load_der_public_key(parameters["PublicKey"])
        return self.kms.import_key_material(
            KeyId=key, ImportToken=parameters["ImportToken"], ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
            EncryptedKeyMaterial=public.encrypt(b"k" * 32, oaep("RSAES_OAEP_SHA_256")))

    def move(self):
        key = self.multi
        self.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
        return self.kms.update_primary_region(KeyId=key, PrimaryRegion="eu-west-1")

    @property
    def grant(self):
        """What names a new grant: its key and its id."""
        key = self.key
        made = self.kms.create_grant(KeyId=key, GranteePrincipal=ADMINISTRATOR, Operations=["Decrypt"])
        return {"KeyId": key, "GrantId": made["GrantId"]}

    @property
    def blob(self):
        return self.kms.encrypt(KeyId=self.key, Plaintext=b"plain")["CiphertextBlob"]

    @property
    def user(self):
        """Its path is the test's own, so that listings can be narrowed to it."""
        self.iam.create_user(UserName=self.name, Path=f"/{self.name}/")
        return self.name

    @property
    def group(self):
        self.iam.create_group(GroupName=self.name)
        return self.name

    @property
    def trusting_role(self):
        trust = POLICY.replace("ACTION", "sts:AssumeRole").replace(',"Resource":"*"', "")
        return self.iam.create_role(RoleName=self.name[-60:], AssumeRolePolicyDocument=trust)["Role"]["Arn"]

    @property
    def member(self):
        """Of the group of its own name."""
        self.iam.add_user_to_group(GroupName=self.group, UserName=self.user)
        return self.name

    @property
    def user_policy(self):
        self.iam.put_user_policy(UserName=self.user, PolicyName="p", PolicyDocument=IDENTITY_POLICY)
        return {"UserName": self.name, "PolicyName": "p"}

    @property
    def group_policy(self):
        self.iam.put_group_policy(GroupName=self.group, PolicyName="p", PolicyDocument=IDENTITY_POLICY)
        return {"GroupName": self.name, "PolicyName": "p"}

    @property
    def access_key(self):
        made = self.iam.create_access_key(UserName=self.user)["AccessKey"]
        return {"UserName": self.name, "AccessKeyId": made["AccessKeyId"]}

    @property
    def login(self):
        self.iam.create_login_profile(UserName=self.user, Password=PASSWORD)
        return self.name

    def change_password(self):
        """Only users have a password to change: the administrator gets one for the moment."""
        self.iam.create_login_profile(UserName="administrator", Password=PASSWORD)
        try:
            return self.iam.change_password(OldPassword=PASSWORD, NewPassword=PASSWORD + "2")
        finally:
            self.iam.delete_login_profile(UserName="administrator")

    @property
    def password_policy(self):
        self.iam.update_account_password_policy(MinimumPasswordLength=8)
        return {}

    @property
    def device(self):
        return self.seeded["SerialNumber"]

    @property
    def seeded(self):
        return self.iam.create_virtual_mfa_device(VirtualMFADeviceName=self.name)["VirtualMFADevice"]

    def codes(self, made):
        now = time.time()
        return {
            "SerialNumber": made["SerialNumber"], "AuthenticationCode1": totp(made["Base32StringSeed"], now - 30),
            "AuthenticationCode2": totp(made["Base32StringSeed"], now),
        }

    @property
    def enabled(self):
        """A device of the user of its own name, and its codes of the moment."""
        codes = self.codes(self.seeded)
        self.iam.enable_mfa_device(UserName=self.user, **codes)
        return {"UserName": self.name, **codes}

    @property
    def owned(self):
        return {key: value for key, value in self.enabled.items() if not key.startswith("Auth")}

    @property
    def account_alias(self):
        alias = "a" + self.name.encode().hex()[-20:]
        self.iam.create_account_alias(AccountAlias=alias)
        return alias

    @property
    def report(self):
        self.iam.generate_credential_report()
        return {}

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
    def member_account(self):
        status = self.orgs.describe_create_account_status(CreateAccountRequestId=self.request)
        return status["CreateAccountStatus"]["AccountId"]

    @property
    def unit(self):
        made = self.orgs.create_organizational_unit(ParentId=self.root, Name=token())
        return made["OrganizationalUnit"]["Id"]

    @property
    def control_policy(self):
        made = self.orgs.create_policy(
            Name=token(), Description="", Type="SERVICE_CONTROL_POLICY", Content=CONTROL_POLICY)
        return made["Policy"]["PolicySummary"]["Id"]

    def attach(self, orgs):
        policy, target = self.control_policy, self.unit
        orgs.attach_policy(PolicyId=policy, TargetId=target)
        return {"PolicyId": policy, "TargetId": target}


# What an account of its own calls, not the first account's administrator.
# Nobody has to sign them: the request holds another proof.
OPEN = {"sts.AssumeRoleWithWebIdentity"}
BY_OTHERS = {
    "organizations.CreateOrganization", "organizations.DeleteOrganization", "organizations.EnablePolicyType",
    "organizations.DisablePolicyType",
}
ROTATOR = "arn:aws:lambda:us-west-2:000000000001:function:undercroft-rotate-random"


def cancel_rotation(w):
    w.secrets.rotate_secret(SecretId=w.secret, RotationLambdaARN=ROTATOR)
    return w.secrets.cancel_rotate_secret(SecretId=w.secret)


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
    "secretsmanager.RotateSecret": (
        lambda w: w.secrets.rotate_secret(SecretId=w.secret, RotationLambdaARN=ROTATOR), "VersionId"),
    "secretsmanager.CancelRotateSecret": (cancel_rotation, "ARN"),
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
    "kms.GenerateDataKeyPair": (
        lambda w: w.kms.generate_data_key_pair(KeyId=w.key, KeyPairSpec="ECC_NIST_P256"), "PrivateKeyPlaintext"),
    "kms.GenerateDataKeyPairWithoutPlaintext": (
        lambda w: w.kms.generate_data_key_pair_without_plaintext(KeyId=w.key, KeyPairSpec="ECC_NIST_P256"),
        "PublicKey"),
    "kms.Sign": (
        lambda w: w.kms.sign(KeyId=w.signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256"), "Signature"),
    "kms.Verify": (lambda w: w.verify(), "SignatureValid"),
    "kms.GetPublicKey": (lambda w: w.kms.get_public_key(KeyId=w.signing), "PublicKey"),
    "kms.GenerateMac": (
        lambda w: w.kms.generate_mac(KeyId=w.mac, Message=b"m", MacAlgorithm="HMAC_SHA_256"), "Mac"),
    "kms.VerifyMac": (lambda w: w.verify_mac(), "MacValid"),
    "kms.DeriveSharedSecret": (lambda w: w.agree(), "SharedSecret"),
    "kms.GetParametersForImport": (lambda w: w.parameters(w.external), "ImportToken"),
    "kms.ImportKeyMaterial": (lambda w: w.bring(), "KeyMaterialId"),
    "kms.DeleteImportedKeyMaterial": (
        lambda w: w.kms.delete_imported_key_material(KeyId=w.external), "KeyMaterialId"),
    "kms.ReplicateKey": (
        lambda w: w.kms.replicate_key(KeyId=w.multi, ReplicaRegion="eu-west-1"), "ReplicaKeyMetadata"),
    "kms.UpdatePrimaryRegion": (lambda w: w.move(), None),
    "kms.GenerateRandom": (lambda w: w.kms.generate_random(NumberOfBytes=8), "Plaintext"),
    "kms.GetKeyPolicy": (lambda w: w.kms.get_key_policy(KeyId=w.key, PolicyName="default"), "Policy"),
    "kms.PutKeyPolicy": (lambda w: w.kms.put_key_policy(KeyId=w.key, Policy=KEY_POLICY), None),
    "kms.ListResourceTags": (lambda w: w.kms.list_resource_tags(KeyId=w.key), "Tags"),
    "kms.GetKeyRotationStatus": (lambda w: w.kms.get_key_rotation_status(KeyId=w.key), "KeyRotationEnabled"),
    "kms.EnableKeyRotation": (lambda w: w.kms.enable_key_rotation(KeyId=w.key), None),
    "kms.DisableKeyRotation": (lambda w: w.kms.disable_key_rotation(KeyId=w.key), None),
    "kms.RotateKeyOnDemand": (lambda w: w.kms.rotate_key_on_demand(KeyId=w.key), "KeyId"),
    "kms.ListKeyRotations": (lambda w: w.kms.list_key_rotations(KeyId=w.key), "Rotations"),
    "kms.TagResource": (
        lambda w: w.kms.tag_resource(KeyId=w.key, Tags=[{"TagKey": "k", "TagValue": "v"}]), None),
    "kms.UntagResource": (lambda w: w.kms.untag_resource(KeyId=w.key, TagKeys=["k"]), None),
    "kms.UpdateKeyDescription": (lambda w: w.kms.update_key_description(KeyId=w.key, Description="d"), None),
    "kms.ListKeyPolicies": (lambda w: w.kms.list_key_policies(KeyId=w.key), "PolicyNames"),
    "kms.GetKeyLastUsage": (lambda w: w.kms.get_key_last_usage(KeyId=w.key), "KeyLastUsage"),
    "kms.CreateGrant": (
        lambda w: w.kms.create_grant(KeyId=w.key, GranteePrincipal=ADMINISTRATOR, Operations=["Decrypt"]), "GrantId"),
    "kms.ListGrants": (lambda w: w.kms.list_grants(KeyId=w.key), "Grants"),
    "kms.ListRetirableGrants": (
        lambda w: w.kms.list_retirable_grants(RetiringPrincipal=ADMINISTRATOR, Limit=1), "Grants"),
    "kms.RetireGrant": (lambda w: w.kms.retire_grant(**w.grant), None),
    "kms.RevokeGrant": (lambda w: w.kms.revoke_grant(**w.grant), None),
    "kms.DescribeCustomKeyStores": (lambda w: w.kms.describe_custom_key_stores(), "CustomKeyStores"),
    "sts.GetCallerIdentity": (lambda w: w.sts.get_caller_identity(), "Account"),
    "sts.AssumeRole": (
        lambda w: w.sts.assume_role(RoleArn=w.trusting_role, RoleSessionName="session"), "Credentials"),
    "sts.GetSessionToken": (lambda w: w.sts.get_session_token(), "Credentials"),
    "sts.GetFederationToken": (lambda w: w.sts.get_federation_token(Name="somebody"), "FederatedUser"),
    "sts.GetAccessKeyInfo": (
        lambda w: w.sts.get_access_key_info(AccessKeyId=w.access_key["AccessKeyId"]), "Account"),
    "sts.DecodeAuthorizationMessage": (
        lambda w: w.sts.decode_authorization_message(EncodedMessage=w.refused()), "DecodedMessage"),
    "iam-toolbox.GetRequestAuthorizationDetails": (
        lambda w: w.toolbox.get_request_authorization_details(**w.authorization), "evaluations"),
    "iam-toolbox.GetRequestAuthorizationPolicy": (
        lambda w: w.toolbox.get_request_authorization_policy(**w.evaluated), "policyDocument"),
    "iam.CreateUser": (lambda w: w.iam.create_user(UserName=w.name), "User"),
    "iam.GetUser": (lambda w: w.iam.get_user(UserName=w.user), "User"),
    "iam.ListUsers": (lambda w: w.iam.list_users(MaxItems=1), "Users"),
    "iam.DeleteUser": (lambda w: w.iam.delete_user(UserName=w.user), None),
    "iam.UpdateUser": (lambda w: w.iam.update_user(UserName=w.user, NewUserName=w.name + "2"), None),
    "iam.TagUser": (lambda w: w.iam.tag_user(UserName=w.user, Tags=[{"Key": "k", "Value": "v"}]), None),
    "iam.UntagUser": (lambda w: w.iam.untag_user(UserName=w.user, TagKeys=["k"]), None),
    "iam.ListUserTags": (lambda w: w.iam.list_user_tags(UserName=w.user), "Tags"),
    "iam.PutUserPolicy": (
        lambda w: w.iam.put_user_policy(UserName=w.user, PolicyName="p", PolicyDocument=IDENTITY_POLICY), None),
    "iam.GetUserPolicy": (lambda w: w.iam.get_user_policy(**w.user_policy), "PolicyDocument"),
    "iam.DeleteUserPolicy": (lambda w: w.iam.delete_user_policy(**w.user_policy), None),
    "iam.ListUserPolicies": (lambda w: w.iam.list_user_policies(UserName=w.user), "PolicyNames"),
    "iam.CreateGroup": (lambda w: w.iam.create_group(GroupName=w.name), "Group"),
    "iam.GetGroup": (lambda w: w.iam.get_group(GroupName=w.group), "Users"),
    "iam.UpdateGroup": (lambda w: w.iam.update_group(GroupName=w.group, NewGroupName=w.name + "2"), None),
    "iam.DeleteGroup": (lambda w: w.iam.delete_group(GroupName=w.group), None),
    "iam.ListGroups": (lambda w: w.iam.list_groups(MaxItems=1), "Groups"),
    "iam.AddUserToGroup": (lambda w: w.iam.add_user_to_group(GroupName=w.group, UserName=w.user), None),
    "iam.RemoveUserFromGroup": (lambda w: w.iam.remove_user_from_group(GroupName=w.member, UserName=w.name), None),
    "iam.ListGroupsForUser": (lambda w: w.iam.list_groups_for_user(UserName=w.member), "Groups"),
    "iam.PutGroupPolicy": (
        lambda w: w.iam.put_group_policy(GroupName=w.group, PolicyName="p", PolicyDocument=IDENTITY_POLICY), None),
    "iam.GetGroupPolicy": (lambda w: w.iam.get_group_policy(**w.group_policy), "PolicyDocument"),
    "iam.DeleteGroupPolicy": (lambda w: w.iam.delete_group_policy(**w.group_policy), None),
    "iam.ListGroupPolicies": (lambda w: w.iam.list_group_policies(GroupName=w.group), "PolicyNames"),
    "iam.CreateAccessKey": (lambda w: w.iam.create_access_key(UserName=w.user), "AccessKey"),
    "iam.UpdateAccessKey": (lambda w: w.iam.update_access_key(Status="Inactive", **w.access_key), None),
    "iam.DeleteAccessKey": (lambda w: w.iam.delete_access_key(**w.access_key), None),
    "iam.ListAccessKeys": (lambda w: w.iam.list_access_keys(UserName=w.user), "AccessKeyMetadata"),
    "iam.GetAccessKeyLastUsed": (
        lambda w: w.iam.get_access_key_last_used(AccessKeyId=w.access_key["AccessKeyId"]), "AccessKeyLastUsed"),
    "iam.CreateLoginProfile": (
        lambda w: w.iam.create_login_profile(UserName=w.user, Password=PASSWORD), "LoginProfile"),
    "iam.GetLoginProfile": (lambda w: w.iam.get_login_profile(UserName=w.login), "LoginProfile"),
    "iam.UpdateLoginProfile": (
        lambda w: w.iam.update_login_profile(UserName=w.login, PasswordResetRequired=True), None),
    "iam.DeleteLoginProfile": (lambda w: w.iam.delete_login_profile(UserName=w.login), None),
    "iam.ChangePassword": (lambda w: w.change_password(), None),
    "iam.UpdateAccountPasswordPolicy": (
        lambda w: w.iam.update_account_password_policy(MinimumPasswordLength=8), None),
    "iam.GetAccountPasswordPolicy": (
        lambda w: w.iam.get_account_password_policy(**w.password_policy), "PasswordPolicy"),
    "iam.DeleteAccountPasswordPolicy": (
        lambda w: w.iam.delete_account_password_policy(**w.password_policy), None),
    "iam.CreateVirtualMFADevice": (
        lambda w: w.iam.create_virtual_mfa_device(VirtualMFADeviceName=w.name), "VirtualMFADevice"),
    "iam.DeleteVirtualMFADevice": (lambda w: w.iam.delete_virtual_mfa_device(SerialNumber=w.device), None),
    "iam.EnableMFADevice": (lambda w: w.iam.enable_mfa_device(UserName=w.user, **w.codes(w.seeded)), None),
    "iam.ResyncMFADevice": (lambda w: w.iam.resync_mfa_device(**w.enabled), None),
    "iam.DeactivateMFADevice": (lambda w: w.iam.deactivate_mfa_device(**w.owned), None),
    "iam.ListVirtualMFADevices": (lambda w: w.iam.list_virtual_mfa_devices(MaxItems=1), "VirtualMFADevices"),
    "iam.ListMFADevices": (lambda w: w.iam.list_mfa_devices(UserName=w.user), "MFADevices"),
    "iam.GetMFADevice": (lambda w: w.iam.get_mfa_device(**w.owned), "EnableDate"),
    "iam.TagMFADevice": (
        lambda w: w.iam.tag_mfa_device(SerialNumber=w.device, Tags=[{"Key": "k", "Value": "v"}]), None),
    "iam.UntagMFADevice": (lambda w: w.iam.untag_mfa_device(SerialNumber=w.device, TagKeys=["k"]), None),
    "iam.ListMFADeviceTags": (lambda w: w.iam.list_mfa_device_tags(SerialNumber=w.device), "Tags"),
    "iam.CreateAccountAlias": (
        lambda w: w.iam.create_account_alias(AccountAlias="b" + w.name.encode().hex()[-20:]), None),
    "iam.DeleteAccountAlias": (lambda w: w.iam.delete_account_alias(AccountAlias=w.account_alias), None),
    "iam.ListAccountAliases": (lambda w: w.iam.list_account_aliases(), "AccountAliases"),
    "iam.GetAccountSummary": (lambda w: w.iam.get_account_summary(), "SummaryMap"),
    "iam.GenerateCredentialReport": (lambda w: w.iam.generate_credential_report(), "State"),
    "iam.GetCredentialReport": (lambda w: w.iam.get_credential_report(**w.report), "Content"),
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
    "organizations.DescribeAccount": (lambda w: w.orgs.describe_account(AccountId=w.member_account), "Account"),
    "organizations.CloseAccount": (lambda w: w.orgs.close_account(AccountId=w.member_account), None),
    "organizations.MoveAccount": (
        lambda w: w.orgs.move_account(AccountId=w.member_account, SourceParentId=w.root, DestinationParentId=w.unit), None),
    "organizations.RemoveAccountFromOrganization": (
        lambda w: w.orgs.remove_account_from_organization(AccountId=w.member_account), None),
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
        lambda w: w.orgs.update_policy(PolicyId=w.control_policy, Description="other"), "Policy"),
    "organizations.DescribePolicy": (lambda w: w.orgs.describe_policy(PolicyId="p-FullAWSAccess"), "Policy"),
    "organizations.DeletePolicy": (lambda w: w.orgs.delete_policy(PolicyId=w.control_policy), None),
    "organizations.ListPolicies": (
        lambda w: w.orgs.list_policies(Filter="SERVICE_CONTROL_POLICY", MaxResults=1), "Policies"),
    "organizations.AttachPolicy": (lambda w: w.orgs.attach_policy(PolicyId=w.control_policy, TargetId=w.unit), None),
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


NO_STORE = "CustomKeyStoreNotFoundException"
STORE = "cks-1234567890abcdef0"

# There is nothing outside of this server that could make these succeed: the code of what a correct call gets instead.
WITHOUT_SUCCESS = {
    # With an identity provider: test_sts_web_identity.py.
    "sts.AssumeRoleWithWebIdentity": (
        lambda w: w.sts.assume_role_with_web_identity(
            RoleArn=w.trusting_role, RoleSessionName="session", WebIdentityToken="no token"), "InvalidIdentityToken"),
    "kms.CreateCustomKeyStore": (
        lambda w: w.kms.create_custom_key_store(
            CustomKeyStoreName=w.name, CloudHsmClusterId="cluster-abcdefgh234", TrustAnchorCertificate="certificate",
            KeyStorePassword="password"), "CloudHsmClusterNotFoundException"),
    "kms.ConnectCustomKeyStore": (lambda w: w.kms.connect_custom_key_store(CustomKeyStoreId=STORE), NO_STORE),
    "kms.DisconnectCustomKeyStore": (lambda w: w.kms.disconnect_custom_key_store(CustomKeyStoreId=STORE), NO_STORE),
    "kms.DeleteCustomKeyStore": (lambda w: w.kms.delete_custom_key_store(CustomKeyStoreId=STORE), NO_STORE),
    "kms.UpdateCustomKeyStore": (
        lambda w: w.kms.update_custom_key_store(CustomKeyStoreId=STORE, NewCustomKeyStoreName="x"), NO_STORE),
}


def missing(*members):
    return [must("Value null", member, "not be null") for member in members]


NO_SECRET = ({}, missing("secretId"))
NO_KEY = ({}, missing("keyId"))
NO_STORE_ID = ({}, missing("customKeyStoreId"))
NO_ALIAS = ({}, missing("aliasName", "targetKeyId"))
LOW = [must("Value '0'", "maxResults", "have value greater than or equal to 1")]
LOW_RESULTS = ({"MaxResults": 0}, LOW)
NO_ACCOUNT = ({}, missing("accountId"))
NO_PARENT = ({}, missing("parentId"))
NO_UNIT = ({}, missing("organizationalUnitId"))
NO_POLICY = ({}, missing("policyId"))
LOW_LIMIT = ({"Limit": 0}, [must("Value '0'", "limit", "have value greater than or equal to 1")])
NO_USER, NO_GROUP = ({}, missing("userName")), ({}, missing("groupName"))
NO_SERIAL = ({}, missing("serialNumber"))
SHORT_USER = [must("Value ''", "userName", "have length greater than or equal to 1")]
LOW_ITEMS = ({"MaxItems": 0}, [must("Value '0'", "maxItems", "have value greater than or equal to 1")])

# A body that breaks a constraint of the model, and what is said about it.
AUTHORIZATION_ID = [must(
    "Value 'A'", "authorizationId", "satisfy regular expression pattern: [0123456789abcdefghijklmnopqrstuvwxyz]+")]
VIOLATIONS = {
    "sts.AssumeRole": ({}, missing("roleArn", "roleSessionName")),
    "sts.AssumeRoleWithWebIdentity": ({}, missing("roleArn", "roleSessionName", "webIdentityToken")),
    "sts.GetSessionToken": (
        {"DurationSeconds": 899}, [must("Value '899'", "durationSeconds", "have value greater than or equal to 900")]),
    "sts.GetFederationToken": ({}, missing("name")), "sts.GetAccessKeyInfo": ({}, missing("accessKeyId")),
    "sts.DecodeAuthorizationMessage": ({}, missing("encodedMessage")),
    "iam-toolbox.GetRequestAuthorizationDetails": ("/authorization-details/A", AUTHORIZATION_ID),
    "iam-toolbox.GetRequestAuthorizationPolicy": (
        "/authorization-details/A/policy", AUTHORIZATION_ID + missing("policyUri")),
    "secretsmanager.GetSecretValue": NO_SECRET, "secretsmanager.DescribeSecret": NO_SECRET,
    "secretsmanager.BatchGetSecretValue": ({"Filters": [], "MaxResults": 0}, LOW),
    "secretsmanager.CreateSecret": ({"ClientRequestToken": token()}, missing("name")),
    "secretsmanager.PutSecretValue": NO_SECRET, "secretsmanager.UpdateSecret": NO_SECRET,
    "secretsmanager.UpdateSecretVersionStage": ({"SecretId": "x"}, missing("versionStage")),
    "secretsmanager.DeleteSecret": NO_SECRET, "secretsmanager.RestoreSecret": NO_SECRET,
    "secretsmanager.RotateSecret": NO_SECRET, "secretsmanager.CancelRotateSecret": NO_SECRET,
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
    "kms.GenerateDataKeyPair": ({"KeyId": "x"}, missing("keyPairSpec")),
    "kms.GenerateDataKeyPairWithoutPlaintext": ({"KeyPairSpec": "RSA_2048"}, missing("keyId")),
    "kms.Sign": ({"KeyId": "x", "Message": "eA=="}, missing("signingAlgorithm")),
    "kms.Verify": (
        {"KeyId": "x", "Message": "eA==", "SigningAlgorithm": "ECDSA_SHA_256"}, missing("signature")),
    "kms.GetPublicKey": NO_KEY, "kms.GenerateMac": ({}, missing("message", "keyId", "macAlgorithm")),
    "kms.VerifyMac": ({}, missing("message", "keyId", "macAlgorithm", "mac")),
    "kms.DeriveSharedSecret": ({}, missing("keyId", "keyAgreementAlgorithm", "publicKey")),
    "kms.GetParametersForImport": ({}, missing("keyId", "wrappingAlgorithm", "wrappingKeySpec")),
    "kms.ImportKeyMaterial": ({}, missing("keyId", "importToken", "encryptedKeyMaterial")),
    "kms.DeleteImportedKeyMaterial": NO_KEY, "kms.ReplicateKey": ({"KeyId": "x"}, missing("replicaRegion")),
    "kms.UpdatePrimaryRegion": (
        {"KeyId": "x", "PrimaryRegion": "Mars"},
        [must("Value 'Mars'", "primaryRegion", "satisfy regular expression pattern: ^([a-z]+-){2,3}\\d+$")]),
    "kms.GenerateRandom": (
        {"NumberOfBytes": 0}, [must("Value '0'", "numberOfBytes", "have value greater than or equal to 1")]),
    "kms.GetKeyPolicy": NO_KEY, "kms.PutKeyPolicy": ({"KeyId": "x"}, missing("policy")),
    "kms.ListResourceTags": NO_KEY, "kms.GetKeyRotationStatus": NO_KEY,
    "kms.EnableKeyRotation": (
        {"KeyId": "x", "RotationPeriodInDays": 89},
        [must("Value '89'", "rotationPeriodInDays", "have value greater than or equal to 90")]),
    "kms.DisableKeyRotation": NO_KEY, "kms.RotateKeyOnDemand": NO_KEY, "kms.ListKeyRotations": NO_KEY,
    "kms.TagResource": ({"KeyId": "x"}, missing("tags")), "kms.UntagResource": ({"KeyId": "x"}, missing("tagKeys")),
    "kms.UpdateKeyDescription": ({"KeyId": "x"}, missing("description")), "kms.ListKeyPolicies": NO_KEY,
    "kms.GetKeyLastUsage": NO_KEY, "kms.CreateGrant": ({}, missing("keyId", "operations")), "kms.ListGrants": NO_KEY,
    "kms.ListRetirableGrants": LOW_LIMIT,
    "kms.RetireGrant": (
        {"GrantId": ""}, [must("Value ''", "grantId", "have length greater than or equal to 1")]),
    "kms.RevokeGrant": ({}, missing("keyId", "grantId")),
    "kms.CreateCustomKeyStore": ({}, missing("customKeyStoreName")), "kms.DescribeCustomKeyStores": LOW_LIMIT,
    "kms.ConnectCustomKeyStore": NO_STORE_ID, "kms.DisconnectCustomKeyStore": NO_STORE_ID,
    "kms.DeleteCustomKeyStore": NO_STORE_ID, "kms.UpdateCustomKeyStore": NO_STORE_ID,
    "iam.CreateUser": NO_USER, "iam.GetUser": ({"UserName": ""}, SHORT_USER),
    "iam.ListUsers": LOW_ITEMS, "iam.DeleteUser": NO_USER, "iam.UpdateUser": NO_USER,
    "iam.TagUser": ({"UserName": "x"}, missing("tags")), "iam.UntagUser": ({"UserName": "x"}, missing("tagKeys")),
    "iam.ListUserTags": NO_USER, "iam.PutUserPolicy": ({}, missing("userName", "policyName", "policyDocument")),
    "iam.GetUserPolicy": ({}, missing("userName", "policyName")),
    "iam.DeleteUserPolicy": ({}, missing("userName", "policyName")), "iam.ListUserPolicies": NO_USER,
    "iam.CreateGroup": NO_GROUP, "iam.GetGroup": NO_GROUP, "iam.UpdateGroup": NO_GROUP, "iam.DeleteGroup": NO_GROUP,
    "iam.ListGroups": LOW_ITEMS, "iam.AddUserToGroup": ({}, missing("groupName", "userName")),
    "iam.RemoveUserFromGroup": ({}, missing("groupName", "userName")), "iam.ListGroupsForUser": NO_USER,
    "iam.PutGroupPolicy": ({}, missing("groupName", "policyName", "policyDocument")),
    "iam.GetGroupPolicy": ({}, missing("groupName", "policyName")),
    "iam.DeleteGroupPolicy": ({}, missing("groupName", "policyName")), "iam.ListGroupPolicies": NO_GROUP,
    "iam.CreateAccessKey": ({"UserName": ""}, SHORT_USER),
    "iam.UpdateAccessKey": ({}, missing("accessKeyId", "status")),
    "iam.DeleteAccessKey": ({}, missing("accessKeyId")), "iam.ListAccessKeys": LOW_ITEMS,
    "iam.GetAccessKeyLastUsed": ({}, missing("accessKeyId")),
    "iam.CreateLoginProfile": (
        {"MaxSigninSessionDuration": 1},
        [must("Value '1'", "maxSigninSessionDuration", "have value greater than or equal to 3600")]),
    "iam.GetLoginProfile": ({"UserName": ""}, SHORT_USER), "iam.UpdateLoginProfile": NO_USER,
    "iam.DeleteLoginProfile": ({"UserName": ""}, SHORT_USER),
    "iam.ChangePassword": ({}, missing("oldPassword", "newPassword")),
    "iam.UpdateAccountPasswordPolicy": (
        {"MinimumPasswordLength": 5},
        [must("Value '5'", "minimumPasswordLength", "have value greater than or equal to 6")]),
    "iam.CreateVirtualMFADevice": ({}, missing("virtualMFADeviceName")), "iam.DeleteVirtualMFADevice": NO_SERIAL,
    "iam.EnableMFADevice": ({"UserName": "x"}, missing("serialNumber", "authenticationCode1", "authenticationCode2")),
    "iam.ResyncMFADevice": ({"UserName": "x"}, missing("serialNumber", "authenticationCode1", "authenticationCode2")),
    "iam.DeactivateMFADevice": NO_SERIAL,
    "iam.ListVirtualMFADevices": (
        {"AssignmentStatus": "Some"},
        [must("Value 'Some'", "assignmentStatus", "satisfy enum value set: [Assigned, Unassigned, Any]")]),
    "iam.ListMFADevices": LOW_ITEMS, "iam.GetMFADevice": NO_SERIAL, "iam.TagMFADevice": (
        {"SerialNumber": "x" * 9}, missing("tags")),
    "iam.UntagMFADevice": ({"SerialNumber": "x" * 9}, missing("tagKeys")), "iam.ListMFADeviceTags": NO_SERIAL,
    "iam.CreateAccountAlias": ({}, missing("accountAlias")), "iam.DeleteAccountAlias": ({}, missing("accountAlias")),
    "iam.ListAccountAliases": LOW_ITEMS,
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

# Takes no parameters, so none can be wrong.
WITHOUT_VIOLATIONS = {
    "sts.GetCallerIdentity", "iam.GetAccountPasswordPolicy", "iam.DeleteAccountPasswordPolicy", "iam.GetAccountSummary",
    "iam.GenerateCredentialReport", "iam.GetCredentialReport", "iam.ListOpenIDConnectProviders",
    "organizations.DescribeOrganization", "organizations.DeleteOrganization",
}

SUCCESS = {
    f"iam.{name}": (lambda w, run=run: run(AccessWorld(w.iam, w.name)), member)
    for name, (run, member) in ACCESS_SUCCESS.items()
} | SUCCESS
VIOLATIONS = {f"iam.{name}": row for name, row in ACCESS_VIOLATIONS.items()} | VIOLATIONS


def of_functions(service, rows):
    return {
        f"{service}.{name}": (lambda w, run=run: run(FunctionWorld(w.client, w.name)), expected)
        for name, (run, expected) in rows.items()
    }


SUCCESS |= of_functions("lambda", LAMBDA_SUCCESS) | of_functions("logs", LOGS_SUCCESS)
VIOLATIONS |= {f"lambda.{name}": row for name, row in LAMBDA_VIOLATIONS.items()}
VIOLATIONS |= {f"logs.{name}": row for name, row in LOGS_VIOLATIONS.items()}
