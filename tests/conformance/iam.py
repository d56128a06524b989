"""What the tests of IAM share."""

import json
import uuid

ACCOUNT = "000000000001"
READING = "secretsmanager:GetSecretValue"


def unique(prefix="t"):
    return f"{prefix}-{uuid.uuid4().hex[:16]}"


def policy(action=READING, effect="Allow", resource="*"):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": resource}]})


def arn(kind, name, path="/"):
    return f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}"


def no_user(name):
    return f"The user with name {name} cannot be found."


def no_group(name):
    return f"The group with name {name} cannot be found."


class Person:
    """A user with an access key, and clients that sign with it."""

    def __init__(self, server, iam, name=None, **options):
        self.server, self.iam, self.name = server, iam, name or unique("user")
        self.made = iam.create_user(UserName=self.name, **options)["User"]
        key = iam.create_access_key(UserName=self.name)["AccessKey"]
        self.key, self.secret = key["AccessKeyId"], key["SecretAccessKey"]
        self.clients = {}

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = self.server.client(
                service, key=self.key, secret=self.secret, retries={"max_attempts": 0})
        return self.clients[service]

    def allow(self, action=READING, name="own", **kwargs):
        self.iam.put_user_policy(UserName=self.name, PolicyName=name, PolicyDocument=policy(action, **kwargs))
        return self

    def read(self, secret, times=1):
        """Often enough that the answer comes from what an earlier call prepared."""
        for _ in range(times):
            found = self.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        return found

    def denied(self, action=READING):
        return (
            f"User: {arn('user', self.name)} is not authorized to perform: {action} on resource: ANY because no "
            f"identity-based policy allows the {action} action"
        )
