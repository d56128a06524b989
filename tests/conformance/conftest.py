import uuid

import pytest


@pytest.fixture(scope="session")
def client(server):
    """`client("kms", region="…")`: boto3 clients of the administrator, made once each.

    They never try again: botocore would hide a failing server, and it takes LimitExceededException for throttling.
    """
    made = {}

    def get(service="secretsmanager", region="us-west-2"):
        if (service, region) not in made:
            made[service, region] = server.client(service, region=region, retries={"max_attempts": 0})
        return made[service, region]

    return get


@pytest.fixture
def secrets(client):
    return client("secretsmanager")


@pytest.fixture
def kms(client):
    return client("kms")


@pytest.fixture
def region():
    """A region that no other test uses, for what would otherwise see other tests' resources."""
    return f"zz-{uuid.uuid4().hex[:12]}-1"


@pytest.fixture
def put(secrets, name):
    """A secret named `name` with the value `one`; answers CreateSecret's response."""
    return secrets.create_secret(Name=name, SecretString="one")
