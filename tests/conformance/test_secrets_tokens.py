"""ClientRequestToken: the idempotency matrix of specification 1.4."""

import pytest
from support import NO_TOKEN, call, must, refused, token, validation


def create(secrets, name, **kw):
    return secrets.create_secret(Name=name, **kw)


def put_value(secrets, name, **kw):
    return secrets.put_secret_value(SecretId=name, **kw)


def update(secrets, name, **kw):
    return secrets.update_secret(SecretId=name, **kw)


def bare(answer):
    return {k: v for k, v in answer.items() if k != "ResponseMetadata"}


OPERATIONS = [create, put_value, update]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "value", [{"SecretString": "same"}, {"SecretBinary": b"same\x00\xff"}], ids=["string", "binary"]
)
def test_same_token_same_content(secrets, name, operation, value):
    if operation is not create:
        secrets.create_secret(Name=name, SecretString="first")
    version = token()
    first = operation(secrets, name, ClientRequestToken=version, **value)
    changed = secrets.describe_secret(SecretId=name)
    again = operation(secrets, name, ClientRequestToken=version, **value)
    assert bare(again) == bare(first) and again["VersionId"] == version
    after = secrets.describe_secret(SecretId=name)
    assert after["VersionIdsToStages"] == changed["VersionIdsToStages"]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "first, second",
    [
        ({"SecretString": "a"}, {"SecretString": "b"}), ({"SecretString": "a"}, {"SecretBinary": b"a"}),
        ({"SecretBinary": b"a"}, {"SecretString": "a"}), ({"SecretString": "\u00e9"}, {"SecretString": "e\u0301"}),
    ],
    ids=["other text", "other kind", "other kind back", "canonically equal"],
)
def test_same_token_other_content(secrets, name, operation, first, second):
    if operation is not create:
        secrets.create_secret(Name=name, SecretString="first")
    version = token()
    operation(secrets, name, ClientRequestToken=version, **first)
    arn = secrets.describe_secret(SecretId=name)["ARN"]
    text = (
        f"You can't use ClientRequestToken {version} because that value is already in use for a version of secret "
        f"{arn}."
    )
    with refused("ResourceExistsException", text):
        operation(secrets, name, ClientRequestToken=version, **second)
    read = secrets.get_secret_value(SecretId=name, VersionId=version)
    assert {k: read[k] for k in first} == first


@pytest.mark.parametrize("operation", ["CreateSecret", "PutSecretValue", "UpdateSecret"])
def test_token_absent_on_the_wire(server, put, name, operation):
    body = {"Name": name + "-new"} if operation == "CreateSecret" else {"SecretId": name}
    reply = call(server, operation, {**body, "SecretString": "v"})
    assert reply.status == 400
    assert reply.json == {"__type": "InvalidRequestException", "Message": NO_TOKEN}


@pytest.mark.parametrize("operation", ["CreateSecret", "PutSecretValue", "UpdateSecret"])
@pytest.mark.parametrize("length, ok", [(31, False), (32, True), (64, True), (65, False)])
def test_token_length(server, put, name, operation, length, ok):
    body = {"Name": name + "-new"} if operation == "CreateSecret" else {"SecretId": name}
    version = ("terraform-" + name + "x" * 64)[:length]
    reply = call(server, operation, {**body, "SecretString": "v", "ClientRequestToken": version})
    if ok:
        assert reply.status == 200 and reply.json["VersionId"] == version
    else:
        assert (reply.status, reply.code) == (400, "ValidationException")
        constraint = "greater than or equal to 32" if length < 32 else "less than or equal to 64"
        said = must(f"Value '{version}'", "clientRequestToken", f"have length {constraint}")
        assert reply.message == validation(said)


def test_new_token_same_content_is_a_new_version(secrets, put, name):
    second = secrets.update_secret(SecretId=name, SecretString="one")
    assert second["VersionId"] != put["VersionId"]
    assert secrets.describe_secret(SecretId=name)["VersionIdsToStages"] == {
        put["VersionId"]: ["AWSPREVIOUS"], second["VersionId"]: ["AWSCURRENT"],
    }


def test_repeated_put_moves_no_label(secrets, put, name):
    """Unrecorded on AWS ("succeeds but does nothing"): ours leaves the labels where they are."""
    secrets.put_secret_value(SecretId=name, SecretString="two")
    again = secrets.put_secret_value(
        SecretId=name, SecretString="one", ClientRequestToken=put["VersionId"], VersionStages=["AWSCURRENT"]
    )
    assert again["VersionStages"] == ["AWSPREVIOUS"]
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "two"


def test_token_of_another_secret_is_free(secrets, put, name):
    other = secrets.create_secret(Name=name + "-b", SecretString="other", ClientRequestToken=put["VersionId"])
    assert other["VersionId"] == put["VersionId"]
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"
