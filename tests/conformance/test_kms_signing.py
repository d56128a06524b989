"""KMS: signatures, public keys, and secrets agreed on, checked against pyca/cryptography."""

import functools

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from keys import CURVES, SIGNING, digest, make, public_key, spki, verify
from support import call, refused

DRY = "The request would have succeeded, but the DryRun option is set."
MESSAGE = b"what is signed" * 100


@pytest.fixture
def keys(kms):
    """`keys(spec, usage)`: a key of that kind, made once."""

    @functools.cache
    def get(spec, usage="SIGN_VERIFY"):
        return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]

    return get


@pytest.mark.parametrize("spec", SIGNING)
def test_sign_and_verify(kms, keys, spec):
    key = keys(spec)
    public = public_key(kms, key)
    for algorithm in SIGNING[spec]:
        made = kms.sign(KeyId=key, Message=MESSAGE, SigningAlgorithm=algorithm)
        assert made["KeyId"] == key and made["SigningAlgorithm"] == algorithm
        verify(public, algorithm, MESSAGE, made["Signature"])
        with pytest.raises(InvalidSignature):
            verify(public, algorithm, MESSAGE + b".", made["Signature"])
        right = {"KeyId": key, "SigningAlgorithm": algorithm, "Signature": made["Signature"]}
        seen = kms.verify(Message=MESSAGE, MessageType="RAW", **right)
        assert (seen["KeyId"], seen["SignatureValid"], seen["SigningAlgorithm"]) == (key, True, algorithm)
        flipped = made["Signature"][:-1] + bytes([made["Signature"][-1] ^ 1])
        for message, signature in [
            (MESSAGE + b".", made["Signature"]), (MESSAGE, flipped), (MESSAGE, b"x"),
            (MESSAGE, b"\x00" * 6144),
        ]:
            with refused("KMSInvalidSignatureException", ""):
                kms.verify(**{**right, "Message": message, "Signature": signature})


@pytest.mark.parametrize("spec", [spec for spec in SIGNING if spec != "ECC_NIST_EDWARDS25519"])
def test_digests(kms, keys, spec):
    key = keys(spec)
    for algorithm in SIGNING[spec]:
        hashed = digest(algorithm, MESSAGE)
        made = kms.sign(KeyId=key, Message=hashed, MessageType="DIGEST", SigningAlgorithm=algorithm)["Signature"]
        verify(public_key(kms, key), algorithm, MESSAGE, made)
        right = {"KeyId": key, "SigningAlgorithm": algorithm, "Signature": made}
        assert kms.verify(Message=MESSAGE, **right)["SignatureValid"]
        assert kms.verify(Message=hashed, MessageType="DIGEST", **right)["SignatureValid"]
        with refused("KMSInvalidSignatureException", ""):
            kms.verify(Message=hashed, **right)
        for wrong in [hashed[:-1], hashed + b"x", b"x"]:
            text = f"Digest is invalid length for algorithm {algorithm}."
            with refused("ValidationException", text):
                kms.sign(KeyId=key, Message=wrong, MessageType="DIGEST", SigningAlgorithm=algorithm)
            with refused("ValidationException", text):
                kms.verify(Message=wrong, MessageType="DIGEST", **right)


def test_edwards_curves_take_whole_messages(kms, keys):
    key = keys("ECC_NIST_EDWARDS25519")
    with refused("ValidationException", "Algorithm ED25519_SHA_512 requires the MessageType RAW."):
        kms.sign(KeyId=key, Message=b"x" * 64, MessageType="DIGEST", SigningAlgorithm="ED25519_SHA_512")
    text = "Algorithm ED25519_PH_SHA_512 is incompatible with key spec ECC_NIST_EDWARDS25519."
    with refused("InvalidKeyUsageException", text):
        kms.sign(KeyId=key, Message=b"x" * 64, MessageType="DIGEST", SigningAlgorithm="ED25519_PH_SHA_512")


