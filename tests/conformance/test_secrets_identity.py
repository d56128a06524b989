"""How a SecretId finds its secret (specification 1.1.3)."""

import pytest
from support import BAD_NAME, NOT_FOUND, refused

BASE = "arn:aws:secretsmanager:us-west-2:000000000001:secret:"


def found(secrets, secret_id):
    """The value, read in two ways that must agree; None if there is no such secret."""
    try:
        arn = secrets.describe_secret(SecretId=secret_id)["ARN"]
    except secrets.exceptions.ResourceNotFoundException as error:
        assert error.response["Error"]["Message"] == NOT_FOUND
        with refused("ResourceNotFoundException", NOT_FOUND):
            secrets.get_secret_value(SecretId=secret_id)
        return None
    return secrets.get_secret_value(SecretId=secret_id)["SecretString"] if arn else None


# Recorded: a partial ARN that ends in a dash and six characters is taken for a complete one.
@pytest.mark.parametrize(
    "tail, by_partial_arn",
    [("X", True), ("X-a1b2", True), ("X-a1b2c3-", True), ("X-a1b2c3", False), ("X-a1b2c3d", True), ("X-ABCDEF", False)],
)
def test_partial_arn(secrets, name, tail, by_partial_arn):
    own = f"{name}/{tail}"
    arn = secrets.create_secret(Name=own, SecretString=own)["ARN"]
    assert found(secrets, own) == own
    assert found(secrets, arn) == own
    assert found(secrets, BASE + own) == (own if by_partial_arn else None)


def test_a_name_and_the_same_name_with_another_suffix_do_not_mix(secrets, name):
    plain = secrets.create_secret(Name=name, SecretString="plain")["ARN"]
    trap = secrets.create_secret(Name=plain.split(":secret:")[1], SecretString="trap")
    # The trap's own name looks like the plain secret's full ARN tail.
    assert found(secrets, plain) == "plain"
    assert found(secrets, trap["Name"]) == "trap"
    assert found(secrets, trap["ARN"]) == "trap"
    assert found(secrets, BASE + trap["Name"]) == "plain"


def test_arns_that_name_nothing(secrets, put, name):
    arn = put["ARN"]
    for other in [
        arn[:-6] + "AAAAAA", arn[:-1], arn + "x", arn[:-6], arn.replace("us-west-2", "eu-west-1"),
        (BASE + name).replace("us-west-2", "eu-west-1"), BASE + name.upper(),
    ]:
        with refused("ResourceNotFoundException", NOT_FOUND):
            secrets.describe_secret(SecretId=other)


def test_another_accounts_secrets_are_denied_not_denied_to_exist(secrets, put, name):
    for other in [put["ARN"], BASE + name]:
        with refused("AccessDeniedException"):
            secrets.describe_secret(SecretId=other.replace("000000000001", "000000000002"))


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::bucket", "arn:aws:secretsmanager:us-west-2:000000000001:nosecret:x", "arn:", "arn:aws",
        "arn:aws:secretsmanager:us-west-2:000000000001:secret:", "arn:aws:secretsmanager:us-west-2:1:secret:x",
        "arn:aws:secretsmanager:us-west-2:000000000001:secret:a b",
    ],
)
def test_arns_that_are_none(secrets, arn):
    """The texts are our own; what matters is that each is refused as the caller's mistake."""
    with pytest.raises(secrets.exceptions.ClientError) as caught:
        secrets.describe_secret(SecretId=arn)
    assert caught.value.response["Error"]["Code"] in ("ValidationException", "ResourceNotFoundException")


BY_ID = {
    "DeleteSecret": {}, "DescribeSecret": {}, "GetSecretValue": {}, "ListSecretVersionIds": {},
    "PutSecretValue": {"SecretString": "v"}, "TagResource": {"Tags": [{"Key": "k", "Value": "v"}]},
    "UntagResource": {"TagKeys": ["k"]}, "UpdateSecret": {"SecretString": "v"},
    "ValidateResourcePolicy": {"ResourcePolicy": '{"Version":"2012-10-17","Statement":[]}'},
    "RestoreSecret": {}, "UpdateSecretVersionStage": {"VersionStage": "x"}, "GetResourcePolicy": {},
    "DeleteResourcePolicy": {}, "ListResourcePolicies": {},
    "PutResourcePolicy": {"ResourcePolicy": '{"Version":"2012-10-17","Statement":[]}'},
}


def method(operation):
    return "".join("_" + c.lower() if c.isupper() else c for c in operation).lstrip("_")


@pytest.mark.parametrize("operation", BY_ID)
def test_every_operation_refuses_bad_and_missing_ids(secrets, name, operation):
    run = getattr(secrets, method(operation))
    for bad in ["a b", "x*", "q?", "s]", "b\\s", "\u00e9"]:
        with refused("ValidationException", BAD_NAME):
            run(SecretId=bad, **BY_ID[operation])
    for missing in [name, BASE + name + "-AbCdEf"]:
        with refused("ResourceNotFoundException", NOT_FOUND):
            run(SecretId=missing, **BY_ID[operation])


@pytest.mark.parametrize("form", ["name", "arn", "partial"])
def test_every_operation_takes_each_form(secrets, put, name, form):
    secret_id = {"name": name, "arn": put["ARN"], "partial": BASE + name}[form]
    assert secrets.get_secret_value(SecretId=secret_id)["Name"] == name
    assert secrets.put_secret_value(SecretId=secret_id, SecretString="2")["ARN"] == put["ARN"]
    assert secrets.update_secret(SecretId=secret_id, Description="d")["Name"] == name
    secrets.tag_resource(SecretId=secret_id, Tags=[{"Key": "k", "Value": "v"}])
    assert secrets.describe_secret(SecretId=secret_id)["Tags"] == [{"Key": "k", "Value": "v"}]
    assert len(secrets.list_secret_version_ids(SecretId=secret_id)["Versions"]) == 2
    assert secrets.delete_secret(SecretId=secret_id)["ARN"] == put["ARN"]
    assert secrets.restore_secret(SecretId=secret_id)["ARN"] == put["ARN"]
