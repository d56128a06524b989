"""Several accounts on one server: organizations of the tests' own, and who acts in them."""

import contextlib
import json
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ROLE = "OrganizationAccountAccessRole"


def address():
    """An e-mail address that no other account has."""
    return f"{uuid.uuid4().hex}@example.com"


def document(effect, action, resource="*", **more):
    return json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": action, "Resource": resource, **more}],
    })


def ensured(orgs):
    with contextlib.suppress(orgs.exceptions.AlreadyInOrganizationException):
        orgs.create_organization()
    return orgs


def made_account(orgs, **more):
    """Creates a member account, and waits as a client of AWS does."""
    answer = orgs.create_account(Email=address(), AccountName="member", **more)["CreateAccountStatus"]
    assert answer["State"] == "IN_PROGRESS"
    status = orgs.describe_create_account_status(CreateAccountRequestId=answer["Id"])["CreateAccountStatus"]
    assert status["State"] == "SUCCEEDED", status
    return status["AccountId"]


class Actor:
    """Credentials, and clients that use them."""

    def __init__(self, endpoint, region, key, secret, token=None):
        self.endpoint, self.region, self.credentials = endpoint, region, (key, secret, token)

    def client(self, service, region=None):
        key, secret, token = self.credentials
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=region or self.region, aws_access_key_id=key,
            aws_secret_access_key=secret, aws_session_token=token, config=Config(retries={"max_attempts": 0}))

    def assume(self, arn, **more):
        answer = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", **more)["Credentials"]
        return Actor(
            self.endpoint, self.region, answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


class Account(Actor):
    """An account, acted in as its administrator's role."""

    def __init__(self, account, actor):
        super().__init__(actor.endpoint, actor.region, *actor.credentials)
        self.id = account
        self.role = f"arn:aws:iam::{account}:role/{ROLE}"
        self.session = f"arn:aws:sts::{account}:assumed-role/{ROLE}/test"

    @classmethod
    def standing_alone(cls, client):
        """Made by the first account's organization, and then let go."""
        orgs = ensured(client("organizations"))
        account = made_account(orgs)
        orgs.remove_account_from_organization(AccountId=account)
        credentials = client("sts")._request_signer._credentials
        first = Actor(orgs.meta.endpoint_url, "us-west-2", credentials.access_key, credentials.secret_key)
        return cls(account, first.assume(f"arn:aws:iam::{account}:role/{ROLE}"))

    def member(self, **more):
        """A new account of the organization that this one manages."""
        account = made_account(self.client("organizations"), **more)
        role = f"arn:aws:iam::{account}:role/{more.get('RoleName', ROLE)}"
        return Account(account, self.assume(role))

    def user(self, name):
        """A user with an access key and no policy."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Actor(self.endpoint, self.region, key["AccessKeyId"], key["SecretAccessKey"])


def outcome(call, **parameters):
    """`None` for a success, else code and text."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return None
