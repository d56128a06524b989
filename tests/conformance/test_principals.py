"""Whom resource, key and trust policies name: they must exist, and another one of the same name is somebody else."""

import json

import pytest
from access_support import OWN, READ, User, allow, policy, trust
from accounts import Account, Actor, outcome
from support import refused

ACCOUNT = "000000000001"
READING = ("secretsmanager:GetSecretValue",)
UNSUPPORTED = "This resource policy contains an unsupported principal."
BAD_SERVICE = "This resource policy contains an invalid service principal."
INVALID = "Policy contains a statement with one or more invalid principals."
GONE = ["AIDAIOSFODNN7EXAMPLE", "AROAIOSFODNN7EXAMPLE"]
NOBODY = [
    f"arn:aws:iam::{ACCOUNT}:user/nobody-at-all", f"arn:aws:iam::{ACCOUNT}:role/nobody-at-all",
    f"arn:aws:iam::{ACCOUNT}:user/elsewhere/administrator", f"arn:aws:iam::{ACCOUNT}:user/ADMINISTRATOR",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/nobody-at-all/s1", "arn:aws:iam::999999999999:user/administrator", *GONE,
]
NO_ACCOUNT = ["999999999999", "arn:aws:iam::999999999999:root", "arn:aws:sts::999999999999:federated-user/x"]
NO_PRINCIPAL = [f"arn:aws:iam::{ACCOUNT}:group/g", f"arn:aws:iam::{ACCOUNT}:user/a*", "nonsense", "arn:aws:s3:::b"]
ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:user/administrator"


def naming(principal, *actions, **more):
    """Written as nobody but a customer writes: what comes back must be these bytes."""
    actions = list(actions or READING)
    principal = principal if isinstance(principal, dict) else {"AWS": principal}
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=3)


def principals(text):
    return [s["Principal"]["AWS"] for s in json.loads(text)["Statement"]]


def key_policy(principal):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "Own it", "Effect": "Allow", "Principal": OWN, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:Decrypt", "Resource": "*"},
    ]}, indent=1)


class Role:
    """A role that its account's administrators may assume, and that may be made again."""

    def __init__(self, server, iam, name):
        self.server, self.iam, self.name = server, iam, name
        self.make()

    def make(self):
        made = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=trust(OWN))["Role"]
        self.arn, self.id = made["Arn"], made["RoleId"]
        return self

    def delete(self):
        self.iam.delete_role(RoleName=self.name)
        return self

    def session(self, name="s1"):
        answer = self.server.client("sts").assume_role(RoleArn=self.arn, RoleSessionName=name)["Credentials"]
        return Actor(
            self.server.client("sts").meta.endpoint_url, "us-west-2", answer["AccessKeyId"],
            answer["SecretAccessKey"], answer["SessionToken"])


@pytest.fixture
def role(server, iam, label):
    return Role(server, iam, label)


def reads(actor, secret):
    found = [outcome(actor.client("secretsmanager").get_secret_value, SecretId=secret) for _ in range(4)]
    assert len({str(f) for f in found}) == 1, found
    return found[0] is None


@pytest.mark.parametrize("principal", NOBODY + NO_ACCOUNT + NO_PRINCIPAL)
def test_secrets_must_name_somebody(secrets, put, principal):
    for text in (naming(principal), naming([ADMINISTRATOR, principal]), naming(principal).replace(
            '"Principal"', '"NotPrincipal"').replace("Allow", "Deny")):
        with refused("MalformedPolicyDocumentException", UNSUPPORTED):
            secrets.put_resource_policy(SecretId=put["ARN"], ResourcePolicy=text)
        answer = secrets.validate_resource_policy(SecretId=put["ARN"], ResourcePolicy=text)
        assert answer["PolicyValidationPassed"] is False
        assert UNSUPPORTED in [e["ErrorMessage"] for e in answer["ValidationErrors"]]
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=put["ARN"])


