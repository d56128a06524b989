"""KMS: encryption with RSA keys, and data key pairs, checked against pyca/cryptography."""

import pytest
from cryptography.hazmat.primitives import serialization
from keys import CURVES, OAEP, SIGNING, oaep, pkcs8, public_key, sign, spki, verify
from support import ANY, refused

DRY = "The request would have succeeded, but the DryRun option is set."
ROOM = {"RSA_2048": (214, 190), "RSA_3072": (342, 318), "RSA_4096": (470, 446)}


def create(kms, spec="RSA_2048", usage="ENCRYPT_DECRYPT"):
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]


@pytest.mark.parametrize("spec", ROOM)
def test_round_trip(kms, spec):
    key = create(kms, spec)
    for algorithm, most in zip(OAEP, ROOM[spec]):
        for plaintext in [b"x", b"y" * most]:
            sealed = kms.encrypt(KeyId=key, Plaintext=plaintext, EncryptionAlgorithm=algorithm)
            assert (sealed["KeyId"], sealed["EncryptionAlgorithm"]) == (key, algorithm)
            assert len(sealed["CiphertextBlob"]) == int(spec[4:]) // 8
            ours = public_key(kms, key).encrypt(plaintext, oaep(algorithm))
            for blob in [sealed["CiphertextBlob"], ours]:
                opened = kms.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
                assert opened["Plaintext"] == plaintext
                assert (opened["KeyId"], opened["EncryptionAlgorithm"]) == (key, algorithm)
                assert "KeyMaterialId" not in opened
        text = f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {most} bytes."
        with refused("ValidationException", text):
            kms.encrypt(KeyId=key, Plaintext=b"y" * (most + 1), EncryptionAlgorithm=algorithm)


def test_what_does_not_open(kms):
    key, other = create(kms), create(kms)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")["CiphertextBlob"]
    for key_id, ciphertext, algorithm in [
        (other, blob, "RSAES_OAEP_SHA_256"), (key, blob, "RSAES_OAEP_SHA_1"), (key, blob[:-1], "RSAES_OAEP_SHA_256"),
        (key, b"x", "RSAES_OAEP_SHA_256"), (key, b"\xff" * 256, "RSAES_OAEP_SHA_256"),
        (key, b"\x00" * 6144, "RSAES_OAEP_SHA_256"),
    ]:
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(KeyId=key_id, CiphertextBlob=ciphertext, EncryptionAlgorithm=algorithm)
    # Without an algorithm it is taken for a symmetric key's.
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(KeyId=key, CiphertextBlob=blob)


def test_a_symmetric_blob_named_with_an_rsa_key(kms):
    symmetric = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=symmetric, Plaintext=b"x")["CiphertextBlob"]
    text = "The key ID in the request does not identify a CMK that can perform this operation."
    with refused("IncorrectKeyException", text):
        kms.decrypt(KeyId=create(kms), CiphertextBlob=blob)


