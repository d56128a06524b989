"""KMS: what keys can be made of, and what is said of them."""

import pytest
from keys import CURVES, MACS, SIGNING
from support import must, refused, validation

RSA = ["RSA_2048", "RSA_3072", "RSA_4096"]
OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
KINDS = (
    [("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", ["SYMMETRIC_DEFAULT"])]
    + [(spec, "ENCRYPT_DECRYPT", "EncryptionAlgorithms", OAEP) for spec in RSA]
    + [(spec, "SIGN_VERIFY", "SigningAlgorithms", algorithms) for spec, algorithms in SIGNING.items()]
    + [(spec, "KEY_AGREEMENT", "KeyAgreementAlgorithms", ["ECDH"]) for spec in list(CURVES)[:3]]
    + [(spec, "GENERATE_VERIFY_MAC", "MacAlgorithms", ["HMAC_" + name]) for spec, name in MACS.items()]
)
LISTS = {"EncryptionAlgorithms", "SigningAlgorithms", "KeyAgreementAlgorithms", "MacAlgorithms"}


@pytest.mark.parametrize("spec, usage, member, algorithms", KINDS, ids=str)
def test_create_and_describe(kms, spec, usage, member, algorithms):
    made = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    expected = {
        "KeySpec": spec, "CustomerMasterKeySpec": spec, "KeyUsage": usage, "KeyState": "Enabled", "Enabled": True,
        "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "MultiRegion": False, member: algorithms,
    }
    assert expected.items() <= made.items()
    assert made.keys() & LISTS == {member} and not {"ValidTo", "ExpirationModel"} & made.keys()
    assert ("CurrentKeyMaterialId" in made) == (spec == "SYMMETRIC_DEFAULT")
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"] == made


def test_the_older_name_of_the_spec(kms):
    made = kms.create_key(CustomerMasterKeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    assert made["KeySpec"] == "ECC_NIST_P256"
    text = (
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated."
    )
    with refused("ValidationException", text):
        kms.create_key(CustomerMasterKeySpec="RSA_2048", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")


@pytest.mark.parametrize("spec", ["SM2", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "ML_KEM_768"])
def test_specs_that_are_not_here(kms, spec):
    with refused("UnsupportedOperationException", f"The key spec {spec} is not supported in this Region."):
        kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "HMAC_256"])
def test_the_usage_must_be_said(kms, spec):
    text = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
    with refused("ValidationException", text):
        kms.create_key(KeySpec=spec)


@pytest.mark.parametrize(
    "spec, usage",
    [
        ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"), ("RSA_2048", "KEY_AGREEMENT"), ("RSA_4096", "GENERATE_VERIFY_MAC"),
        ("ECC_NIST_P256", "ENCRYPT_DECRYPT"), ("ECC_SECG_P256K1", "KEY_AGREEMENT"),
        ("ECC_NIST_EDWARDS25519", "KEY_AGREEMENT"), ("HMAC_256", "SIGN_VERIFY"), ("HMAC_512", "ENCRYPT_DECRYPT"),
        ("SYMMETRIC_DEFAULT", "ENCAPSULATE_DECAPSULATE"),
    ],
)
def test_usages_that_do_not_fit(kms, spec, usage):
    with refused("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}"):
        kms.create_key(KeySpec=spec, KeyUsage=usage)


def test_a_spec_that_nobody_knows(kms):
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.create_key(KeySpec="DES")
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    wanted = "Value 'DES' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [RSA_2048,"
    assert error["Message"].startswith("1 validation error detected: " + wanted)


@pytest.mark.parametrize("origin", ["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])
def test_custom_key_stores_are_not_here(kms, origin):
    with refused(
        "UnsupportedOperationException",
        f"Key material of origin {origin} needs a custom key store, and there are none here.",
    ):
        kms.create_key(Origin=origin)
    with refused("CustomKeyStoreNotFoundException", "Custom key store cks-1 does not exist."):
        kms.create_key(Origin=origin, CustomKeyStoreId="cks-1")


@pytest.mark.parametrize("spec, usage", [("RSA_2048", "ENCRYPT_DECRYPT"), ("ECC_NIST_P256", "SIGN_VERIFY")])
def test_data_keys_need_a_symmetric_key(kms, spec, usage):
    key = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]
    for operation, extra in {
        "GenerateDataKey": {"KeySpec": "AES_256"}, "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
        "GenerateDataKeyPair": {"KeyPairSpec": "RSA_2048"},
        "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "RSA_2048"},
    }.items():
        run = getattr(kms, {
            "GenerateDataKey": "generate_data_key",
            "GenerateDataKeyWithoutPlaintext": "generate_data_key_without_plaintext",
            "GenerateDataKeyPair": "generate_data_key_pair",
            "GenerateDataKeyPairWithoutPlaintext": "generate_data_key_pair_without_plaintext",
        }[operation])
        text = (
            "You cannot generate a data key with an asymmetric CMK" if usage == "ENCRYPT_DECRYPT"
            else f"{key} key usage is SIGN_VERIFY which is not valid for {operation}."
        )
        with refused("InvalidKeyUsageException", text):
            run(KeyId=key, **extra)


def test_secrets_need_a_symmetric_key(secrets, kms, name):
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
    with refused("EncryptionFailure"):
        secrets.create_secret(Name=name, SecretString="s", KmsKeyId=key)


def test_messages_are_bounded_by_the_model(kms):
    text = validation(must("Value", "message", "have length less than or equal to 4096"))
    with refused("ValidationException", text):
        kms.sign(KeyId="x", Message=b"x" * 4097, SigningAlgorithm="ECDSA_SHA_256")
    with refused("ValidationException", text):
        kms.generate_mac(KeyId="x", Message=b"x" * 4097, MacAlgorithm="HMAC_SHA_256")


def test_keys_survive_a_restart(serve):
    server = serve("a")
    kms = server.client("kms")
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    mac = kms.create_key(KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    signature = kms.sign(KeyId=signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    code = kms.generate_mac(KeyId=mac, Message=b"m", MacAlgorithm="HMAC_SHA_384")["Mac"]
    server.kill()
    kms = server.start().client("kms")
    assert kms.verify(KeyId=signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256", Signature=signature)
    assert kms.verify_mac(KeyId=mac, Message=b"m", MacAlgorithm="HMAC_SHA_384", Mac=code)["MacValid"]