@pytest.mark.parametrize("service", ["lambda", "lambda.example.com", "amazonaws.com", "*"])
def test_services_of_secrets(secrets, put, service):
    text = naming({"Service": service})
    with refused("MalformedPolicyDocumentException", BAD_SERVICE):
        secrets.put_resource_policy(SecretId=put["ARN"], ResourcePolicy=text)
    answer = secrets.validate_resource_policy(ResourcePolicy=text)
    assert [e["ErrorMessage"] for e in answer["ValidationErrors"]] == [BAD_SERVICE]


@pytest.mark.parametrize("principal", [
    ADMINISTRATOR, "*", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:sts::{ACCOUNT}:federated-user/anybody",
    {"Service": "lambda.amazonaws.com"}, {"Service": "lambda.amazonaws.com.cn"}, {"Federated": "accounts.google.com"},
])
def test_secrets_may_name(secrets, kms, put, principal):
    text = naming(principal)
    secrets.put_resource_policy(SecretId=put["ARN"], ResourcePolicy=text)
    assert secrets.get_resource_policy(SecretId=put["ARN"])["ResourcePolicy"] == text
    if not isinstance(principal, dict):
        key = kms.create_key(Policy=key_policy(principal))["KeyMetadata"]["KeyId"]
        assert kms.get_key_policy(KeyId=key)["Policy"] == key_policy(principal)


@pytest.mark.parametrize("principal", NOBODY + NO_ACCOUNT + NO_PRINCIPAL)
def test_keys_must_name_somebody(kms, principal):
    text = key_policy(principal)
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    before = kms.get_key_policy(KeyId=key)["Policy"]
    for bypasses in (False, True):
        more = {"Policy": text, "BypassPolicyLockoutSafetyCheck": bypasses}
        with refused("MalformedPolicyDocumentException", INVALID):
            kms.put_key_policy(KeyId=key, PolicyName="default", **more)
        with refused("MalformedPolicyDocumentException", INVALID):
            kms.create_key(**more)
        with refused("MalformedPolicyDocumentException", INVALID):
            kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1", **more)
    assert kms.get_key_policy(KeyId=key)["Policy"] == before


@pytest.mark.parametrize("principal", NOBODY)
def test_roles_must_trust_somebody(iam, role, principal):
    for call, named in ((iam.create_role, "AssumeRolePolicyDocument"), (iam.update_assume_role_policy, "PolicyDocument")):
        with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{principal}"'):
            name = role.name if named == "PolicyDocument" else f"{role.name[:40]}-2"
            call(RoleName=name, **{named: trust({"AWS": principal})})


