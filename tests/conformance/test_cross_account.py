"""A secret of one account read by another: three policies must agree, and each is missed in AWS's words."""

import json
import pathlib
import subprocess
import sys

import pytest
from accounts import Account, document, outcome
from catalog import CONTROL_POLICY
from harness import ROOT
from support import NOT_FOUND, refused, until

KMS_DENIED = ("AccessDeniedException", "Access to KMS is not allowed")
DEFAULT_KEY = (
    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key."
)


def grant(principal, *actions):
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions), "Resource": "*"}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Sharing:
    """Account A's secret under A's key, and account B that may read it by all three policies."""

    def __init__(self, client):
        self.a, self.b = Account.standing_alone(client), Account.standing_alone(client)
        self.secrets, self.kms = self.a.client("secretsmanager"), self.a.client("kms")
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]
        self.arn = self.secrets.create_secret(Name="shared", SecretString="one", KmsKeyId=self.key)["ARN"]
        self.let_in(self.b.role)
        self.let_decrypt(self.b.id)

    def let_in(self, principal):
        statement = grant(principal, "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret")
        self.secrets.put_resource_policy(SecretId="shared", ResourcePolicy=policy(statement))

    def let_decrypt(self, *principals):
        own = grant(self.a.id, "kms:*")
        others = [grant(p, "kms:Decrypt", "kms:DescribeKey") for p in principals]
        self.kms.put_key_policy(KeyId=self.key, PolicyName="default", Policy=policy(own, *others))

    def read(self, actor, secret=None):
        return outcome(actor.client("secretsmanager").get_secret_value, SecretId=secret or self.arn)

    def denied(self, principal, tail):
        action = "secretsmanager:GetSecretValue"
        text = f"User: {principal} is not authorized to perform: {action} on resource: {self.arn} {tail}"
        return "AccessDeniedException", text


@pytest.fixture
def sharing(client):
    return Sharing(client)


def test_all_three_policies(sharing):
    answer = sharing.b.client("secretsmanager").get_secret_value(SecretId=sharing.arn)
    assert answer["SecretString"] == "one" and answer["ARN"] == sharing.arn
    # Again and again: on the prepared path too.
    for _ in range(5):
        assert sharing.read(sharing.b) is None
    assert sharing.b.client("secretsmanager").describe_secret(SecretId=sharing.arn)["Name"] == "shared"


def test_the_owner_is_told_too(sharing, server):
    """Two records of each of B's calls, under one shared event id; A's says who it was and nothing of B's policies."""
    b = sharing.b.client("secretsmanager")
    for _ in range(4):
        answer = b.get_secret_value(SecretId=sharing.arn)
    request = answer["ResponseMetadata"]["RequestId"]

    def pair(name, **wanted):
        """The last call's: its own request id, and the newest of the nested ones."""
        found = [r for r in server.records() if r["eventName"] == name and "sharedEventID" in r
                 and all(r[k] == v for k, v in wanted.items())]
        owners = [r["sharedEventID"] for r in found if r["recipientAccountId"] == sharing.a.id]
        last = [r for r in found if r["sharedEventID"] == owners[-1]] if owners else []
        return len(last) == 2 and sorted(last, key=lambda r: r["recipientAccountId"] != sharing.b.id)

    for name, wanted in (("GetSecretValue", {"requestID": request}), ("Decrypt", {})):
        callers, owners = until(lambda: pair(name, **wanted))
        assert callers["recipientAccountId"] == sharing.b.id and owners["recipientAccountId"] == sharing.a.id
        assert callers["eventID"] != owners["eventID"] and callers["requestID"] == owners["requestID"]
        assert callers["userIdentity"]["arn"] == sharing.b.session
        identity = owners["userIdentity"]
        assert identity.pop("invokedBy", None) == callers["userIdentity"].get("invokedBy")
        assert identity == {
            "type": "AWSAccount", "accountId": sharing.b.id, "principalId": callers["userIdentity"]["principalId"]}
        assert callers["additionalEventData"]["authorization"][0]["effect"] == "ALLOW"
        assert "authorization" not in owners.get("additionalEventData", {})
        for record in (callers, owners):
            record.pop("additionalEventData", None)
        differing = {k for k in callers if callers[k] != owners[k]}
        assert differing == {"userIdentity", "eventID", "recipientAccountId"}
    # Refusals stay with the caller; calls within an account have one record.
    sharing.let_in(sharing.a.id)
    with pytest.raises(b.exceptions.ClientError) as denied:
        b.get_secret_value(SecretId=sharing.arn)
    described = sharing.secrets.describe_secret(SecretId="shared")
    for answer in (denied.value.response, described):
        request = answer["ResponseMetadata"]["RequestId"]
        (record,) = until(lambda: [r for r in server.records() if r["requestID"] == request])
        assert "sharedEventID" not in record


