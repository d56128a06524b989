"""Runs the load generator on the second core and reads its figures."""

import json
import subprocess

from servers import LOAD_CORE, SERVER_CORE, Trouble, pinned


class Loader:
    def __init__(self, binary):
        self.binary = str(binary)

    def _command(self, verb, server, arguments):
        return [self.binary, verb, "--connect", server.address, "--pid", str(server.pid), *server.signing, *map(str, arguments)]

    def _run(self, verb, server, arguments):
        return json.loads(self._output(verb, server, arguments))

    def _output(self, verb, server, arguments):
        try:
            done = subprocess.run(
                self._command(verb, server, arguments), capture_output=True, text=True, preexec_fn=pinned(LOAD_CORE),
                timeout=240,
            )
        except subprocess.TimeoutExpired:
            raise Trouble(f"{verb} on {server.name} took more than four minutes") from None
        if done.returncode:
            raise Trouble(f"{verb} on {server.name}: {done.stderr.strip()[:2000]}")
        return done.stdout

    def load(self, server, case, *, connections, **options):
        arguments = [*case, "--connections", connections]
        for name, value in options.items():
            arguments += [f"--{name}", value]
        return self._run("load", server, arguments)

    def walk(self, server, case):
        return self._run("walk", server, case)

    def call(self, server, case):
        return self._run("call", server, case)

    def text(self, server, case):
        """The body of an answer that is not JSON."""
        return self._output("call", server, case)

    def bare_puts(self, folder, database, *, connections, seconds):
        """SQLite alone, on the server's core."""
        command = [
            self.binary, "puts", "--folder", folder, "--database", database, "--connections", str(connections),
            "--seconds", str(seconds),
        ]
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=pinned(SERVER_CORE), timeout=240)
        if done.returncode:
            raise Trouble(f"bare puts: {done.stderr.strip()[:2000]}")
        return json.loads(done.stdout)

    def hold(self, server, case, connections):
        """Connections that have each made one request and stay open until the returned function is called."""
        arguments = [*case, "--connections", connections, "--requests", connections, "--hold"]
        child = subprocess.Popen(
            self._command("load", server, arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, preexec_fn=pinned(LOAD_CORE),
        )
        if not child.stdout.readline():
            raise Trouble(f"holding connections: {child.communicate()[1][:2000]}")

        def release():
            child.stdin.close()
            child.wait(30)
        return release
