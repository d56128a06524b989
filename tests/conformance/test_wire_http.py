"""HTTP/1.1 as clients and attackers speak it."""

import contextlib
import json
import socket
import threading

import pytest
from support import Connection, Request, call, send, token

LIST = "secretsmanager.ListSecrets"
DESCRIBE = "secretsmanager.DescribeSecret"


def describe(server, name):
    return Request(server, DESCRIBE, {"SecretId": name}).sign()


def test_response_headers(server, put, name):
    reply = send(describe(server, name))
    assert reply.headers["content-type"] == "application/x-amz-json-1.1"
    assert int(reply.headers["content-length"]) == len(reply.body)
    assert {"x-amzn-requestid", "date"} <= reply.headers.keys()
    assert "transfer-encoding" not in reply.headers and "x-amz-crc32" not in reply.headers


def test_request_ids_differ(server, put, name):
    with Connection(server) as connection:
        ids = {connection.exchange(describe(server, name)).headers["x-amzn-requestid"] for _ in range(20)}
    assert len(ids) == 20


def test_pipelining(server, secrets, name):
    """A hundred requests in one write, of both kinds: those answered at once and those that wait for the store."""
    names = [f"{name}/{n}" for n in range(10)]
    for one in names:
        secrets.create_secret(Name=one, SecretString=one)
    wanted = [names[n * 7 % 10] for n in range(100)]
    operations = ["DescribeSecret", "ListSecretVersionIds", "GetSecretValue"]
    with Connection(server) as connection:
        requests = [
            Request(server, f"secretsmanager.{operations[n % 3]}", {"SecretId": one}).sign()
            for n, one in enumerate(wanted)
        ]
        writer = threading.Thread(target=connection.send, args=(b"".join(r.bytes() for r in requests),))
        writer.start()
        replies = [connection.receive() for _ in requests]
        writer.join()
    assert [r.json["Name"] for r in replies] == wanted


def test_one_byte_at_a_time(server, put, name):
    with Connection(server) as connection:
        for byte in describe(server, name).bytes():
            connection.send(bytes([byte]))
        assert connection.receive().json["Name"] == name


def test_chunked_body(server, put, name):
    request = describe(server, name)
    head, body = request.bytes().split(b"\r\n\r\n", 1)
    head = head.replace(f"Content-Length: {len(body)}".encode(), b"Transfer-Encoding: chunked")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[n : n + 5]), body[n : n + 5]) for n in range(0, len(body), 5))
    with Connection(server) as connection:
        for _ in range(2):
            connection.send(head + b"\r\n\r\n" + chunks + b"0\r\n\r\n")
            assert connection.receive().json["Name"] == name


def test_expect_continue(server, put, name):
    request = describe(server, name)
    request.headers["Expect"] = "100-continue"
    head, body = request.bytes().split(b"\r\n\r\n", 1)
    with Connection(server) as connection:
        connection.send(head + b"\r\n\r\n")
        assert connection.stream.readline().startswith(b"HTTP/1.1 100")
        assert connection.stream.readline() == b"\r\n"
        connection.send(body)
        assert connection.receive().json["Name"] == name


def test_connection_close(server, put, name):
    request = describe(server, name)
    request.headers["Connection"] = "close"
    with Connection(server) as connection:
        reply = connection.exchange(request)
        assert reply.json["Name"] == name and reply.headers["connection"] == "close"
        assert connection.receive() is None


def test_http_1_0(server, put, name):
    with Connection(server) as connection:
        connection.send(describe(server, name).bytes().replace(b"HTTP/1.1", b"HTTP/1.0"))
        connection.socket.shutdown(socket.SHUT_WR)
        answer = connection.stream.read()
    assert b" 200 " in answer.split(b"\r\n")[0] and name.encode() in answer


def test_a_client_that_closes_its_side_is_still_answered(server, put, name):
    with Connection(server) as connection:
        connection.send(describe(server, name).bytes())
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.receive().json["Name"] == name


MEBIBYTE = 1 << 20


def padded(server, size):
    """A right request whose body is `size` bytes."""
    body = json.dumps({"SecretId": "x", "Padding": ""}).encode()
    return Request(server, DESCRIBE, body[:-2] + b"x" * (size - len(body)) + body[-2:]).sign()


def test_bodies_up_to_a_mebibyte(server):
    assert send(padded(server, MEBIBYTE)).code == "ResourceNotFoundException"
    reply = send(padded(server, MEBIBYTE + 1))
    assert reply.status == 413 and reply.body == b""


def test_a_body_said_to_be_too_long_is_not_waited_for(server):
    request = Request(server, DESCRIBE, b"", headers={"Content-Length": str(1 << 40)})
    with Connection(server) as connection:
        assert connection.exchange(request).status == 413
        assert connection.receive() is None


def test_chunks_beyond_a_mebibyte(server):
    request = Request(server, DESCRIBE, b"", headers={"Transfer-Encoding": "chunked"})
    head = request.bytes().replace(b"Content-Length: 0\r\n", b"")
    with Connection(server) as connection:
        connection.send(head)
        # The server may hang up before everything is sent.
        with contextlib.suppress(ConnectionError):
            for _ in range(5):
                connection.send(b"40000\r\n" + b"x" * 0x40000 + b"\r\n")
        assert connection.receive().status == 413


