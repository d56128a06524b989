"""Starts real `undercroft` processes, and PostgreSQL clusters for them, for tests that speak to them over sockets."""

import configparser
import contextlib
import os
import pathlib
import pwd
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import boto3
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("UNDERCROFT_BINARY", str(ROOT / ".build" / "debug" / "undercroft"))
REGION = "us-west-2"


def until(condition, seconds=30):
    """Calls `condition` until it answers something true. For what is asynchronous by contract."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {condition}"
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process on a folder. `start` may be called again after `kill` or `stop`."""

    def __init__(self, folder, *flags, env=None):
        self.folder = pathlib.Path(folder)
        self.flags = list(flags)
        self.env = {**os.environ, **(env or {})}
        self.process = None
        self.url = None
        self.listen = "127.0.0.1:0"

    def start(self, timeout=60):
        self.log_path = self.folder.parent / (self.folder.name + ".log")
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", str(self.folder), "--listen", self.listen, *self.flags],
            stdout=subprocess.PIPE, stderr=self.log, env=self.env,
        )
        deadline, text = time.monotonic() + timeout, ""
        pipe = self.process.stdout.fileno()
        while select.select([pipe], [], [], max(0, deadline - time.monotonic()))[0]:
            chunk = os.read(pipe, 65536)
            if not chunk:
                break
            text += chunk.decode()
            for line in text.splitlines(keepends=True):
                if line.startswith("undercroft ready ") and line.endswith("\n"):
                    self.url = line.split()[-1]
                    return self
        raise AssertionError(f"the server did not start:\n{text}\n{self.log_path.read_text()}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    @property
    def credentials(self):
        parser = configparser.ConfigParser()
        parser.read(self.folder / "credentials")
        return parser["default"]["aws_access_key_id"], parser["default"]["aws_secret_access_key"]

    def client(self, service="secretsmanager", region=REGION, key=None, secret=None, token=None, **config):
        own_key, own_secret = self.credentials if key is None else (key, secret)
        config = {"retries": {"max_attempts": 10, "mode": "standard"}, **config}
        return boto3.client(
            service, endpoint_url=self.url, region_name=region, aws_access_key_id=own_key,
            aws_secret_access_key=own_secret, aws_session_token=token, config=Config(**config),
        )

    @property
    def environment(self):
        """What a user exports to make the AWS CLI and SDKs speak to this server."""
        return {
            **os.environ, "AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"), "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "", "AWS_CONFIG_FILE": "/dev/null",
        }

    def verify_trail(self):
        return subprocess.run(
            [BINARY, "trail", "verify", "--data", str(self.folder)], capture_output=True, text=True, timeout=60
        )

    def records(self, count=1_000_000):
        import json

        out = subprocess.run(
            [BINARY, "trail", "tail", "--data", str(self.folder), "--count", str(count)],
            capture_output=True, text=True, check=True, timeout=60,
        )
        return [json.loads(line) for line in out.stdout.splitlines()]


class Postgres:
    """A scratch cluster on a unix socket, which asks for no password; with `port` on loopback, too, where it does."""

    def __init__(self, folder, port=None):
        self.folder = pathlib.Path(folder)
        self.port = port
        self.data = self.folder / "pg"
        self.bin = self.find()

    @staticmethod
    def find():
        """Folder with initdb and pg_ctl, or None where PostgreSQL is not installed."""
        candidates = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        for candidate in [*candidates, pathlib.Path("/usr/local/bin"), pathlib.Path("/usr/bin")]:
            if (candidate / "initdb").exists() and (candidate / "pg_ctl").exists():
                return candidate
        return None

    def run(self, *command):
        # PostgreSQL refuses to run as root.
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        return subprocess.run([*user, *map(str, command)], check=True, capture_output=True, text=True, cwd="/").stdout

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            for parent in self.folder.parents:
                if str(parent).startswith(tempfile.gettempdir()) and str(parent) != tempfile.gettempdir():
                    parent.chmod(parent.stat().st_mode | 0o011)
        if not self.data.exists():
            self.run(self.bin / "initdb", "-D", self.data, "--auth-local=trust", "--auth-host=scram-sha-256",
                     "-U", "undercroft", "-N")
        options = f"-c listen_addresses='{'127.0.0.1' if self.port else ''}' -k {self.folder} -c max_connections=100"
        if self.port:
            options += f" -c port={self.port}"
        self.run(self.bin / "pg_ctl", "-D", self.data, "-w", "-o", options, "-l", self.folder / "log", "start")
        return self

    @property
    def conninfo(self):
        return f"host={self.folder} user=undercroft dbname=postgres"

    def fresh_database(self, name):
        self.run(self.bin / "createdb", "-h", self.folder, "-U", "undercroft", name)
        return f"host={self.folder} user=undercroft dbname={name}"

    def sql(self, *statements):
        """As the superuser, over the unix socket; what was answered, a row a line."""
        commands = [word for statement in statements for word in ("-c", statement)]
        port = ["-p", self.port] if self.port else []
        return self.run(self.bin / "psql", "-h", self.folder, *port, "-U", "undercroft", "-d", "postgres", "-qXAt",
                        "-v", "ON_ERROR_STOP=1", *commands)

    def stop(self, mode="fast"):
        self.run(self.bin / "pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")


@contextlib.contextmanager
def scratch_folder(prefix):
    folder = tempfile.mkdtemp(prefix=f"undercroft-{prefix}-")
    try:
        yield pathlib.Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
