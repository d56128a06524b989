"""A PostgreSQL server that asks for passwords, and a rotation of one by hand: what the server's rotator is held against.

Run as a child: `postgres.py PORT USER PASSWORD`; each line that comes in is a rotation, answered with its milliseconds.
"""

import ctypes
import ctypes.util
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import time

from servers import LOAD_CORE, SERVER_CORE, Process, Trouble, free_port, pinned

# The rotator's own statements (Sources/Rotators/Postgres/PostgresServer.swift).
SETTINGS = """
    SELECT pg_catalog.current_setting('password_encryption'),
        pg_catalog.set_config('search_path', 'pg_catalog', true),
        pg_catalog.set_config('statement_timeout', '30s', true),
        pg_catalog.set_config('synchronous_commit',
            pg_catalog.replace(pg_catalog.current_setting('synchronous_commit'), 'off', 'on'), true)
"""


class Postgres(Process):
    """On the load's core: a database is another machine's work."""

    name = "postgres"

    def __init__(self, folder):
        binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
        if not binaries:
            raise Trouble("PostgreSQL is needed; 'scripts/install bench' installs it")
        folder.mkdir()
        user = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            shutil.chown(folder, "postgres")
            user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run(
            [*user, binaries[0], "-D", folder / "data", "-U", "master", "--auth-local=trust", "--auth-host=scram-sha-256",
             "-E", "UTF8", "--locale=C", "-N"], check=True, capture_output=True, cwd="/")
        self.folder, self.log, self.port = folder, folder / "log", free_port()
        self.process = subprocess.Popen(
            [*user, binaries[0].with_name("postgres"), "-D", folder / "data", "-p", str(self.port), "-k", folder,
             "-c", "listen_addresses=127.0.0.1"], stdout=open(self.log, "ab"), stderr=subprocess.STDOUT,
            preexec_fn=pinned(LOAD_CORE), cwd="/")
        self.await_port(self.port)

    def add(self, user, password):
        session = Session(host=self.folder, port=self.port, user="master")
        session.run(f"CREATE ROLE {user} LOGIN PASSWORD '{password}'")
        session.close()


class ByHand(Process):
    """The child, in the server's place."""

    name = "rotation by hand"

    def __init__(self, port, user, password):
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(port), user, password], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, preexec_fn=pinned(SERVER_CORE))

    def rotate(self):
        print(file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise Trouble("the rotation by hand failed; see above")
        return float(line)


class Session:
    """A connection of libpq, which is what the server uses."""

    library = None

    def __init__(self, **settings):
        if Session.library is None:
            Session.library = self._load()
        words = {"dbname": "postgres", "sslmode": "disable", "gssencmode": "disable", **settings}
        text = " ".join(f"{name}='{value}'" for name, value in words.items())
        self.handle = self.library.PQconnectdb(text.encode())
        if self.library.PQstatus(self.handle):
            raise Trouble(self.library.PQerrorMessage(self.handle).decode())

    @staticmethod
    def _load():
        library = ctypes.CDLL(ctypes.util.find_library("pq"))
        pointer, text = ctypes.c_void_p, ctypes.c_char_p
        for name, answer, arguments in [
            ("PQconnectdb", pointer, [text]), ("PQstatus", ctypes.c_int, [pointer]), ("PQerrorMessage", text, [pointer]),
            ("PQexecParams", pointer, [pointer, text, ctypes.c_int, *[pointer] * 4, ctypes.c_int]),
            ("PQresultStatus", ctypes.c_int, [pointer]), ("PQclear", None, [pointer]), ("PQfinish", None, [pointer]),
            ("PQencryptPasswordConn", pointer, [pointer, text, text, text]), ("PQfreemem", None, [pointer]),
        ]:
            function = getattr(library, name)
            function.restype, function.argtypes = answer, arguments
        return library

    def run(self, sql):
        result = self.library.PQexecParams(self.handle, sql.encode(), 0, None, None, None, None, 0)
        if self.library.PQresultStatus(result) not in (1, 2):
            raise Trouble(self.library.PQerrorMessage(self.handle).decode())
        self.library.PQclear(result)

    def verifier(self, user, password):
        made = self.library.PQencryptPasswordConn(self.handle, password.encode(), user.encode(), b"scram-sha-256")
        text = ctypes.string_at(made).decode()
        self.library.PQfreemem(made)
        return text

    def close(self):
        self.library.PQfinish(self.handle)


def rotate(port, user, current):
    """The connections and statements of `undercroft-rotate-postgres-single`."""
    new = secrets.token_hex(16)
    session = Session(host="127.0.0.1", port=port, user=user, password=current)
    session.run("BEGIN")
    session.run(SETTINGS)
    session.run(f"ALTER USER \"{user}\" PASSWORD '{session.verifier(user, new)}'")
    session.run("COMMIT")
    session.close()
    session = Session(host="127.0.0.1", port=port, user=user, password=new)
    session.run("SELECT NOW()")
    session.close()
    return new


def main(port, user, password):
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    for _ in sys.stdin:
        begin = time.monotonic()
        password = rotate(port, user, password)
        print((time.monotonic() - begin) * 1e3, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