@pytest.mark.parametrize("form", ["role", "session", "id"])
def test_a_secret_for_a_role(server, secrets, put, role, form):
    """Another role of the same name is not let in, and the policy shows whom it meant."""
    named = {"role": role.arn, "session": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/s1", "id": role.id}[form]
    text = naming(named)
    assert secrets.validate_resource_policy(SecretId=put["ARN"], ResourcePolicy=text)["PolicyValidationPassed"]
    secrets.put_resource_policy(SecretId=put["ARN"], ResourcePolicy=text)
    assert secrets.get_resource_policy(SecretId=put["ARN"])["ResourcePolicy"] == text
    assert reads(role.session(), put["ARN"])
    assert reads(role.session("s2"), put["ARN"]) == (form != "session")

    (old,) = [role.id]
    role.delete()
    shown = f"{old}:s1" if form == "session" else old
    assert principals(secrets.get_resource_policy(SecretId=put["ARN"])["ResourcePolicy"]) == [shown]
    role.make()
    assert role.id != old and not reads(role.session(), put["ARN"])
    left = secrets.get_resource_policy(SecretId=put["ARN"])["ResourcePolicy"]
    assert principals(left) == [shown]
    with refused("MalformedPolicyDocumentException", UNSUPPORTED):
        secrets.put_resource_policy(SecretId=put["ARN"], ResourcePolicy=left)
    # The same words mean the new one from now on.
    if form != "id":
        secrets.put_resource_policy(SecretId=put["ARN"], ResourcePolicy=text)
        assert secrets.get_resource_policy(SecretId=put["ARN"])["ResourcePolicy"] == text
        assert reads(role.session(), put["ARN"])


def test_a_deny_ends_with_whom_it_named(secrets, iam, put, role):
    """So it is on AWS, too."""
    iam.put_role_policy(RoleName=role.name, PolicyName="read", PolicyDocument=READ)
    text = naming(role.arn).replace("Allow", "Deny")
    secrets.put_resource_policy(SecretId=put["ARN"], ResourcePolicy=text)
    assert not reads(role.session(), put["ARN"])
    iam.delete_role_policy(RoleName=role.name, PolicyName="read")
    role.delete().make()
    iam.put_role_policy(RoleName=role.name, PolicyName="read", PolicyDocument=READ)
    assert reads(role.session(), put["ARN"])


def test_a_user_with_a_new_name(server, secrets, kms, iam, put, label):
    user = User(server, iam, label)
    secrets.put_resource_policy(SecretId=put["ARN"], ResourcePolicy=naming(user.arn))
    key = kms.create_key(Policy=key_policy(user.arn))["KeyMetadata"]["KeyId"]
    iam.create_role(RoleName=label, AssumeRolePolicyDocument=trust({"AWS": user.arn}))
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]

    def may():
        user.reads(put["ARN"])
        assert user.client("kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        user.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{label}", RoleSessionName="s1")

    may()
    iam.update_user(UserName=label, NewUserName=f"{label}-b", NewPath="/b/")
    new = iam.get_user(UserName=f"{label}-b")["User"]["Arn"]
    may()
    # Somebody else takes the old name.
    other = User(server, iam, label)
    assert other.arn == user.arn
    may()
    with refused("AccessDeniedException"):
        other.secrets.get_secret_value(SecretId=put["ARN"])
    with refused("AccessDeniedException"):
        other.client("kms").decrypt(CiphertextBlob=blob)
    with refused("AccessDenied", status=403):
        other.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{label}", RoleSessionName="s1")
    assert principals(secrets.get_resource_policy(SecretId=put["ARN"])["ResourcePolicy"]) == [new]
    assert principals(kms.get_key_policy(KeyId=key)["Policy"]) == [OWN["AWS"], new]
    shown = [json.dumps(r["AssumeRolePolicyDocument"]) for r in trusts(iam, label)]
    assert [principals(t) for t in shown] == [[new]] * 3
    iam.update_user(UserName=label, NewUserName=f"{label}-c")
    iam.update_user(UserName=f"{label}-b", NewUserName=label, NewPath="/")
    assert secrets.get_resource_policy(SecretId=put["ARN"])["ResourcePolicy"] == naming(user.arn)
    may()


def trusts(iam, name):
    """A role as each of the operations shows it that do."""
    yield iam.get_role(RoleName=name)["Role"]
    for listing, member in ((iam.list_roles, "Roles"), (iam.get_account_authorization_details, "RoleDetailList")):
        pages = iam.get_paginator(listing.__name__).paginate()
        yield next(r for page in pages for r in page[member] if r["RoleName"] == name)


def test_a_key_for_a_role(client, kms, role):
    key = kms.create_key(Policy=key_policy(role.arn), MultiRegion=True)["KeyMetadata"]["KeyId"]
    assert kms.get_key_policy(KeyId=key)["Policy"] == key_policy(role.arn)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    asked = {"CiphertextBlob": blob}
    assert outcome(role.session().client("kms").decrypt, **asked) is None
    replica = kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1", Policy=key_policy(role.arn))
    assert replica["ReplicaPolicy"] == key_policy(role.arn)
    old = role.id
    role.delete().make()
    for region in ("us-west-2", "eu-west-1"):
        elsewhere = role.session().client("kms", region=region)
        assert outcome(elsewhere.decrypt, **asked)[0] == "AccessDeniedException"
        assert principals(client("kms", region=region).get_key_policy(KeyId=key)["Policy"]) == [OWN["AWS"], old]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy(role.arn))
    assert outcome(role.session().client("kms").decrypt, **asked) is None
    assert kms.get_key_policy(KeyId=key)["Policy"] == key_policy(role.arn)


