"""What the machine itself can do: a bare append with fdatasync, and SQLite with nothing around it. All on the first core.

Run as a child: `yardsticks.py disk|inserts FOLDER SECONDS`; prints one line of JSON.
"""

import json
import os
import pathlib
import sqlite3
import sys
import time


def disk(folder, seconds):
    """Append 64 KB and fdatasync, as the trail does with a group of records."""
    block, took = b"x" * 65536, []
    file = os.open(folder / "append", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    end = time.monotonic() + seconds
    while time.monotonic() < end or not took:
        begin = time.monotonic()
        os.write(file, block)
        os.fdatasync(file)
        took.append(time.monotonic() - begin)
    os.close(file)
    os.unlink(folder / "append")
    took.sort()
    return {"p50_us": took[len(took) // 2] * 1e6, "p99_us": took[len(took) * 99 // 100] * 1e6, "count": len(took)}


def opened(folder):
    base = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    return base


def closed(base, folder):
    base.close()
    for leftover in folder.glob("bare.sqlite*"):
        leftover.unlink()


def inserts(folder, seconds):
    """One writer, 64 inserts of 2 KB in a transaction into a table with a number for a key: the least a row can cost."""
    base = opened(folder)
    base.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
    content, count = os.urandom(2048), 0
    begin = time.monotonic()
    while (elapsed := time.monotonic() - begin) < seconds:
        base.execute("BEGIN IMMEDIATE")
        base.executemany("INSERT INTO rows (content) VALUES (?)", [(content,)] * 64)
        base.execute("COMMIT")
        count += 64
    closed(base, folder)
    return {"rps": count / elapsed, "requests": count}


if __name__ == "__main__":
    run = {"disk": disk, "inserts": inserts}[sys.argv[1]]
    print(json.dumps(run(pathlib.Path(sys.argv[2]), float(sys.argv[3]))))