def test_external_mu_is_for_ml_dsa(kms, keys):
    with refused("ValidationException", "MessageType EXTERNAL_MU needs an ML-DSA key."):
        kms.sign(
            KeyId=keys("RSA_2048"), Message=b"x" * 64, MessageType="EXTERNAL_MU", SigningAlgorithm="ML_DSA_SHAKE_256"
        )


def test_the_trail_has_no_messages(server, kms, keys):
    key = keys("ECC_NIST_P256")
    message = b"not for the trail"
    kms.sign(KeyId=key, Message=message, SigningAlgorithm="ECDSA_SHA_256")
    with refused("KMSInvalidSignatureException", ""):
        kms.verify(KeyId=key, Message=message, SigningAlgorithm="ECDSA_SHA_256", Signature=b"nor this")
    records = server.records(500)
    for name in ["Sign", "Verify"]:
        record = next(r for r in reversed(records) if r["eventName"] == name)
        assert record["requestParameters"] == {"keyId": key, "signingAlgorithm": "ECDSA_SHA_256"}
        assert record["readOnly"] is True
    assert record["errorCode"] == "KMSInvalidSignatureException"


@pytest.mark.parametrize("spec, algorithm", [
    ("RSA_2048", "ECDSA_SHA_256"), ("ECC_NIST_P256", "ECDSA_SHA_384"), ("ECC_NIST_P521", "RSASSA_PSS_SHA_512"),
    ("ECC_NIST_P256", "SM2DSA"), ("RSA_2048", "ML_DSA_SHAKE_256"), ("ECC_SECG_P256K1", "ED25519_SHA_512"),
])
def test_algorithms_that_do_not_fit(kms, keys, spec, algorithm):
    text = f"Algorithm {algorithm} is incompatible with key spec {spec}."
    with refused("InvalidKeyUsageException", text):
        kms.sign(KeyId=keys(spec), Message=b"m", SigningAlgorithm=algorithm)
    with refused("InvalidKeyUsageException", text):
        kms.verify(KeyId=keys(spec), Message=b"m", SigningAlgorithm=algorithm, Signature=b"s")


@pytest.mark.parametrize("spec, usage", [
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), ("RSA_2048", "ENCRYPT_DECRYPT"), ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ("HMAC_256", "GENERATE_VERIFY_MAC"),
])
def test_usages_that_do_not_fit(kms, keys, spec, usage):
    key = keys(spec, usage)
    for operation, extra in [("Sign", {}), ("Verify", {"Signature": b"s"})]:
        with refused("InvalidKeyUsageException", f"{key} key usage is {usage} which is not valid for {operation}."):
            getattr(kms, operation.lower())(KeyId=key, Message=b"m", SigningAlgorithm="ECDSA_SHA_256", **extra)


def test_public_keys(kms, keys):
    for spec, algorithms in SIGNING.items():
        seen = kms.get_public_key(KeyId=keys(spec))
        del seen["ResponseMetadata"]
        assert spki(public_key(kms, keys(spec))) == seen.pop("PublicKey")
        assert seen == {
            "KeyId": keys(spec), "KeySpec": spec, "CustomerMasterKeySpec": spec, "KeyUsage": "SIGN_VERIFY",
            "SigningAlgorithms": algorithms,
        }
    assert public_key(kms, keys("RSA_3072")).key_size == 3072
    assert public_key(kms, keys("RSA_3072")).public_numbers().e == 65537
    for spec, usage, member in [
        ("RSA_2048", "ENCRYPT_DECRYPT", "EncryptionAlgorithms"),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "KeyAgreementAlgorithms"),
    ]:
        assert member in kms.get_public_key(KeyId=keys(spec, usage))


