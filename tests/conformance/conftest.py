import uuid

import pytest
from harness import Postgres, Server, free_port, scratch_folder


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


@pytest.fixture(params=["sqlite", "postgres"])
def store(request):
    """Flags of a store of the test's own."""
    if request.param == "sqlite":
        return []
    return ["--store", request.getfixturevalue("postgres").fresh_database("o" + uuid.uuid4().hex)]


@pytest.fixture
def serve():
    """`serve("a", *flags)`: a server of the test's own, in a folder of that name. All are stopped at the end."""
    servers = []
    with scratch_folder("own") as folder:

        def start(name, *flags):
            servers.append(Server(folder / name, *flags))
            return servers[-1].start()

        start.folder = folder
        yield start
        for one in servers:
            if one.process and one.process.poll() is None:
                assert one.stop() == 0
                proof = one.verify_trail()
                assert proof.returncode == 0, proof.stdout


@pytest.fixture
def iam(client):
    return client("iam")


@pytest.fixture
def label():
    """A name that no other test uses, of characters that IAM takes."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def database():
    """A PostgreSQL server whose users have passwords that can be rotated."""
    if Postgres.find() is None:
        pytest.skip("PostgreSQL is not installed")
    with scratch_folder("rotated") as folder:
        cluster = Postgres(folder, free_port()).start()
        yield cluster
        cluster.stop("immediate")
