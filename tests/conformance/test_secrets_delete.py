"""DeleteSecret, RestoreSecret, and what a secret scheduled for deletion still answers."""

import datetime

import pytest
from support import MARKED, NOT_FOUND, refused

POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:root"},'
    '"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}'
)
ASK = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
CONJUNCTION = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."


def days_from_now(date):
    return (date - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 86400


@pytest.mark.parametrize(
    "request_, days",
    [
        ({}, 30), ({"RecoveryWindowInDays": 7}, 7), ({"RecoveryWindowInDays": 30}, 30),
        ({"RecoveryWindowInDays": 11, "ForceDeleteWithoutRecovery": False}, 11),
    ],
    ids=str,
)
def test_windows(secrets, put, name, request_, days):
    answer = secrets.delete_secret(SecretId=name, **request_)
    assert answer["ARN"] == put["ARN"] and answer["Name"] == name
    assert abs(days_from_now(answer["DeletionDate"]) - days) < 0.01
    assert "DeletedDate" in secrets.describe_secret(SecretId=name)


@pytest.mark.parametrize(
    "request_, text",
    [({"RecoveryWindowInDays": d}, ASK) for d in (0, 1, 6, 31, 2**31, -7)]
    + [({"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True}, CONJUNCTION)],
    ids=str,
)
def test_windows_that_are_refused(secrets, put, name, request_, text):
    with refused("InvalidParameterException", text):
        secrets.delete_secret(SecretId=name, **request_)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"


REFUSED = {
    "GetSecretValue": {}, "PutSecretValue": {"SecretString": "x"}, "UpdateSecret": {"Description": "x"},
    "UpdateSecretVersionStage": {"VersionStage": "x"}, "TagResource": {"Tags": [{"Key": "k", "Value": "v"}]},
    "UntagResource": {"TagKeys": ["k"]},
    # Not recorded on AWS; ours refuses these too, as moto does.
    "DeleteSecret": {}, "PutResourcePolicy": {"ResourcePolicy": POLICY}, "GetResourcePolicy": {},
    "DeleteResourcePolicy": {},
}


@pytest.mark.parametrize("operation", REFUSED)
def test_scheduled_refuses(secrets, put, name, operation):
    secrets.delete_secret(SecretId=name)
    run = getattr(secrets, "".join("_" + c.lower() if c.isupper() else c for c in operation).lstrip("_"))
    for secret_id in [name, put["ARN"]]:
        with refused("InvalidRequestException", MARKED):
            run(SecretId=secret_id, **REFUSED[operation])


def test_scheduled_still_answers(secrets, put, name):
    date = secrets.delete_secret(SecretId=name)["DeletionDate"]
    seen = secrets.describe_secret(SecretId=name)
    assert seen["ARN"] == put["ARN"] and seen["VersionIdsToStages"] == {put["VersionId"]: ["AWSCURRENT"]}
    # Ambiguous on AWS; ours shows the end of the window.
    assert seen["DeletedDate"] == date


def test_restore_brings_everything_back(secrets, name):
    made = secrets.create_secret(Name=name, SecretString="1", Description="d", Tags=[{"Key": "k", "Value": "v"}])
    secrets.put_secret_value(SecretId=name, SecretString="2")
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=POLICY)
    before = secrets.describe_secret(SecretId=name)
    secrets.delete_secret(SecretId=name)
    answer = secrets.restore_secret(SecretId=name)
    assert answer["ARN"] == made["ARN"] and answer["Name"] == name
    after = secrets.describe_secret(SecretId=name)
    assert "DeletedDate" not in after
    for member in ["ARN", "Description", "Tags", "VersionIdsToStages", "CreatedDate"]:
        assert after[member] == before[member]
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "2"
    assert secrets.get_resource_policy(SecretId=name)["ResourcePolicy"] == POLICY


def test_restore_of_an_active_secret_changes_nothing(secrets, put, name):
    before = secrets.describe_secret(SecretId=name)
    secrets.restore_secret(SecretId=name)
    after = secrets.describe_secret(SecretId=name)
    assert after["LastChangedDate"] == before["LastChangedDate"]


def test_force(secrets, put, name):
    answer = secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert answer["ARN"] == put["ARN"] and abs(days_from_now(answer["DeletionDate"])) < 0.01
    for run in [secrets.describe_secret, secrets.get_secret_value, secrets.restore_secret]:
        with refused("ResourceNotFoundException", NOT_FOUND):
            run(SecretId=name)


def test_force_on_a_scheduled_secret(secrets, put, name):
    secrets.delete_secret(SecretId=name)
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with refused("ResourceNotFoundException", NOT_FOUND):
        secrets.describe_secret(SecretId=name)


def test_missing(secrets, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secrets.delete_secret(SecretId=name)
    answer = secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert answer["Name"] == name and f":secret:{name}-" in answer["ARN"] and "DeletionDate" in answer
    with refused("ResourceNotFoundException", NOT_FOUND):
        secrets.restore_secret(SecretId=name)


def test_listing_hides_scheduled_secrets(client, region):
    secrets = client(region=region)
    secrets.create_secret(Name="kept", SecretString="x")
    secrets.create_secret(Name="going", SecretString="x")
    secrets.delete_secret(SecretId="going")
    assert [s["Name"] for s in secrets.list_secrets()["SecretList"]] == ["kept"]
    listed = {s["Name"]: s for s in secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]}
    assert listed.keys() == {"kept", "going"}
    assert "DeletedDate" in listed["going"] and "DeletedDate" not in listed["kept"]
