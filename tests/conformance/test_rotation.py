"""RotateSecret and CancelRotateSecret with boto3 and the AWS CLI, carried out by a built-in rotator.

`undercroft rotation show` and `repair` are the real clients of the operations DescribeRotation and RepairRotation.
"""

import json
import subprocess

import pytest
from harness import BINARY
from iam import Person
from support import refused, until

ACCOUNT = "000000000001"
RANDOM = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:undercroft-rotate-random"
HTTP = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:undercroft-rotate-http"
MONTHLY = {"AutomaticallyAfterDays": 30}


def rotated(secrets, name, version):
    """The secret's description once `version` is current and nothing is pending."""

    def look():
        shown = secrets.describe_secret(SecretId=name)
        return shown if shown["VersionIdsToStages"].get(version) == ["AWSCURRENT"] else None

    return until(look)


def command(server, *words):
    done = subprocess.run(
        [str(BINARY), "rotation", words[0], "--data", str(server.folder), "--region", "us-west-2", *words[1:]],
        capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def db(secrets, name):
    value = json.dumps({"username": "app", "password": "REPLACE-ME", "host": "db"})
    yield secrets.create_secret(Name=name, SecretString=value)["ARN"]
    # One that fails would be tried again while other tests run.
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def stuck(secrets, name):
    """A secret whose rotation fails: nobody listens where its webhook is."""
    value = json.dumps({"password": "REPLACE-ME", "rotation_url": "http://127.0.0.1:9/hook", "rotation_key": "k" * 32})
    secrets.create_secret(Name=name, SecretString=value)
    version = secrets.rotate_secret(SecretId=name, RotationLambdaARN=HTTP, RotationRules=MONTHLY)["VersionId"]
    yield name, version
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_a_rotation_makes_a_new_current_version(secrets, db, name):
    before = secrets.get_secret_value(SecretId=name)
    answer = secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM, RotationRules=MONTHLY)
    assert (answer["ARN"], answer["Name"]) == (db, name)
    shown = rotated(secrets, name, answer["VersionId"])
    assert shown["RotationEnabled"] is True and shown["RotationLambdaARN"] == RANDOM
    assert shown["RotationRules"] == MONTHLY
    assert shown["LastRotatedDate"] and shown["NextRotationDate"] > shown["LastRotatedDate"]
    assert shown["VersionIdsToStages"][before["VersionId"]] == ["AWSPREVIOUS"]
    now, old = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"]), json.loads(before["SecretString"])
    assert now.pop("password") != old.pop("password") and now == old
    entry = next(e for p in secrets.get_paginator("list_secrets").paginate() for e in p["SecretList"] if e["Name"] == name)
    assert entry["RotationEnabled"] is True and entry["LastRotatedDate"] == shown["LastRotatedDate"]


def test_a_second_rotation_needs_neither_function_nor_rules(secrets, db, name):
    rotated(secrets, name, secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM, RotationRules=MONTHLY)["VersionId"])
    first = secrets.get_secret_value(SecretId=name)["SecretString"]
    again = secrets.rotate_secret(SecretId=db)["VersionId"]
    shown = rotated(secrets, name, again)
    assert shown["RotationRules"] == MONTHLY
    assert secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == first


def test_the_same_token_answers_the_same_and_rotates_once(secrets, db, name):
    token = "token-" + "0" * 30
    first = secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM, ClientRequestToken=token)
    rotated(secrets, name, token)
    assert secrets.rotate_secret(SecretId=db, ClientRequestToken=token)["VersionId"] == first["VersionId"]
    assert len(secrets.list_secret_version_ids(SecretId=name)["Versions"]) == 2


