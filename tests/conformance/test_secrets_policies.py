"""The five operations on resource policies."""

import json

import pytest
from support import NOT_FOUND, refused

EVERYONE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        ],
    }
)
OWN = EVERYONE.replace('"*", "Action"', '{"AWS": "arn:aws:iam::000000000001:root"}, "Action"')
DENY_ALL = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:PutResourcePolicy", "Resource": "*"}
        ],
    }
)


def test_put_get_delete(secrets, put, name):
    empty = secrets.get_resource_policy(SecretId=name)
    assert "ResourcePolicy" not in empty and empty["ARN"] == put["ARN"] and empty["Name"] == name
    answer = secrets.put_resource_policy(SecretId=name, ResourcePolicy=EVERYONE)
    assert answer["ARN"] == put["ARN"] and answer["Name"] == name
    assert json.loads(secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]) == json.loads(EVERYONE)
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=OWN, BlockPublicPolicy=True)
    assert json.loads(secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]) == json.loads(OWN)
    answer = secrets.delete_resource_policy(SecretId=name)
    assert answer["ARN"] == put["ARN"] and answer["Name"] == name
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=name)
    secrets.delete_resource_policy(SecretId=name)


def test_list(secrets, put, name):
    assert secrets.list_resource_policies(SecretId=name)["ResourcePolicies"] == []
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=OWN)
    assert len(secrets.list_resource_policies(SecretId=name)["ResourcePolicies"]) == 1
    with refused("InvalidNextTokenException"):
        secrets.list_resource_policies(SecretId=name, NextToken="made up")


MALFORMED = [
    "not json", "{}", "[]", '"text"', '{"Version":"2012-10-17"}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Principal":"*","Action":"*","Resource":"*"}]}',
    '{"Version":"1999-01-01","Statement":[]}',
    '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}',
    '{"Version":"2012-10-17","Statement":[],}',
]


@pytest.mark.parametrize("policy", MALFORMED)
def test_malformed(secrets, put, name, policy):
    with refused("MalformedPolicyDocumentException"):
        secrets.put_resource_policy(SecretId=name, ResourcePolicy=policy)
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=name)
    answer = secrets.validate_resource_policy(SecretId=name, ResourcePolicy=policy)
    assert answer["PolicyValidationPassed"] is False and answer["ValidationErrors"]


def test_malformed_text(secrets, put, name):
    with pytest.raises(secrets.exceptions.MalformedPolicyDocumentException, match="^.*This policy has invalid syntax"):
        secrets.put_resource_policy(SecretId=name, ResourcePolicy="{")


def test_public_policy(secrets, put, name):
    text = "You can't attach a resource-based policy that allows broad access to the secret."
    with refused("PublicPolicyException", text):
        secrets.put_resource_policy(SecretId=name, ResourcePolicy=EVERYONE, BlockPublicPolicy=True)
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=name)
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=EVERYONE, BlockPublicPolicy=False)


@pytest.mark.parametrize(
    "policy, passes", [(OWN, True), (EVERYONE, False), (DENY_ALL, False)], ids=["own", "public", "lockout"]
)
def test_validate(secrets, put, name, policy, passes):
    answer = secrets.validate_resource_policy(SecretId=name, ResourcePolicy=policy)
    assert answer["PolicyValidationPassed"] is passes
    assert bool(answer["ValidationErrors"]) is not passes
    for error in answer["ValidationErrors"]:
        assert error["CheckName"] and error["ErrorMessage"]
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=name)


def test_a_policy_denies_and_its_denial_says_so(secrets, put, name):
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
            ],
        }
    )
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=policy)
    text = (
        "User: arn:aws:iam::000000000001:user/administrator is not authorized to perform: "
        f"secretsmanager:GetSecretValue on resource: {name} with an explicit deny in a resource-based policy"
    )
    with pytest.raises(secrets.exceptions.ClientError) as caught:
        secrets.get_secret_value(SecretId=name)
    error = caught.value.response
    assert error["Error"]["Code"] == "AccessDeniedException" and error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["Error"]["Message"].startswith(text)
    assert secrets.describe_secret(SecretId=name)["Name"] == name
    failed = secrets.batch_get_secret_value(SecretIdList=[name])
    assert failed["SecretValues"] == [] and failed["Errors"][0]["ErrorCode"] == "AccessDeniedException"
    secrets.delete_resource_policy(SecretId=name)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"


def test_missing_secret(secrets, name):
    for run, extra in [
        (secrets.put_resource_policy, {"ResourcePolicy": OWN}), (secrets.get_resource_policy, {}),
        (secrets.delete_resource_policy, {}), (secrets.list_resource_policies, {}),
        (secrets.validate_resource_policy, {"ResourcePolicy": OWN}),
    ]:
        with refused("ResourceNotFoundException", NOT_FOUND):
            run(SecretId=name, **extra)
