"""KMS: conditions of policies that look at a key's aliases."""

import json

from support import refused

ACCOUNT = "arn:aws:iam::000000000001:root"
MANAGEMENT = ["kms:DescribeKey", "kms:PutKeyPolicy", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"]
MANAGE = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": MANAGEMENT}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Resource": "*", **s} for s in statements]})



def test_request_alias(kms, name):
    allowed = {**MANAGE, "Action": "kms:Encrypt", "Condition": {"StringEquals": {"kms:RequestAlias": f"alias/{name}"}}}
    key = kms.create_key(
        Policy=policy(MANAGE, allowed)
    )["KeyMetadata"]["Arn"]
    for alias in [f"alias/{name}", f"alias/{name}-2"]:
        kms.create_alias(AliasName=alias, TargetKeyId=key)
    for named in [f"alias/{name}", key.split(":key/")[0] + f":alias/{name}"]:
        kms.encrypt(KeyId=named, Plaintext=b"x")
    for named in [key, key.split("/")[1], f"alias/{name}-2"]:
        with refused("AccessDeniedException"):
            kms.encrypt(KeyId=named, Plaintext=b"x")


def test_resource_aliases(kms, secrets, name):
    alias = f"alias/{name}"
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}
    use = {**MANAGE, "Action": ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"], "Condition": condition}
    key, other = [kms.create_key(Policy=policy(MANAGE, use))["KeyMetadata"]["Arn"] for _ in range(2)]

    def is_open(k):
        try:
            kms.encrypt(KeyId=k, Plaintext=b"x")
            return True
        except kms.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDeniedException"
            return False

    assert not is_open(key) and not is_open(other)
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    assert is_open(key) and not is_open(other)
    secrets.create_secret(Name=name, SecretString="x", KmsKeyId=key)
    for _ in range(4):
        assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"
    kms.update_alias(AliasName=alias, TargetKeyId=other)
    assert not is_open(key) and is_open(other)
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        secrets.get_secret_value(SecretId=name)
    kms.delete_alias(AliasName=alias)
    assert not is_open(key) and not is_open(other)
