import pathlib
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import Postgres, Server, scratch_folder  # noqa: E402


@pytest.fixture(scope="session")
def postgres():
    if Postgres.find() is None:
        pytest.skip("PostgreSQL is not installed")
    with scratch_folder("pg") as folder:
        cluster = Postgres(folder).start()
        yield cluster
        cluster.stop("immediate")


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def server(request):
    """One server for all tests of a session, on each store in turn. Quotas are off: tests are faster than users."""
    with scratch_folder("server") as folder:
        flags = ["--quotas", "off"]
        if request.param == "postgres":
            cluster = request.getfixturevalue("postgres")
            flags += ["--store", cluster.fresh_database("u" + uuid.uuid4().hex)]
        running = Server(folder / "data", *flags).start()
        running.kind = request.param
        yield running
        assert running.stop() == 0
        proof = running.verify_trail()
        assert proof.returncode == 0, proof.stdout


@pytest.fixture
def secrets(server):
    return server.client("secretsmanager")


@pytest.fixture
def kms(server):
    return server.client("kms")


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"test/{uuid.uuid4().hex}"
