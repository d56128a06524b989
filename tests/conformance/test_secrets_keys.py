"""Secrets under KMS keys: what a key's state means to readers and writers, and changing the key (specification 3)."""

import pytest
from support import refused

# The model's sentences. Which code AWS gives for a disabled key is not established (3.6); ours is the recommended one.
DECRYPTION = "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
ENCRYPTION = (
    "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is "
    "available, enabled, and not in an invalid state."
)
KMS_DENIED = "Access to KMS is not allowed"


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def key_ids(secrets, name):
    listed = secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    return {tuple(v.get("VersionStages", [])): sorted(v["KmsKeyIds"]) for v in listed}


@pytest.mark.parametrize("form", ["arn", "id", "alias", "alias arn"])
def test_a_key_named_in_each_form(secrets, kms, key, name, form):
    alias = "alias/" + name
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    given = {
        "arn": key, "id": key.split("/")[1], "alias": alias, "alias arn": key.split(":key/")[0] + ":" + alias,
    }[form]
    secrets.create_secret(Name=name, SecretString="x", KmsKeyId=given)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"
    assert secrets.describe_secret(SecretId=name)["KmsKeyId"] == given
    assert key_ids(secrets, name) == {("AWSCURRENT",): [key]}


@pytest.mark.parametrize("state", ["disabled", "pending deletion"])
def test_a_key_that_is_out_of_use(secrets, kms, key, name, state):
    secrets.create_secret(Name=name, SecretString="x", KmsKeyId=key)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"
    if state == "disabled":
        kms.disable_key(KeyId=key)
    else:
        kms.schedule_key_deletion(KeyId=key)
    with refused("DecryptionFailure", DECRYPTION):
        secrets.get_secret_value(SecretId=name)
    failed = secrets.batch_get_secret_value(SecretIdList=[name])
    assert [e["ErrorCode"] for e in failed["Errors"]] == ["DecryptionFailure"]
    for write in [secrets.put_secret_value, secrets.update_secret]:
        with refused("EncryptionFailure", ENCRYPTION):
            write(SecretId=name, SecretString="y")
    with refused("EncryptionFailure", ENCRYPTION):
        secrets.create_secret(Name=name + "-b", SecretString="x", KmsKeyId=key)
    with refused("EncryptionFailure", ENCRYPTION):
        secrets.create_secret(Name=name + "-b", KmsKeyId=key)
    # What needs no key goes on.
    assert len(secrets.describe_secret(SecretId=name)["VersionIdsToStages"]) == 1
    secrets.tag_resource(SecretId=name, Tags=[{"Key": "k", "Value": "v"}])
    if state == "pending deletion":
        kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"


@pytest.mark.parametrize(
    "missing",
    [
        "12345678-1234-1234-1234-123456789012", "alias/no-such-alias", "not a key",
        "arn:aws:kms:eu-west-1:000000000001:key/12345678-1234-1234-1234-123456789012",
    ],
)
def test_a_key_that_is_not_there(secrets, name, missing):
    """Codes are not established; ours refuses as the caller's mistake, and stores nothing."""
    for extra in [{"SecretString": "x"}, {}]:
        with pytest.raises(secrets.exceptions.ClientError) as caught:
            secrets.create_secret(Name=name, KmsKeyId=missing, **extra)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with refused("ResourceNotFoundException"):
        secrets.describe_secret(SecretId=name)


def deny(kms, key, *actions):
    """The key's policy allows everything but `actions`."""
    root = '{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:root"},"Action":"kms:*","Resource":"*"}'
    named = ",".join(f'"{a}"' for a in actions)
    no = f',{{"Effect":"Deny","Principal":"*","Action":[{named}],"Resource":"*"}}' if actions else ""
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=f'{{"Version":"2012-10-17","Statement":[{root}{no}]}}')


def test_a_key_policy_that_denies(secrets, kms, key, name):
    secrets.create_secret(Name=name, SecretString="x", KmsKeyId=key)
    deny(kms, key, "kms:Decrypt")
    with refused("AccessDeniedException", KMS_DENIED):
        secrets.get_secret_value(SecretId=name)
    # A new version needs no Decrypt.
    secrets.put_secret_value(SecretId=name, SecretString="y")
    deny(kms, key, "kms:GenerateDataKey")
    with refused("AccessDeniedException", KMS_DENIED):
        secrets.put_secret_value(SecretId=name, SecretString="z")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "y"


def test_a_key_that_allows_only_secrets_manager(secrets, kms, name):
    """`kms:ViaService` and the encryption context are what a policy can rely on."""
    policy = """{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:root"},
         "Action":["kms:DescribeKey","kms:PutKeyPolicy"],"Resource":"*"},
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:user/administrator"},
         "Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*","Condition":{
            "StringEquals":{"kms:ViaService":"secretsmanager.us-west-2.amazonaws.com",
                            "kms:CallerAccount":"000000000001"},
            "StringLike":{"kms:EncryptionContext:SecretARN":"arn:aws:secretsmanager:*:secret:NAME-??????"}}}]}"""
    key = kms.create_key(Policy=policy.replace("NAME", name))["KeyMetadata"]["Arn"]
    secrets.create_secret(Name=name, SecretString="x", KmsKeyId=key)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"
    with refused("AccessDeniedException"):
        kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    with refused("AccessDeniedException", KMS_DENIED):
        secrets.create_secret(Name=name + "-other", SecretString="x", KmsKeyId=key)


