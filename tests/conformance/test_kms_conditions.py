"""KMS: the condition keys that tell of keys, algorithms and Regions, each denying what it names."""

import json

import pytest
from support import refused

SIGN = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
AGREE = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
MAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
RSA = {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}

RUNS = {
    "Sign": lambda kms, key, **kw: kms.sign(
        **{"KeyId": key, "Message": b"m" * 32, "SigningAlgorithm": "ECDSA_SHA_256", **kw}),
    "Verify": lambda kms, key: kms.verify(
        KeyId=key, Message=b"m", SigningAlgorithm="ECDSA_SHA_256", Signature=b"s"),
    "GetPublicKey": lambda kms, key: kms.get_public_key(KeyId=key),
    "GenerateMac": lambda kms, key: kms.generate_mac(KeyId=key, Message=b"m", MacAlgorithm="HMAC_SHA_256"),
    "VerifyMac": lambda kms, key: kms.verify_mac(KeyId=key, Message=b"m", MacAlgorithm="HMAC_SHA_256", Mac=b"x"),
    "DeriveSharedSecret": lambda kms, key: kms.derive_shared_secret(
        KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=b"x"),
    "Encrypt": lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1"),
    "Decrypt": lambda kms, key: kms.decrypt(
        KeyId=key, CiphertextBlob=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1"),
    "GenerateDataKeyPair": lambda kms, key: kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256"),
    "GenerateDataKeyPairWithoutPlaintext": lambda kms, key: kms.generate_data_key_pair_without_plaintext(
        KeyId=key, KeyPairSpec="ECC_NIST_P256"),
    "GetParametersForImport": lambda kms, key: kms.get_parameters_for_import(
        KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"),
    "ImportKeyMaterial": lambda kms, key: kms.import_key_material(
        KeyId=key, ImportToken=b"x", EncryptedKeyMaterial=b"x", ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE"),
    "DeleteImportedKeyMaterial": lambda kms, key: kms.delete_imported_key_material(KeyId=key),
    "ReplicateKey": lambda kms, key: kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1"),
    "UpdatePrimaryRegion": lambda kms, key: kms.update_primary_region(KeyId=key, PrimaryRegion="eu-west-1"),
}

CASES = [
    (SIGN, "Sign", "kms:SigningAlgorithm", "ECDSA_SHA_256", "ECDSA_SHA_384"),
    (SIGN, "Verify", "kms:SigningAlgorithm", "ECDSA_SHA_256", "ECDSA_SHA_384"),
    (SIGN, "Sign", "kms:MessageType", "RAW", "DIGEST"),
    (SIGN, "GetPublicKey", "kms:KeySpec", "ECC_NIST_P256", "RSA_2048"),
    (SIGN, "GetPublicKey", "kms:KeyUsage", "SIGN_VERIFY", "KEY_AGREEMENT"),
    (MAC, "GenerateMac", "kms:MacAlgorithm", "HMAC_SHA_256", "HMAC_SHA_384"),
    (MAC, "VerifyMac", "kms:MacAlgorithm", "HMAC_SHA_256", "HMAC_SHA_384"),
    (AGREE, "DeriveSharedSecret", "kms:KeyAgreementAlgorithm", "ECDH", "none"),
    (RSA, "Encrypt", "kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"),
    (RSA, "Decrypt", "kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_1", "SYMMETRIC_DEFAULT"),
    ({}, "GenerateDataKeyPair", "kms:DataKeyPairSpec", "ECC_NIST_P256", "RSA_2048"),
    ({}, "GenerateDataKeyPairWithoutPlaintext", "kms:DataKeyPairSpec", "ECC_NIST_P256", "RSA_2048"),
    ({"Origin": "EXTERNAL"}, "GetParametersForImport", "kms:WrappingAlgorithm", "RSAES_OAEP_SHA_256", "SM2PKE"),
    ({"Origin": "EXTERNAL"}, "GetParametersForImport", "kms:WrappingKeySpec", "RSA_2048", "RSA_4096"),
    (
        {"Origin": "EXTERNAL"}, "ImportKeyMaterial", "kms:ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE",
        "KEY_MATERIAL_EXPIRES",
    ),
    ({"Origin": "EXTERNAL"}, "DeleteImportedKeyMaterial", "kms:KeyOrigin", "EXTERNAL", "AWS_KMS"),
    ({"MultiRegion": True}, "ReplicateKey", "kms:ReplicaRegion", "eu-west-1", "eu-west-2"),
    ({"MultiRegion": True}, "ReplicateKey", "kms:MultiRegion", "true", "false"),
    ({"MultiRegion": True}, "UpdatePrimaryRegion", "kms:PrimaryRegion", "eu-west-1", "eu-west-2"),
    ({"MultiRegion": True}, "UpdatePrimaryRegion", "kms:MultiRegionKeyType", "PRIMARY", "REPLICA"),
]


def deny(kms, key, action, condition, value):
    policy = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    policy["Statement"] = [s for s in policy["Statement"] if s["Effect"] == "Allow"] + [
        {
            "Effect": "Deny", "Principal": "*", "Action": "kms:" + action, "Resource": "*",
            "Condition": {"StringEquals": {condition: value}},
        }
    ]
    kms.put_key_policy(KeyId=key, Policy=json.dumps(policy))


@pytest.mark.parametrize("kind, action, condition, value, other", CASES, ids=str)
def test_condition(kms, kind, action, condition, value, other):
    key = kms.create_key(**kind)["KeyMetadata"]["Arn"]
    deny(kms, key, action, condition, value)
    with refused("AccessDeniedException"):
        RUNS[action](kms, key)
    deny(kms, key, action, condition, other)
    try:
        RUNS[action](kms, key)
    except kms.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] != "AccessDeniedException"


def test_digests_may_be_denied(kms):
    key = kms.create_key(**SIGN)["KeyMetadata"]["Arn"]
    deny(kms, key, "Sign", "kms:MessageType", "DIGEST")
    RUNS["Sign"](kms, key)
    with refused("AccessDeniedException"):
        RUNS["Sign"](kms, key, MessageType="DIGEST")


def test_both_keys_have_a_say_about_the_primary_region(kms, client):
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    deny(client("kms", region="eu-west-1"), key, "UpdatePrimaryRegion", "kms:MultiRegionKeyType", "REPLICA")
    with refused("AccessDeniedException"):
        kms.update_primary_region(KeyId=key, PrimaryRegion="eu-west-1")