@pytest.mark.parametrize("spec, usage", [("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), ("HMAC_224", "GENERATE_VERIFY_MAC")])
def test_keys_without_a_public_half(kms, keys, spec, usage):
    key = keys(spec, usage)
    text = f"{key} key spec is {spec} which is not valid for GetPublicKey."
    with refused("UnsupportedOperationException", text):
        kms.get_public_key(KeyId=key)


# Agreement


@pytest.mark.parametrize("spec", list(CURVES)[:3])
def test_both_sides_agree(kms, keys, spec):
    key = keys(spec, "KEY_AGREEMENT")
    peer = make(spec)
    seen = kms.derive_shared_secret(KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=spki(peer.public_key()))
    assert seen["SharedSecret"] == peer.exchange(ec.ECDH(), public_key(kms, key))
    assert (seen["KeyId"], seen["KeyAgreementAlgorithm"], seen["KeyOrigin"]) == (key, "ECDH", "AWS_KMS")
    other = kms.create_key(KeySpec=spec, KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["Arn"]
    one, two = (
        kms.derive_shared_secret(
            KeyId=own, KeyAgreementAlgorithm="ECDH", PublicKey=kms.get_public_key(KeyId=theirs)["PublicKey"]
        )["SharedSecret"]
        for own, theirs in [(key, other), (other, key)]
    )
    assert one == two != seen["SharedSecret"]


def test_public_keys_that_nothing_is_agreed_with(kms, keys):
    key = keys("ECC_NIST_P256", "KEY_AGREEMENT")
    text = (
        "PublicKey must be the DER of a SubjectPublicKeyInfo on the key's own curve, ECC_NIST_P256, given by name."
    )
    good = spki(make("ECC_NIST_P256").public_key())
    for public in [
        b"x", good[:-1], good + b"\x00", good[:-1] + bytes([good[-1] ^ 1]), spki(make("ECC_NIST_P384").public_key()),
        spki(make("RSA_2048").public_key()), spki(make("ECC_NIST_EDWARDS25519").public_key()),
    ]:
        with refused("ValidationException", text):
            kms.derive_shared_secret(KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=public)
    signing = keys("ECC_NIST_P256")
    text = f"{signing} key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret."
    with refused("InvalidKeyUsageException", text):
        kms.derive_shared_secret(KeyId=signing, KeyAgreementAlgorithm="ECDH", PublicKey=good)


@pytest.mark.parametrize("operation, body", [
    ("DeriveSharedSecret", {"KeyAgreementAlgorithm": "ECDH", "PublicKey": "eA=="}),
    ("Decrypt", {"CiphertextBlob": "eA=="}), ("GenerateDataKey", {"KeySpec": "AES_256"}),
    ("GenerateDataKeyPair", {"KeyPairSpec": "RSA_2048"}), ("GenerateRandom", {"NumberOfBytes": 8}),
])
def test_enclaves_are_refused(server, operation, body):
    recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": "eA=="}
    reply = call(server, operation, {"KeyId": "x", **body, "Recipient": recipient}, "kms")
    assert (reply.status, reply.code) == (400, "UnsupportedOperationException")
    assert reply.message.startswith("Recipient is not supported here")


# States and dry runs


def test_states_and_dry_runs(kms, keys):
    signing, agreeing = keys("ECC_NIST_P256"), keys("ECC_NIST_P256", "KEY_AGREEMENT")
    peer = spki(make("ECC_NIST_P256").public_key())
    signature = kms.sign(KeyId=signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    runs = [
        (signing, lambda **kw: kms.sign(KeyId=signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256", **kw)),
        (
            signing,
            lambda **kw: kms.verify(
                KeyId=signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256", Signature=signature, **kw),
        ),
        (
            agreeing,
            lambda **kw: kms.derive_shared_secret(
                KeyId=agreeing, KeyAgreementAlgorithm="ECDH", PublicKey=peer, **kw),
        ),
        (signing, lambda **kw: kms.get_public_key(KeyId=signing)),
    ]
    for _, run in runs[:3]:
        with refused("DryRunOperationException", DRY):
            run(DryRun=True)
    for key in (signing, agreeing):
        kms.disable_key(KeyId=key)
    for key, run in runs:
        with refused("DisabledException", f"{key} is disabled."):
            run()
    for key in (signing, agreeing):
        kms.schedule_key_deletion(KeyId=key)
    for key, run in runs:
        with refused("KMSInvalidStateException", f"{key} is pending deletion."):
            run()