def test_without_the_policy_of_the_secret(sharing):
    for _ in range(5):
        assert sharing.read(sharing.b) is None
    no = "because no resource-based policy allows the secretsmanager:GetSecretValue action"
    sharing.secrets.delete_resource_policy(SecretId="shared")
    assert sharing.read(sharing.b) == sharing.denied(sharing.b.session, no)
    # Letting somebody else in changes nothing for B.
    sharing.let_in(sharing.a.id)
    assert sharing.read(sharing.b) == sharing.denied(sharing.b.session, no)
    sharing.let_in(sharing.b.role)
    assert sharing.read(sharing.b) is None


def test_without_the_policy_of_the_key(sharing):
    for _ in range(5):
        assert sharing.read(sharing.b) is None
    sharing.let_decrypt()
    assert sharing.read(sharing.b) == KMS_DENIED
    # A's own people still read.
    assert sharing.read(sharing.a) is None
    sharing.let_decrypt(sharing.b.role)
    assert sharing.read(sharing.b) is None


def test_without_a_policy_of_ones_own(sharing):
    """A user who is named by both of A's policies, and to whom B has given nothing."""
    user = sharing.b.user("reader")
    arn = f"arn:aws:iam::{sharing.b.id}:user/reader"
    sharing.let_in(arn)
    sharing.let_decrypt(arn)
    no = "because no identity-based policy allows the secretsmanager:GetSecretValue action"
    assert sharing.read(user) == sharing.denied(arn, no)


def test_a_policy_of_ones_own_for_each_step(sharing):
    user, iam = sharing.b.user("reader"), sharing.b.client("iam")
    arn = f"arn:aws:iam::{sharing.b.id}:user/reader"
    sharing.let_in(arn)

    def may(*actions):
        iam.put_user_policy(UserName="reader", PolicyName="own", PolicyDocument=document("Allow", list(actions)))

    may("secretsmanager:GetSecretValue", "kms:Decrypt")
    for _ in range(5):
        assert sharing.read(user) is None
    may("secretsmanager:GetSecretValue")
    assert sharing.read(user) == KMS_DENIED
    may("kms:Decrypt")
    no = "because no identity-based policy allows the secretsmanager:GetSecretValue action"
    assert sharing.read(user) == sharing.denied(arn, no)


def test_the_default_key_serves_its_own_account_only(sharing):
    arn = sharing.secrets.create_secret(Name="default", SecretString="one")["ARN"]
    statement = grant(sharing.b.role, "secretsmanager:GetSecretValue")
    sharing.secrets.put_resource_policy(SecretId="default", ResourcePolicy=policy(statement))
    with refused("InvalidRequestException", DEFAULT_KEY):
        sharing.b.client("secretsmanager").get_secret_value(SecretId=arn)


