"""`undercroft why` and `undercroft who-can`: the reason of a decision, of the past and of the moment.

They are the real clients of the operations Explain and WhoCan.
"""

import json
import subprocess

import pytest
from harness import BINARY


def ask(server, *words, key=None):
    environment = {"AWS_ACCESS_KEY_ID": (key or server.credentials)[0], "AWS_SECRET_ACCESS_KEY": (key or server.credentials)[1]}
    command = [str(BINARY), words[0], "--data", str(server.folder), "--region", "us-west-2", *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def shared(client, name):
    """A secret that a user may read from one network."""
    name = name.replace("/", "-")
    iam, secrets = client("iam"), client("secretsmanager")
    user = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    secret = secrets.create_secret(Name=name, SecretString="x")["ARN"]
    statement = {
        "Sid": "Office", "Effect": "Allow", "Principal": {"AWS": user}, "Action": "secretsmanager:GetSecretValue",
        "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=policy)
    return user, (key["AccessKeyId"], key["SecretAccessKey"]), secret


def test_why_not(server, shared):
    user, _, secret = shared
    code, out, _ = ask(server, "why", "--as", user, "secretsmanager:GetSecretValue", secret)
    assert code == 0 and out.startswith("DENIED\n")
    assert f"User: {user} is not authorized to perform: secretsmanager:GetSecretValue on resource: {secret}" in out
    assert 'statement 0 ("Office"): IpAddress on aws:SourceIp wants 10.0.0.0/8; the request has 127.0.0.1' in out
    assert "would allow it if aws:SourceIp met IpAddress" in out


def test_why(server, shared):
    user, _, secret = shared
    code, out, _ = ask(
        server, "why", "--as", user, "--with", "aws:SourceIp=10.1.2.3", "secretsmanager:GetSecretValue", secret)
    assert code == 0 and out.startswith("ALLOWED\n")
    assert f'by resource policy {secret}, statement 0 ("Office")' in out


def test_why_of_a_call_that_was(server, shared):
    user, key, secret = shared
    client = server.client("secretsmanager", key=key[0], secret=key[1])
    with pytest.raises(client.exceptions.ClientError) as refused:
        client.get_secret_value(SecretId=secret)
    code, out, _ = ask(server, "why", refused.value.response["ResponseMetadata"]["RequestId"])
    assert code == 0
    assert f"{user} called secretsmanager.amazonaws.com GetSecretValue" in out
    assert "DENIED secretsmanager:GetSecretValue on " + secret in out
    assert 'statement 0 ("Office"): IpAddress on aws:SourceIp wants 10.0.0.0/8; the request has 127.0.0.1' in out
    allowed = server.client("secretsmanager").get_secret_value(SecretId=secret)
    code, out, _ = ask(server, "why", allowed["ResponseMetadata"]["RequestId"])
    assert code == 0
    assert "ALLOWED secretsmanager:GetSecretValue on " + secret in out
    assert "by identity policy arn:aws:iam::aws:policy/AdministratorAccess, statement 0" in out


def test_who_can(server, shared):
    user, _, secret = shared
    code, out, _ = ask(server, "who-can", "secretsmanager:GetSecretValue", secret)
    assert code == 0
    assert "arn:aws:iam::000000000001:user/administrator\n  by identity policy" in out
    assert user + "\n" not in out
    code, out, _ = ask(server, "who-can", "secretsmanager:GetSecretValue", secret, "--with", "aws:SourceIp=10.9.9.9")
    assert code == 0 and f'{user}\n  by resource policy {secret}, statement 0 ("Office")' in out


def test_a_role_made_again(server, client, name):
    """The policy goes by whom it meant, and so do the answers."""
    name = name.replace("/", "-")
    iam, secrets = client("iam"), client("secretsmanager")
    own = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:root"}, "Action": "sts:AssumeRole"}
    made = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [own]})}
    role = iam.create_role(**made)["Role"]
    secret = secrets.create_secret(Name=name, SecretString="x")["ARN"]
    statement = {**own, "Principal": {"AWS": role["Arn"]}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=policy)
    words = ("secretsmanager:GetSecretValue", secret)
    shown = f"{role['Arn']}\n  by resource policy {secret}, statement 0"
    assert ask(server, "why", "--as", role["Arn"], *words)[1].startswith("ALLOWED\n")
    assert shown in ask(server, "who-can", *words)[1]
    iam.delete_role(RoleName=name)
    iam.create_role(**made)
    code, out, _ = ask(server, "why", "--as", role["Arn"], *words)
    assert code == 0 and out.startswith("DENIED\n") and "statement 0" in out
    code, out, _ = ask(server, "who-can", *words)
    assert code == 0 and role["Arn"] not in out and role["RoleId"] in out


def test_only_the_entitled_may_ask(server, shared):
    user, key, secret = shared
    for words in [("why", "--as", user, "secretsmanager:GetSecretValue", secret), ("who-can", "kms:Decrypt")]:
        code, out, error = ask(server, *words, key=key)
        assert code != 0 and not out
        assert "AccessDeniedException" in error


@pytest.mark.parametrize("words, text", [
    (("why", "nothing"), "No record of nothing"),
    (("why", "--as", "arn:aws:iam::000000000001:user/none", "a:b"), "NoSuchEntity"),
    (("why", "--as", "nobody", "a:b"), "is not the ARN of a principal"),
    (("why", "--as", "arn:aws:iam::000000000002:user/x", "a:b"), "in their own account"),
    (("why", "--as", "arn:aws:iam::000000000001:root", "--with", "x", "a:b"), "is not KEY=VALUE"),
])
def test_bad_questions(server, words, text):
    code, _, error = ask(server, *words)
    assert code != 0 and text in error
