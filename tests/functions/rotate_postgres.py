"""Rotates a PostgreSQL user's password as the published functions do: the user's own, or with `masterarn` two users in turn.

`HOOK` is an address that is told how far a step has come, and may hold it there.
"""

import json
import os
import urllib.request

import boto3
from pg8000.native import Connection, DatabaseError, identifier, literal

client = boto3.client("secretsmanager")


def lambda_handler(event, context):
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    stages = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    if "AWSCURRENT" in stages[token]:
        return
    if "AWSPENDING" not in stages[token]:
        raise ValueError(f"Secret version {token} not set as AWSPENDING for rotation of secret {arn}.")
    reach(step, "before")
    STEPS[step](arn, token)
    reach(step, "after")


def reach(step, moment):
    if os.environ.get("HOOK"):
        urllib.request.urlopen(f"{os.environ['HOOK']}/{step}/{moment}").close()


def create(arn, token):
    try:
        read(arn, "AWSPENDING")
        return
    except client.exceptions.ResourceNotFoundException:
        pass
    value = read(arn, "AWSCURRENT")
    if "masterarn" in value:
        name = value["username"]
        value["username"] = name.removesuffix("_clone") if name.endswith("_clone") else name + "_clone"
    value["password"] = client.get_random_password(ExcludePunctuation=True)["RandomPassword"]
    reach("createSecret", "midway")
    client.put_secret_value(
        SecretId=arn, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=["AWSPENDING"])


def set_password(arn, token):
    current, pending = read(arn, "AWSCURRENT"), read(arn, "AWSPENDING")
    if is_let_in(pending):
        return
    role, password = identifier(pending["username"]), literal(pending["password"])
    with connect(read(pending["masterarn"], "AWSCURRENT") if "masterarn" in pending else current) as database:
        database.run("BEGIN")
        if database.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=pending["username"]):
            database.run(f"ALTER ROLE {role} PASSWORD {password}")
        else:
            database.run(f"CREATE ROLE {role} LOGIN PASSWORD {password} IN ROLE {identifier(current['username'])}")
        reach("setSecret", "midway")
        database.run("COMMIT")


def test(arn, token):
    with connect(read(arn, "AWSPENDING")) as database:
        reach("testSecret", "midway")
        database.run("SELECT now()")


def finish(arn, token):
    stages = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    current = next(version for version in stages if "AWSCURRENT" in stages[version])
    reach("finishSecret", "midway")
    client.update_secret_version_stage(
        SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current)


STEPS = {"createSecret": create, "setSecret": set_password, "testSecret": test, "finishSecret": finish}


def read(arn, stage):
    return json.loads(client.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"])


def connect(value):
    return Connection(
        value["username"], password=value["password"], host=value["host"], port=value["port"], database="postgres",
        ssl_context=False, timeout=10)


def is_let_in(value):
    try:
        connect(value).close()
        return True
    except DatabaseError as refusal:
        if refusal.args[0].get("C") == "28P01":
            return False
        raise
