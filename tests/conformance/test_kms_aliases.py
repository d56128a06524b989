"""KMS: aliases."""

import pytest
from support import refused

PREFIX = (
    'Alias must start with the prefix "alias/". Please see '
    "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
)
ARN = "arn:aws:kms:us-west-2:000000000001:"


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def test_life(kms, key, name):
    alias = "alias/" + name
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    (listed,) = kms.list_aliases(KeyId=key)["Aliases"]
    assert listed["AliasName"] == alias and listed["AliasArn"] == ARN + alias
    assert listed["TargetKeyId"] == key.split("/")[1]
    for key_id in [alias, ARN + alias]:
        assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"] == key
    blob = kms.encrypt(KeyId=alias, Plaintext=b"x")["CiphertextBlob"]

    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.update_alias(AliasName=alias, TargetKeyId=other)
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == other
    assert kms.list_aliases(KeyId=key)["Aliases"] == []
    # The blob knows its key, not the alias.
    assert kms.decrypt(CiphertextBlob=blob)["KeyId"] == key

    kms.delete_alias(AliasName=alias)
    with refused("NotFoundException", f"Alias {ARN}{alias} is not found."):
        kms.describe_key(KeyId=alias)
    assert kms.describe_key(KeyId=other)["KeyMetadata"]["KeyState"] == "Enabled"


def test_refusals(kms, key, name):
    alias = "alias/" + name
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    with refused("AlreadyExistsException", f"An alias with the name {ARN}{alias} already exists"):
        kms.create_alias(AliasName=alias, TargetKeyId=key)
    for run in [kms.update_alias, kms.delete_alias]:
        extra = {"TargetKeyId": key} if run == kms.update_alias else {}
        with refused("NotFoundException", f"Alias {ARN}{alias}x is not found."):
            run(AliasName=alias + "x", **extra)
    for run in [kms.create_alias, kms.update_alias, kms.delete_alias]:
        extra = {} if run == kms.delete_alias else {"TargetKeyId": key}
        with refused("ValidationException", PREFIX):
            run(AliasName="no-prefix", **extra)
        # Unrecorded on AWS which of its refusals it is.
        with refused("NotAuthorizedException"):
            run(AliasName="alias/aws/mine", **extra)
    for run in [kms.create_alias, kms.update_alias]:
        with refused("NotFoundException"):
            run(AliasName=alias, TargetKeyId="12345678-1234-1234-1234-123456789012")


def test_several_aliases_of_one_key_in_pages(client, region):
    kms = client("kms", region=region)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    for n in range(5):
        kms.create_alias(AliasName=f"alias/a{n}", TargetKeyId=key)
    kms.create_alias(AliasName="alias/other", TargetKeyId=other)
    for request, expected in [({}, 6), ({"KeyId": key}, 5), ({"KeyId": other}, 1)]:
        found, more = [], {}
        while True:
            answer = kms.list_aliases(Limit=2, **request, **more)
            assert len(answer["Aliases"]) <= 2
            found += [a["AliasName"] for a in answer["Aliases"]]
            if not answer["Truncated"]:
                break
            more = {"Marker": answer["NextMarker"]}
        assert len(found) == len(set(found)) == expected


def test_aliases_are_case_sensitive(kms, name):
    keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
    kms.create_alias(AliasName=f"alias/{name}A", TargetKeyId=keys[0])
    kms.create_alias(AliasName=f"alias/{name}a", TargetKeyId=keys[1])
    assert kms.describe_key(KeyId=f"alias/{name}A")["KeyMetadata"]["Arn"] == keys[0]
    assert kms.describe_key(KeyId=f"alias/{name}a")["KeyMetadata"]["Arn"] == keys[1]
