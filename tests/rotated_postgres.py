"""A PostgreSQL server whose users' passwords are rotated by an uploaded function: what to upload, and how to look."""

import importlib.metadata
import io
import json
import zipfile

import pg8000.native
from harness import ROOT

ACCOUNT = "000000000001"
HANDLER = "rotate_postgres.lambda_handler"
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }],
})
RIGHTS = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Resource": "*", "Action": [
            "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage", "secretsmanager:GetRandomPassword"],
    }],
})


def archive():
    """The function with its driver, as its owner would pack it. boto3 and what comes with it is the runtime's."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(ROOT / "tests/functions/rotate_postgres.py", "rotate_postgres.py")
        for package in ("pg8000", "scramp", "asn1crypto"):
            for path in importlib.metadata.files(package):
                if path.suffix != ".pyc" and ".." not in path.parts:
                    file.write(path.locate(), path)
    return out.getvalue()


def upload(server, name, **variables):
    """The function's ARN; Secrets Manager may invoke it."""
    iam, functions = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="rotate", PolicyDocument=RIGHTS)
    arn = functions.create_function(
        FunctionName=name, Runtime="python3.11", Role=role, Handler=HANDLER, Timeout=60, Code={"ZipFile": archive()},
        Environment={"Variables": variables})["FunctionArn"]
    functions.add_permission(
        FunctionName=name, StatementId="rotation", Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com", SourceAccount=ACCOUNT)
    return arn


def login(cluster, user, password, **more):
    """What a secret holds."""
    return {
        "engine": "postgres", "host": "127.0.0.1", "port": cluster.port, "username": user, "password": password, **more,
    }


def opens(value):
    """Whether the database lets in who has this value."""
    try:
        database = pg8000.native.Connection(
            value["username"], password=value["password"], host=value["host"], port=value["port"], database="postgres",
            ssl_context=False, timeout=10)
    except pg8000.native.DatabaseError as refusal:
        assert refusal.args[0]["C"] == "28P01", refusal
        return False
    database.close()
    return True
