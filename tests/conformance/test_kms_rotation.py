"""KMS: rotation of key material. What happens when a date has come is tested with a held clock (RotationTests.swift)."""

import datetime

import pytest
from support import call, must, refused, until, validation

NOT_THERE = "12345678-1234-1234-1234-123456789012"
ARN = "arn:aws:kms:us-west-2:000000000001:key/"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def status(kms, key):
    answer = kms.get_key_rotation_status(KeyId=key)
    del answer["ResponseMetadata"]
    assert answer.pop("KeyId") == key.split("/")[1]
    return answer


@pytest.mark.parametrize("request_, days", [({}, 365), *[({"RotationPeriodInDays": n}, n) for n in (90, 180, 2560)]])
def test_enable_and_disable(kms, key, request_, days):
    assert status(kms, key) == {"KeyRotationEnabled": False}
    kms.enable_key_rotation(KeyId=key, **request_)
    seen = status(kms, key)
    assert seen["KeyRotationEnabled"] is True and seen["RotationPeriodInDays"] == days
    assert abs(seen["NextRotationDate"] - now() - days * DAY) < datetime.timedelta(minutes=10)
    kms.disable_key_rotation(KeyId=key)
    kms.disable_key_rotation(KeyId=key)
    assert status(kms, key) == {"KeyRotationEnabled": False}


def test_another_period(kms, key):
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=100)
    first = status(kms, key)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=100)
    assert status(kms, key) == first
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=200)
    assert status(kms, key)["RotationPeriodInDays"] == 200
    assert status(kms, key)["NextRotationDate"] - first["NextRotationDate"] > 99 * DAY


@pytest.mark.parametrize("days, limit", [(89, "greater than or equal to 90"), (2561, "less than or equal to 2560")])
def test_periods_that_are_refused(server, key, days, limit):
    reply = call(server, "EnableKeyRotation", {"KeyId": key, "RotationPeriodInDays": days}, "kms")
    text = validation(must(f"Value '{days}'", "rotationPeriodInDays", f"have value {limit}"))
    assert (reply.status, reply.code, reply.message) == (400, "ValidationException", text)


