"""`serve --events-url`: what the service does by itself reaches whom the operator named, also one who is not there at first."""

import http.server
import json
import threading

import pytest
from harness import Server, free_port, scratch_folder, until

FUNCTION = "arn:aws:lambda:us-west-2:000000000001:function:undercroft-rotate-http"


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(params=["sqlite", "postgres"])
def place(request):
    """A server, and the port that its events go to, where nobody listens yet."""
    port = free_port()
    with scratch_folder("events") as folder:
        flags = ["--events-url", f"http://127.0.0.1:{port}/events"]
        if request.param == "postgres":
            flags += ["--store", request.getfixturevalue("postgres").fresh_database(f"events{port}")]
        server = Server(folder / "data", *flags).start()
        yield server, port
        assert server.stop() == 0


def test_a_failed_rotation_is_told(place):
    server, port = place
    secrets = server.client()
    value = {"password": "REPLACE-ME", "rotation_url": f"http://127.0.0.1:{port}/gone", "rotation_key": "k" * 32}
    arn = secrets.create_secret(Name="db", SecretString=json.dumps(value))["ARN"]
    version = secrets.rotate_secret(SecretId="db", RotationLambdaARN=FUNCTION)["VersionId"]
    until(lambda: [r for r in server.records() if r["eventName"] == "RotationFailed"], 60)
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", port), Listener)
    listener.events = []
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    until(lambda: len(listener.events) >= 2, 60)
    listener.shutdown()
    listener.server_close()
    by_name = {event["detail"]["eventName"]: event for event in listener.events}
    failed = by_name["RotationFailed"]
    assert failed["detail-type"] == "AWS Service Event via CloudTrail" and failed["source"] == "aws.secretsmanager"
    assert failed["detail"]["additionalEventData"]["SecretId"] == arn and version in failed["detail"]["requestID"]
    assert failed["detail"] in [record for record in server.records()]
    assert "RotationStarted" in by_name and "REPLACE-ME" not in json.dumps(listener.events)
