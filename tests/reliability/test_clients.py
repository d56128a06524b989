"""Clients that are slow, silent or hostile cost nobody else anything."""

import os
import re
import socket
import threading

import pytest

from harness import Server, scratch_folder


@pytest.fixture(scope="module")
def lone():
    with scratch_folder("clients") as folder:
        server = Server(folder / "data", "--quotas", "off").start()
        yield server
        assert server.stop() == 0


def connect(server):
    host, port = server.url.removeprefix("http://").rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=30)


def resident(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024


def test_half_open_and_idle_connections_do_not_stop_others(lone):
    client = lone.client()
    client.create_secret(Name="busy", SecretString="value")
    before = resident(lone)
    held = [connect(lone) for _ in range(500)]
    for number, connection in enumerate(held):
        # Silent, half a request line, half a head, half a body.
        connection.sendall([b"", b"POST / HT", b"POST / HTTP/1.1\r\nHost: x\r\nX-", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"][number % 4])
    for _ in range(50):
        assert client.get_secret_value(SecretId="busy")["SecretString"] == "value"
    assert resident(lone) - before < 64 << 20
    # The half-sent heads are cut off by the server, not by us: their deadline is five seconds.
    slow = held[1]
    slow.settimeout(30)
    while slow.recv(4096):
        pass
    for connection in held:
        connection.close()


def test_bad_signatures_by_the_thousand(lone):
    client = lone.client()
    request = (
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: secretsmanager.GetSecretValue\r\n"
        "X-Amz-Date: {date}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAAAAAAAAAAAAAAAAA/{day}/us-west-2/secretsmanager/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-target, Signature={signature}\r\nContent-Length: 16\r\n\r\n{{\"SecretId\":\"x\"}}"
    )
    import datetime

    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    before = resident(lone)
    refused = []

    def attack():
        connection = connect(lone)
        reader = connection.makefile("rb")
        for _ in range(500):
            connection.sendall(request.format(date=date, day=date[:8], signature=os.urandom(32).hex()).encode())
            status = reader.readline()
            length = 0
            while (line := reader.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            refused.append((status.split()[1], b"UnrecognizedClientException" in reader.read(length)))

    threads = [threading.Thread(target=attack) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        assert client.get_random_password()["RandomPassword"]
    for thread in threads:
        thread.join()
    assert refused == [(b"400", True)] * 4000
    assert resident(lone) - before < 64 << 20
