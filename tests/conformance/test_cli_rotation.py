"""The AWS CLI alone: a rotation function is uploaded and permitted, and changes the password of a real PostgreSQL role."""

import json
import shutil

import pytest
from rotated_postgres import ACCOUNT, HANDLER, RIGHTS, TRUST, archive, login, opens
from support import until
from test_aws_cli import aws  # noqa: F401

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


@pytest.fixture
def function(aws, label, tmp_path):  # noqa: F811
    """Its ARN."""
    code = tmp_path / "function.zip"
    code.write_bytes(archive())
    role = aws("iam", "create-role", "--role-name", label, "--assume-role-policy-document", TRUST, "--query", "Role.Arn",
               "--output", "text")
    aws("iam", "put-role-policy", "--role-name", label, "--policy-name", "rotate", "--policy-document", RIGHTS)
    made = aws("lambda", "create-function", "--function-name", label, "--runtime", "python3.11", "--role", role,
               "--handler", HANDLER, "--timeout", "60", "--zip-file", f"fileb://{code}", "--query", "FunctionArn",
               "--output", "text")
    aws("lambda", "add-permission", "--function-name", label, "--statement-id", "rotation", "--action",
        "lambda:InvokeFunction", "--principal", "secretsmanager.amazonaws.com", "--source-account", ACCOUNT)
    yield made
    aws("lambda", "delete-function", "--function-name", label)


@pytest.fixture
def secret(aws, database, label, name):  # noqa: F811
    database.sql(f"CREATE ROLE \"{label}\" LOGIN PASSWORD 'first'")
    value = login(database, label, "first")
    assert opens(value)
    aws("secretsmanager", "create-secret", "--name", name, "--secret-string", json.dumps(value))
    yield name, value
    aws("secretsmanager", "delete-secret", "--secret-id", name, "--force-delete-without-recovery")


def test_an_uploaded_function_changes_a_password(aws, function, secret):  # noqa: F811
    name, first = secret
    version = aws(
        "secretsmanager", "rotate-secret", "--secret-id", name, "--rotation-lambda-arn", function, "--rotation-rules",
        "AutomaticallyAfterDays=30", "--query", "VersionId", "--output", "text")

    def described():
        shown = json.loads(aws("secretsmanager", "describe-secret", "--secret-id", name))
        return shown if shown["VersionIdsToStages"].get(version) == ["AWSCURRENT"] else None

    shown = until(described, 120)
    assert shown["RotationLambdaARN"] == function and shown["RotationRules"] == {"AutomaticallyAfterDays": 30}
    read = json.loads(aws("secretsmanager", "get-secret-value", "--secret-id", name))
    value = json.loads(read["SecretString"])
    assert read["VersionId"] == version and value == {**first, "password": value["password"]}
    assert opens(value) and not opens(first)
