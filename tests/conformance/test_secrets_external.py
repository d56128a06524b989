"""Managed external secrets: their Type is kept and asked by policies; their rotation is checked and refused."""

import json
import re

import pytest
from iam import ACCOUNT, Person, arn
from support import call, refused

PARTNER = "SalesforceClientSecret"
FUNCTION = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:undercroft-rotate-random"
SERVICE = "secretsmanager.amazonaws.com"
NO_DRIVER = re.compile(f"Secrets of the Type {PARTNER} can't be rotated here: there is no driver .*RotationLambdaARN.*")
UNABLE = re.compile("Secrets Manager is unable to assume role .*")


def document(effect, **rest):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, **rest}]})


@pytest.fixture
def external(secrets, name):
    return secrets.create_secret(Name=name, SecretString='{"consumerKey":"k"}', Type=PARTNER)["ARN"]


@pytest.fixture
def role(iam, label):
    """`role(condition)`: a role that trusts Secrets Manager."""
    made = []

    def make(condition=None, service=SERVICE):
        name = f"{label}-{len(made)}"
        trust = {"Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        if condition:
            trust["Condition"] = condition
        made.append(iam.create_role(RoleName=name, AssumeRolePolicyDocument=document("Allow", **trust))["Role"]["Arn"])
        return made[-1]

    return make


def entry(secrets, name):
    filters = [{"Key": "name", "Values": [name]}]
    return next(e for e in secrets.list_secrets(Filters=filters)["SecretList"] if e["Name"] == name)


def test_the_type_is_kept_and_shown(secrets, external, name):
    for shown in (secrets.describe_secret(SecretId=name), entry(secrets, name)):
        assert shown["Type"] == PARTNER
        assert "ExternalSecretRotationMetadata" not in shown and "ExternalSecretRotationRoleArn" not in shown
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == '{"consumerKey":"k"}'


def test_a_type_is_changed_and_taken_off(secrets, put, name):
    assert "Type" not in secrets.describe_secret(SecretId=name)
    # One that AWS may have tomorrow.
    secrets.update_secret(SecretId=name, Type="PartnerOfTomorrow")
    assert secrets.describe_secret(SecretId=name)["Type"] == "PartnerOfTomorrow"
    secrets.update_secret(SecretId=name, Description="d")
    assert secrets.describe_secret(SecretId=name)["Type"] == "PartnerOfTomorrow"
    secrets.update_secret(SecretId=name, Type="")
    assert "Type" not in secrets.describe_secret(SecretId=name) and "Type" not in entry(secrets, name)


def test_types_that_are_too_long(server, secrets, put, name):
    for operation, extra in [("CreateSecret", {"Name": name + "/2"}), ("UpdateSecret", {"SecretId": name})]:
        reply = call(server, operation, {"ClientRequestToken": "t" * 32, "Type": "x" * 257, **extra})
        assert reply.code == "ValidationException" and "'type'" in reply.message


def test_policies_ask_for_the_type(server, iam, secrets, external, put_plain):
    condition = {"StringEquals": {"secretsmanager:resource/Type": PARTNER}}
    person = Person(server, iam)
    iam.put_user_policy(
        UserName=person.name, PolicyName="own",
        PolicyDocument=document("Allow", Action="secretsmanager:*", Resource="*", Condition=condition))
    assert person.read(external, times=4)
    with refused("AccessDeniedException"):
        person.read(put_plain)
    secrets.update_secret(SecretId=external, Type="OtherPartner")
    with refused("AccessDeniedException"):
        person.read(external)


@pytest.fixture
def put_plain(secrets, name):
    return secrets.create_secret(Name=name + "/plain", SecretString="x")["ARN"]


def test_policies_ask_for_the_type_in_the_request(server, iam, put, name):
    condition = {"StringEquals": {"secretsmanager:Type": PARTNER}}
    person = Person(server, iam)
    iam.put_user_policy(
        UserName=person.name, PolicyName="own",
        PolicyDocument=document("Allow", Action="secretsmanager:*Secret", Resource="*", Condition=condition))
    own = person.client("secretsmanager")
    own.create_secret(Name=name + "/2", Type=PARTNER)
    own.update_secret(SecretId=name, Type=PARTNER)
    for attempt in (lambda: own.create_secret(Name=name + "/3", Type="Other"), lambda: own.create_secret(Name=name + "/3"),
                    lambda: own.update_secret(SecretId=name, Type="Other")):
        with refused("AccessDeniedException"):
            attempt()


def test_rotation_is_refused_whole(secrets, external, role, name):
    own = role({"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": external}})
    before = secrets.describe_secret(SecretId=name)
    metadata = [{"Key": "apiVersion", "Value": "v65.0"}]
    for extra in [{}, {"ExternalSecretRotationRoleArn": own}, {"ExternalSecretRotationMetadata": metadata},
                  {"ExternalSecretRotationRoleArn": own, "ExternalSecretRotationMetadata": metadata,
                   "RotationRules": {"AutomaticallyAfterDays": 30}, "RotateImmediately": False}]:
        with refused("InvalidRequestException", NO_DRIVER):
            secrets.rotate_secret(SecretId=name, **extra)
    with refused("InvalidParameterException"):
        secrets.rotate_secret(SecretId=name, RotationLambdaARN=FUNCTION)
    after = secrets.describe_secret(SecretId=name)
    assert {**after, "ResponseMetadata": 0} == {**before, "ResponseMetadata": 0}


