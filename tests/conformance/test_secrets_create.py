import re

import pytest
from support import BAD_NAME, NO_TOKEN, SCHEDULED, call, must, refused, token, validation

ARN = "arn:aws:secretsmanager:us-west-2:000000000001:secret:{}-"


def test_create_with_a_value(secrets, name):
    version = token()
    made = secrets.create_secret(Name=name, SecretString="s", ClientRequestToken=version, Description="what it is")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert made["Name"] == name and made["VersionId"] == version
    assert re.fullmatch(re.escape(ARN.format(name)) + "[A-Za-z0-9]{6}", made["ARN"])
    assert "ReplicationStatus" not in made

    seen = secrets.describe_secret(SecretId=name)
    assert seen["ARN"] == made["ARN"] and seen["Name"] == name and seen["Description"] == "what it is"
    assert seen["VersionIdsToStages"] == {version: ["AWSCURRENT"]}
    unexpected = {
        "KmsKeyId", "RotationEnabled", "RotationLambdaARN", "LastRotatedDate", "NextRotationDate", "LastAccessedDate",
        "DeletedDate", "Tags", "OwningService", "PrimaryRegion", "ReplicationStatus",
    }
    assert not unexpected & seen.keys()


def test_create_without_a_value(secrets, name):
    made = secrets.create_secret(Name=name)
    assert "VersionId" not in made
    seen = secrets.describe_secret(SecretId=name)
    assert "VersionIdsToStages" not in seen and "Description" not in seen
    with refused(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    ):
        secrets.get_secret_value(SecretId=name)
    assert secrets.list_secret_version_ids(SecretId=name).get("Versions", []) == []
    # Its first version becomes current whatever labels were asked for (S1).
    first = secrets.put_secret_value(SecretId=name, SecretString="x", VersionStages=["mine"])
    assert sorted(first["VersionStages"]) == ["AWSCURRENT", "mine"]


GOOD_NAMES = ["a", "A/b_c+d=e.f@g-h", "ends-a1b2c3", "/leading", "trailing/", "bang!inside", "0", "x" * 512]


@pytest.mark.parametrize("suffix", GOOD_NAMES, ids=lambda n: n[:20])
def test_names_that_are_accepted(client, region, suffix):
    secrets = client(region=region)
    made = secrets.create_secret(Name=suffix, SecretString="v")
    assert made["Name"] == suffix
    assert secrets.get_secret_value(SecretId=suffix)["SecretString"] == "v"
    assert secrets.get_secret_value(SecretId=made["ARN"])["Name"] == suffix


BAD_NAMES = [
    " x", "x ", "x y", "x*", "x?", "x]", "x\\", "x:y", "x#", "\u00e9", "e\u0301", "\uff58",
    "x\n", "x\x00", "x\u200b", "\u017f", "\u212a",
    "x,y", "x'", 'x"', "x%20", "~", "$x", "x\U0001f511",
]


@pytest.mark.parametrize("bad", BAD_NAMES, ids=ascii)
def test_names_that_are_refused(secrets, bad):
    with refused("ValidationException", BAD_NAME):
        secrets.create_secret(Name=bad, SecretString="v")


def test_names_too_long_or_empty(server):
    long = "x" * 513
    for bad, constraint in [(long, "length less than or equal to 512"), ("", "length greater than or equal to 1")]:
        reply = call(server, "CreateSecret", {"Name": bad, "ClientRequestToken": token(), "SecretString": "v"})
        assert (reply.status, reply.code) == (400, "ValidationException")
        assert reply.message == validation(must(f"Value '{bad}'", "name", f"have {constraint}"))


def test_names_are_case_sensitive(secrets, name):
    secrets.create_secret(Name=name + "A", SecretString="upper")
    secrets.create_secret(Name=name + "a", SecretString="lower")
    assert secrets.get_secret_value(SecretId=name + "A")["SecretString"] == "upper"
    assert secrets.get_secret_value(SecretId=name + "a")["SecretString"] == "lower"


def test_name_that_exists(secrets, put, name):
    with refused("ResourceExistsException", f"The operation failed because the secret {name} already exists."):
        secrets.create_secret(Name=name, SecretString="one")
    with refused("ResourceExistsException", f"The operation failed because the secret {name} already exists."):
        secrets.create_secret(Name=name)
    assert secrets.get_secret_value(SecretId=name)["VersionId"] == put["VersionId"]


def test_name_that_is_scheduled_for_deletion(secrets, put, name):
    secrets.delete_secret(SecretId=name)
    with refused("InvalidRequestException", SCHEDULED):
        secrets.create_secret(Name=name, SecretString="two")
    secrets.restore_secret(SecretId=name)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"


def test_name_after_forced_deletion_gets_another_suffix(secrets, put, name):
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    again = secrets.create_secret(Name=name, SecretString="two")
    assert again["ARN"] != put["ARN"] and again["ARN"][:-6] == put["ARN"][:-6]
    with refused("ResourceNotFoundException"):
        secrets.get_secret_value(SecretId=put["ARN"])
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "two"


def test_regions_are_apart(client, region, put, name):
    elsewhere = client(region=region)
    with refused("ResourceNotFoundException"):
        elsewhere.describe_secret(SecretId=name)
    made = elsewhere.create_secret(Name=name, SecretString="there")
    assert f":{region}:" in made["ARN"]
    assert elsewhere.get_secret_value(SecretId=name)["SecretString"] == "there"


def test_token_must_be_on_the_wire(server, name):
    reply = call(server, "CreateSecret", {"Name": name, "SecretString": "v"})
    assert reply.status == 400 and reply.json == {"__type": "InvalidRequestException", "Message": NO_TOKEN}


def test_both_kinds_of_value(secrets, name):
    with refused("InvalidParameterException"):
        secrets.create_secret(Name=name, SecretString="a", SecretBinary=b"a")
    with refused("ResourceNotFoundException"):
        secrets.describe_secret(SecretId=name)


def test_tags_at_creation(secrets, name):
    tags = [{"Key": "team", "Value": "a"}, {"Key": "Team", "Value": ""}]
    secrets.create_secret(Name=name, SecretString="v", Tags=tags)
    assert sorted(secrets.describe_secret(SecretId=name)["Tags"], key=lambda t: t["Key"]) == sorted(
        tags, key=lambda t: t["Key"]
    )


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "aws:x", "Value": "1"}], [{"Key": "AWS:x", "Value": "1"}],
        [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}],
        [{"Key": f"k{n}", "Value": ""} for n in range(51)], [{"Value": "no key"}],
    ],
    ids=["reserved", "reserved in capitals", "twice", "fifty-one", "no key"],
)
def test_tags_that_are_refused(secrets, name, tags):
    with refused("InvalidParameterException"):
        secrets.create_secret(Name=name, SecretString="v", Tags=tags)
    with refused("ResourceNotFoundException"):
        secrets.describe_secret(SecretId=name)


def test_what_is_not_available_is_refused_not_ignored(secrets, name):
    with refused("InvalidParameterException"):
        secrets.create_secret(Name=name, SecretString="v", AddReplicaRegions=[{"Region": "eu-west-1"}])
    with refused("ResourceNotFoundException"):
        secrets.describe_secret(SecretId=name)


def test_default_key_named_by_its_alias(secrets, name):
    secrets.create_secret(Name=name, SecretString="v", KmsKeyId="alias/aws/secretsmanager")
    assert "KmsKeyId" not in secrets.describe_secret(SecretId=name)
    assert secrets.list_secret_version_ids(SecretId=name)["Versions"][0]["KmsKeyIds"] == ["DefaultEncryptionKey"]
