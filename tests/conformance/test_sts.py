"""STS: who am I."""

import re

import pytest
from access_support import User, allow, policy
from support import refused


def test_caller_identity(server, client):
    answer = client("sts").get_caller_identity()
    assert answer["Account"] == "000000000001"
    assert answer["Arn"] == "arn:aws:iam::000000000001:user/administrator"
    assert re.fullmatch("AIDA[A-Z0-9]{12,17}", answer["UserId"])


def test_it_is_global(server, client):
    """Clients sign it for whatever region they are in."""
    for region in ["us-east-1", "eu-central-1", "ap-southeast-7"]:
        assert client("sts", region=region).get_caller_identity()["Account"] == "000000000001"


def test_refusals(server):
    with refused("InvalidClientTokenId", status=403):
        server.client("sts", key="AKIAIOSFODNN7EXAMPLE", secret="x").get_caller_identity()
    own = server.credentials
    with refused("SignatureDoesNotMatch", status=403):
        server.client("sts", key=own[0], secret="x").get_caller_identity()
    with refused("InvalidClientTokenId", status=403):
        server.client("sts", key=own[0], secret=own[1], token="x").get_caller_identity()
    with refused("InvalidAction"):
        server.client("sts").assume_root(
            TargetPrincipal="000000000001",
            TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"})


@pytest.mark.parametrize("operation", ["get_session_token", "get_federation_token"])
def test_a_session_goes_on_when_its_user_gets_another_name(server, iam, put, label, operation):
    """It is the user's, whatever the name."""
    rights = policy(allow("secretsmanager:GetSecretValue"), allow("kms:Decrypt"), allow("sts:*"))
    user = User(server, iam, label)
    iam.put_user_policy(UserName=label, PolicyName="p", PolicyDocument=rights)
    more = {} if operation == "get_session_token" else {"Name": "bob", "Policy": rights}
    found = getattr(user.client("sts"), operation)(**more)["Credentials"]

    def client(service):
        return server.client(
            service, key=found["AccessKeyId"], secret=found["SecretAccessKey"], token=found["SessionToken"],
            retries={"max_attempts": 0})

    secrets, sts = client("secretsmanager"), client("sts")

    def reads():
        for _ in range(4):
            assert secrets.get_secret_value(SecretId=put["ARN"])["SecretString"] == "one"

    reads()
    before = sts.get_caller_identity()
    iam.update_user(UserName=label, NewUserName=f"{label}-b", NewPath="/b/")
    reads()
    after = sts.get_caller_identity()
    assert after["UserId"] == before["UserId"]
    if operation == "get_session_token":
        assert after["Arn"] == f"arn:aws:iam::000000000001:user/b/{label}-b"
    # Who takes the old name has nothing to do with it.
    User(server, iam, label)
    reads()
    iam.delete_user_policy(UserName=f"{label}-b", PolicyName="p")
    with refused("AccessDeniedException"):
        secrets.get_secret_value(SecretId=put["ARN"])
    iam.put_user_policy(UserName=f"{label}-b", PolicyName="p", PolicyDocument=rights)
    reads()
    iam.update_user(UserName=f"{label}-b", NewUserName=f"{label}-c")
    reads()
    iam.delete_user_policy(UserName=f"{label}-c", PolicyName="p")
    for key in iam.list_access_keys(UserName=f"{label}-c")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=f"{label}-c", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=f"{label}-c")
    with refused("UnrecognizedClientException"):
        secrets.get_secret_value(SecretId=put["ARN"])
