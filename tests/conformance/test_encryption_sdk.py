"""The AWS Encryption SDK for Python against the server, unmodified."""

import io

import aws_encryption_sdk
import botocore.session
import pytest
from aws_encryption_sdk.exceptions import DecryptKeyError, NotSupportedError
from aws_encryption_sdk.identifiers import CommitmentPolicy
from aws_encryption_sdk.key_providers.kms import (
    MRKAwareStrictAwsKmsMasterKeyProvider, StrictAwsKmsMasterKeyProvider,
)
from botocore.exceptions import ClientError

CONTEXT = {"purpose": "test", "Zeile": "zwei"}
PLAINTEXT = bytes(range(256)) * 100


@pytest.fixture
def provider(server, monkeypatch):
    """Providers that find the server as a user's would: by the environment."""
    for name, value in server.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)

    def make(*keys, kind=StrictAwsKmsMasterKeyProvider):
        return kind(key_ids=list(keys), botocore_session=botocore.session.Session())

    return make


@pytest.fixture
def sdk():
    return aws_encryption_sdk.EncryptionSDKClient(
        commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def test_round_trip(sdk, provider, key):
    sealed, header = sdk.encrypt(source=PLAINTEXT, key_provider=provider(key), encryption_context=CONTEXT)
    assert PLAINTEXT not in sealed and len(header.encrypted_data_keys) == 1
    assert next(iter(header.encrypted_data_keys)).key_provider.key_info == key.encode()
    opened, header = sdk.decrypt(source=sealed, key_provider=provider(key))
    assert opened == PLAINTEXT and CONTEXT.items() <= header.encryption_context.items()


def test_streams_under_several_keys(sdk, provider, kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    out = io.BytesIO()
    with sdk.stream(
        mode="e", source=io.BytesIO(PLAINTEXT * 20), key_provider=provider(key, other), frame_length=1024
    ) as stream:
        for piece in stream:
            out.write(piece)
    for one in (key, other):
        assert sdk.decrypt(source=out.getvalue(), key_provider=provider(one))[0] == PLAINTEXT * 20


def test_a_key_that_is_disabled_or_another(sdk, provider, kms, key):
    sealed, _ = sdk.encrypt(source=b"text", key_provider=provider(key))
    with pytest.raises(DecryptKeyError):
        sdk.decrypt(source=sealed, key_provider=provider(kms.create_key()["KeyMetadata"]["Arn"]))
    kms.disable_key(KeyId=key)
    with pytest.raises((DecryptKeyError, ClientError)):
        sdk.decrypt(source=sealed, key_provider=provider(key))


def test_damage_shows(sdk, provider, key):
    sealed, _ = sdk.encrypt(source=b"text", key_provider=provider(key))
    with pytest.raises(Exception) as caught:
        sdk.decrypt(source=sealed[:-80] + bytes([sealed[-80] ^ 1]) + sealed[-79:], key_provider=provider(key))
    assert not isinstance(caught.value, NotSupportedError)


def test_multi_region_keys(sdk, provider, kms):
    made = kms.create_key(MultiRegion=True)["KeyMetadata"]
    replica = kms.replicate_key(KeyId=made["KeyId"], ReplicaRegion="eu-west-1")["ReplicaKeyMetadata"]["Arn"]
    sealed, _ = sdk.encrypt(
        source=PLAINTEXT, key_provider=provider(made["Arn"], kind=MRKAwareStrictAwsKmsMasterKeyProvider))
    there = provider(replica, kind=MRKAwareStrictAwsKmsMasterKeyProvider)
    assert sdk.decrypt(source=sealed, key_provider=there)[0] == PLAINTEXT
    with pytest.raises(DecryptKeyError):
        sdk.decrypt(source=sealed, key_provider=provider(replica))
