"""kill -9 under write load: everything acknowledged is there, nothing half-done is visible."""

import json
import os
import random
import threading
import uuid

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from harness import Server, scratch_folder

KILLS = int(os.environ.get("UNDERCROFT_KILLS", "100"))
WRITERS = 6


class Writer(threading.Thread):
    """Puts values into its own secrets and notes what the server acknowledged."""

    def __init__(self, server, number, seed):
        super().__init__(daemon=True)
        self.number, self.random = number, random.Random(seed)
        self.client = server.client(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20)
        self.acknowledged = {}  # secret name -> list of version ids, in order
        self.uncertain = {}  # secret name -> version id asked for without an answer

    def run(self):
        while True:
            name = f"kill/{self.number}/{uuid.UUID(int=self.random.getrandbits(128)).hex}"
            try:
                for round_ in range(3):
                    token = str(uuid.UUID(int=self.random.getrandbits(128)))
                    self.uncertain = {name: token}
                    if round_ == 0:
                        self.client.create_secret(Name=name, SecretString=token, ClientRequestToken=token)
                    else:
                        self.client.put_secret_value(SecretId=name, SecretString=token, ClientRequestToken=token)
                    self.acknowledged.setdefault(name, []).append(token)
                    self.uncertain = {}
            except (BotoCoreError, ClientError):
                return


def check(server, name, tokens, uncertain):
    """The secret stands as it was acknowledged, or one step further if the last answer was lost."""
    client = server.client()
    value = client.get_secret_value(SecretId=name)
    assert value["SecretString"] == value["VersionId"]
    stages = client.describe_secret(SecretId=name)["VersionIdsToStages"]
    labels = [label for held in stages.values() for label in held]
    assert labels.count("AWSCURRENT") == 1, stages
    assert labels.count("AWSPREVIOUS") <= 1, stages
    assert value["VersionId"] in ([tokens[-1], uncertain] if tokens else [uncertain])
    listed = {version["VersionId"] for page in [client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)]
              for version in page["Versions"]}
    assert set(tokens) <= listed
    for token in tokens:
        assert client.get_secret_value(SecretId=name, VersionId=token)["SecretString"] == token


def test_kills_under_write_load():
    with scratch_folder("kill") as folder:
        server = Server(folder / "data", "--quotas", "off")
        chance = random.Random(1)
        everything = {}
        for kill in range(KILLS):
            server.start()
            writers = [Writer(server, number, f"{kill}-{number}") for number in range(WRITERS)]
            for writer in writers:
                writer.start()
            # Let work pile up for a random number of acknowledgements, then strike.
            wanted = chance.randrange(1, 25)
            while sum(len(tokens) for writer in writers for tokens in list(writer.acknowledged.values())) < wanted:
                assert any(writer.is_alive() for writer in writers), server.log_path.read_text()
                writers[0].join(0.002)
            server.kill()
            for writer in writers:
                writer.join(30)
                assert not writer.is_alive()
            fresh = {}
            for writer in writers:
                for name, tokens in writer.acknowledged.items():
                    fresh[name] = (tokens, writer.uncertain.get(name))
            server.start()
            for name, (tokens, uncertain) in fresh.items():
                check(server, name, tokens, uncertain)
            assert server.stop() == 0
            proof = server.verify_trail()
            assert proof.returncode == 0, proof.stdout
            everything.update(fresh)
        # What survived the first kill survived all of them.
        server.start()
        for name, (tokens, uncertain) in random.Random(2).sample(sorted(everything.items()), min(50, len(everything))):
            check(server, name, tokens, uncertain)
        acknowledged = sum(len(tokens) for tokens, _ in everything.values())
        assert acknowledged >= KILLS
        # Every acknowledged write has its record.
        recorded = {record["requestParameters"]["clientRequestToken"] for record in server.records()
                    if record["eventName"] in ("CreateSecret", "PutSecretValue") and "errorCode" not in record}
        assert server.stop() == 0
        missing = {token for tokens, _ in everything.values() for token in tokens} - recorded
        assert not missing, f"{len(missing)} acknowledged writes have no record"
        assert len([r for r in server.records() if r["eventName"] == "CreateSecret"]) > 0
        events = [record["eventID"] for record in server.records()]
        assert len(events) == len(set(events)), "a record is in the trail twice"
        print(json.dumps({"kills": KILLS, "acknowledged": acknowledged}))


@pytest.mark.parametrize("point", range(5))
def test_a_kill_during_the_first_start_loses_no_administrator(point):
    """However early the first start is cut off, the next one ends with working credentials."""
    import subprocess
    import time

    from harness import BINARY

    with scratch_folder("first") as folder:
        process = subprocess.Popen(
            [BINARY, "serve", "--data", str(folder / "data"), "--listen", "127.0.0.1:0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 0.02 * (point + 1)
        while time.monotonic() < deadline and process.poll() is None:
            pass
        process.kill()
        process.wait()
        server = Server(folder / "data").start()
        assert server.client("sts").get_caller_identity()["Account"] == "000000000001"
        assert server.stop() == 0
