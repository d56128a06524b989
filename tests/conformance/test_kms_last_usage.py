"""KMS: GetKeyLastUsage."""

import datetime

import pytest


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def last(kms, key):
    answer = kms.get_key_last_usage(KeyId=key)
    created = kms.describe_key(KeyId=key)["KeyMetadata"]["CreationDate"]
    assert answer["KeyId"] == key.split("/")[1]
    assert answer["KeyCreationDate"] == answer["TrackingStartDate"] == created
    return answer["KeyLastUsage"]


def test_never_used(kms, key):
    assert last(kms, key) == {}
    kms.list_resource_tags(KeyId=key)
    kms.disable_key(KeyId=key)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.encrypt(KeyId=key, Plaintext=b"x")
    assert last(kms, key) == {}


def test_each_operation(kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert last(kms, key)["Operation"] == "Encrypt"
    request = kms.decrypt(CiphertextBlob=blob)["ResponseMetadata"]["RequestId"]
    seen = last(kms, key)
    assert (seen["Operation"], seen["KmsRequestId"]) == ("Decrypt", request) and len(seen["CloudTrailEventId"]) == 36
    assert abs(seen["Timestamp"] - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=10)
    kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert last(kms, key)["Operation"] == "GenerateDataKey"
    kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256")
    assert last(kms, key)["Operation"] == "GenerateDataKeyWithoutPlaintext"
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)
    assert last(kms, key) == last(kms, other) and last(kms, key)["Operation"] == "ReEncrypt"


def test_secrets_use_keys_and_a_restart_forgets_nothing(serve):
    server = serve("usage")
    kms, secrets = server.client("kms"), server.client()
    key = kms.create_key()["KeyMetadata"]["Arn"]
    secrets.create_secret(Name="a", SecretString="x", KmsKeyId=key)
    # Prepared answers use the key as well.
    for _ in range(5):
        before = kms.get_key_last_usage(KeyId=key)["KeyLastUsage"]
        secrets.get_secret_value(SecretId="a")
        seen = kms.get_key_last_usage(KeyId=key)["KeyLastUsage"]
        assert seen["Operation"] == "Decrypt" and seen["CloudTrailEventId"] != before["CloudTrailEventId"]
    (record,) = [r for r in server.records() if r["eventID"] == seen["CloudTrailEventId"]]
    assert record["eventName"] == "Decrypt" and record["requestID"] == seen["KmsRequestId"]
    assert server.stop() == 0
    again = server.start().client("kms").get_key_last_usage(KeyId=key)["KeyLastUsage"]
    assert again == seen
