"""KMS: message authentication codes."""

import pytest
from keys import MACS
from support import refused

DRY = "The request would have succeeded, but the DryRun option is set."
LENGTHS = {"HMAC_224": 28, "HMAC_256": 32, "HMAC_384": 48, "HMAC_512": 64}


@pytest.fixture(params=MACS)
def spec(request):
    return request.param


@pytest.fixture
def key(kms, spec):
    return kms.create_key(KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]


def test_generate_and_verify(kms, spec, key):
    algorithm = "HMAC_" + MACS[spec]
    made = kms.generate_mac(KeyId=key, Message=b"message", MacAlgorithm=algorithm)
    assert made["KeyId"] == key and made["MacAlgorithm"] == algorithm and len(made["Mac"]) == LENGTHS[spec]
    assert kms.generate_mac(KeyId=key, Message=b"message", MacAlgorithm=algorithm)["Mac"] == made["Mac"]
    seen = kms.verify_mac(KeyId=key, Message=b"message", MacAlgorithm=algorithm, Mac=made["Mac"])
    assert (seen["KeyId"], seen["MacValid"], seen["MacAlgorithm"]) == (key, True, algorithm)
    other = kms.create_key(KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    for key_id, message, mac in [
        (key, b"massage", made["Mac"]), (key, b"message", made["Mac"][:-1]), (key, b"message", made["Mac"] + b"x"),
        (key, b"message", b"x"), (other, b"message", made["Mac"]),
    ]:
        with refused("KMSInvalidMacException", ""):
            kms.verify_mac(KeyId=key_id, Message=message, MacAlgorithm=algorithm, Mac=mac)


def test_refusals(kms, spec, key):
    right = "HMAC_" + MACS[spec]
    wrong = "HMAC_SHA_224" if spec != "HMAC_224" else "HMAC_SHA_512"
    text = f"Algorithm {wrong} is incompatible with key spec {spec}."
    with refused("InvalidKeyUsageException", text):
        kms.generate_mac(KeyId=key, Message=b"m", MacAlgorithm=wrong)
    with refused("InvalidKeyUsageException", text):
        kms.verify_mac(KeyId=key, Message=b"m", MacAlgorithm=wrong, Mac=b"x")
    for run in [
        lambda **kw: kms.generate_mac(KeyId=key, Message=b"m", MacAlgorithm=right, **kw),
        lambda **kw: kms.verify_mac(KeyId=key, Message=b"m", MacAlgorithm=right, Mac=b"x", **kw),
    ]:
        with refused("DryRunOperationException", DRY):
            run(DryRun=True)
    kms.disable_key(KeyId=key)
    for run in [
        lambda: kms.generate_mac(KeyId=key, Message=b"m", MacAlgorithm=right),
        lambda: kms.verify_mac(KeyId=key, Message=b"m", MacAlgorithm=right, Mac=b"x"),
    ]:
        with refused("DisabledException", f"{key} is disabled."):
            run()


def test_keys_that_make_no_codes(kms):
    for spec, usage in [("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), ("ECC_NIST_P256", "SIGN_VERIFY")]:
        key = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]
        for operation, run in [
            ("GenerateMac", lambda k: kms.generate_mac(KeyId=k, Message=b"m", MacAlgorithm="HMAC_SHA_256")),
            ("VerifyMac", lambda k: kms.verify_mac(KeyId=k, Message=b"m", MacAlgorithm="HMAC_SHA_256", Mac=b"x")),
        ]:
            with refused("InvalidKeyUsageException", f"{key} key usage is {usage} which is not valid for {operation}."):
                run(key)


def test_hmac_keys_do_not_encrypt(kms, key):
    text = f"{key} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt."
    with refused("InvalidKeyUsageException", text):
        kms.encrypt(KeyId=key, Plaintext=b"x")
