"""Thousands of random requests signed by botocore verify; one byte off, and each is refused."""

import json
import random
import string
import urllib.parse

import pytest
from support import Connection, Request

COUNT = 2000
BATCH = 16
WORDS = string.ascii_letters + string.digits
ODD = WORDS + "-_.~!*'();:@&=+$,/?[] %\"<>\\^`{|}\u00e9\u00df\U0001f511"


class Chance(random.Random):
    def text(self, most, alphabet=ODD):
        return "".join(self.choices(alphabet, k=self.randint(0, most)))

    def path(self):
        parts = [urllib.parse.quote(self.text(8), safe="-_.~!*'();:@&=+$,") for _ in range(self.randint(0, 3))]
        return "/" + "/".join(p for p in parts if p.strip("."))

    def query(self):
        pairs = [(self.text(6) or "a", self.text(8)) for _ in range(self.choice([0, 0, 1, 2, 5]))]
        pairs = [(k, v) for k, v in pairs if not k.lower().startswith("x-amz")]
        return "&".join(f"{urllib.parse.quote(k, safe='-_.~')}={urllib.parse.quote(v, safe='-_.~')}" for k, v in pairs)

    def headers(self):
        names = {f"X-{self.text(6, WORDS) or 'a'}": None for _ in range(self.randint(0, 3))}
        names = {n: None for n in names if not n.lower().startswith(("x-amz", "x-ray", "x-b3"))}
        printable = WORDS + "-_.~!*'();:@&=+$,/?[]  %\"<>\\^`{|}"
        return {n: self.text(20, printable).strip() or "v" for n in names}

    def request(self, server):
        query = self.query()
        body = json.dumps({"PasswordLength": self.randint(1, 64), "RequireEachIncludedType": False, "x": self.text(30)})
        request = Request(
            server, "secretsmanager.GetRandomPassword", body.encode(), headers=self.headers(),
            path=self.path() + ("?" + query if query else ""),
        )
        region = f"{self.choice(['us', 'eu', 'ap'])}-{self.text(8, string.ascii_lowercase) or 'x'}-{self.randint(1, 9)}"
        return request.sign("secretsmanager", region=region)


@pytest.mark.parametrize("seed", [1, 2])
def test_signed_requests_verify(server, seed):
    chance = Chance(seed)
    with Connection(server) as connection:
        for _ in range(COUNT // 2 // BATCH):
            requests = [chance.request(server) for _ in range(BATCH)]
            connection.send(b"".join(r.bytes() for r in requests))
            for request in requests:
                reply = connection.receive()
                assert reply.status == 200, (request.path, request.headers, reply)


def bump(chance, text, alphabet):
    """`text` with one character replaced, added or taken away."""
    at = chance.randrange(len(text))
    kind = chance.choice(["replace", "replace", "insert", "delete"])
    if kind == "insert":
        return text[:at] + chance.choice(alphabet) + text[at:]
    if kind == "delete":
        return text[:at] + text[at + 1 :]
    return text[:at] + chance.choice([c for c in alphabet if c != text[at]]) + text[at + 1 :]


def meaning(query):
    return sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))


def mutate_method(chance, request):
    request.method = bump(chance, request.method, string.ascii_uppercase)


def mutate_path(chance, request):
    path, mark, query = request.path.partition("?")
    changed = bump(chance, path[1:], WORDS) if path != "/" else chance.choice(WORDS)
    request.path = "/" + changed + mark + query


def mutate_query(chance, request):
    path, _, query = request.path.partition("?")
    changed = query
    # Another spelling of the same parameters has the same signature, as it should.
    while meaning(changed) == meaning(query):
        changed = bump(chance, query, WORDS) if query else chance.choice(WORDS)
    request.path = f"{path}?{changed}"


def mutate_header(chance, request):
    signed = request.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    name = chance.choice([n for n in request.headers if n.lower() in signed])
    request.headers[name] = bump(chance, request.headers[name], WORDS)


def mutate_body(chance, request):
    body = request.body
    at = chance.randrange(len(body))
    request.body = body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :]


def mutate_signature(chance, request):
    head, signature = request.headers["Authorization"].split("Signature=")
    request.headers["Authorization"] = head + "Signature=" + bump(chance, signature, "0123456789abcdef")


def mutate_credential(chance, request):
    start, rest = request.headers["Authorization"].split("Credential=")
    credential, rest = rest.split(",", 1)
    request.headers["Authorization"] = f"{start}Credential={bump(chance, credential, WORDS + '/')},{rest}"


def mutate_signed_headers(chance, request):
    start, rest = request.headers["Authorization"].split("SignedHeaders=")
    names, rest = rest.split(",", 1)
    changed = bump(chance, names, string.ascii_lowercase + ";-")
    request.headers["Authorization"] = f"{start}SignedHeaders={changed},{rest}"


MUTATIONS = [
    mutate_method, mutate_path, mutate_query, mutate_header, mutate_body, mutate_signature, mutate_credential,
    mutate_signed_headers,
]


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda m: m.__name__)
def test_one_byte_off_is_refused(server, mutate):
    chance = Chance(mutate.__name__)
    connection = None
    for _ in range(COUNT // len(MUTATIONS)):
        request = chance.request(server)
        before = request.bytes()
        mutate(chance, request)
        assert request.bytes() != before
        connection = connection or Connection(server)
        reply = connection.exchange(request)
        if reply is None or reply.headers.get("connection") == "close":
            # Not even HTTP any more.
            connection.__exit__()
            connection = None
        assert reply is None or 400 <= reply.status < 500, (before, request.bytes(), reply)
        assert reply is None or b"RandomPassword" not in reply.body
    if connection:
        connection.__exit__()


@pytest.mark.parametrize("other", [b"a\xffb", b"a\xfeb", b"a\x80b", b"a\xed\xa0\x80b", b"a?b"], ids=ascii)
def test_header_values_are_verified_byte_by_byte(server, other):
    """Bytes that are no UTF-8 must not be taken for the replacement character that a decoder would put there."""
    request = Request(server, "secretsmanager.GetRandomPassword", {}, headers={"X-Other": "a\ufffdb"}).sign()
    with Connection(server) as connection:
        request.headers["X-Other"] = "a\ufffdb".encode().decode("latin-1")
        assert connection.exchange(request).status == 200
        request.headers["X-Other"] = other.decode("latin-1")
        assert connection.exchange(request).status == 400
