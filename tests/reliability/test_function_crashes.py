"""An uploaded function rotates two PostgreSQL users in turn, and something dies at every moment of it: the function's own
process, the database, the server. AWSCURRENT opens the database at each of these moments and after them, and what is tried
again is the same version with the same value.
"""

import http.server
import json
import os
import pathlib
import shutil
import signal
import site
import subprocess
import threading
import uuid

import pytest
from harness import BINARY, Postgres, Server, free_port, scratch_folder, until
from rotated_postgres import login, opens, upload

pytestmark = [
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed"),
    pytest.mark.skipif(Postgres.find() is None, reason="PostgreSQL is not installed"),
]

STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
# `midway` is when the value is chosen and not stored, the password changed and not committed, the database opened and not
# asked, the label about to move.
MOMENTS = [(step, moment) for step in STEPS for moment in ("before", "midway", "after")]


class Hook(http.server.BaseHTTPRequestHandler):
    """Where the function reports. While it waits for the answer, `on_reach` does what the test is about."""

    def do_GET(self):
        try:
            self.server.on_reach(tuple(self.path.strip("/").split("/")))
            self.send_response(204)
            self.end_headers()
        except OSError:
            pass  # The function was killed meanwhile.

    def log_message(self, *_):
        pass


class Place:
    """A server, a database, a function for it, and the secret of the test at hand."""

    def __init__(self, folder):
        self.database = Postgres(folder / "database", free_port()).start()
        self.hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=self.hook.serve_forever, daemon=True).start()
        # The tests' own packages, so that none are fetched.
        self.server = Server(folder / "data", "--functions-packages", site.getsitepackages()[0]).start()
        self.function = upload(self.server, "rotate", HOOK=f"http://127.0.0.1:{self.hook.server_port}")
        self.database.sql("CREATE ROLE master LOGIN SUPERUSER PASSWORD 'master'")
        master = json.dumps(login(self.database, "master", "master"))
        self.master = self.server.client().create_secret(Name="master", SecretString=master)["ARN"]

    def close(self):
        self.hook.shutdown()
        assert self.server.stop() == 0
        assert self.server.verify_trail().returncode == 0
        self.database.stop("immediate")

    def begin(self):
        """A new user, and a secret of it."""
        self.name = "app" + uuid.uuid4().hex[:12]
        self.database.sql(f"CREATE ROLE {self.name} LOGIN PASSWORD 'first'")
        self.first = login(self.database, self.name, "first", masterarn=self.master)
        made = self.server.client().create_secret(Name=self.name, SecretString=json.dumps(self.first))
        self.secret, self.flaws, self.trouble = made["ARN"], [], {}
        self.pending, self.is_down = None, False
        self.hook.on_reach = self.reached

    def end(self):
        # One that fails would be tried again.
        self.server.client().delete_secret(SecretId=self.name, ForceDeleteWithoutRecovery=True)

    def reached(self, moment):
        try:
            assert self.is_down or opens(self.value()), f"AWSCURRENT does not open the database at {moment}"
            self.pending = self.pending or self.value("AWSPENDING")
        except Exception as flaw:
            self.flaws.append(flaw)
        self.trouble.pop(moment, lambda: None)()

    def value(self, stage="AWSCURRENT"):
        client = self.server.client()
        try:
            return json.loads(client.get_secret_value(SecretId=self.name, VersionStage=stage)["SecretString"])
        except client.exceptions.ResourceNotFoundException:
            return None

    def rotate(self):
        self.version = self.server.client().rotate_secret(
            SecretId=self.name, RotationLambdaARN=self.function, RotationRules={"AutomaticallyAfterDays": 30})["VersionId"]

    def story(self):
        request = f"Rotation-{self.secret}-{self.version}"
        return [record for record in self.server.records() if record["requestID"] == request]

    def failure(self):
        """Waits for the one that there is."""
        return until(lambda: [r for r in self.story() if r["eventName"] == "RotationFailed"], 60)[0]

    def repair(self):
        """Two minutes later it goes on by itself; this spares the test the wait."""
        done = subprocess.run(
            [str(BINARY), "rotation", "repair", self.name, "--data", str(self.server.folder), "--region", "us-west-2"],
            capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "Done." in done.stdout, done.stdout + done.stderr

    def must_finish(self, *events):
        """With the version and the value that it had begun with; `events` are all that the trail tells of it."""
        client, kept = self.server.client(), self.pending
        until(lambda: client.describe_secret(SecretId=self.name)["VersionIdsToStages"].get(self.version) == ["AWSCURRENT"], 60)
        until(lambda: [record["eventName"] for record in self.story()] == list(events))
        assert self.flaws == [] and not self.trouble
        current, previous = self.value(), self.value("AWSPREVIOUS")
        assert current["username"] == self.name + "_clone" and opens(current)
        assert kept is None or current == kept
        assert previous == self.first and opens(previous)
        assert len(client.list_secret_version_ids(SecretId=self.name)["Versions"]) == 2

    def processes(self):
        """The function's own, below the server and its sandboxes."""
        found, waiting = [], [self.server.process.pid]
        while waiting:
            process = pathlib.Path("/proc", str(waiting.pop()))
            for task in process.glob("task/*/children"):
                waiting += map(int, task.read_text().split())
            if (process / "comm").read_text().startswith("python"):
                found.append(int(process.name))
        return found


@pytest.fixture(scope="module")
def shared():
    with scratch_folder("crashes") as folder:
        place = Place(folder)
        yield place
        place.close()


@pytest.fixture
def place(shared):
    shared.begin()
    yield shared
    shared.end()


@pytest.mark.parametrize("moment", MOMENTS, ids="-".join)
def test_the_function_is_killed(place, moment):
    def kill():
        (process,) = place.processes()
        os.kill(process, signal.SIGKILL)

    place.trouble[moment] = kill
    place.rotate()
    assert place.failure()["errorMessage"] == f"Error when executing lambda {place.function} during {moment[0]} step"
    assert opens(place.value())
    place.repair()
    place.must_finish("RotationStarted", "RotationFailed", "RotationSucceeded")


@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if moment[1] != "after"], ids="-".join)
def test_the_database_dies(place, moment):
    def die():
        place.is_down = True
        place.database.stop("immediate")

    place.trouble[moment] = die
    place.rotate()
    # The first and the last step don't need the database.
    fails = {"createSecret": "setSecret", "finishSecret": None}.get(moment[0], moment[0])
    if fails is None:
        until(lambda: place.value()["username"] != place.name, 60)
    else:
        assert place.failure()["errorMessage"] == f"Error when executing lambda {place.function} during {fails} step"
        assert place.value() == place.first
    place.database.start()
    place.is_down = False
    assert opens(place.value())
    if fails is None:
        return place.must_finish("RotationStarted", "RotationSucceeded")
    place.repair()
    place.must_finish("RotationStarted", "RotationFailed", "RotationSucceeded")


@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if moment[1] != "midway"], ids="-".join)
def test_the_server_is_killed(place, moment):
    killed = threading.Event()

    def kill():
        place.server.kill()
        killed.set()

    place.trouble[moment] = kill
    place.rotate()
    assert killed.wait(60)
    place.server.start()
    assert opens(place.value())
    place.must_finish("RotationStarted", "RotationSucceeded")
