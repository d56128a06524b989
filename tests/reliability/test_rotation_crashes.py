"""A rotation is interrupted between any two steps; the secret's current value opens the database all the same.

The database is a webhook of the test's own: it keeps one password, and can die, hang or take the server with it.
"""

import http.server
import json
import subprocess
import threading
import time

import pytest
from harness import BINARY, Server, scratch_folder, until

FUNCTION = "arn:aws:lambda:us-west-2:000000000001:function:undercroft-rotate-http"


class Database(http.server.BaseHTTPRequestHandler):
    """Class attributes are the state: one database a test."""

    def do_POST(self):
        state = self.server.state
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        step = event["Step"]
        state.steps.append((step, event["ClientRequestToken"]))
        trouble = state.trouble.pop((step, "before"), None)
        if trouble:
            trouble()
        if state.is_down:
            return self.answer(503)
        if step == "setSecret":
            state.password = event["PendingValue"]["password"]
        if step == "testSecret" and state.password != event["PendingValue"]["password"]:
            return self.answer(403)
        trouble = state.trouble.pop((step, "after"), None)
        if trouble:
            trouble()
        self.answer(204)

    def answer(self, status):
        try:
            self.send_response(status)
            self.end_headers()
        except OSError:
            pass  # The server was killed meanwhile.

    def log_message(self, *_):
        pass


class State:
    def __init__(self):
        self.steps, self.trouble, self.is_down, self.password = [], {}, False, "first"


@pytest.fixture(params=["sqlite", "postgres"])
def place(request):
    """A server, a database and a secret for it."""
    with scratch_folder("rotation") as folder:
        flags = []
        if request.param == "postgres":
            flags = ["--store", request.getfixturevalue("postgres").fresh_database(f"r{time.monotonic_ns()}")]
        hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Database)
        hook.state = State()
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        server = Server(folder / "data", *flags).start()
        value = {"password": "first", "rotation_key": "k" * 32, "rotation_url": f"http://127.0.0.1:{hook.server_port}/"}
        server.client().create_secret(Name="db", SecretString=json.dumps(value))
        yield server, hook.state
        hook.shutdown()
        assert server.stop() == 0
        assert server.verify_trail().returncode == 0


def rotate(server):
    return server.client().rotate_secret(
        SecretId="db", RotationLambdaARN=FUNCTION, RotationRules={"AutomaticallyAfterDays": 30})["VersionId"]


def password(server, stage="AWSCURRENT"):
    return json.loads(server.client().get_secret_value(SecretId="db", VersionStage=stage)["SecretString"])["password"]


def stages(server):
    return server.client().describe_secret(SecretId="db")["VersionIdsToStages"]


@pytest.mark.parametrize("moment", [
    (step, when) for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] for when in ["before", "after"]
], ids="-".join)
def test_the_server_is_killed_between_any_two_steps(place, moment):
    server, database = place
    killed = threading.Event()

    def kill():
        server.kill()
        killed.set()

    database.trouble[moment] = kill
    version = rotate(server)
    assert killed.wait(60)
    server.start()
    until(lambda: stages(server).get(version) == ["AWSCURRENT"], 60)
    assert password(server) == database.password != "first"
    assert password(server, "AWSPREVIOUS") == "first"
    # It went on with the version that it had begun, and made no other.
    assert {token for _, token in database.steps} == {version}
    assert len(server.client().list_secret_version_ids(SecretId="db")["Versions"]) == 2
    names = lambda: [
        r["eventName"] for r in server.records() if r.get("eventType") == "AwsServiceEvent" and "otation" in r["eventName"]]
    # Records follow what they are about.
    until(lambda: names() == ["RotationStarted", "RotationSucceeded"])


@pytest.mark.parametrize("step", ["createSecret", "setSecret", "testSecret", "finishSecret"])
def test_the_database_dies_at_a_step(place, step):
    server, database = place

    def die():
        database.is_down = True

    database.trouble[step, "before"] = die
    version = rotate(server)
    failed = lambda: [r for r in server.records() if r["eventName"] == "RotationFailed"]
    until(failed, 60)
    assert stages(server)[version] == ["AWSPENDING"] and password(server) == "first"
    assert failed()[0]["errorMessage"] == f"Error when executing lambda {FUNCTION} during {step} step"
    database.is_down = False
    # Two minutes later it goes on by itself; the same call as `undercroft rotation repair` spares the test the wait.
    repair(server)
    until(lambda: stages(server).get(version) == ["AWSCURRENT"], 60)
    assert password(server) == database.password != "first"
    assert {token for _, token in database.steps} == {version}


def repair(server):
    done = subprocess.run(
        [str(BINARY), "rotation", "repair", "db", "--data", str(server.folder), "--region", "us-west-2"],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "Done." in done.stdout, done.stdout + done.stderr