def test_the_key_must_be_named(kms):
    with refused("ValidationException", ANY):
        kms.decrypt(CiphertextBlob=b"x" * 256, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    with refused("ValidationException", ANY):
        kms.re_encrypt(
            CiphertextBlob=b"x" * 256, SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256", DestinationKeyId="alias/x")


def test_no_context_with_rsa(kms):
    key = create(kms)
    text = (
        "An encryption context can't be used with the algorithm RSAES_OAEP_SHA_1: it needs a symmetric key."
    )
    with refused("ValidationException", text):
        kms.encrypt(
            KeyId=key, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1", EncryptionContext={"a": "b"})
    with refused("ValidationException", text):
        kms.decrypt(
            KeyId=key, CiphertextBlob=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1", EncryptionContext={"a": "b"})


def test_algorithms_that_do_not_fit(kms):
    symmetric, key, signing = kms.create_key()["KeyMetadata"]["Arn"], create(kms), create(kms, usage="SIGN_VERIFY")
    for key_id, spec, algorithm in [
        (symmetric, "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256"), (key, "RSA_2048", "SYMMETRIC_DEFAULT"),
        (key, "RSA_2048", "SM2PKE"),
    ]:
        text = f"Algorithm {algorithm} is incompatible with key spec {spec}."
        with refused("InvalidKeyUsageException", text):
            kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionAlgorithm=algorithm)
        if algorithm != "SYMMETRIC_DEFAULT":
            with refused("InvalidKeyUsageException", text):
                kms.decrypt(KeyId=key_id, CiphertextBlob=b"x", EncryptionAlgorithm=algorithm)
    for operation, extra in [("Encrypt", {"Plaintext": b"x"}), ("Decrypt", {"CiphertextBlob": b"x"})]:
        text = f"{signing} key usage is SIGN_VERIFY which is not valid for {operation}."
        with refused("InvalidKeyUsageException", text):
            getattr(kms, operation.lower())(KeyId=signing, EncryptionAlgorithm="RSAES_OAEP_SHA_256", **extra)


def test_re_encrypt_between_kinds(kms):
    symmetric, key = kms.create_key()["KeyMetadata"]["Arn"], create(kms)
    blob = kms.encrypt(KeyId=symmetric, Plaintext=b"text")["CiphertextBlob"]
    to = kms.re_encrypt(
        CiphertextBlob=blob, DestinationKeyId=key, DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256")
    assert (to["SourceKeyId"], to["KeyId"]) == (symmetric, key)
    assert to["SourceEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert to["DestinationEncryptionAlgorithm"] == "RSAES_OAEP_SHA_256"
    assert "SourceKeyMaterialId" in to and "DestinationKeyMaterialId" not in to
    back = kms.re_encrypt(
        CiphertextBlob=to["CiphertextBlob"], SourceKeyId=key, SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        DestinationKeyId=symmetric, DestinationEncryptionContext={"a": "b"})
    assert "SourceKeyMaterialId" not in back and "DestinationKeyMaterialId" in back
    opened = kms.decrypt(CiphertextBlob=back["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == b"text"
    long = kms.encrypt(KeyId=symmetric, Plaintext=b"x" * 191)["CiphertextBlob"]
    text = "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes."
    with refused("ValidationException", text):
        kms.re_encrypt(
            CiphertextBlob=long, DestinationKeyId=key, DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256")
    with refused("DryRunOperationException", DRY):
        kms.re_encrypt(
            CiphertextBlob=blob, DestinationKeyId=key, DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256", DryRun=True)


def test_states_and_dry_runs(kms):
    key = create(kms)
    runs = [
        lambda **kw: kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1", **kw),
        lambda **kw: kms.decrypt(KeyId=key, CiphertextBlob=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1", **kw),
    ]
    for run in runs:
        with refused("DryRunOperationException", DRY):
            run(DryRun=True)
    kms.disable_key(KeyId=key)
    for run in runs:
        with refused("DisabledException", f"{key} is disabled."):
            run()


# Data key pairs

PAIRS = ["RSA_2048", "RSA_3072", *CURVES, "ECC_NIST_EDWARDS25519"]


@pytest.mark.parametrize("spec", PAIRS)
def test_data_key_pairs(kms, spec):
    key = kms.create_key()["KeyMetadata"]
    context = {"purpose": "pairs"}
    made = kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec=spec, EncryptionContext=context)
    assert (made["KeyId"], made["KeyPairSpec"]) == (key["Arn"], spec)
    assert made["KeyMaterialId"] == key["CurrentKeyMaterialId"]
    private = serialization.load_der_private_key(made["PrivateKeyPlaintext"], None)
    assert spki(private.public_key()) == made["PublicKey"] and pkcs8(private) == made["PrivateKeyPlaintext"]
    algorithm = SIGNING[spec][0]
    verify(private.public_key(), algorithm, b"message", sign(private, algorithm, b"message"))
    opened = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"], EncryptionContext=context)
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])
    blind = kms.generate_data_key_pair_without_plaintext(KeyId=key["KeyId"], KeyPairSpec=spec)
    assert "PrivateKeyPlaintext" not in blind and blind["PublicKey"] != made["PublicKey"]
    again = kms.decrypt(CiphertextBlob=blind["PrivateKeyCiphertextBlob"])["Plaintext"]
    assert spki(serialization.load_der_private_key(again, None).public_key()) == blind["PublicKey"]


def test_data_key_pairs_that_are_refused(kms):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    for run in [kms.generate_data_key_pair, kms.generate_data_key_pair_without_plaintext]:
        for spec in ["SM2", "ML_KEM_768"]:
            with refused("UnsupportedOperationException", f"The key spec {spec} is not supported in this Region."):
                run(KeyId=key, KeyPairSpec=spec)
        with refused("DryRunOperationException", DRY):
            run(KeyId=key, KeyPairSpec="RSA_4096", DryRun=True)
    kms.disable_key(KeyId=key)
    for run in [kms.generate_data_key_pair, kms.generate_data_key_pair_without_plaintext]:
        with refused("DisabledException", f"{key} is disabled."):
            run(KeyId=key, KeyPairSpec="ECC_NIST_P256")