# Changing the key (3.4)


@pytest.fixture
def five(secrets, name):
    """Versions under the default key: deprecated, custom label only, previous, current, pending."""
    secrets.create_secret(Name=name, SecretString="deprecated")
    secrets.put_secret_value(SecretId=name, SecretString="custom", VersionStages=["mine"])
    secrets.put_secret_value(SecretId=name, SecretString="previous")
    secrets.put_secret_value(SecretId=name, SecretString="current")
    secrets.put_secret_value(SecretId=name, SecretString="pending", VersionStages=["AWSPENDING"])
    return name


def test_standard_versions_are_wrapped_again(secrets, kms, key, five):
    answer = secrets.update_secret(SecretId=five, KmsKeyId=key)
    assert "VersionId" not in answer
    default = ["DefaultEncryptionKey"]
    both = sorted([*default, key])
    assert key_ids(secrets, five) == {
        (): default, ("mine",): default, ("AWSPREVIOUS",): both, ("AWSCURRENT",): both, ("AWSPENDING",): both,
    }
    assert secrets.describe_secret(SecretId=five)["KmsKeyId"] == key
    for stage, value in [
        ("mine", "custom"), ("AWSPREVIOUS", "previous"), ("AWSCURRENT", "current"), ("AWSPENDING", "pending"),
    ]:
        assert secrets.get_secret_value(SecretId=five, VersionStage=stage)["SecretString"] == value
    # They can be read with either key.
    kms.disable_key(KeyId=key)
    assert secrets.get_secret_value(SecretId=five)["SecretString"] == "current"
    kms.enable_key(KeyId=key)
    # A new version has the new key only.
    secrets.put_secret_value(SecretId=five, SecretString="new")
    assert key_ids(secrets, five)["AWSCURRENT",] == [key]


def test_old_key_disabled_after_the_change(secrets, kms, name):
    old, new = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    secrets.create_secret(Name=name, SecretString="current", KmsKeyId=old)
    secrets.put_secret_value(SecretId=name, SecretString="custom", VersionStages=["mine"])
    secrets.update_secret(SecretId=name, KmsKeyId=new)
    kms.disable_key(KeyId=old)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "current"
    with refused("DecryptionFailure"):
        secrets.get_secret_value(SecretId=name, VersionStage="mine")


def test_back_to_the_default_key(secrets, key, name):
    secrets.create_secret(Name=name, SecretString="x", KmsKeyId=key)
    secrets.update_secret(SecretId=name, KmsKeyId="")
    assert "KmsKeyId" not in secrets.describe_secret(SecretId=name)
    assert key_ids(secrets, name)["AWSCURRENT",] == sorted([key, "DefaultEncryptionKey"])
    secrets.put_secret_value(SecretId=name, SecretString="y")
    assert key_ids(secrets, name)["AWSCURRENT",] == ["DefaultEncryptionKey"]


@pytest.mark.parametrize("denied", ["kms:Decrypt on the old key", "kms:Encrypt on the new key"])
def test_what_can_not_be_wrapped_again_stays(secrets, kms, name, denied):
    old, new = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    secrets.create_secret(Name=name, SecretString="x", KmsKeyId=old)
    if "old" in denied:
        deny(kms, old, "kms:Decrypt")
    else:
        deny(kms, new, "kms:Encrypt")
    secrets.update_secret(SecretId=name, KmsKeyId=new)
    assert key_ids(secrets, name) == {("AWSCURRENT",): [old]}
    assert secrets.describe_secret(SecretId=name)["KmsKeyId"] == new
    deny(kms, old)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"
    secrets.put_secret_value(SecretId=name, SecretString="y")
    assert key_ids(secrets, name)["AWSCURRENT",] == [new]


def test_an_unusable_new_key_changes_nothing(secrets, kms, key, put, name):
    kms.disable_key(KeyId=key)
    with refused("EncryptionFailure", ENCRYPTION):
        secrets.update_secret(SecretId=name, KmsKeyId=key)
    assert "KmsKeyId" not in secrets.describe_secret(SecretId=name)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"


def test_default_key_appears_on_first_use(client, region):
    secrets, kms = client(region=region), client("kms", region=region)
    assert kms.list_aliases()["Aliases"] == []
    secrets.create_secret(Name="first", SecretString="x")
    (alias,) = kms.list_aliases()["Aliases"]
    assert alias["AliasName"] == "alias/aws/secretsmanager"
    seen = kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]
    assert seen["KeyManager"] == "AWS" and seen["Enabled"] and seen["KeyState"] == "Enabled"
    assert alias["TargetKeyId"] == seen["KeyId"]
    secrets.create_secret(Name="second", SecretString="y")
    assert len(kms.list_keys()["Keys"]) == 1


def test_default_key_can_not_be_used_directly_or_changed(secrets, kms, put):
    alias = "alias/aws/secretsmanager"
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
    assert '"auto-secretsmanager-2"' in kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    for run in [
        lambda: kms.encrypt(KeyId=alias, Plaintext=b"x"), lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda: kms.disable_key(KeyId=key), lambda: kms.schedule_key_deletion(KeyId=key),
        lambda: kms.put_key_policy(KeyId=key, Policy=kms.get_key_policy(KeyId=key)["Policy"]),
    ]:
        with refused("AccessDeniedException"):
            run()
