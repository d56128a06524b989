"""Everything is there after a stop, and after being killed."""

import pytest
from support import refused, token


def furnish(secrets, kms):
    """One of everything; answers what `check` needs to know."""
    key = kms.create_key(Description="kept", Tags=[{"TagKey": "k", "TagValue": "v"}])["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/kept", TargetKeyId=key)
    disabled = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=disabled)
    blob = kms.encrypt(KeyId=key, Plaintext=b"plain", EncryptionContext={"a": "b"})["CiphertextBlob"]
    version = token()
    secrets.create_secret(
        Name="text", SecretString="\U0001f511\0", ClientRequestToken=version, Tags=[{"Key": "k", "Value": "v"}]
    )
    secrets.put_secret_value(SecretId="text", SecretString="two")
    secrets.put_secret_value(SecretId="text", SecretString="three", VersionStages=["AWSPENDING", "mine"])
    secrets.create_secret(Name="binary", SecretBinary=bytes(range(256)), KmsKeyId="alias/kept")
    secrets.create_secret(Name="empty")
    secrets.create_secret(Name="leaving", SecretString="x")
    secrets.delete_secret(SecretId="leaving", RecoveryWindowInDays=8)
    secrets.create_secret(Name="gone", SecretString="x")
    secrets.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",'
        '"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}'
    )
    secrets.create_secret(Name="locked", SecretString="x")
    secrets.put_resource_policy(SecretId="locked", ResourcePolicy=policy)
    return key, disabled, blob, version, policy


def check(secrets, kms, facts, described):
    key, disabled, blob, version, policy = facts
    assert secrets.get_secret_value(SecretId="text")["SecretString"] == "two"
    assert secrets.get_secret_value(SecretId="text", VersionId=version)["SecretString"] == "\U0001f511\0"
    assert secrets.get_secret_value(SecretId="text", VersionStage="mine")["SecretString"] == "three"
    assert secrets.get_secret_value(SecretId="binary")["SecretBinary"] == bytes(range(256))
    assert snapshot(secrets) == described
    with refused("ResourceNotFoundException"):
        secrets.describe_secret(SecretId="gone")
    with refused("InvalidRequestException"):
        secrets.get_secret_value(SecretId="leaving")
    with refused("AccessDeniedException"):
        secrets.get_secret_value(SecretId="locked")
    assert secrets.get_resource_policy(SecretId="locked")["ResourcePolicy"] == policy
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"] == b"plain"
    assert kms.describe_key(KeyId="alias/kept")["KeyMetadata"]["Arn"] == key
    assert kms.describe_key(KeyId=disabled)["KeyMetadata"]["KeyState"] == "Disabled"
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "k", "TagValue": "v"}]
    # An old token is still known.
    again = secrets.create_secret(Name="text", SecretString="\U0001f511\0", ClientRequestToken=version)
    assert again["VersionId"] == version


def snapshot(secrets):
    listed = secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    return [{k: v for k, v in entry.items() if k != "LastAccessedDate"} for entry in listed]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_everything_is_there(serve, store, end):
    server = serve("data", "--quotas", "off", *store)
    quiet = {"retries": {"max_attempts": 0}}
    secrets, kms = server.client(**quiet), server.client("kms", **quiet)
    facts = furnish(secrets, kms)
    described, credentials = snapshot(secrets), server.credentials
    check(secrets, kms, facts, described)
    for turn in range(2):
        if end == "stop":
            assert server.stop() == 0
        else:
            server.kill()
        server.start()
        assert server.credentials == credentials
        secrets, kms = server.client(**quiet), server.client("kms", **quiet)
        check(secrets, kms, facts, described)
        # And it goes on.
        secrets.create_secret(Name=f"after {turn}".replace(" ", "-"), SecretString="x")
        secrets.delete_secret(SecretId=f"after-{turn}", ForceDeleteWithoutRecovery=True)


def test_what_was_acknowledged_before_a_kill_is_recorded(serve, store):
    server = serve("data", "--quotas", "off", *store)
    secrets = server.client(retries={"max_attempts": 0})
    ids = []
    for n in range(30):
        ids.append(secrets.create_secret(Name=f"s{n}", SecretString="x")["ResponseMetadata"]["RequestId"])
        ids.append(secrets.get_secret_value(SecretId=f"s{n}")["ResponseMetadata"]["RequestId"])
    server.kill()
    server.start()
    assert server.stop() == 0
    recorded = [r["requestID"] for r in server.records()]
    assert set(ids) <= set(recorded)
    assert len(recorded) == len(set(recorded)), "none twice"
    proof = server.verify_trail()
    assert proof.returncode == 0, proof.stdout


def test_a_second_server_on_the_same_folder(serve, store):
    server = serve("data", *store)
    with pytest.raises(AssertionError, match="did not start"):
        serve("data", *store)
    assert server.client().list_secrets()["SecretList"] == []


def test_the_seal_is_needed(serve, store):
    server = serve("data", *store)
    server.client().create_secret(Name="s", SecretString="x")
    assert server.stop() == 0
    key = server.folder / "seal.key"
    kept = key.read_bytes()
    key.write_bytes(bytes(len(kept)))
    with pytest.raises(AssertionError, match="did not start"):
        server.start(timeout=30)
    key.write_bytes(kept)
    assert server.start().client().get_secret_value(SecretId="s")["SecretString"] == "x"


def test_files_are_the_owners_alone(serve, store):
    server = serve("data", *store)
    assert server.folder.stat().st_mode & 0o077 == 0
    # What functions are shown of theirs is behind a door of its own.
    shown = server.folder / "functions"
    for file in server.folder.rglob("*"):
        if shown not in file.parents:
            assert file.stat().st_mode & 0o077 == 0, file
