#!/usr/bin/env python3
"""Measures undercroft beside nginx (the practical ceiling) and moto (what people use today), in one run.

    python3 bench/run.py            all of it, at most 12 minutes
    python3 bench/run.py --quick    2 minutes: fewer secrets and rounds, more noise

The servers run on core 0, the load on core 1. Cases are interleaved in rounds; ratios are taken within a round, so that
a machine that gets slower or faster meanwhile does not decide them.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from access import Access
from rotation import Rotation
from rounds import Rounds
from scale import Scale
from load import Loader
from report import table
from servers import LOAD_CORE, ROOT, Trouble, moto_binary


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two minutes, with more noise")
    parser.add_argument("--rounds", type=int, help="how often each case is measured")
    parser.add_argument("--secrets", type=int, help="how many secrets the large vault holds")
    parser.add_argument("--users", type=int, help="how many users the large account has")
    parser.add_argument("--only", choices=["rounds", "access", "scale", "rotation"], help="one part of the run")
    parser.add_argument("--server", default=ROOT / ".build/release/undercroft", help="the server's binary")
    parser.add_argument("--load", default=ROOT / ".build/release/undercroft-bench", help="the load generator's binary")
    parser.add_argument("--no-moto", action="store_true", help="leave moto out")
    parser.add_argument("--out", default=ROOT / "bench-results", help="folder for the JSON file")
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (2 if chosen.quick else 3)
    chosen.secrets = chosen.secrets or (10_000 if chosen.quick else 100_000)
    chosen.users = chosen.users or (10_000 if chosen.quick else 100_000)
    chosen.policies = max(1, chosen.users // 10)
    chosen.seconds = 2.0 if chosen.quick else 3.0
    return chosen


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout
    return {
        "cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg(),
        "commit": commit.strip(), "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def prepare(chosen):
    if len(os.sched_getaffinity(0)) < 2:
        raise Trouble("two cores are needed: one for the server, one for the load")
    for binary in (chosen.server, chosen.load):
        if not pathlib.Path(binary).exists():
            raise Trouble(f"{binary} is not there; 'make bench' builds it")
    chosen.nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not chosen.nginx:
        raise Trouble("nginx is needed; 'scripts/install bench' installs it")
    chosen.moto = None if chosen.no_moto else moto_binary()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most if most != resource.RLIM_INFINITY else 65536, most))
    chosen.idle = min(10_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
    # The driver itself stays off the servers' core.
    os.sched_setaffinity(0, {LOAD_CORE})


def measure(chosen, folder):
    """The parts of the run, in order; each has cases, notes and targets."""
    loader = Loader(chosen.load)
    parts = {"rounds": Rounds, "access": Access, "scale": Scale, "rotation": Rotation}
    done = []
    for name, part in parts.items():
        if chosen.only in (None, name):
            done.append(part(chosen, loader, folder))
            done[-1].run()
    return done


def main():
    chosen = arguments()
    # So that the servers end and the folder goes when the run is cut short.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begin = time.monotonic()
    prepare(chosen)
    about = machine()
    # Beside the build, not in /tmp: a memory file system would make syncing free.
    (ROOT / ".build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / ".build") as folder:
        parts = measure(chosen, pathlib.Path(folder))
    measured = [case for part in parts for case in part.cases]
    targets = [target for part in parts for target in part.targets()]
    notes = {name: value for part in parts for name, value in part.notes.items()}
    print(f"\n{about['cpu']}, {about['cores']} cores, load average {about['load'][0]:.1f} at the start")
    print(f"medians of {chosen.rounds} rounds of {chosen.seconds:.0f} s; CPU us is the server's, per request\n")
    print(table(measured))
    print()
    for name, value in notes.items():
        print(f"  {name}: {value:,.2f}" if isinstance(value, float) else f"  {name}: {value}")
    print("\nTargets")
    for target in targets:
        print(target.line())
    write(chosen, about, measured, targets, notes)
    print(f"\n{time.monotonic() - begin:.0f} s")


def write(chosen, about, measured, targets, notes):
    out = pathlib.Path(chosen.out)
    out.mkdir(exist_ok=True)
    name = about["time"].replace(":", "").replace("+0000", "Z")
    path = out / f"{name}{'-quick' if chosen.quick else ''}.json"
    path.write_text(json.dumps({
        "machine": about, "rounds": chosen.rounds, "secrets": chosen.secrets,
        "cases": {f"{case.name} @{case.connections}": case.rounds for case in measured},
        "targets": [target.json() for target in targets], "notes": notes,
    }, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"bench: {trouble}")
