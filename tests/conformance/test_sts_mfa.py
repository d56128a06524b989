"""STS: sessions that proved a second factor."""

import json
import time

from support import refused, totp

WITH_FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def document(action, condition=None, **more):
    statement = {"Effect": "Allow", "Action": action, **more, **({"Condition": condition} if condition else {})}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_code_opens_what_needs_it(server, client, name):
    name = name.replace("/", "-")[-40:]
    iam, secrets = client("iam"), client("secretsmanager")
    user = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    serial, seed = made["SerialNumber"], made["Base32StringSeed"]
    now = time.time()
    iam.enable_mfa_device(
        UserName=name, SerialNumber=serial, AuthenticationCode1=totp(seed, now - 60), AuthenticationCode2=totp(seed, now - 30))
    iam.put_user_policy(
        UserName=name, PolicyName="p", PolicyDocument=document("secretsmanager:GetSecretValue", WITH_FACTOR, Resource="*"))
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=document("sts:AssumeRole", WITH_FACTOR, Principal={"AWS": user}))
    secrets.create_secret(Name=name, SecretString="x")
    long_term = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    with refused("AccessDeniedException"):
        server.client(**long_term).get_secret_value(SecretId=name)
    sts = server.client("sts", **long_term)
    with refused("AccessDenied", status=403):
        sts.assume_role(RoleArn=f"arn:aws:iam::000000000001:role/{name}", RoleSessionName="s1")
    with refused("AccessDenied", status=403):
        sts.get_session_token(SerialNumber=serial, TokenCode="000000")
    code = totp(seed, time.time())
    keys = sts.get_session_token(SerialNumber=serial, TokenCode=code)["Credentials"]
    session = {"key": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]}
    for _ in range(5):
        assert server.client(**session).get_secret_value(SecretId=name)["SecretString"] == "x"
    # A code is good once.
    with refused("AccessDenied", status=403):
        sts.get_session_token(SerialNumber=serial, TokenCode=code)
    # The session carries its factor on, into a role and into IAM.
    answer = server.client("sts", **session).assume_role(
        RoleArn=f"arn:aws:iam::000000000001:role/{name}", RoleSessionName="s1")
    assert answer["AssumedRoleUser"]["Arn"].endswith(f"assumed-role/{name}/s1")
    with refused("AccessDenied", status=403):
        server.client("iam", **session).get_user()
    plain = sts.get_session_token()["Credentials"]
    with refused("InvalidClientTokenId", status=403):
        server.client(
            "iam", key=plain["AccessKeyId"], secret=plain["SecretAccessKey"], token=plain["SessionToken"]).get_user()
