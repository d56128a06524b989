"""What the machine itself can do: a bare append with fdatasync, and SQLite with nothing around it. All on the first core.

Run as a child: `yardsticks.py disk|inserts FOLDER SECONDS` or `yardsticks.py puts FOLDER SECONDS DATABASE`; prints one line of
JSON.
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


def puts(folder, seconds, database):
    """One writer; what 64 calls of PutSecretValue have to make durable, committed together, each under a savepoint so that one
    can fail without the others: a new version, its secret's new state, and the audit records, which are deleted once they are
    in the trail. Tables and indexes are those of the server's `database`; row sizes are what the server writes."""
    source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    schema = [sql for sql, in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    source.close()
    base = opened(folder)
    for pragma in ("temp_store=MEMORY", "cache_size=-16384", "wal_autocheckpoint=4000"):
        base.execute(f"PRAGMA {pragma}")
    for sql in schema:
        base.execute(sql)
    place, names = ("000000000001", "us-west-2"), [f"bench/app/{n}" for n in range(2000)]
    state, sealed, wrapped, records, tag = (os.urandom(size) for size in (400, 1050, 300, 2300, 32))
    secrets = [(*place, name, "AbCdEf", 0, 0, 0, None, 1, state, tag) for name in names]
    base.executemany("INSERT INTO secret VALUES (?,?,?,?,?,?,?,?,?,?,?)", secrets)
    count = 0
    begin = time.monotonic()
    while (elapsed := time.monotonic() - begin) < seconds:
        base.execute("BEGIN IMMEDIATE")
        for n in range(count, count + 64):
            name = names[n % len(names)]
            base.execute("SAVEPOINT one")
            version = (*place, name, os.urandom(18).hex(), n, None, sealed, wrapped, tag)
            base.execute("INSERT INTO version VALUES (?,?,?,?,?,?,?,?,?)", version)
            key = (*place, name)
            base.execute(
                "UPDATE secret SET changed=?, rev=?, body=?, tag=? WHERE account=? AND region=? AND name=?",
                (n, n, state, tag, *key),
            )
            base.execute("INSERT INTO outbox VALUES (?,?,?,?)", ("node", n, records, tag))
            base.execute("RELEASE one")
        base.execute("COMMIT")
        count += 64
        if count % 512 == 0:
            base.execute("DELETE FROM outbox WHERE node = ? AND seq < ?", ("node", count))
    closed(base, folder)
    return {"rps": count / elapsed, "requests": count}


if __name__ == "__main__":
    run = {"disk": disk, "inserts": inserts, "puts": puts}[sys.argv[1]]
    print(json.dumps(run(pathlib.Path(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:])))
