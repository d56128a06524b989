"""The servers that are measured: undercroft, and the two yardsticks beside it. All run on the first core."""

import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVER_CORE, LOAD_CORE = 0, 1


class Trouble(Exception):
    pass


def pinned(core):
    """What the child does before it becomes the program: stay on one core."""
    def prepare():
        os.sched_setaffinity(0, {core})
    return prepare


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child that is ended with the `with` block, by its own process id."""

    process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def memory(self):
        """Resident megabytes (10^6 bytes)."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise Trouble("no VmRSS")

    def await_port(self, port, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Trouble(f"{self.name} ended at once; see {self.log}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise Trouble(f"{self.name} does not answer; see {self.log}")


class Undercroft(Process):
    """`ready` is the time from exec to the line that says it can serve."""

    name = "undercroft"

    def __init__(self, binary, folder, *flags):
        self.folder = pathlib.Path(folder)
        self.log = self.folder.parent / f"{self.folder.name}.log"
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [binary, "serve", "--data", self.folder, "--listen", "127.0.0.1:0", "--loops", "1", "--quotas", "off", *flags],
            stdout=subprocess.PIPE, stderr=open(self.log, "ab"), preexec_fn=pinned(SERVER_CORE),
        )
        self.address = self._await_ready()
        self.ready = time.monotonic() - begin

    def _await_ready(self):
        text, end, pipe = b"", time.monotonic() + 60, self.process.stdout.fileno()
        while select.select([pipe], [], [], max(0, end - time.monotonic()))[0]:
            chunk = os.read(pipe, 65536)
            text += chunk
            for line in text.splitlines():
                if line.startswith(b"undercroft ready http://") and text.endswith(b"\n"):
                    return line.decode().rsplit("/", 1)[1]
            if not chunk:
                break
        raise Trouble(f"undercroft is not ready; see {self.log}")

    @property
    def signing(self):
        return ["--credentials", str(self.folder / "credentials")]


class Nginx(Process):
    """Answers every request with the same body: what a request costs that does nothing."""

    name = "nginx"

    def __init__(self, binary, folder, body):
        folder = pathlib.Path(folder)
        folder.mkdir()
        self.log, port = folder / "error.log", free_port()
        if "'" in body or "$" in body or "\\" in body:
            raise Trouble("the body must not need quoting in nginx.conf")
        (folder / "nginx.conf").write_text(f"""
            daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {self.log};
            worker_rlimit_nofile 4096;
            events {{ worker_connections 2048; }}
            http {{
                access_log off; keepalive_requests 1000000000; keepalive_timeout 300s; default_type application/x-amz-json-1.1;
                client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
                uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
                server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{body}'; }} }}
            }}
        """)
        self.process = subprocess.Popen(
            [binary, "-p", folder, "-c", folder / "nginx.conf"], preexec_fn=pinned(SERVER_CORE),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.address, self.signing = f"127.0.0.1:{port}", []
        self.await_port(port)


class Moto(Process):
    """What people run today. It does not look at signatures; the load signs all the same."""

    name = "moto"

    def __init__(self, binary, folder, credentials):
        folder = pathlib.Path(folder)
        folder.mkdir()
        self.log, port = folder / "log", free_port()
        self.process = subprocess.Popen(
            [binary, "-H", "127.0.0.1", "-p", str(port)], preexec_fn=pinned(SERVER_CORE),
            stdout=open(self.log, "ab"), stderr=subprocess.STDOUT,
            env={**os.environ, "MOTO_ENABLE_ISO_REGIONS": "", "PYTHONUNBUFFERED": ""},
        )
        self.address, self.signing = f"127.0.0.1:{port}", ["--credentials", str(credentials)]
        self.await_port(port)


def moto_binary():
    """`moto_server` from a virtual environment of its own, made on the first run."""
    venv = ROOT / ".build" / "bench-venv"
    binary = venv / "bin" / "moto_server"
    if not binary.exists():
        print("==> Virtual environment for moto", flush=True)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run(
            [venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check",
             "-r", ROOT / "bench" / "requirements.txt"],
            check=True,
        )
    return binary
