"""Rotation by a Python function that a user uploads: the calls of AWS's own rotation functions, in their order."""

import io
import json
import shutil
import zipfile

import pytest
from support import until

ACCOUNT = "000000000001"

# The skeleton of the published functions, with a list of users in a tag of the secret in the place of a database.
CODE = '''
import json
import logging
import os

import boto3

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def lambda_handler(event, context):
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    client = boto3.client("secretsmanager", endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])
    metadata = client.describe_secret(SecretId=arn)
    if "RotationEnabled" in metadata and not metadata["RotationEnabled"]:
        raise ValueError("Secret %s is not enabled for rotation" % arn)
    versions = metadata["VersionIdsToStages"]
    if token not in versions:
        raise ValueError("Secret version %s has no stage for rotation of secret %s." % (token, arn))
    if "AWSCURRENT" in versions[token]:
        return
    if "AWSPENDING" not in versions[token]:
        raise ValueError("Secret version %s not set as AWSPENDING for rotation of secret %s." % (token, arn))
    if os.environ.get("FAIL_IN") == step:
        raise ValueError("Unable to log into database with previous, current, or pending secret")
    if step == "createSecret":
        current = json.loads(client.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")["SecretString"])
        try:
            client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
        except client.exceptions.ResourceNotFoundException:
            current["password"] = client.get_random_password(ExcludeCharacters="/@'")["RandomPassword"]
            client.put_secret_value(
                SecretId=arn, ClientRequestToken=token, SecretString=json.dumps(current), VersionStages=["AWSPENDING"])
    elif step in ("setSecret", "testSecret"):
        json.loads(client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")["SecretString"])
        logger.info("%s: done for %s", step, arn)
    elif step == "finishSecret":
        current = next(v for v, stages in versions.items() if "AWSCURRENT" in stages)
        client.update_secret_version_stage(
            SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current)
    else:
        raise ValueError("Invalid step parameter")
'''

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("lambda_function.py", CODE)
    return out.getvalue()


@pytest.fixture
def function(server, client, label):
    """An uploaded function that Secrets Manager may invoke, and whose role may rotate; its client."""
    iam, functions = client("iam"), client("lambda")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=label, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]
    made = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:{label}"
    own = {
        "Effect": "Allow", "Resource": "*", "Action": [
            "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage"],
        "Condition": {"StringEquals": {"secretsmanager:resource/AllowRotationLambdaArn": made}},
    }
    random = {"Effect": "Allow", "Resource": "*", "Action": "secretsmanager:GetRandomPassword"}
    iam.put_role_policy(
        RoleName=label, PolicyName="rotate", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [own, random]}))
    functions.create_function(
        FunctionName=label, Runtime="python3.11", Role=role, Handler="lambda_function.lambda_handler", Timeout=60,
        Code={"ZipFile": archive()}, Environment={"Variables": {"SECRETS_MANAGER_ENDPOINT": server.url}})
    functions.add_permission(
        FunctionName=label, StatementId="rotation", Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com", SourceAccount=ACCOUNT)
    yield made, functions
    functions.delete_function(FunctionName=label)


@pytest.fixture
def db(secrets, name):
    value = json.dumps({"username": "app", "password": "REPLACE-ME"})
    yield secrets.create_secret(Name=name, SecretString=value)["ARN"]
    # One that fails would be tried again while other tests run.
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_an_uploaded_function_rotates(secrets, function, db, name):
    arn, _ = function
    version = secrets.rotate_secret(
        SecretId=db, RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 30})["VersionId"]
    until(lambda: secrets.describe_secret(SecretId=db)["VersionIdsToStages"].get(version) == ["AWSCURRENT"], 60)
    value = json.loads(secrets.get_secret_value(SecretId=db)["SecretString"])
    assert value["username"] == "app" and value["password"] != "REPLACE-ME"
    again = secrets.rotate_secret(SecretId=db)["VersionId"]
    until(lambda: secrets.describe_secret(SecretId=db)["VersionIdsToStages"].get(again) == ["AWSCURRENT"], 60)
    assert json.loads(secrets.get_secret_value(SecretId=db, VersionStage="AWSPREVIOUS")["SecretString"]) == value