def test_on_demand(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    first = kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
    assert kms.list_key_rotations(KeyId=key)["Rotations"] == []
    assert kms.rotate_key_on_demand(KeyId=key)["KeyId"] == key.split("/")[1]
    second = kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
    assert second != first
    opened = kms.decrypt(CiphertextBlob=blob)
    assert opened["Plaintext"] == b"old" and opened["KeyMaterialId"] == first
    new = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert new["KeyMaterialId"] == second
    assert kms.decrypt(CiphertextBlob=new["CiphertextBlob"])["KeyMaterialId"] == second
    moved = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key)
    assert (moved["SourceKeyMaterialId"], moved["DestinationKeyMaterialId"]) == (first, second)
    (rotation,) = kms.list_key_rotations(KeyId=key)["Rotations"]
    assert abs(rotation.pop("RotationDate") - now()) < datetime.timedelta(minutes=10)
    assert rotation == {
        "KeyId": key.split("/")[1], "KeyMaterialId": second, "KeyMaterialState": "CURRENT", "RotationType": "ON_DEMAND",
    }
    both = kms.list_key_rotations(KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert both[0] == {"KeyId": key.split("/")[1], "KeyMaterialId": first, "KeyMaterialState": "NON_CURRENT"}
    assert len(both) == 2
    # The schedule is another matter.
    assert status(kms, key) == {"KeyRotationEnabled": False}


def test_secrets_survive_a_rotation(kms, secrets, key, name):
    secrets.create_secret(Name=name, SecretString="one", KmsKeyId=key)
    for _ in range(3):
        assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"
    kms.rotate_key_on_demand(KeyId=key)
    for _ in range(3):
        assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"
    secrets.put_secret_value(SecretId=name, SecretString="two")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "two"
    assert secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "one"


def test_twenty_five_on_demand_and_pages(serve):
    server = serve("rotations", "--quotas", "off")
    kms = server.client("kms", retries={"max_attempts": 0})
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key)
    text = f"{ARN}{key} has been rotated on demand 25 times, which is the limit."
    with refused("LimitExceededException", text):
        kms.rotate_key_on_demand(KeyId=key)
    whole = kms.list_key_rotations(KeyId=key)
    assert len(whole["Rotations"]) == 25 and whole["Truncated"] is False
    assert [r["KeyMaterialState"] for r in whole["Rotations"]] == ["NON_CURRENT"] * 24 + ["CURRENT"]
    pages = list(kms.get_paginator("list_key_rotations").paginate(KeyId=key, PaginationConfig={"PageSize": 10}))
    assert [len(p["Rotations"]) for p in pages] == [10, 10, 5]
    assert [r for p in pages for r in p["Rotations"]] == whole["Rotations"]
    for marker in ["!!!", "bm8="]:
        with refused("InvalidMarkerException", "The marker is not valid."):
            kms.list_key_rotations(KeyId=key, Marker=marker)
    events = until(lambda: (e := [r for r in server.records() if r["eventName"] == "RotateKey"]) and len(e) == 25 and e)
    assert all(e["eventType"] == "AwsServiceEvent" for e in events)
    details = events[0]["serviceEventDetails"]
    assert (details["keyId"], details["rotationType"], details["keyOrigin"]) == (key, "ON_DEMAND", "AWS_KMS")
    assert details["currentKeyMaterialId"] == whole["Rotations"][0]["KeyMaterialId"]
    assert events[0]["resources"] == [{"ARN": ARN + key, "accountId": "000000000001", "type": "AWS::KMS::Key"}]
    assert events[0]["userIdentity"] == {"accountId": "000000000001", "invokedBy": "AWS Internal"}


def test_states(kms, key):
    kms.enable_key_rotation(KeyId=key)
    changes = [
        lambda: kms.enable_key_rotation(KeyId=key), lambda: kms.disable_key_rotation(KeyId=key),
        lambda: kms.rotate_key_on_demand(KeyId=key),
    ]
    kms.disable_key(KeyId=key)
    for run in changes:
        with refused("DisabledException", f"{key} is disabled."):
            run()
    assert status(kms, key)["KeyRotationEnabled"] is True
    kms.schedule_key_deletion(KeyId=key)
    for run in changes:
        with refused("KMSInvalidStateException", f"{key} is pending deletion."):
            run()
    assert status(kms, key) == {"KeyRotationEnabled": False}
    kms.cancel_key_deletion(KeyId=key)
    assert status(kms, key)["KeyRotationEnabled"] is True
    assert kms.list_key_rotations(KeyId=key)["Rotations"] == []


@pytest.mark.parametrize(
    "operation",
    ["enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand", "list_key_rotations",
     "get_key_rotation_status"],
)
def test_keys_that_are_not_there(kms, operation):
    run = getattr(kms, operation)
    with refused("NotFoundException", f"Key '{ARN}{NOT_THERE}' does not exist"):
        run(KeyId=NOT_THERE)
    with refused("NotFoundException", "Invalid keyId 'nonsense'"):
        run(KeyId="nonsense")
    with refused("AccessDeniedException"):
        run(KeyId=f"arn:aws:kms:us-west-2:000000000002:key/{NOT_THERE}")


def test_managed_keys_rotate_by_themselves(kms, secrets, put):
    secrets.get_secret_value(SecretId=put["Name"])
    managed = "alias/aws/secretsmanager"
    seen = kms.get_key_rotation_status(KeyId=managed)
    assert seen["KeyRotationEnabled"] is True and seen["RotationPeriodInDays"] == 365
    for run in [kms.enable_key_rotation, kms.disable_key_rotation, kms.rotate_key_on_demand]:
        with refused("AccessDeniedException"):
            run(KeyId=managed)
