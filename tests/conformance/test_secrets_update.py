"""PutSecretValue and UpdateSecret."""

from support import MARKED, NOT_FOUND, call, refused, token


def test_put(secrets, put, name):
    version = token()
    answer = secrets.put_secret_value(SecretId=name, SecretString="two", ClientRequestToken=version)
    assert answer["ARN"] == put["ARN"] and answer["Name"] == name
    assert answer["VersionId"] == version and answer["VersionStages"] == ["AWSCURRENT"]
    read = secrets.get_secret_value(SecretId=name)
    assert (read["SecretString"], read["VersionId"]) == ("two", version)
    assert secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "one"


def test_put_keeps_everything_else(secrets, name):
    secrets.create_secret(Name=name, SecretString="1", Description="d", Tags=[{"Key": "k", "Value": "v"}])
    before = secrets.describe_secret(SecretId=name)
    secrets.put_secret_value(SecretId=name, SecretBinary=b"2")
    after = secrets.describe_secret(SecretId=name)
    assert after["LastChangedDate"] > before["LastChangedDate"]
    for member in ["ARN", "Description", "Tags", "CreatedDate"]:
        assert after[member] == before[member]
    read = secrets.get_secret_value(SecretId=name)
    assert read["SecretBinary"] == b"2" and "SecretString" not in read


def test_put_without_a_value(secrets, server, put, name):
    with refused("InvalidRequestException", "You must provide either SecretString or SecretBinary."):
        secrets.put_secret_value(SecretId=name)
    reply = call(server, "PutSecretValue", {"SecretId": name, "ClientRequestToken": token(), "SecretString": None})
    assert reply.json == {
        "__type": "InvalidRequestException", "Message": "You must provide either SecretString or SecretBinary.",
    }


def test_both_kinds_of_value(secrets, put, name):
    for run in [secrets.put_secret_value, secrets.update_secret]:
        with refused("InvalidParameterException"):
            run(SecretId=name, SecretString="a", SecretBinary=b"b")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"


def test_update_description_only(secrets, put, name):
    answer = secrets.update_secret(SecretId=name, Description="new")
    assert "VersionId" not in answer and answer["ARN"] == put["ARN"] and answer["Name"] == name
    seen = secrets.describe_secret(SecretId=name)
    assert seen["Description"] == "new" and seen["VersionIdsToStages"] == {put["VersionId"]: ["AWSCURRENT"]}
    # Absent members keep their value.
    secrets.update_secret(SecretId=name, SecretString="two")
    assert secrets.describe_secret(SecretId=name)["Description"] == "new"
    # Ours: an empty description is none.
    secrets.update_secret(SecretId=name, Description="")
    assert "Description" not in secrets.describe_secret(SecretId=name)


def test_update_value_only(secrets, put, name):
    version = token()
    answer = secrets.update_secret(SecretId=name, SecretString="two", ClientRequestToken=version)
    assert answer["VersionId"] == version
    assert secrets.describe_secret(SecretId=name)["VersionIdsToStages"] == {
        put["VersionId"]: ["AWSPREVIOUS"], version: ["AWSCURRENT"],
    }


def test_update_both(secrets, put, name):
    secrets.update_secret(SecretId=name, SecretString="two", Description="d")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "two"
    assert secrets.describe_secret(SecretId=name)["Description"] == "d"


def test_update_of_nothing(secrets, put, name):
    assert "VersionId" not in secrets.update_secret(SecretId=name)
    assert secrets.get_secret_value(SecretId=name)["VersionId"] == put["VersionId"]


def test_same_value_moves_the_changed_date(secrets, put, name):
    before = secrets.describe_secret(SecretId=name)["LastChangedDate"]
    answer = secrets.update_secret(SecretId=name, SecretString="one")
    assert answer["VersionId"] != put["VersionId"]
    assert secrets.describe_secret(SecretId=name)["LastChangedDate"] > before


def test_missing_and_deleted(secrets, put, name):
    for run in [secrets.put_secret_value, secrets.update_secret]:
        with refused("ResourceNotFoundException", NOT_FOUND):
            run(SecretId=name + "-no", SecretString="x")
    secrets.delete_secret(SecretId=name)
    for run in [secrets.put_secret_value, secrets.update_secret]:
        with refused("InvalidRequestException", MARKED):
            run(SecretId=name, SecretString="x")


def test_first_value_of_an_empty_secret(secrets, name):
    secrets.create_secret(Name=name)
    answer = secrets.update_secret(SecretId=name, SecretString="first")
    assert secrets.describe_secret(SecretId=name)["VersionIdsToStages"] == {answer["VersionId"]: ["AWSCURRENT"]}