def test_a_function_that_fails_is_heard(server, secrets, function, db, label):
    arn, functions = function
    functions.update_function_configuration(
        FunctionName=label,
        Environment={"Variables": {"SECRETS_MANAGER_ENDPOINT": server.url, "FAIL_IN": "setSecret"}})
    version = secrets.rotate_secret(SecretId=db, RotationLambdaARN=arn)["VersionId"]

    def failure():
        return [r for r in server.records() if r["eventName"] == "RotationFailed" and version in r["requestID"]]

    record = until(failure, 60)[0]
    assert record["errorMessage"] == f"Error when executing lambda {arn} during setSecret step"
    said = record["additionalEventData"]["FunctionError"]
    assert said == "ValueError: Unable to log into database with previous, current, or pending secret"
    stages = secrets.describe_secret(SecretId=db)["VersionIdsToStages"]
    assert stages[version] == ["AWSPENDING"]
    assert json.loads(secrets.get_secret_value(SecretId=db)["SecretString"])["password"] == "REPLACE-ME"


def test_the_permission_counts(secrets, function, db, label):
    arn, functions = function
    functions.remove_permission(FunctionName=label, StatementId="rotation")
    with pytest.raises(secrets.exceptions.ClientError) as caught:
        secrets.rotate_secret(SecretId=db, RotationLambdaARN=arn)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=db)


FOREIGN = '''
import json
import os

import boto3


def lambda_handler(event, context):
    """Writes the new value as the administrator, with the rotation's token or without."""
    arn, token = event["SecretId"], event["ClientRequestToken"]
    other = boto3.client(
        "secretsmanager", aws_access_key_id=os.environ["OTHER_ID"], aws_secret_access_key=os.environ["OTHER_KEY"],
        aws_session_token="")
    more = {"RotationToken": event["RotationToken"]} if os.environ.get("WITH_TOKEN") else {}
    if event["Step"] == "createSecret":
        other.put_secret_value(
            SecretId=arn, ClientRequestToken=token, SecretString="new", VersionStages=["AWSPENDING"], **more)
    if event["Step"] == "finishSecret":
        versions = other.describe_secret(SecretId=arn)["VersionIdsToStages"]
        current = next(v for v, stages in versions.items() if "AWSCURRENT" in stages)
        other.update_secret_version_stage(
            SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current)
'''


@pytest.fixture
def foreign(server, function, label):
    """The function, writing as somebody else; answers how to turn the token on."""
    arn, functions = function
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("lambda_function.py", FOREIGN)
    functions.update_function_code(FunctionName=label, ZipFile=out.getvalue())

    def configure(**more):
        identity, key = server.credentials
        variables = {"OTHER_ID": identity, "OTHER_KEY": key, **more}
        functions.update_function_configuration(FunctionName=label, Environment={"Variables": variables})
        return arn

    return configure


def test_the_pending_value_must_be_the_functions_own(server, secrets, foreign, db):
    arn = foreign()
    version = secrets.rotate_secret(SecretId=db, RotationLambdaARN=arn)["VersionId"]

    def failure():
        return [r for r in server.records() if r["eventName"] == "RotationFailed" and version in r["requestID"]]

    assert until(failure, 60)[0]["errorMessage"] == (
        f"Pending secret version {version} for Secret {db} was not created by Lambda {arn}. "
        "Remove the AWSPENDING staging label and restart rotation")
    assert secrets.describe_secret(SecretId=db)["VersionIdsToStages"][version] == ["AWSPENDING"]


def test_the_rotation_token_stands_for_the_function(secrets, foreign, db):
    version = secrets.rotate_secret(SecretId=db, RotationLambdaARN=foreign(WITH_TOKEN="yes"))["VersionId"]
    until(lambda: secrets.describe_secret(SecretId=db)["VersionIdsToStages"].get(version) == ["AWSCURRENT"], 60)
    assert secrets.get_secret_value(SecretId=db)["SecretString"] == "new"