def test_names_lists_and_keys_stay_at_home(sharing):
    b = sharing.b
    secrets, kms = b.client("secretsmanager"), b.client("kms")
    # A name means the caller's own account, and the same name is free there.
    with refused("ResourceNotFoundException", NOT_FOUND):
        secrets.get_secret_value(SecretId="shared")
    own = secrets.create_secret(Name="shared", SecretString="two")["ARN"]
    assert secrets.get_secret_value(SecretId="shared")["SecretString"] == "two"
    assert sharing.secrets.get_secret_value(SecretId="shared")["SecretString"] == "one"
    assert [s["ARN"] for s in secrets.list_secrets()["SecretList"]] == [own]
    assert sharing.arn in [s["ARN"] for s in sharing.secrets.list_secrets()["SecretList"]]
    assert sharing.key not in [k["KeyArn"] for k in kms.list_keys()["Keys"]]
    # What A's policies don't grant is refused, whatever B's own say.
    for call, parameters in [
        (secrets.put_secret_value, {"SecretId": sharing.arn, "SecretString": "x"}),
        (secrets.delete_secret, {"SecretId": sharing.arn}),
        (kms.disable_key, {"KeyId": sharing.key}),
        (kms.encrypt, {"KeyId": sharing.key, "Plaintext": b"x"}),
    ]:
        code, text = outcome(call, **parameters)
        assert code == "AccessDeniedException" and "because no resource-based policy allows" in text, text
    # A ciphertext of A's key is of no use to B without A's consent.
    sharing.let_decrypt()
    blob = sharing.kms.encrypt(KeyId=sharing.key, Plaintext=b"x")["CiphertextBlob"]
    assert outcome(kms.decrypt, CiphertextBlob=blob)[0] == "AccessDeniedException"
    foreign = kms.create_key()["KeyMetadata"]["Arn"]
    assert outcome(kms.decrypt, CiphertextBlob=blob, KeyId=foreign) is not None