def test_refusals(secrets, name, db):
    with refused("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret."):
        secrets.rotate_secret(SecretId=db)
    missing = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:not-there"
    with refused(
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
        "principal secretsmanager.amazonaws.com.",
    ):
        secrets.rotate_secret(SecretId=db, RotationLambdaARN=missing, RotationRules=MONTHLY)
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=db)
    for rules in [{"ScheduleExpression": "rate(3 hours)"}, {"ScheduleExpression": "cron(5 8 * * ? *)"},
                  {"ScheduleExpression": "rate(10 days)", "AutomaticallyAfterDays": 10}, {"Duration": "3h"}]:
        with refused("InvalidParameterException"):
            secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM, RotationRules=rules)
    secrets.create_secret(Name=name + "/empty")
    with refused("InvalidRequestException"):
        secrets.rotate_secret(SecretId=name + "/empty", RotationLambdaARN=RANDOM)
    with refused("InvalidRequestException"):
        secrets.cancel_rotate_secret(SecretId=db)


@pytest.mark.parametrize("rules", [
    {"AutomaticallyAfterDays": 1}, {"AutomaticallyAfterDays": 1000, "Duration": "3h"},
    {"ScheduleExpression": "rate(12 hours)", "Duration": "2h"}, {"ScheduleExpression": "rate(10 days)"},
    {"ScheduleExpression": "cron(0 16 1,15 * ? *)", "Duration": "2h"}, {"ScheduleExpression": "cron(0 10 ? 1/3 SUN#1 *)"},
], ids=lambda r: "-".join(map(str, r.values())))
def test_every_form_of_schedule(secrets, db, name, rules):
    rotated(secrets, name, secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM, RotationRules=rules)["VersionId"])
    shown = secrets.describe_secret(SecretId=db)
    for member, value in rules.items():
        assert shown["RotationRules"][member] == value
    assert shown["NextRotationDate"] > shown["LastRotatedDate"]


def test_not_immediately_only_tests(secrets, db, name):
    before = secrets.describe_secret(SecretId=db)["VersionIdsToStages"]
    value = secrets.get_secret_value(SecretId=db)["SecretString"]
    secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM, RotationRules=MONTHLY, RotateImmediately=False)
    until(lambda: secrets.describe_secret(SecretId=db)["VersionIdsToStages"] == before)
    shown = secrets.describe_secret(SecretId=db)
    assert shown["RotationEnabled"] is True and "LastRotatedDate" not in shown and shown["NextRotationDate"]
    assert secrets.get_secret_value(SecretId=db)["SecretString"] == value


def test_a_failure_leaves_the_current_value_and_says_why(server, secrets, stuck):
    name, version = stuck
    until(lambda: "failed" in command(server, "show", name)[1])
    assert secrets.describe_secret(SecretId=name)["VersionIdsToStages"][version] == ["AWSPENDING"]
    assert json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])["password"] == "REPLACE-ME"
    with refused("InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted."):
        secrets.rotate_secret(SecretId=name)
    code, out = command(server, "show", name)
    assert code == 0 and version in out and "createSecret" in out and "again at" in out and "REPLACE-ME" not in out
    code, out = command(server, "repair", name, "--dry-run")
    assert code == 0 and "Nothing was changed." in out
    code, out = command(server, "repair", name)
    assert code == 0 and "Done." in out
    until(lambda: "attempt 2" in command(server, "show", name)[1])


def test_a_new_value_by_hand_abandons(server, secrets, stuck):
    name, version = stuck
    until(lambda: "failed" in command(server, "show", name)[1])
    mine = secrets.put_secret_value(SecretId=name, SecretString="mine")["VersionId"]
    stages = secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
    assert stages[mine] == ["AWSCURRENT"] and version not in stages


def test_cancel_keeps_the_label_and_repair_takes_it_off(server, secrets, stuck):
    name, version = stuck
    until(lambda: "failed" in command(server, "show", name)[1])
    assert secrets.cancel_rotate_secret(SecretId=name)["VersionId"] == version
    shown = secrets.describe_secret(SecretId=name)
    assert shown["RotationEnabled"] is False and "NextRotationDate" not in shown
    assert shown["VersionIdsToStages"][version] == ["AWSPENDING"] and shown["RotationRules"] == MONTHLY
    assert "Done." in command(server, "repair", name)[1]
    assert version not in secrets.describe_secret(SecretId=name)["VersionIdsToStages"]


