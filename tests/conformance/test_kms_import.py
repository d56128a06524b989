"""KMS: keys whose material their owner brings."""

import datetime
import hmac
import os
import secrets as chance
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from keys import SIGNING, make, oaep, pkcs8, public_key, sign, spki, verify
from support import refused, until

WRAPPINGS = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"]


def create(kms, spec="SYMMETRIC_DEFAULT", usage="ENCRYPT_DECRYPT", **more):
    return kms.create_key(Origin="EXTERNAL", KeySpec=spec, KeyUsage=usage, **more)["KeyMetadata"]["Arn"]


def wrap(parameters, material, algorithm):
    """What the owner of the material does with the answer of GetParametersForImport."""
    public = serialization.load_der_public_key(parameters["PublicKey"])
    padding = oaep("RSAES_OAEP_SHA_" + algorithm.rsplit("_", 1)[1])
    if not algorithm.startswith("RSA_AES"):
        return public.encrypt(material, padding)
    key = os.urandom(32)
    return public.encrypt(key, padding) + aes_key_wrap_with_padding(key, material)


def parameters(kms, key, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048"):
    return kms.get_parameters_for_import(KeyId=key, WrappingAlgorithm=algorithm, WrappingKeySpec=spec)


def bring(kms, key, material, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048", **more):
    got = parameters(kms, key, algorithm, spec)
    more = more or {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    return kms.import_key_material(
        KeyId=key, ImportToken=got["ImportToken"], EncryptedKeyMaterial=wrap(got, material, algorithm), **more)


def describe(kms, key):
    return kms.describe_key(KeyId=key)["KeyMetadata"]


def now():
    return datetime.datetime.now(datetime.timezone.utc)


@pytest.fixture
def key(kms):
    return create(kms)


def test_a_new_key_waits(kms, key):
    seen = describe(kms, key)
    assert (seen["KeyState"], seen["Enabled"], seen["Origin"]) == ("PendingImport", False, "EXTERNAL")
    assert not {"ValidTo", "ExpirationModel", "CurrentKeyMaterialId"} & seen.keys()
    text = f"{key} is pending import."
    for run in [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"), lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda: kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256"),
        lambda: kms.enable_key(KeyId=key), lambda: kms.disable_key(KeyId=key),
    ]:
        with refused("KMSInvalidStateException", text):
            run()


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
@pytest.mark.parametrize("algorithm", WRAPPINGS)
def test_import(kms, key, algorithm, spec):
    got = parameters(kms, key, algorithm, spec)
    assert got["KeyId"] == key and serialization.load_der_public_key(got["PublicKey"]).key_size == int(spec[4:])
    assert abs((got["ParametersValidTo"] - now()).total_seconds() - 86400) < 60
    made = kms.import_key_material(
        KeyId=key, ImportToken=got["ImportToken"], ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
        EncryptedKeyMaterial=wrap(got, chance.token_bytes(32), algorithm))
    seen = describe(kms, key)
    assert (seen["KeyState"], seen["Enabled"]) == ("Enabled", True)
    assert seen["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE" and "ValidTo" not in seen
    assert made["KeyId"] == key and made["KeyMaterialId"] == seen["CurrentKeyMaterialId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


@pytest.mark.parametrize("spec, length", [("HMAC_224", 28), ("HMAC_256", 32), ("HMAC_384", 48), ("HMAC_512", 64)])
def test_hmac_keys(kms, spec, length):
    key, material = create(kms, spec, "GENERATE_VERIFY_MAC"), chance.token_bytes(length)
    bring(kms, key, material)
    code = kms.generate_mac(KeyId=key, Message=b"message", MacAlgorithm="HMAC_SHA_" + spec[5:])["Mac"]
    assert code == hmac.new(material, b"message", "sha" + spec[5:]).digest()
    for wrong in [material[:-1], material + b"x", b"x"]:
        with refused(
            "IncorrectKeyMaterialException", f"The key material does not make a key of the spec {spec}."
        ):
            bring(kms, key, wrong)


@pytest.mark.parametrize("spec", SIGNING)
def test_key_pairs(kms, spec):
    key, private = create(kms, spec, "SIGN_VERIFY"), make(spec)
    algorithm = "RSA_AES_KEY_WRAP_SHA_256"
    with refused("KMSInvalidStateException", f"{key} is pending import."):
        kms.get_public_key(KeyId=key)
    bring(kms, key, pkcs8(private), algorithm)
    assert kms.get_public_key(KeyId=key)["PublicKey"] == spki(private.public_key())
    scheme = SIGNING[spec][0]
    theirs = kms.sign(KeyId=key, Message=b"message", SigningAlgorithm=scheme)["Signature"]
    verify(private.public_key(), scheme, b"message", theirs)
    ours = sign(private, scheme, b"message")
    assert kms.verify(KeyId=key, Message=b"message", SigningAlgorithm=scheme, Signature=ours)["SignatureValid"]
    bring(kms, key, pkcs8(private), algorithm)
    text = f"The key material is not the one that was imported into {key} before."
    with refused("IncorrectKeyMaterialException", text):
        bring(kms, key, pkcs8(make(spec)), algorithm)
    other = "ECC_NIST_P384" if spec != "ECC_NIST_P384" else "ECC_NIST_P256"
    for wrong in [pkcs8(make(other)), b"x" * 32, spki(private.public_key())]:
        with refused(
            "IncorrectKeyMaterialException", f"The key material does not make a key of the spec {spec}."
        ):
            bring(kms, key, wrong, algorithm)


def test_agreement_and_encryption_with_imported_pairs(kms):
    key, private, peer = create(kms, "ECC_NIST_P521", "KEY_AGREEMENT"), make("ECC_NIST_P521"), make("ECC_NIST_P521")
    bring(kms, key, pkcs8(private), spec="RSA_4096")
    seen = kms.derive_shared_secret(KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=spki(peer.public_key()))
    assert seen["SharedSecret"] == private.exchange(ec.ECDH(), peer.public_key()) and seen["KeyOrigin"] == "EXTERNAL"
    key, private = create(kms, "RSA_2048"), make("RSA_2048")
    bring(kms, key, pkcs8(private), "RSA_AES_KEY_WRAP_SHA_1")
    blob = private.public_key().encrypt(b"text", oaep("RSAES_OAEP_SHA_256"))
    opened = kms.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    assert opened["Plaintext"] == b"text"
    assert public_key(kms, key).public_numbers() == private.public_key().public_numbers()


def test_the_same_material_again_and_no_other(kms, key):
    material = chance.token_bytes(32)
    made = bring(kms, key, material)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert bring(kms, key, material)["KeyMaterialId"] == made["KeyMaterialId"]
    deleted = kms.delete_imported_key_material(KeyId=key)
    assert (deleted["KeyId"], deleted["KeyMaterialId"]) == (key, made["KeyMaterialId"])
    assert describe(kms, key)["KeyState"] == "PendingImport"
    assert "ExpirationModel" not in describe(kms, key)
    with refused("KMSInvalidStateException", f"{key} is pending import."):
        kms.decrypt(CiphertextBlob=blob)
    text = f"The key material is not the one that was imported into {key} before."
    with refused("IncorrectKeyMaterialException", text):
        bring(kms, key, chance.token_bytes(32))
    kms.delete_imported_key_material(KeyId=key)
    bring(kms, key, material)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    other = create(kms)
    assert bring(kms, other, material)["KeyMaterialId"] != made["KeyMaterialId"]
    # The same bytes, but another key.
    with refused("IncorrectKeyException"):
        kms.decrypt(CiphertextBlob=blob, KeyId=other)


def test_import_types_and_ids(kms, key):
    plain = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    material = chance.token_bytes(32)
    with refused("IncorrectKeyMaterialException", f"No key material has been imported into {key} before."):
        bring(kms, key, material, ImportType="EXISTING_KEY_MATERIAL", **plain)
    made = bring(kms, key, material, ImportType="NEW_KEY_MATERIAL", KeyMaterialDescription="from the safe", **plain)
    with refused("IncorrectKeyMaterialException", f"The key material is already associated with {key}."):
        bring(kms, key, material, ImportType="NEW_KEY_MATERIAL", **plain)
    bring(kms, key, material, ImportType="EXISTING_KEY_MATERIAL", KeyMaterialId=made["KeyMaterialId"], **plain)
    text = "The key material is not the one that the KeyMaterialId names."
    with refused("IncorrectKeyMaterialException", text):
        bring(kms, key, material, KeyMaterialId="0" * 64, **plain)
    with refused("ValidationException", "KeyMaterialId can't be specified when ImportType is NEW_KEY_MATERIAL."):
        bring(kms, key, material, ImportType="NEW_KEY_MATERIAL", KeyMaterialId=made["KeyMaterialId"], **plain)
    with refused("NotFoundException", f"Key material '{'0' * 64}' does not exist in {key}"):
        kms.delete_imported_key_material(KeyId=key, KeyMaterialId="0" * 64)
    kms.delete_imported_key_material(KeyId=key, KeyMaterialId=made["KeyMaterialId"])


def rotations(kms, key, **more):
    return kms.list_key_rotations(KeyId=key, **({"IncludeKeyMaterial": "ALL_KEY_MATERIAL"} | more))["Rotations"]


def states(kms, key):
    return [(r["KeyMaterialState"], r["ImportState"]) for r in rotations(kms, key)]


def bring_new(kms, key, material=None, **more):
    more = more or {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    return bring(kms, key, material or chance.token_bytes(32), ImportType="NEW_KEY_MATERIAL", **more)["KeyMaterialId"]


def test_rotation_to_new_material(server, kms, key):
    old, new = chance.token_bytes(32), chance.token_bytes(32)
    with refused("KMSInvalidStateException", f"{key} is pending import."):
        kms.rotate_key_on_demand(KeyId=key)
    first = bring(kms, key, old)["KeyMaterialId"]
    with refused(
        "KMSInvalidStateException", f"No available key material pending rotation for the key: {key}."
    ):
        kms.rotate_key_on_demand(KeyId=key)
    blob = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    plain = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    second = bring_new(kms, key, new, KeyMaterialDescription="second", **plain)
    assert describe(kms, key)["CurrentKeyMaterialId"] == first and rotations(
        kms, key, IncludeKeyMaterial="ROTATIONS_ONLY") == []
    short = key.split("/")[1]
    assert rotations(kms, key) == [
        {"KeyId": short, "KeyMaterialId": first, "KeyMaterialState": "CURRENT", "ImportState": "IMPORTED", **plain},
        {
            "KeyId": short, "KeyMaterialId": second, "KeyMaterialState": "PENDING_ROTATION", "ImportState": "IMPORTED",
            "KeyMaterialDescription": "second", **plain,
        },
    ]
    assert kms.encrypt(KeyId=key, Plaintext=b"x")["KeyId"] == key
    with refused("KMSInvalidStateException", (
        f"{key} has key material that is pending rotation. Rotate the key or delete that material first."
    )):
        bring_new(kms, key)
    # It may come again with another end and keeps its description.
    bring(kms, key, new, ValidTo=now() + datetime.timedelta(days=9), KeyMaterialId=second)
    pending = rotations(kms, key)[1]
    assert pending["ExpirationModel"] == "KEY_MATERIAL_EXPIRES" and pending["KeyMaterialDescription"] == "second"
    assert abs((pending["ValidTo"] - now()).total_seconds() - 9 * 86400) < 60
    assert describe(kms, key)["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"

    assert kms.rotate_key_on_demand(KeyId=key)["KeyId"] == short
    seen = describe(kms, key)
    assert seen["CurrentKeyMaterialId"] == second and seen["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
    assert states(kms, key) == [("NON_CURRENT", "IMPORTED"), ("CURRENT", "IMPORTED")]
    (rotation,) = rotations(kms, key, IncludeKeyMaterial="ROTATIONS_ONLY")
    assert rotation["KeyMaterialId"] == second and rotation["RotationType"] == "ON_DEMAND"
    assert abs((rotation["RotationDate"] - now()).total_seconds()) < 60
    opened = kms.decrypt(CiphertextBlob=blob)
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"old", first)
    assert kms.generate_data_key(KeyId=key, KeySpec="AES_256")["KeyMaterialId"] == second
    # What was current once is not new again.
    with refused("IncorrectKeyMaterialException", f"The key material is already associated with {key}."):
        bring_new(kms, key, old)
    events = until(lambda: [
        r for r in server.records(500) if r["eventName"] == "RotateKey" and r["serviceEventDetails"]["keyId"] == short])
    assert events[0]["serviceEventDetails"] == {
        "keyId": short, "rotationType": "ON_DEMAND", "keyOrigin": "EXTERNAL", "previousKeyMaterialId": first,
        "currentKeyMaterialId": second,
    }


def test_a_key_needs_all_its_materials(kms, key):
    old, new = chance.token_bytes(32), chance.token_bytes(32)
    first = bring(kms, key, old)["KeyMaterialId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    second = bring_new(kms, key, new)
    kms.rotate_key_on_demand(KeyId=key)
    third = bring_new(kms, key)
    assert kms.delete_imported_key_material(KeyId=key, KeyMaterialId=first)["KeyMaterialId"] == first
    assert describe(kms, key)["KeyState"] == "PendingImport"
    assert states(kms, key) == [
        ("NON_CURRENT", "PENDING_IMPORT"), ("CURRENT", "IMPORTED"), ("PENDING_ROTATION", "IMPORTED")]
    text = f"{key} is pending import."
    for run in [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"), lambda: kms.decrypt(CiphertextBlob=blob),
        lambda: kms.rotate_key_on_demand(KeyId=key),
    ]:
        with refused("KMSInvalidStateException", text):
            run()
    # Without an id it is the current material.
    assert kms.delete_imported_key_material(KeyId=key)["KeyMaterialId"] == second
    bring(kms, key, new)
    assert describe(kms, key)["KeyState"] == "PendingImport"
    bring(kms, key, old)
    assert describe(kms, key)["KeyState"] == "Enabled"
    assert rotations(kms, key)[1]["RotationType"] == "ON_DEMAND"
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"old"
    # The key works without the material that waits, and that leaves nothing behind.
    kms.delete_imported_key_material(KeyId=key, KeyMaterialId=third)
    assert describe(kms, key)["KeyState"] == "Enabled" and len(rotations(kms, key)) == 2
    with refused("NotFoundException", f"Key material '{third}' does not exist in {key}"):
        kms.delete_imported_key_material(KeyId=key, KeyMaterialId=third)
    assert bring_new(kms, key) != third


def test_waiting_material_expires(kms, key):
    bring(kms, key, chance.token_bytes(32))
    bring_new(kms, key, ValidTo=now() + datetime.timedelta(seconds=2))
    until(lambda: len(rotations(kms, key)) == 1)
    assert describe(kms, key)["KeyState"] == "Enabled"
    with refused("KMSInvalidStateException", f"No available key material pending rotation for the key: {key}."):
        kms.rotate_key_on_demand(KeyId=key)


def test_the_earliest_end_counts(kms, key):
    bring(kms, key, chance.token_bytes(32), ValidTo=now() + datetime.timedelta(days=5))
    bring_new(kms, key, ValidTo=now() + datetime.timedelta(days=300))
    kms.rotate_key_on_demand(KeyId=key)
    assert abs((describe(kms, key)["ValidTo"] - now()).total_seconds() - 5 * 86400) < 60


def test_a_secret_under_a_rotated_imported_key(kms, secrets, key, name):
    bring(kms, key, chance.token_bytes(32))
    secrets.create_secret(Name=name, SecretString="one", KmsKeyId=key)
    bring_new(kms, key)
    for _ in range(2):
        assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"
    kms.rotate_key_on_demand(KeyId=key)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"
    secrets.put_secret_value(SecretId=name, SecretString="two")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "two"
    assert secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "one"


def test_other_keys_have_one_material(kms):
    key = create(kms, "HMAC_256", "GENERATE_VERIFY_MAC")
    material, plain = chance.token_bytes(32), {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    for more in [
        {"ImportType": "NEW_KEY_MATERIAL"}, {"ImportType": "EXISTING_KEY_MATERIAL"}, {"KeyMaterialId": "0" * 64},
        {"KeyMaterialDescription": "x"},
    ]:
        with refused("UnsupportedOperationException", (
            f"ImportType, KeyMaterialId and KeyMaterialDescription are for symmetric encryption keys; "
            f"{key} is a HMAC_256 key."
        )):
            bring(kms, key, material, **more, **plain)


def test_tokens_are_for_one_key_and_one_wrapping_key(kms, key):
    plain = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    one, two, other = parameters(kms, key), parameters(kms, key), parameters(kms, create(kms))
    wrapped = wrap(one, b"k" * 32, "RSAES_OAEP_SHA_256")
    text = "The import token is invalid or belongs to a different KMS key."
    token = one["ImportToken"]
    for wrong in [
        other["ImportToken"], b"x", token[:-1], token + b"x", token[:5] + bytes([token[5] ^ 1]) + token[6:],
        bytes([token[0], 3]) + token[2:], token[:40] + bytes([token[40] ^ 1]) + token[41:],
    ]:
        with refused("InvalidImportTokenException", text):
            kms.import_key_material(KeyId=key, ImportToken=wrong, EncryptedKeyMaterial=wrapped, **plain)
    for token, material in [
        (two["ImportToken"], wrapped), (one["ImportToken"], wrapped[:-1]), (one["ImportToken"], b"x"),
        (one["ImportToken"], b"\xff" * 256), (one["ImportToken"], wrap(one, b"k" * 32, "RSAES_OAEP_SHA_1")),
        (one["ImportToken"], wrap(one, b"k" * 32, "RSA_AES_KEY_WRAP_SHA_256")),
    ]:
        with refused("InvalidCiphertextException", ""):
            kms.import_key_material(KeyId=key, ImportToken=token, EncryptedKeyMaterial=material, **plain)
    for length in [1, 16, 31, 33, 64]:
        with refused(
            "IncorrectKeyMaterialException", "The key material does not make a key of the spec SYMMETRIC_DEFAULT."
        ):
            bring(kms, key, b"k" * length)
    assert describe(kms, key)["KeyState"] == "PendingImport"
    kms.import_key_material(KeyId=key, ImportToken=one["ImportToken"], EncryptedKeyMaterial=wrapped, **plain)


def test_damaged_aes_wrappings(kms, key):
    got = parameters(kms, key, "RSA_AES_KEY_WRAP_SHA_256")
    wrapped = wrap(got, b"k" * 32, "RSA_AES_KEY_WRAP_SHA_256")
    public = serialization.load_der_public_key(got["PublicKey"])
    short = os.urandom(16)
    for material in [
        wrapped[:-1] + bytes([wrapped[-1] ^ 1]), wrapped[:-8], wrapped[:256], wrapped[:288], wrapped + b"x" * 8,
        public.encrypt(short, oaep("RSAES_OAEP_SHA_256")) + aes_key_wrap_with_padding(short, b"k" * 32),
    ]:
        with refused("InvalidCiphertextException", ""):
            kms.import_key_material(
                KeyId=key, ImportToken=got["ImportToken"], EncryptedKeyMaterial=material,
                ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")


def test_expiry(kms, key):
    material = chance.token_bytes(32)
    soon = now() + datetime.timedelta(seconds=3)
    bring(kms, key, material, ValidTo=soon)
    seen = describe(kms, key)
    assert seen["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
    assert abs((seen["ValidTo"] - soon).total_seconds()) < 1
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    until(lambda: describe(kms, key)["KeyState"] == "PendingImport")
    with refused("KMSInvalidStateException", f"{key} is pending import."):
        kms.decrypt(CiphertextBlob=blob)
    bring(kms, key, material)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    seen = describe(kms, key)
    assert seen["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE" and "ValidTo" not in seen


def test_a_secret_whose_key_expires(kms, secrets, key, name):
    bring(kms, key, chance.token_bytes(32), ValidTo=now() + datetime.timedelta(seconds=4))
    secrets.create_secret(Name=name, SecretString="s", KmsKeyId=key)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            assert secrets.get_secret_value(SecretId=name)["SecretString"] == "s"
        except secrets.exceptions.DecryptionFailure:
            break
    assert describe(kms, key)["KeyState"] == "PendingImport"
    with refused("DecryptionFailure"):
        secrets.get_secret_value(SecretId=name)


def test_expiration_models_that_are_refused(kms, key):
    text = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
    with refused("ValidationException", text):
        bring(kms, key, b"k" * 32, ExpirationModel="KEY_MATERIAL_EXPIRES")
    text = "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE"
    with refused("ValidationException", text):
        bring(kms, key, b"k" * 32, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE", ValidTo=now())
    for days in [-1, 366]:
        with refused("ValidationException", "ValidTo must be in the future and at most 365 days from now."):
            bring(kms, key, b"k" * 32, ValidTo=now() + datetime.timedelta(days=days))


def test_keys_that_take_no_material(kms):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    text = f"{key} origin is AWS_KMS which is not valid for this operation."
    for run in [
        lambda: parameters(kms, key), lambda: kms.delete_imported_key_material(KeyId=key),
        lambda: kms.import_key_material(
            KeyId=key, ImportToken=b"x", EncryptedKeyMaterial=b"x", ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE"),
    ]:
        with refused("UnsupportedOperationException", text):
            run()


@pytest.mark.parametrize("spec, algorithm, wrapping", [
    ("RSA_2048", "RSAES_OAEP_SHA_256", "RSA_4096"), ("RSA_3072", "RSAES_OAEP_SHA_1", "RSA_4096"),
    ("ECC_NIST_P521", "RSAES_OAEP_SHA_256", "RSA_2048"),
])
def test_material_that_does_not_fit_into_a_block(kms, spec, algorithm, wrapping):
    key = create(kms, spec, "SIGN_VERIFY")
    text = f"Key material for {spec} does not fit into {algorithm} with {wrapping}; use RSA_AES_KEY_WRAP_SHA_256."
    with refused("UnsupportedOperationException", text):
        parameters(kms, key, algorithm, wrapping)


def test_wrappings_that_are_not_here(kms, key):
    for algorithm in ["RSAES_PKCS1_V1_5", "SM2PKE"]:
        with refused("UnsupportedOperationException", f"The wrapping algorithm {algorithm} is not supported."):
            parameters(kms, key, algorithm)
    with refused("UnsupportedOperationException", "The key spec SM2 is not supported in this Region."):
        parameters(kms, key, spec="SM2")


def test_states(kms, key):
    bring(kms, key, b"k" * 32)
    kms.disable_key(KeyId=key)
    with refused("KMSInvalidStateException", f"{key} is disabled."):
        bring(kms, key, b"k" * 32)
    kms.delete_imported_key_material(KeyId=key)
    assert describe(kms, key)["KeyState"] == "PendingImport"
    got = parameters(kms, key)
    bring(kms, key, b"k" * 32)
    assert describe(kms, key)["KeyState"] == "Enabled"
    kms.schedule_key_deletion(KeyId=key)
    text = f"{key} is pending deletion."
    with refused("KMSInvalidStateException", text):
        parameters(kms, key)
    with refused("KMSInvalidStateException", text):
        kms.import_key_material(
            KeyId=key, ImportToken=got["ImportToken"], ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
            EncryptedKeyMaterial=wrap(got, b"k" * 32, "RSAES_OAEP_SHA_256"))
    kms.delete_imported_key_material(KeyId=key)
    assert describe(kms, key)["KeyState"] == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=key)
    assert describe(kms, key)["KeyState"] == "PendingImport"


def test_the_trail_has_no_material(server, kms, key):
    bring(kms, key, b"k" * 32)

    def recorded():
        records = [r for r in server.records(500) if r["eventName"] == "ImportKeyMaterial"]
        return [r for r in records if r.get("resources") and r["resources"][0]["ARN"] == key]

    record = until(recorded)[0]
    assert record["requestParameters"] == {"keyId": key, "expirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    assert record["responseElements"].keys() == {"keyId", "keyMaterialId"} and record["readOnly"] is False
