"""What the conformance tests share: expected refusals, deadlines, and HTTP without an SDK."""

import base64
import contextlib
import datetime
import hashlib
import hmac
import json
import re
import socket
import urllib.parse
import uuid

import botocore.auth
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from harness import REGION, until  # noqa: F401

ANY = object()

NOT_FOUND = "Secrets Manager can't find the specified secret."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
SCHEDULED = "You can't create this secret because a secret with this name is already scheduled for deletion."
BAD_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
)
NO_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
UNKNOWN_KEY = "The security token included in the request is invalid."
NOBODY = "arn:aws:secretsmanager:us-west-2:000000000001:secret:nothing-like-this-AbCdEf"

TARGETS = {
    "secretsmanager": "secretsmanager", "kms": "TrentService", "organizations": "AWSOrganizationsV20161128",
    "logs": "Logs_20140328",
}
# Of the services that speak Query.
VERSIONS = {"sts": "2011-06-15", "iam": "2010-05-08"}
# Of the services that speak REST-JSON: what each operation's path is like, and the name that requests are signed for.
PATHS = {
    "iam-toolbox.GetRequestAuthorizationDetails": "/authorization-details/a",
    "iam-toolbox.GetRequestAuthorizationPolicy": "/authorization-details/a/policy?policyUri=a",
}
SIGNING_NAMES = {"iam-toolbox": "iam"}


def token():
    return str(uuid.uuid4())


def matches(text, expected):
    if expected is ANY:
        return True
    return expected.fullmatch(text) is not None if isinstance(expected, re.Pattern) else text == expected


@contextlib.contextmanager
def refused(code, text=ANY, status=400):
    """The block's call must fail with exactly this. `text` may be a compiled pattern."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response
    got = (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"])
    assert got == (code, status), error["Error"]
    assert matches(error["Error"]["Message"], text), error["Error"]["Message"]


def validation(*violations):
    noun = "error" if len(violations) == 1 else "errors"
    return f"{len(violations)} validation {noun} detected: " + "; ".join(violations)


def must(subject, member, constraint):
    """One sentence of a ValidationException. `subject` is `Value 'x'`, `Value null` or `Value`."""
    return f"{subject} at '{member}' failed to satisfy constraint: Member must {constraint}"


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("__type")

    @property
    def message(self):
        return self.json.get("Message", self.json.get("message"))

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Connection:
    """A keep-alive HTTP/1.1 connection over a bare socket: what is sent is exactly what the test says."""

    def __init__(self, server):
        address = urllib.parse.urlsplit(server.url)
        self.host = address.netloc
        self.socket = socket.create_connection((address.hostname, address.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, method="POST"):
        """The next reply, or None if the server has closed the connection."""
        try:
            line = self.stream.readline()
        except ConnectionError:
            return None
        if not line:
            return None
        assert line.startswith(b"HTTP/1.1 "), line
        headers = {}
        while (header := self.stream.readline().rstrip(b"\r\n")):
            key, value = header.split(b":", 1)
            headers[key.decode().lower()] = value.strip().decode()
        length = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        return Reply(int(line.split()[1]), headers, self.stream.read(length))

    def exchange(self, request):
        self.send(request.bytes())
        return self.receive(request.method)


class Request:
    """An HTTP request as it goes over the wire; `sign` adds what an SDK would add."""

    def __init__(self, server, target=None, body=b"", method="POST", path="/", headers=None):
        self.server, self.method, self.path = server, method, path
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = {"Host": urllib.parse.urlsplit(server.url).netloc}
        if target is not None:
            self.headers |= {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
        self.headers |= headers or {}

    def sign(self, service=None, region=REGION, key=None, secret=None, session=None, signer=SigV4Auth):
        own = self.server.credentials
        credentials = Credentials(key or own[0], secret or own[1], session)
        if service is None:
            prefix = self.headers.get("X-Amz-Target", "").split(".")[0]
            service = "kms" if prefix == "TrentService" else "secretsmanager"
        url = self.server.url + self.path
        signed = AWSRequest(method=self.method, url=url, data=self.body, headers=self.headers)
        signer(credentials, service, region).add_auth(signed)
        self.headers = dict(signed.headers.items())
        self.path = signed.url.removeprefix(self.server.url)
        return self

    def bytes(self):
        headers = {"Content-Length": str(len(self.body)), **self.headers}
        head = f"{self.method} {self.path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        return head.encode("latin-1") + b"\r\n" + self.body


def form(server, body, **kwargs):
    """A request of the Query protocol."""
    kwargs.setdefault("headers", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    return Request(server, body=body.encode(), **kwargs)


def query(server, service, operation, parameters):
    """As ``form``; only for parameters that are no lists."""
    return form(
        server, urllib.parse.urlencode({"Action": operation, "Version": VERSIONS[service], **parameters}))


def totp(seed, now):
    """RFC 6238, of the seed in base 32."""
    key = base64.b32decode(seed)
    digest = hmac.new(key, int(now // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[19] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def send(request):
    with Connection(request.server) as connection:
        return connection.exchange(request)


def call(server, operation, body, service="secretsmanager", **sign):
    """A signed JSON call, without an SDK's own checks of its parameters."""
    return send(Request(server, f"{TARGETS[service]}.{operation}", body).sign(service, **sign))


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Presigner(SigV4QueryAuth):
    """botocore's signer of URLs, with the body hashed and sent instead of moved into the query."""

    content = b""

    @classmethod
    def of(cls, content):
        return type("Presigner", (cls,), {"content": content})

    def payload(self, request):
        return sha256(self.content)

    def _modify_request_before_signing(self, request):
        request.data = b""
        super()._modify_request_before_signing(request)


@contextlib.contextmanager
def turned_clock(minutes):
    """botocore signs the time of its own clock; here that clock is wrong."""
    real = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *a, **kw: real(*a, **kw) + datetime.timedelta(minutes=minutes)
    try:
        yield
    finally:
        botocore.auth.get_current_datetime = real