def test_a_role_that_does_not_trust_secrets_manager(secrets, external, role, name):
    elsewhere = {"ArnLike": {"aws:SourceArn": f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:other-AbCdEf"}}
    for wrong in (role(elsewhere), role(service="lambda.amazonaws.com"), arn("role", "nobody-" + name[5:20])):
        with refused("InvalidRequestException", UNABLE):
            secrets.rotate_secret(SecretId=name, ExternalSecretRotationRoleArn=wrong)


@pytest.mark.parametrize("extra", [
    {"RotationLambdaARN": FUNCTION, "ExternalSecretRotationRoleArn": arn("role", "some-role")},
    {"RotationLambdaARN": FUNCTION, "ExternalSecretRotationMetadata": [{"Key": "k", "Value": "v"}]},
    {"ExternalSecretRotationMetadata": [{"Key": "k"}]}, {"ExternalSecretRotationMetadata": [{"Value": "v"}]},
    {"ExternalSecretRotationMetadata": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]},
    {"ExternalSecretRotationRoleArn": arn("user", "some-user-of-ours")}, {"ExternalSecretRotationRoleArn": "no-arn" * 5},
], ids=str)
def test_parameters_that_are_refused(secrets, external, name, extra):
    with refused("InvalidParameterException"):
        secrets.rotate_secret(SecretId=name, **extra)


@pytest.mark.parametrize("extra", [
    {"ExternalSecretRotationMetadata": [{"Key": "k" * 257, "Value": "v"}]},
    {"ExternalSecretRotationMetadata": [{"Key": "k", "Value": "v" * 2049}]},
    {"ExternalSecretRotationRoleArn": "a" * 2049}, {"ExternalSecretRotationRoleArn": "short"},
], ids=["key", "value", "long", "short"])
def test_the_models_limits(server, external, name, extra):
    reply = call(server, "RotateSecret", {"SecretId": name, "ClientRequestToken": "t" * 32, **extra})
    assert reply.code == "ValidationException" and "externalSecretRotation" in reply.message


def test_a_secret_without_a_type_has_no_partner(secrets, put, role, name):
    with refused("InvalidRequestException", re.compile(".* has no Type.*RotationLambdaARN.*")):
        secrets.rotate_secret(SecretId=name, ExternalSecretRotationRoleArn=role())


def test_a_secret_that_a_function_rotates_gets_no_type(secrets, put, name):
    secrets.update_secret(SecretId=name, SecretString='{"password":"p"}')
    secrets.rotate_secret(SecretId=name, RotationLambdaARN=FUNCTION)
    with refused("InvalidRequestException", re.compile(".*CancelRotateSecret.*")):
        secrets.update_secret(SecretId=name, Type=PARTNER)
    secrets.cancel_rotate_secret(SecretId=name)
    secrets.update_secret(SecretId=name, Type=PARTNER)
    with refused("InvalidRequestException", NO_DRIVER):
        secrets.rotate_secret(SecretId=name)


def test_a_role_must_be_allowed_to_be_passed(server, iam, external, role):
    own, person = role(), Person(server, iam)
    statements = [{"Effect": "Allow", "Action": "secretsmanager:RotateSecret", "Resource": "*", "Condition": {
        "ArnEquals": {"secretsmanager:ExternalSecretRotationRoleArn": own}}}]

    def allow():
        iam.put_user_policy(UserName=person.name, PolicyName="own", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": statements}))

    def rotate(role):
        person.client("secretsmanager").rotate_secret(SecretId=external, ExternalSecretRotationRoleArn=role)

    allow()
    with refused("AccessDeniedException", re.compile(".*iam:PassRole.*")):
        rotate(own)
    statements.append({"Effect": "Allow", "Action": "iam:PassRole", "Resource": own, "Condition": {
        "StringEquals": {"iam:PassedToService": SERVICE}}})
    allow()
    with refused("InvalidRequestException", NO_DRIVER):
        rotate(own)
    with refused("AccessDeniedException", re.compile(".*secretsmanager:RotateSecret.*")):
        rotate(role())
