"""KMS: cryptographic operations."""

import pytest
from support import call, must, refused, validation

CONTEXT = {"purpose": "test", "Zeile": "zwei", "\u00e9": "\U0001f511"}
INCORRECT = "The key ID in the request does not identify a CMK that can perform this operation."
DRY = "The request would have succeeded, but the DryRun option is set."


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.mark.parametrize("plaintext", [b"x", bytes(range(256)), b"\xff" * 4096], ids=len)
def test_round_trip(kms, key, plaintext):
    sealed = kms.encrypt(KeyId=key.split("/")[1], Plaintext=plaintext, EncryptionContext=CONTEXT)
    assert sealed["KeyId"] == key and sealed["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert plaintext not in sealed["CiphertextBlob"] or len(plaintext) < 4
    reordered = dict(reversed(CONTEXT.items()))
    opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=reordered)
    assert opened["Plaintext"] == plaintext and opened["KeyId"] == key
    assert opened["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    again = kms.encrypt(KeyId=key, Plaintext=plaintext, EncryptionContext=CONTEXT)
    assert again["CiphertextBlob"] != sealed["CiphertextBlob"]


@pytest.mark.parametrize(
    "context",
    [
        {}, {"purpose": "test"}, {**CONTEXT, "more": ""}, {**CONTEXT, "purpose": "Test"},
        {"Purpose": "test", "Zeile": "zwei", "\u00e9": "\U0001f511"},
        {"purpose": "test", "Zeile": "zwei", "e\u0301": "\U0001f511"}, {"purposetest": "", **CONTEXT},
    ],
    ids=str,
)
def test_wrong_context(kms, key, context):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)


def test_no_message_with_invalid_ciphertext(server, kms, key):
    reply = call(server, "Decrypt", {"CiphertextBlob": "AAAA"}, "kms")
    assert reply.status == 400 and reply.code == "InvalidCiphertextException" and not reply.message


def test_damaged_blobs(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"secret text")["CiphertextBlob"]
    refusals = (kms.exceptions.InvalidCiphertextException, kms.exceptions.ClientError)
    for at in range(len(blob)):
        damaged = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(refusals) as caught:
            kms.decrypt(CiphertextBlob=damaged)
        error = caught.value.response
        # A blob whose key id was hit names a key that is not there, or is out of reach.
        assert error["Error"]["Code"] in ("InvalidCiphertextException", "AccessDeniedException"), (at, error["Error"])
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    for damaged in [blob[:-1], blob + b"\x00", blob[1:], b"\x00", blob[:40], b"\xff" * 6144]:
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=damaged)


def test_a_named_key_must_be_the_right_one(kms, key, name):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/" + name, TargetKeyId=key)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    for right in [key, key.split("/")[1], "alias/" + name]:
        assert kms.decrypt(CiphertextBlob=blob, KeyId=right)["Plaintext"] == b"x"
    with refused("IncorrectKeyException", INCORRECT):
        kms.decrypt(CiphertextBlob=blob, KeyId=other)
    with refused("IncorrectKeyException", INCORRECT):
        kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=other, DestinationKeyId=key)
    with refused("NotFoundException"):
        kms.decrypt(CiphertextBlob=blob, KeyId="12345678-1234-1234-1234-123456789012")


def test_blobs_stay_in_their_region(client, kms, key, region):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(kms.exceptions.ClientError) as caught:
        client("kms", region=region).decrypt(CiphertextBlob=blob)
    assert caught.value.response["Error"]["Code"] in ("AccessDeniedException", "InvalidCiphertextException")


def test_disabled(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    for run in [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"), lambda: kms.decrypt(CiphertextBlob=blob),
        lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_128"),
        lambda: kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=5),
        lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key),
    ]:
        with refused("DisabledException", f"{key} is disabled."):
            run()


def test_re_encrypt(kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"a": "1"})["CiphertextBlob"]
    moved = kms.re_encrypt(
        CiphertextBlob=blob, SourceEncryptionContext={"a": "1"}, DestinationKeyId=other,
        DestinationEncryptionContext={"b": "2"},
    )
    assert moved["SourceKeyId"] == key and moved["KeyId"] == other
    assert moved["SourceEncryptionAlgorithm"] == moved["DestinationEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"b": "2"})
    assert opened["Plaintext"] == b"x" and opened["KeyId"] == other
    with refused("InvalidCiphertextException", ""):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)


@pytest.mark.parametrize(
    "request_, length",
    [
        ({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1}, 1),
        ({"NumberOfBytes": 1024}, 1024),
    ],
    ids=str,
)
def test_data_keys(kms, key, request_, length):
    made = kms.generate_data_key(KeyId=key, EncryptionContext=CONTEXT, **request_)
    assert len(made["Plaintext"]) == length and made["KeyId"] == key
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened["Plaintext"] == made["Plaintext"]
    blind = kms.generate_data_key_without_plaintext(KeyId=key, EncryptionContext=CONTEXT, **request_)
    assert "Plaintext" not in blind and blind["KeyId"] == key
    assert len(kms.decrypt(CiphertextBlob=blind["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"]) == length


@pytest.mark.parametrize("request_", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}], ids=["neither", "both"])
def test_data_key_sizes_that_do_not_fit(kms, key, request_):
    for run in [kms.generate_data_key, kms.generate_data_key_without_plaintext]:
        with refused("ValidationException"):
            run(KeyId=key, **request_)


def test_random(kms):
    for length in [1, 32, 1024]:
        assert len(kms.generate_random(NumberOfBytes=length)["Plaintext"]) == length
    assert kms.generate_random(NumberOfBytes=32)["Plaintext"] != kms.generate_random(NumberOfBytes=32)["Plaintext"]
    with refused("ValidationException", "NumberOfBytes is required."):
        kms.generate_random()


def test_dry_run(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    for run in [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x", DryRun=True),
        lambda: kms.decrypt(CiphertextBlob=blob, DryRun=True),
        lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key, DryRun=True),
        lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256", DryRun=True),
        lambda: kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256", DryRun=True),
    ]:
        with refused("DryRunOperationException", DRY):
            run()


def test_dry_runs_without_a_ciphertext(kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    dry = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    with refused("DryRunOperationException", DRY):
        kms.decrypt(KeyId=key, **dry)
    with refused("DryRunOperationException", DRY):
        kms.re_encrypt(SourceKeyId=key, DestinationKeyId=other, **dry)
    with refused("ValidationException", "KeyId is required with the dry run modifier IGNORE_CIPHERTEXT."):
        kms.decrypt(**dry)
    with refused("ValidationException", "SourceKeyId is required with the dry run modifier IGNORE_CIPHERTEXT."):
        kms.re_encrypt(DestinationKeyId=other, **dry)
    text = validation(must("Value null", "ciphertextBlob", "not be null"))
    with refused("ValidationException", text):
        kms.decrypt(KeyId=key, DryRunModifiers=["IGNORE_CIPHERTEXT"])
    kms.disable_key(KeyId=key)
    with refused("DisabledException", f"{key} is disabled."):
        kms.decrypt(KeyId=key, **dry)


def test_asymmetric_algorithms_do_not_fit(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    for run in [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256"),
        lambda: kms.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_1"),
    ]:
        with refused("InvalidKeyUsageException"):
            run()


def test_plaintext_too_long(kms, key):
    text = validation(must("Value", "plaintext", "have length less than or equal to 4096"))
    with refused("ValidationException", text):
        kms.encrypt(KeyId=key, Plaintext=b"x" * 4097)
