"""The AWS CLI, both generations, walking through the README and further."""

import json
import pathlib
import subprocess
import sys

import pytest
from support import until

ONE = pathlib.Path(sys.executable).parent / "aws"
# Debian's package is the second generation.
TWO = pathlib.Path("/usr/bin/aws")


@pytest.fixture(params=[ONE, TWO], ids=["v1", "v2"])
def aws(request, server):
    if not request.param.exists():
        pytest.skip(f"{request.param} is not installed")

    # AWS_ENDPOINT_URL is read from 1.29 and 2.13 on; Debian 12 has 2.9.
    version = subprocess.run([str(request.param), "--version"], capture_output=True, text=True).stdout
    major, minor = (int(part) for part in version.split("/")[1].split(".")[:2])
    where = [] if (major, minor) >= (2, 13) or (1, 29) <= (major, minor) < (2, 0) else ["--endpoint-url", server.url]

    def run(*words, fails=False):
        done = subprocess.run(
            [str(request.param), *where, *words], env=server.environment, capture_output=True, text=True, timeout=120
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout.strip()

    run.knows_batches = not where
    return run


def test_readme(aws, name):
    key = aws("kms", "create-key", "--query", "KeyMetadata.KeyId", "--output", "text")
    aws("kms", "create-alias", "--alias-name", f"alias/{name}", "--target-key-id", key)
    value = '{"username":"app","password":"REPLACE-ME"}'
    words = ["--name", name, "--secret-string", value, "--kms-key-id", f"alias/{name}"]
    made = json.loads(aws("secretsmanager", "create-secret", *words))
    assert made["Name"] == name
    read = json.loads(aws("secretsmanager", "get-secret-value", "--secret-id", name))
    assert read["SecretString"] == value and read["VersionId"] == made["VersionId"]


def test_life_of_a_secret(aws, name, tmp_path):
    secretsmanager = lambda *words, **kw: aws("secretsmanager", *words, **kw)  # noqa: E731
    secretsmanager("create-secret", "--name", name, "--secret-string", "one", "--tags", "Key=team,Value=red")
    file = tmp_path / "value"
    file.write_bytes(bytes(range(256)))
    secretsmanager("put-secret-value", "--secret-id", name, "--secret-binary", f"fileb://{file}")
    described = json.loads(secretsmanager("describe-secret", "--secret-id", name))
    assert described["Tags"] == [{"Key": "team", "Value": "red"}] and len(described["VersionIdsToStages"]) == 2
    previous = secretsmanager(
        "get-secret-value", "--secret-id", name, "--version-stage", "AWSPREVIOUS", "--query", "SecretString",
        "--output", "text",
    )
    assert previous == "one"
    listed = json.loads(secretsmanager("list-secrets", "--filters", f"Key=name,Values={name}"))
    assert [s["Name"] for s in listed["SecretList"]] == [name]
    if aws.knows_batches:
        batch = json.loads(secretsmanager("batch-get-secret-value", "--secret-id-list", name))
        assert len(batch["SecretValues"]) == 1
    secretsmanager("delete-secret", "--secret-id", name, "--recovery-window-in-days", "7")
    said = secretsmanager("get-secret-value", "--secret-id", name, fails=True)
    assert "(InvalidRequestException)" in said and "because it was marked for deletion." in said
    secretsmanager("restore-secret", "--secret-id", name)
    secretsmanager("delete-secret", "--secret-id", name, "--force-delete-without-recovery")
    said = secretsmanager("describe-secret", "--secret-id", name, fails=True)
    assert "(ResourceNotFoundException)" in said and "Secrets Manager can't find the specified secret." in said


def test_others(aws):
    assert len(aws("secretsmanager", "get-random-password", "--query", "RandomPassword", "--output", "text")) == 32
    assert json.loads(aws("sts", "get-caller-identity"))["Account"] == "000000000001"
    key = aws("kms", "create-key", "--query", "KeyMetadata.KeyId", "--output", "text")
    state = aws("kms", "describe-key", "--key-id", key, "--query", "KeyMetadata.KeyState", "--output", "text")
    assert state == "Enabled"
    said = aws("secretsmanager", "rotate-secret", "--secret-id", "x", fails=True)
    assert "ResourceNotFoundException" in said
    said = aws("secretsmanager", "stop-replication-to-replica", "--secret-id", "x", fails=True)
    assert "UnknownOperationException" in said


def test_rotation(aws, client, name):
    client().create_secret(Name=name, SecretString="one")
    function = "arn:aws:lambda:us-west-2:000000000001:function:undercroft-rotate-random"
    version = aws(
        "secretsmanager", "rotate-secret", "--secret-id", name, "--rotation-lambda-arn", function, "--rotation-rules",
        "AutomaticallyAfterDays=30", "--query", "VersionId", "--output", "text")
    until(lambda: client().describe_secret(SecretId=name)["VersionIdsToStages"].get(version) == ["AWSCURRENT"])
    shown = json.loads(aws("secretsmanager", "describe-secret", "--secret-id", name))
    assert shown["RotationEnabled"] is True and shown["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert json.loads(aws("secretsmanager", "cancel-rotate-secret", "--secret-id", name))["Name"] == name


def test_pages_without_asking(aws, client, region):
    """The CLI follows NextToken by itself."""
    secrets = client(region=region)
    for n in range(5):
        secrets.create_secret(Name=f"s{n}", SecretString="x")
    names = aws(
        "secretsmanager", "list-secrets", "--region", region, "--page-size", "2", "--query", "SecretList[].Name",
        "--output", "json",
    )
    assert json.loads(names) == [f"s{n}" for n in range(5)]