GOOD = "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: " + LIST + "\r\n"
MALFORMED = {
    "nonsense": "hello\r\n\r\n", "no host": "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}",
    "two hosts": GOOD + "Host: other\r\nContent-Length: 2\r\n\r\n{{}}",
    "two lengths": GOOD + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}",
    "two different lengths": GOOD + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}",
    "length and chunks": GOOD + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{{}}",
    "negative length": GOOD + "Content-Length: -1\r\n\r\n", "signed length": GOOD + "Content-Length: +2\r\n\r\n{{}}",
    "length in hex": GOOD + "Content-Length: 0x2\r\n\r\n{{}}", "length list": GOOD + "Content-Length: 2, 2\r\n\r\n{{}}",
    "unknown coding": GOOD + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "obscured coding": GOOD + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "space before colon": GOOD + "Content-Length : 2\r\n\r\n{{}}",
    "folded header": GOOD + "X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{{}}",
    "NUL in a header": GOOD + "X-A: 1\x002\r\nContent-Length: 2\r\n\r\n{{}}",
    "bad chunk size": GOOD + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "chunk size overflow": GOOD + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n",
    "space in the path": "POST /a b HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n",
    "another host in the path": "POST http://other/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n",
    "HTTP/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00",
    "a TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "much head": GOOD + "X-A: " + "a" * 20000 + "\r\n\r\n", "many headers": GOOD + "X-A: 1\r\n" * 200 + "\r\n",
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_requests(server, put, name, what):
    """Refused and hung up on, with a 4xx if at all; everybody else goes on."""
    with Connection(server) as other, Connection(server) as connection:
        assert other.exchange(describe(server, name)).status == 200
        connection.send(MALFORMED[what].format(host=connection.host).encode("latin-1"))
        if what == "a TLS hello":
            connection.socket.shutdown(socket.SHUT_WR)
        if what != "HTTP/2 preface":
            reply = connection.receive()
            assert reply is None or 400 <= reply.status < 500
            assert reply is None or connection.receive() is None, "what follows can't be trusted"
        assert other.exchange(describe(server, name)).json["Name"] == name


SMUGGLED = "0\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\n"


def test_a_second_request_is_not_smuggled_in_a_body(server, put, name):
    """What a proxy would take for a body must not be answered as a request."""
    body = SMUGGLED.encode()
    with Connection(server) as connection:
        reply = connection.exchange(Request(server, DESCRIBE, body).sign())
        assert reply.code == "SerializationException"
        assert connection.exchange(describe(server, name)).json["Name"] == name


def test_one_bad_request_never_breaks_the_next(server, put, name):
    good = describe(server, name)
    bad = [
        Request(server, LIST, {}), Request(server, LIST, b"{").sign(), Request(server, "secretsmanager.No", {}),
        Request(server, LIST, {}).sign(secret="wrong"), Request(server, LIST, {}).sign(key="AKIAIOSFODNN7EXAMPLE"),
        Request(server, LIST, {"MaxResults": 0}).sign(), Request(server, DESCRIBE, {"SecretId": "a b"}).sign(),
        Request(server, DESCRIBE, {"SecretId": name + "-no"}).sign(), Request(server, LIST, {}, method="PUT").sign(),
        Request(server, LIST, {}, headers={"Content-Type": "text/plain"}).sign(), Request(server, DESCRIBE, {}).sign(),
        Request(server, LIST, b"").sign(),
    ]
    with Connection(server) as connection:
        for request in bad:
            assert connection.exchange(request).status in (400, 403, 404)
            assert connection.exchange(good).json["Name"] == name
        # The same, pipelined.
        connection.send(b"".join(r.bytes() + good.bytes() for r in bad))
        statuses = [connection.receive().status for _ in range(2 * len(bad))]
    assert statuses[1::2] == [200] * len(bad) and 200 not in statuses[0::2]


def test_many_connections(server, secrets, name):
    secrets.create_secret(Name=name, SecretString="x")
    request = describe(server, name).bytes()
    connections = [Connection(server) for _ in range(200)]
    try:
        for connection in connections:
            connection.send(request)
        assert all(c.receive().json["Name"] == name for c in connections)
    finally:
        for connection in connections:
            connection.__exit__()


def test_many_writers_of_one_name(server, name):
    """Of a hundred creators one wins, and the others hear so."""
    requests = [
        Request(
            server, "secretsmanager.CreateSecret",
            {"Name": name, "SecretString": str(n), "ClientRequestToken": token()},
        ).sign()
        for n in range(100)
    ]
    connections = [Connection(server) for _ in requests]
    try:
        for connection, request in zip(connections, requests, strict=True):
            connection.send(request.bytes())
        codes = [c.receive().json.get("__type", "made") for c in connections]
    finally:
        for connection in connections:
            connection.__exit__()
    assert sorted(set(codes)) == ["ResourceExistsException", "made"] and codes.count("made") == 1
    assert call(server, "GetSecretValue", {"SecretId": name}).json["SecretString"] == str(codes.index("made"))