def test_the_trail_tells_the_story(server, secrets, db, name):
    version = secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM)["VersionId"]
    rotated(secrets, name, version)
    request = f"Rotation-{db}-{version}"

    def story():
        told = [r for r in server.records() if r["requestID"] == request]
        return told if len(told) == 2 else None

    started, succeeded = until(story)
    assert (started["eventName"], succeeded["eventName"]) == ("RotationStarted", "RotationSucceeded")
    for record in (started, succeeded):
        assert record["eventType"] == "AwsServiceEvent"
        assert record["userIdentity"] == {"accountId": ACCOUNT, "invokedBy": "secretsmanager.amazonaws.com"}
        assert record["additionalEventData"]["SecretId"] == db
    # What the rotator read and wrote went through the gate, as the service's own calls.
    own = [r for r in server.records() if r["userIdentity"].get("type") == "AWSService"
           and (r["requestParameters"] or {}).get("secretId") == db]
    assert {"GetSecretValue", "PutSecretValue"} <= {r["eventName"] for r in own}


def test_a_policy_that_denies_the_service_stops_it(server, secrets, db, name):
    statement = {"Effect": "Deny", "Principal": {"Service": "secretsmanager.amazonaws.com"},
                 "Action": "secretsmanager:PutSecretValue", "Resource": "*"}
    secrets.put_resource_policy(
        SecretId=db, ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM)
    until(lambda: "AccessDeniedException" in command(server, "show", name)[1])


def test_convergence_names_who_holds_the_old_value(server, client, secrets, db, name, label):
    iam = client("iam")
    user = iam.create_user(UserName=label)["User"]["Arn"]
    key = iam.create_access_key(UserName=label)["AccessKey"]
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": db}
    iam.put_user_policy(
        UserName=label, PolicyName="read", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    reader = server.client("secretsmanager", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert "has not been rotated yet" in command(server, "convergence", name)[1]
    reader.get_secret_value(SecretId=name)
    rotated(secrets, name, secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM)["VersionId"])
    code, out = command(server, "convergence", name)
    assert code == 1 and f"{user} holds the previous version since" in out and "1 of 1 are behind." in out

    def converged():
        reader.get_secret_value(SecretId=name)
        code, out = command(server, "convergence", name)
        return code == 0 and f"{user} has the current one" in out

    until(converged)


def test_a_tag_has_the_server_note_who_reads_which_version(server, iam, secrets, db, name):
    tag = {"Key": "undercroft:wait-for-convergence", "Value": "24h"}
    with refused("InvalidParameterException"):
        secrets.tag_resource(SecretId=db, Tags=[{**tag, "Value": "soon"}])
    secrets.tag_resource(SecretId=db, Tags=[tag])
    one, two = (Person(server, iam).allow() for _ in range(2))
    for person in (one, two):
        person.read(name, times=4)
    code, out = command(server, "convergence", name)
    assert code == 0 and f"{one.made['Arn']} has the current one since" in out
    # By hand nobody is waited for.
    rotated(secrets, name, secrets.rotate_secret(SecretId=db, RotationLambdaARN=RANDOM, RotationRules=MONTHLY)["VersionId"])
    code, out = command(server, "convergence", name)
    assert code == 1 and "2 of 2 are behind." in out
    one.read(name)
    two.client("secretsmanager").get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    code, out = command(server, "convergence", name)
    assert code == 1 and f"{two.made['Arn']} holds the previous version since" in out and "1 of 2 are behind." in out
    # Not due: nothing waits.
    assert "waits" not in command(server, "show", name)[1]
    # As caching clients read: the version by its id.
    version = secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
    current = next(v for v, stages in version.items() if "AWSCURRENT" in stages)
    two.client("secretsmanager").get_secret_value(SecretId=name, VersionId=current)
    assert command(server, "convergence", name)[0] == 0
    secrets.untag_resource(SecretId=db, TagKeys=[tag["Key"]])
    secrets.tag_resource(SecretId=db, Tags=[tag])
    assert one.made["Arn"] not in command(server, "convergence", name)[1]