def test_control_policies_of_the_callers_account_and_of_the_owners(client):
    """Service control follows the caller, resource control the resource."""
    a = Account.standing_alone(client)
    orgs = a.client("organizations")
    orgs.create_organization()
    root = orgs.list_roots()["Roots"][0]["Id"]
    orgs.enable_policy_type(RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")
    owner, caller = a.member(), a.member()
    secrets = owner.client("secretsmanager")
    key = owner.client("kms").create_key(
        Policy=policy(grant(owner.id, "kms:*"), grant(caller.id, "kms:Decrypt")))["KeyMetadata"]["Arn"]
    arn = secrets.create_secret(Name="s", SecretString="one", KmsKeyId=key)["ARN"]
    secrets.put_resource_policy(
        SecretId="s", ResourcePolicy=policy(grant(caller.id, "secretsmanager:GetSecretValue")))

    def read():
        answer = outcome(caller.client("secretsmanager").get_secret_value, SecretId=arn)
        return answer and answer[1].split(" action")[0].split("in a ")[-1]

    def attached(kind, content, target):
        made = orgs.create_policy(Name=f"{kind}{target}", Description="", Type=kind, Content=content)
        found = made["Policy"]["PolicySummary"]["Id"]
        orgs.attach_policy(PolicyId=found, TargetId=target)
        return {"PolicyId": found, "TargetId": target}

    deny = document("Deny", "secretsmanager:*")
    assert read() is None
    made = attached("SERVICE_CONTROL_POLICY", deny, owner.id)
    assert read() is None
    orgs.detach_policy(**made)
    made = attached("SERVICE_CONTROL_POLICY", document("Deny", "secretsmanager:Get*"), caller.id)
    assert read() == "service control policy"
    orgs.detach_policy(**made)
    everyone = document("Deny", "secretsmanager:*", Principal="*")
    made = attached("RESOURCE_CONTROL_POLICY", everyone, caller.id)
    assert read() is None
    orgs.detach_policy(**made)
    attached("RESOURCE_CONTROL_POLICY", document("Deny", "secretsmanager:Get*", Principal="*"), owner.id)
    assert read() == "resource control policy"
    # The management account is nobody's to limit.
    attached("SERVICE_CONTROL_POLICY", CONTROL_POLICY, root)
    a.client("kms").create_key()
    assert outcome(caller.client("kms").create_key)[0] == "AccessDeniedException"


def test_an_organization_shares(client):
    """`aws:PrincipalOrgID` lets members in and nobody else; `aws:ResourceOrgID` keeps members at home."""
    a = Account.standing_alone(client)
    orgs = a.client("organizations")
    own = orgs.create_organization()["Organization"]["Id"]
    root = orgs.list_roots()["Roots"][0]["Id"]
    owner, member, stranger = a.member(), a.member(), Account.standing_alone(client)
    inside = {"StringEquals": {"aws:PrincipalOrgID": own}}
    key = owner.client("kms").create_key(Policy=policy(
        grant(owner.id, "kms:*"), {**grant("*", "kms:Decrypt"), "Condition": inside}))["KeyMetadata"]["Arn"]
    secrets = owner.client("secretsmanager")
    arn = secrets.create_secret(Name="s", SecretString="one", KmsKeyId=key)["ARN"]

    def share(condition):
        statement = {**grant("*", "secretsmanager:GetSecretValue"), "Condition": condition}
        secrets.put_resource_policy(SecretId="s", ResourcePolicy=policy(statement))

    def read(actor):
        return outcome(actor.client("secretsmanager").get_secret_value, SecretId=arn)

    share(inside)
    assert read(member) is None
    assert "because no resource-based policy allows" in read(stranger)[1]
    path = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{own}/{root}/ou-*"}}
    share(path)
    assert "because no resource-based policy allows" in read(member)[1]
    unit = orgs.create_organizational_unit(ParentId=root, Name="u")["OrganizationalUnit"]["Id"]
    orgs.move_account(AccountId=member.id, SourceParentId=root, DestinationParentId=unit)
    assert read(member) is None
    # A perimeter around what members may reach.
    made = orgs.create_policy(
        Name="perimeter", Description="", Type="SERVICE_CONTROL_POLICY",
        Content=document(
            "Deny", "secretsmanager:*", Condition={"StringNotEqualsIfExists": {"aws:ResourceOrgID": own}}))
    orgs.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)
    assert read(member) is None
    outside = stranger.client("secretsmanager")
    away = outside.create_secret(Name="s", SecretString="one")["ARN"]
    outside.put_resource_policy(
        SecretId="s", ResourcePolicy=policy(grant(member.id, "secretsmanager:DescribeSecret")))
    answer = outcome(member.client("secretsmanager").describe_secret, SecretId=away)
    assert "with an explicit deny in a service control policy" in answer[1]
    # What a closed account has shared is out of reach.
    orgs.close_account(AccountId=owner.id)
    assert "because no resource-based policy allows" in read(member)[1]


def test_records_say_whose_call_it_was(sharing, server):
    assert sharing.read(sharing.b) is None

    def found():
        of_b = [r for r in server.records() if r["userIdentity"].get("arn") == sharing.b.session]
        return [r for r in of_b if r["eventName"] in ("GetSecretValue", "Decrypt")]

    records = until(found)
    assert {r["recipientAccountId"] for r in records} == {sharing.b.id}
    decrypt = [r for r in records if r["eventName"] == "Decrypt"]
    assert decrypt[0]["resources"] == [{"ARN": sharing.key, "accountId": sharing.a.id, "type": "AWS::KMS::Key"}]


def test_the_example(server):
    if server.kind != "sqlite":
        pytest.skip("the AWS CLI is slow, and the store makes no difference to it")
    environment = dict(server.environment)
    # The AWS CLI that came with the tests.
    environment["PATH"] = f"{pathlib.Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        [str(ROOT / "examples" / "cross-account" / "run")], env=environment, capture_output=True, text=True,
        timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("refused, as it should be: ") == 5
