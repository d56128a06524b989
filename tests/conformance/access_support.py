"""What the tests of IAM share."""

import contextlib
import json

from support import refused

ACCOUNT = "arn:aws:iam::000000000001"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {**allow(action, resource, **more), "Effect": "Deny"}


def trust(principal, action="sts:AssumeRole"):
    return policy({"Effect": "Allow", "Principal": principal, "Action": action})


OWN = {"AWS": f"{ACCOUNT}:root"}
READ = policy(allow("secretsmanager:GetSecretValue"))
NOTHING = policy(allow("sns:Publish"))


class User:
    """A user with an access key, and what it may do."""

    def __init__(self, server, iam, name):
        self.server, self.iam, self.name = server, iam, name
        self.arn = iam.create_user(UserName=name)["User"]["Arn"]
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.key = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        self.secrets = self.client("secretsmanager")

    def client(self, service):
        return self.server.client(service, **self.key, retries={"max_attempts": 0})

    def reads(self, secret, times=5):
        """As often as it takes for the server to have the answer at hand."""
        for _ in range(times):
            assert self.secrets.get_secret_value(SecretId=secret)["SecretString"] == "one"

    def denied(self, secret, why):
        text = f"User: {self.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: {secret} {why}"
        return refused("AccessDeniedException", text)

    def must_be_denied(self, secret, why):
        with self.denied(secret, why):
            self.secrets.get_secret_value(SecretId=secret)


NO_IDENTITY = "because no identity-based policy allows the secretsmanager:GetSecretValue action"
NO_BOUNDARY = "because no permissions boundary allows the secretsmanager:GetSecretValue action"
EXPLICIT = "with an explicit deny in an identity-based policy"


def pages(call, member, **parameters):
    """All of a listing, a page of one at a time."""
    found, marker = [], {}
    while True:
        page = call(**parameters, **marker, MaxItems=1)
        assert len(page[member]) <= 1
        found += page[member]
        if not page["IsTruncated"]:
            assert "Marker" not in page
            return found
        marker = {"Marker": page["Marker"]}


@contextlib.contextmanager
def invalid(text):
    with refused("InvalidInput", text):
        yield