def test_a_role_for_a_role(server, iam, role, label):
    target = f"{label[:40]}-2"
    arn = f"arn:aws:iam::{ACCOUNT}:role/{target}"
    iam.create_role(RoleName=target, AssumeRolePolicyDocument=trust({"AWS": role.arn}))

    def enters():
        return outcome(role.session().client("sts").assume_role, RoleArn=arn, RoleSessionName="s1") is None

    assert enters()
    assert [r["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] for r in trusts(iam, target)] == [
        {"AWS": role.arn}] * 3
    old = role.id
    role.delete().make()
    assert not enters()
    assert [r["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] for r in trusts(iam, target)] == [
        {"AWS": old}] * 3
    shown = iam.update_role_description(RoleName=target, Description="d")["Role"]["AssumeRolePolicyDocument"]
    assert shown["Statement"][0]["Principal"] == {"AWS": old}
    iam.update_assume_role_policy(RoleName=target, PolicyDocument=trust({"AWS": role.id}))
    assert enters()
    assert iam.get_role(RoleName=target)["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "AWS": role.id}


def test_another_accounts_role(server, client):
    """The owner names the other account's role; the other account makes it again, and the owner has not agreed to that."""
    a, b = Account.standing_alone(client), Account.standing_alone(client)
    iam = b.client("iam")
    role = {"RoleName": "reader", "AssumeRolePolicyDocument": trust({"AWS": f"arn:aws:iam::{b.id}:root"})}

    def make():
        made = iam.create_role(**role)["Role"]
        iam.put_role_policy(
            RoleName="reader", PolicyName="p",
            PolicyDocument=policy(allow("secretsmanager:GetSecretValue"), allow("kms:Decrypt")))
        return made

    made = make()
    kms, secrets = a.client("kms"), a.client("secretsmanager")
    key = kms.create_key(Policy=key_policy(made["Arn"]).replace(ACCOUNT, a.id))["KeyMetadata"]["Arn"]
    secret = secrets.create_secret(Name="s", SecretString="one", KmsKeyId=key)["ARN"]
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=naming(made["Arn"]))
    assert reads(b.assume(made["Arn"]), secret)
    iam.delete_role_policy(RoleName="reader", PolicyName="p")
    iam.delete_role(RoleName="reader")
    again = make()
    assert again["Arn"] == made["Arn"] and again["RoleId"] != made["RoleId"]
    assert not reads(b.assume(made["Arn"]), secret)
    assert principals(secrets.get_resource_policy(SecretId=secret)["ResourcePolicy"]) == [made["RoleId"]]
    assert principals(kms.get_key_policy(KeyId=key)["Policy"])[1] == made["RoleId"]
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=naming(again["RoleId"]))
    assert not reads(b.assume(made["Arn"]), secret)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy(again["RoleId"]).replace(ACCOUNT, a.id))
    assert reads(b.assume(made["Arn"]), secret)


def test_a_grant_is_for_the_role_that_was(kms, role):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ADMINISTRATOR}, "Action": "kms:*", "Resource": "*"}]}))
    for grantee in (role.arn, role.session("s1").client("sts").get_caller_identity()["Arn"]):
        made = kms.create_grant(
            KeyId=key, GranteePrincipal=grantee, RetiringPrincipal=role.arn, Operations=["Encrypt", "RetireGrant"])
        encrypt = lambda: outcome(role.session("s1").client("kms").encrypt, KeyId=key, Plaintext=b"x")  # noqa: E731
        assert encrypt() is None
        (seen,) = kms.list_grants(KeyId=key)["Grants"]
        assert (seen["GranteePrincipal"], seen["RetiringPrincipal"]) == (grantee, role.arn)
        before = role.id
        role.delete()
        (seen,) = kms.list_grants(KeyId=key)["Grants"]
        assert seen["RetiringPrincipal"] == before
        assert seen["GranteePrincipal"] == (before if grantee == role.arn else f"{before}:s1")
        role.make()
        assert encrypt()[0] == "AccessDeniedException"
        retire = role.session("s1").client("kms").retire_grant
        assert outcome(retire, KeyId=key, GrantId=made["GrantId"])[0] == "AccessDeniedException"
        kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])
