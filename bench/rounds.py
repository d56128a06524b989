"""The cases that are measured in rounds, one after the other, again and again."""

import contextlib
import json
import subprocess
import sys

import cases
from report import Case, Target, median, ratio
from servers import SERVER_CORE, Moto, Nginx, Undercroft, pinned

FEW, MANY, WRITERS, MOTO_CLIENTS, MOTO_SECRETS = 32, 256, 64, 8, 50


class Rounds:
    def __init__(self, chosen, loader, folder):
        self.chosen, self.loader, self.folder = chosen, loader, folder
        self.cases, self.by_key = [], {}
        self.disk, self.inserts, self.puts = [], [], []

    def run(self):
        with contextlib.ExitStack() as stack:
            self.start(stack)
            for number in range(self.chosen.rounds):
                print(f"==> Round {number + 1} of {self.chosen.rounds}", flush=True)
                self.round()

    def start(self, stack):
        """Two vaults alike: one that syncs its records before it answers, and one that only writes them."""
        print("==> Starting undercroft (twice), nginx and moto", flush=True)
        server = self.chosen.server
        self.synced = stack.enter_context(Undercroft(server, self.folder / "synced"))
        self.empty_memory, self.first_start = self.synced.memory(), self.synced.ready
        self.written = stack.enter_context(Undercroft(server, self.folder / "written", "--trail-sync", "off"))
        for vault in (self.synced, self.written):
            key = self.loader.call(vault, cases.CREATE_KEY)["KeyMetadata"]["KeyId"]
            self.loader.load(vault, cases.create(cases.ALL, key), connections=WRITERS, requests=cases.ALL)
        answer = self.loader.load(self.synced, cases.get(1), connections=1, requests=1)
        self.body_bytes = int(answer["body_bytes"])
        body = ("#nginx#" + "x" * self.body_bytes)[:self.body_bytes]
        self.nginx = stack.enter_context(Nginx(self.chosen.nginx, self.folder / "nginx", body))
        self.moto = None
        if self.chosen.moto:
            credentials = self.synced.folder / "credentials"
            self.moto = stack.enter_context(Moto(self.chosen.moto, self.folder / "moto", credentials))
            self.loader.load(self.moto, cases.create(MOTO_SECRETS), connections=MOTO_CLIENTS, requests=MOTO_SECRETS)

    def round(self):
        fixed = [*cases.GET, "--expect", "#nginx#"]
        for clients in (FEW, MANY):
            self.measure("nginx, fixed answer", self.nginx, fixed, clients)
            self.measure("GetSecretValue", self.synced, cases.GET, clients)
            self.measure("GetSecretValue, records unsynced", self.written, cases.GET, clients)
        self.measure(f"GetSecretValue over {cases.ALL:,}", self.synced, cases.get(cases.ALL), MANY)
        self.disk.append(self.yardstick("disk", 1))
        self.measure("DescribeSecret", self.synced, cases.DESCRIBE, MANY)
        self.measure("PutSecretValue", self.synced, cases.PUT, WRITERS)
        self.puts.append(self.loader.bare_puts(
            self.folder, self.synced.folder / "undercroft.db", connections=WRITERS, seconds=self.chosen.seconds
        ))
        self.inserts.append(self.yardstick("inserts", 1))
        if self.moto:
            self.measure("moto, GetSecretValue", self.moto, cases.get(MOTO_SECRETS), MOTO_CLIENTS)

    def measure(self, name, server, case, clients):
        if (name, clients) not in self.by_key:
            self.by_key[name, clients] = Case(name, clients)
            self.cases.append(self.by_key[name, clients])
        figures = self.loader.load(server, case, connections=clients, seconds=self.chosen.seconds, warmup=0.5)
        self.by_key[name, clients].rounds.append(figures)

    def yardstick(self, kind, seconds):
        script = cases.__file__.replace("cases.py", "yardsticks.py")
        done = subprocess.run(
            [sys.executable, script, kind, self.folder, str(seconds)], capture_output=True, text=True, check=True,
            preexec_fn=pinned(SERVER_CORE),
        )
        return json.loads(done.stdout)

    @property
    def notes(self):
        synced = self.by_key["GetSecretValue", MANY].rounds
        return {
            "answer's body, bytes": self.body_bytes,
            "disk: append 64 KB + fdatasync, p50 ms": median(self.disk, "p50_us") / 1e3,
            "disk: append 64 KB + fdatasync, p99 ms": median(self.disk, "p99_us") / 1e3,
            f"GetSecretValue at {MANY}, synced, p50 ms": median(synced, "p50_us") / 1e3,
            f"GetSecretValue at {MANY}, synced, p99 ms": median(synced, "p99_us") / 1e3,
            f"bare SQLite, {WRITERS} writers' group-committed transactions that write what a put writes, 1/s": median(self.puts, "rps"),
            "bare SQLite, 64 inserts of 2 KB a transaction, rows/s": median(self.inserts, "rps"),
            "first start on an empty folder, s": self.first_start,
        }

    def targets(self):
        get = {clients: self.by_key["GetSecretValue", clients] for clients in (FEW, MANY)}
        nginx = {clients: self.by_key["nginx, fixed answer", clients] for clients in (FEW, MANY)}
        unsynced = self.by_key["GetSecretValue, records unsynced", MANY]
        put = self.by_key["PutSecretValue", WRITERS].rounds
        found = [
            Target(f"GetSecretValue's CPU against nginx's at {MANY}", ratio(get[MANY], nginx[MANY], "cpu_us"), 3.5, "{:.2f} x"),
            Target(
                f"what syncing costs of the throughput at {MANY}", 1 - ratio(get[MANY], unsynced, "rps"), 0.15, "{:.0%}"
            ),
            Target(
                f"PutSecretValue at {WRITERS} against bare SQLite transactions",
                median([{"r": a["rps"] / b["rps"]} for a, b in zip(put, self.puts)], "r"), 0.5, "{:.2f} x", at_least=True,
            ),
            Target("resident memory, empty", self.empty_memory, 60, "{:.0f} MB"),
        ]
        if self.moto:
            moto = self.by_key["moto, GetSecretValue", MOTO_CLIENTS]
            found.append(Target(
                "GetSecretValue's rate against moto's", ratio(get[MANY], moto, "rps"), 40, "{:.0f} x", at_least=True
            ))
        return found
