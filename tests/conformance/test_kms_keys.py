"""KMS: keys and their life."""

import datetime
import json
import re

import pytest
from support import refused

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NOT_THERE = "12345678-1234-1234-1234-123456789012"
ARN = "arn:aws:kms:us-west-2:000000000001:key/"


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def state(kms, key):
    return kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]


def test_create_and_describe(kms):
    made = kms.create_key(Description="what for", Tags=[{"TagKey": "k", "TagValue": "v"}])["KeyMetadata"]
    assert re.fullmatch(UUID, made["KeyId"]) and made["Arn"] == ARN + made["KeyId"]
    expected = {
        "AWSAccountId": "000000000001", "Enabled": True, "Description": "what for", "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }
    assert expected.items() <= made.items() and "DeletionDate" not in made
    for key_id in [made["KeyId"], made["Arn"]]:
        assert kms.describe_key(KeyId=key_id)["KeyMetadata"] == made
    assert kms.list_resource_tags(KeyId=made["KeyId"])["Tags"] == [{"TagKey": "k", "TagValue": "v"}]


@pytest.mark.parametrize(
    "tags, text",
    [
        ([("a", "1"), ("a", "2")], "Duplicate tag keys"), ([("aws:a", "1")], "Tags beginning with aws: are reserved"),
        ([(f"k{n}", "") for n in range(51)], "Too many tags"),
    ],
    ids=["twice", "reserved", "fifty-one"],
)
def test_tags_that_are_refused(kms, tags, text):
    with refused("TagException", text):
        kms.create_key(Tags=[{"TagKey": k, "TagValue": v} for k, v in tags])


# Each operation that takes a key, told apart by what it does with unknown ones.
TAKES_KEY = {
    "describe_key": {}, "enable_key": {}, "disable_key": {}, "schedule_key_deletion": {}, "cancel_key_deletion": {},
    "get_key_policy": {}, "put_key_policy": {"Policy": '{"Version":"2012-10-17","Statement":[]}'},
    "list_resource_tags": {}, "get_key_rotation_status": {}, "encrypt": {"Plaintext": b"x"},
    "generate_data_key": {"KeySpec": "AES_256"}, "generate_data_key_without_plaintext": {"KeySpec": "AES_256"},
    "generate_data_key_pair": {"KeyPairSpec": "RSA_2048"},
    "generate_data_key_pair_without_plaintext": {"KeyPairSpec": "RSA_2048"},
    "sign": {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
    "verify": {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256", "Signature": b"x"}, "get_public_key": {},
    "generate_mac": {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"},
    "verify_mac": {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256", "Mac": b"x"},
    "derive_shared_secret": {"KeyAgreementAlgorithm": "ECDH", "PublicKey": b"x"},
    "get_parameters_for_import": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
    "import_key_material": {
        "ImportToken": b"x", "EncryptedKeyMaterial": b"x", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    },
    "delete_imported_key_material": {}, "replicate_key": {"ReplicaRegion": "eu-west-1"},
    "update_primary_region": {"PrimaryRegion": "eu-west-1"},
}


@pytest.mark.parametrize("operation", TAKES_KEY)
def test_keys_that_are_not_there(kms, operation):
    run, extra = getattr(kms, operation), TAKES_KEY[operation]
    for key_id, text in [
        (NOT_THERE, f"Key '{ARN}{NOT_THERE}' does not exist"),
        (ARN + NOT_THERE, f"Key '{ARN}{NOT_THERE}' does not exist"),
        ("nonsense", "Invalid keyId 'nonsense'"),
        (f"arn:aws:kms:eu-west-1:000000000001:key/{NOT_THERE}", "Invalid arn eu-west-1"),
        ("alias/no-such", "Alias arn:aws:kms:us-west-2:000000000001:alias/no-such is not found."),
    ]:
        with refused("NotFoundException", text):
            run(KeyId=key_id, **extra)


def test_disable_and_enable(kms, key):
    for _ in range(2):
        kms.disable_key(KeyId=key)
        seen = kms.describe_key(KeyId=key)["KeyMetadata"]
        assert (seen["KeyState"], seen["Enabled"]) == ("Disabled", False)
        with refused("DisabledException", f"{key} is disabled."):
            kms.encrypt(KeyId=key, Plaintext=b"x")
    for _ in range(2):
        kms.enable_key(KeyId=key)
        assert state(kms, key) == "Enabled"
    kms.encrypt(KeyId=key, Plaintext=b"x")


@pytest.mark.parametrize(
    "request_, days", [({}, 30), ({"PendingWindowInDays": 7}, 7), ({"PendingWindowInDays": 30}, 30)], ids=str
)
def test_deletion(kms, key, request_, days):
    answer = kms.schedule_key_deletion(KeyId=key, **request_)
    assert answer["KeyId"] == key and answer["KeyState"] == "PendingDeletion"
    assert answer["PendingWindowInDays"] == days
    left = answer["DeletionDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert abs(left.total_seconds() / 86400 - days) < 0.01
    seen = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert seen["KeyState"] == "PendingDeletion" and seen["DeletionDate"] == answer["DeletionDate"]
    assert not seen["Enabled"]


@pytest.mark.parametrize("days", [1, 6, 31, 365])
def test_deletion_windows_that_are_refused(kms, key, days):
    with refused("ValidationException"):
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)
    assert state(kms, key) == "Enabled"


def test_pending_deletion_and_cancel(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key)
    text = f"{key} is pending deletion."
    for run in [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"), lambda: kms.decrypt(CiphertextBlob=blob),
        lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda: kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256"),
        lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key),
        lambda: kms.enable_key(KeyId=key), lambda: kms.disable_key(KeyId=key),
        lambda: kms.schedule_key_deletion(KeyId=key),
        lambda: kms.create_alias(AliasName="alias/pending", TargetKeyId=key),
    ]:
        with refused("KMSInvalidStateException", text):
            run()
    # The developer guide's table: these work in every state.
    kms.describe_key(KeyId=key)
    policy = kms.get_key_policy(KeyId=key)["Policy"]
    kms.put_key_policy(KeyId=key, Policy=policy)
    kms.list_resource_tags(KeyId=key)
    assert kms.cancel_key_deletion(KeyId=key)["KeyId"] == key
    assert state(kms, key) == "Disabled"
    assert "DeletionDate" not in kms.describe_key(KeyId=key)["KeyMetadata"]
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_cancel_what_is_not_pending(kms, key):
    with refused("KMSInvalidStateException", f"{key} is not pending deletion."):
        kms.cancel_key_deletion(KeyId=key)


def test_list_in_pages(client, region):
    kms = client("kms", region=region)
    made = {kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)}
    assert {k["KeyId"] for k in kms.list_keys()["Keys"]} == made and kms.list_keys()["Truncated"] is False
    found, more = [], {}
    while True:
        answer = kms.list_keys(Limit=2, **more)
        found += answer["Keys"]
        if not answer["Truncated"]:
            break
        more = {"Marker": answer["NextMarker"]}
    assert {k["KeyId"] for k in found} == made and len(found) == 5
    assert all(k["KeyArn"].endswith("key/" + k["KeyId"]) and region in k["KeyArn"] for k in found)
    with refused("InvalidMarkerException"):
        kms.list_keys(Marker="!!!")


# Policies


def test_default_policy(kms, key):
    answer = kms.get_key_policy(KeyId=key, PolicyName="default")
    policy = json.loads(answer["Policy"])
    assert policy["Id"] == "key-default-1"
    assert policy["Statement"] == [
        {
            "Sid": "Enable IAM User Permissions", "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::000000000001:root"}, "Action": "kms:*", "Resource": "*",
        }
    ]


LOCKOUT = "The new key policy will not allow you to update the key policy in the future."
READ_ONLY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:root"},
                "Action": ["kms:DescribeKey", "kms:GetKeyPolicy"], "Resource": "*",
            }
        ],
    }
)


def test_put_policy(kms, key):
    policy = READ_ONLY.replace('"kms:DescribeKey"', '"kms:DescribeKey", "kms:PutKeyPolicy"')
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    assert json.loads(kms.get_key_policy(KeyId=key)["Policy"]) == json.loads(policy)
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key, Plaintext=b"x")


def test_lockout(kms, key):
    for run in [lambda: kms.put_key_policy(KeyId=key, Policy=READ_ONLY), lambda: kms.create_key(Policy=READ_ONLY)]:
        with refused("MalformedPolicyDocumentException", LOCKOUT):
            run()
    locked = kms.create_key(Policy=READ_ONLY, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    # Key policies are authoritative: the administrator's own policies grant nothing here.
    with refused("AccessDeniedException"):
        kms.put_key_policy(KeyId=locked, Policy=READ_ONLY)
    assert state(kms, locked) == "Enabled"


@pytest.mark.parametrize("policy", ["{", "{}", '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}'])
def test_malformed_policy(kms, key, policy):
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key, Policy=policy)
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=policy)


def test_only_one_policy_name(kms, key):
    with refused("NotFoundException", "No such policy exists"):
        kms.get_key_policy(KeyId=key, PolicyName="other")
