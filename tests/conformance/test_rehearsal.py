"""`undercroft rotation rehearse`: all four steps in a real PostgreSQL, and nothing that was there before is different after.

The command is the real client of the operation RehearseRotation.
"""

import functools
import json
import re
import shutil

import pytest
from rotated_postgres import ACCOUNT, login, opens, upload
from support import until
from test_rotation import command

NATIVE = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:undercroft-rotate-"
STEPS = ["prepare", "createSecret", "setSecret", "testSecret", "finishSecret", "cleanUp"]
LENDING = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "secretsmanager.amazonaws.com"}, "Resource": "*",
        "Action": "secretsmanager:GetSecretValue", "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }],
})


@pytest.fixture
def rotation(server):
    """`undercroft rotation`: exit status and all that it says."""
    return functools.partial(command, server)


@pytest.fixture
def admin(secrets, database, name):
    """The secret of a user who may make users; only the service may read it."""
    database.sql(f"CREATE ROLE \"{name} admin\" LOGIN SUPERUSER PASSWORD 'master'")
    made = secrets.create_secret(
        Name=f"{name}-admin", SecretString=json.dumps(login(database, f"{name} admin", "master")))["ARN"]
    secrets.put_resource_policy(SecretId=made, ResourcePolicy=LENDING)
    yield made
    secrets.delete_secret(SecretId=made, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def secret(secrets, database, name):
    """A secret that opens the database."""
    database.sql(f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'first'")
    value = login(database, name, "first")
    secrets.create_secret(Name=name, SecretString=json.dumps(value), Tags=[{"Key": "team", "Value": "vault"}])
    yield value
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def scratch_users(database):
    """What rehearsals have left in the database."""
    found = database.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'uc\\_rehearsal%'")
    return found.split()


def told(output):
    """The steps that the command names, in order."""
    return re.findall(r"^    (\w+) +\d+ ms$", output, re.M)


def names(secrets, name):
    pages = secrets.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [name]}])
    return sorted(entry["Name"] for page in pages for entry in page["SecretList"])


@pytest.mark.parametrize("function", ["postgres-single", "postgres-alternating"])
def test_a_native_rotation(secrets, database, rotation, admin, secret, name, function):
    if function == "postgres-alternating":
        secrets.put_secret_value(SecretId=name, SecretString=json.dumps({**secret, "masterarn": admin}))
    before = secrets.describe_secret(SecretId=name)
    options = [] if function == "postgres-alternating" else ["--admin", admin]
    status, output = rotation("rehearse", name, "--function", NATIVE + function, *options)
    assert status == 0 and told(output) == STEPS, output
    after = secrets.describe_secret(SecretId=name)
    for shown in (before, after):
        shown.pop("LastAccessedDate", None)
        shown.pop("ResponseMetadata")
    assert after == before and "RotationEnabled" not in after
    assert opens(secret) and scratch_users(database) == []
    assert names(secrets, name) == [name, f"{name}-admin"]


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_an_uploaded_function(server, secrets, client, database, rotation, admin, secret, name, label):
    function = upload(server, label)
    status, output = rotation("rehearse", name, "--function", function, "--admin", admin)
    assert status == 0 and told(output) == STEPS, output
    assert opens(secret) and scratch_users(database) == []
    assert names(secrets, name) == [name, f"{name}-admin"]
    # What the function reads and writes is the copy.
    written = {
        record["requestParameters"]["secretId"] for record in server.records()
        if record["eventName"] == "PutSecretValue" and f":role/{label}" in json.dumps(record["userIdentity"])
    }
    assert len(written) == 1 and f":secret:{name}-rehearsal-" in written.pop()
    client("lambda").delete_function(FunctionName=label)


def test_what_would_go_wrong_is_said(secrets, database, rotation, admin, secret, name):
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps({**secret, "password": "wrong"}))
    status, output = rotation("rehearse", name, "--function", NATIVE + "postgres-single", "--admin", admin)
    assert status == 1 and told(output) == ["prepare", "cleanUp"], output
    assert "LoginRefused: prepare: PostgreSQL at 127.0.0.1" in output and "'wrong'" not in output
    assert scratch_users(database) == [] and names(secrets, name) == [name, f"{name}-admin"]
    shown = rotation("show", name)[1]
    assert "rehearsal" in shown and "LoginRefused" in shown


def test_nothing_is_tried_that_would_reach_out(rotation, secrets, secret, name):
    status, output = rotation("rehearse", name)
    assert status != 0 and "No Lambda rotation function ARN is associated with this secret." in output
    status, output = rotation("rehearse", name, "--function", NATIVE + "postgres-single")
    assert status != 0 and "--admin" in output
    secrets.put_secret_value(SecretId=name, SecretString="a token")
    status, output = rotation("rehearse", name, "--function", NATIVE + "http")
    assert status != 0 and "--value-of" in output


def test_a_schedule(server, secrets, rotation, name):
    secrets.create_secret(Name=name, SecretString="first")
    status, output = rotation("rehearse", name, "--function", NATIVE + "random", "--every", "rate(7 days)")
    assert status == 0, output
    shown = rotation("show", name)[1]
    assert "rehearsed rate(7 days)" in shown and "next at " in shown
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "first"

    def events():
        return [r["eventName"] for r in server.records(5000)
                if r["eventName"].startswith("Rehearsal") and f":secret:{name}-" in json.dumps(r["additionalEventData"])]

    assert until(lambda: len(events()) == 2 and events()) == ["RehearsalStarted", "RehearsalSucceeded"]
    assert rotation("rehearse", name, "--cancel")[0] == 0
    assert "rehearsed" not in rotation("show", name)[1]
    status, output = rotation("rehearse", name, "--function", NATIVE + "random", "--every", "rate(7 minutes)")
    assert status != 0 and "rate" in output.lower()
    assert rotation("rehearse", name, "--cancel", "--no-wait")[0] != 0
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
