"""STS: who am I."""

import re

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
