"""What is checked before an operation sees a JSON request (specification 7.3), row by row."""

import re

import pytest
from botocore.auth import SigV4Auth
from support import MISMATCH, UNKNOWN_KEY, Connection, Presigner, Request, matches, send, sha256, turned_clock

LIST = "secretsmanager.ListSecrets"


def signed(server, **sign):
    return Request(server, LIST, {}).sign(**sign)


def at(server, minutes):
    """A request whose clock is wrong."""
    with turned_clock(minutes):
        return signed(server)


def edited(server, pattern, replacement):
    """A signed request whose Authorization header was changed afterwards."""
    request = signed(server)
    header = request.headers["Authorization"]
    request.headers["Authorization"] = re.sub(pattern, replacement, header)
    assert request.headers["Authorization"] != header
    return request


def without(server, name):
    request = signed(server)
    del request.headers[name]
    return request


class SignerWithoutHost(SigV4Auth):
    def headers_to_sign(self, request):
        headers = super().headers_to_sign(request)
        del headers["host"]
        return headers


def both_forms(server):
    request = signed(server)
    request.path = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    return request


def session(server):
    return Request(server, LIST, {}).sign(session="FwoGZXIvYXdzEXAMPLE")


def payload(server, value):
    return Request(server, LIST, {}, headers={"X-Amz-Content-SHA256": value}).sign()


MISSING = "MissingAuthenticationTokenException"
INCOMPLETE = "IncompleteSignatureException"
INVALID = "InvalidSignatureException"
UNKNOWN = "UnrecognizedClientException"

ROWS = {
    "no authorization": (lambda s: Request(s, LIST, {}), MISSING, "Missing Authentication Token"),
    "both forms": (
        both_forms, INVALID,
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    ),
    "no Credential": (
        lambda s: edited(s, "Credential=[^,]*, ?", ""), INCOMPLETE,
        re.compile("Authorization header requires 'Credential' parameter. .*Authorization=.*"),
    ),
    "no Signature": (
        lambda s: edited(s, ", ?Signature=.*", ""), INCOMPLETE,
        re.compile("Authorization header requires 'Signature' parameter. .*Authorization=.*"),
    ),
    "no SignedHeaders": (
        lambda s: edited(s, "SignedHeaders=[^,]*, ?", ""), INCOMPLETE,
        re.compile("Authorization header requires 'SignedHeaders' parameter. .*Authorization=.*"),
    ),
    "no date": (
        lambda s: without(s, "X-Amz-Date"), INCOMPLETE,
        re.compile(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. .*Authorization=.*"
        ),
    ),
    "nothing but the algorithm": (
        lambda s: edited(s, " .*", ""), INCOMPLETE,
        re.compile(
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
            "parameter. Authorization header requires 'SignedHeaders' parameter. .*"
        ),
    ),
    "a part without an equal sign": (
        lambda s: edited(s, "Signature=", "Signature"), INCOMPLETE,
        re.compile(
            r"'Signature[0-9a-f]{64}' not a valid key=value pair \(missing equal-sign\) in Authorization header: "
            "'AWS4-HMAC-SHA256 Credential=.*'."
        ),
    ),
    "malformed date": (
        lambda s: Request(s, LIST, {}, headers=signed(s).headers | {"X-Amz-Date": "yesterday"}), INCOMPLETE,
        "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    "too old": (
        lambda s: at(s, -20), INVALID,
        re.compile(r"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)"),
    ),
    "too new": (
        lambda s: at(s, 20), INVALID,
        re.compile(
            r"Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)"
        ),
    ),
    "host not signed": (
        lambda s: signed(s, signer=SignerWithoutHost), INVALID,
        re.compile("'Host'.* must be a 'SignedHeader' in the AWS Authorization."),
    ),
    "other algorithm": (
        lambda s: edited(s, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"), INCOMPLETE,
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). ",
    ),
    "four elements": (
        lambda s: edited(s, "/aws4_request", ""), INCOMPLETE,
        re.compile(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
            "'[A-Z0-9]+/[0-9]{8}/us-west-2/secretsmanager'"
        ),
    ),
    "no such region": (
        lambda s: signed(s, region="Nowhere_"), INVALID, re.compile("Credential should be scoped to a valid region. ?"),
    ),
    "other service": (
        lambda s: signed(s, service="s3"), INVALID,
        re.compile("Credential should be scoped to correct service: 'secretsmanager'. ?"),
    ),
    "other terminator": (
        lambda s: edited(s, "aws4_request", "aws5_request"), INVALID,
        re.compile("Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ?"),
    ),
    "other day": (
        lambda s: edited(s, r"/\d{8}/", "/20130609/"), INVALID,
        re.compile(
            r"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20130609' != "
            r"'\d{8}', from '\d{8}T\d{6}Z'."
        ),
    ),
    "unknown key": (lambda s: signed(s, key="AKIAIOSFODNN7EXAMPLE"), UNKNOWN, UNKNOWN_KEY),
    "temporary key that is not ours": (
        lambda s: signed(s, key="ASIAIOSFODNN7EXAMPLE", session="x"), UNKNOWN, UNKNOWN_KEY,
    ),
    "session token beside a long-term key": (session, UNKNOWN, re.compile(UNKNOWN_KEY.rstrip(".") + r"\.?")),
    "wrong secret": (lambda s: signed(s, secret="wrong"), INVALID, MISMATCH),
    "signature in capitals": (
        lambda s: edited(s, "(?<=Signature=).*", lambda m: m[0].upper()), INVALID, MISMATCH,
    ),
    "short signature": (lambda s: edited(s, "Signature=.{8}", "Signature="), INVALID, MISMATCH),
    "UNSIGNED-PAYLOAD": (lambda s: payload(s, "UNSIGNED-PAYLOAD"), INVALID, re.compile(".+")),
    "streaming payload": (lambda s: payload(s, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), INVALID, re.compile(".+")),
    "hash of another body": (lambda s: payload(s, sha256(b"other")), INVALID, MISMATCH),
}


@pytest.mark.parametrize("row", ROWS)
def test_row(server, row):
    make, code, text = ROWS[row]
    reply = send(make(server))
    assert (reply.status, reply.code) == (400, code)
    assert reply.headers["content-type"] == "application/x-amz-json-1.1"
    assert reply.json.keys() == {"__type", "message"}, "front-end errors spell it in lower case"
    assert matches(reply.json["message"], text), reply.json["message"]
    assert re.fullmatch("[0-9a-f-]{36}", reply.headers["x-amzn-requestid"])


def test_small_skew_is_accepted(server):
    for minutes in [-4, 4]:
        assert send(at(server, minutes)).status == 200


def test_a_header_added_after_signing(server):
    request = signed(server)
    request.headers["X-Amz-Something"] = "1"
    assert send(request).code in (INVALID, INCOMPLETE)
    request = signed(server)
    request.headers["X-Other"] = "1"
    assert send(request).status == 200


@pytest.mark.parametrize("header", ["Authorization", "X-Amz-Date", "X-Amz-Target", "Host"])
def test_a_deciding_header_twice(server, header):
    request = signed(server)
    line = f"{header}: {request.headers[header]}\r\n".encode()
    with Connection(server) as connection:
        connection.send(request.bytes().replace(line, line + line))
        assert connection.receive().status == 400


# Before authentication


def test_methods(server):
    """Services differ and Secrets Manager is unrecorded: ours answers as DynamoDB does."""
    for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]:
        request = Request(server, LIST, {}, method=method).sign()
        reply = send(request)
        assert reply.status in (403, 404), method
        assert b"ListSecrets" not in reply.body and b"SecretList" not in reply.body


@pytest.mark.parametrize("target", [LIST, "secretsmanager.Nothing", "Nothing", ""])
def test_empty_body(server, target):
    reply = send(Request(server, target, b"").sign("secretsmanager"))
    expected = "SerializationException" if target in (LIST, "secretsmanager.Nothing") else "UnknownOperationException"
    if target == "secretsmanager.Nothing":
        assert reply.code in ("SerializationException", "UnknownOperationException")
    else:
        assert (reply.status, reply.json) == (400, {"__type": expected})


@pytest.mark.parametrize(
    "target",
    [
        "secretsmanager.ReplicateSecretToRegions", "secretsmanager.StopReplicationToReplica",
        "secretsmanager.listsecrets", "secretsmanager.Nothing", "Secretsmanager.ListSecrets", "ListSecrets",
        "TrentService.SignNothing", "TrentService.ListSecrets", "secretsmanager.Encrypt", "DynamoDB_20120810.ListTables",
        "secretsmanager.ListSecrets.", ".ListSecrets", "secretsmanager.", "x" * 1000,
    ],
    ids=lambda t: t[:40],
)
def test_unknown_operations(server, target):
    # Before authentication: signed or not, the answer is the same.
    for request in [Request(server, target, {}), Request(server, target, {}).sign("secretsmanager")]:
        reply = send(request)
        assert (reply.status, reply.json) == (400, {"__type": "UnknownOperationException"})


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/x-www-form-urlencoded", "", None])
def test_content_types(server, kind):
    request = Request(server, LIST, {})
    if kind is None:
        del request.headers["Content-Type"]
    else:
        request.headers["Content-Type"] = kind
    reply = send(request.sign("secretsmanager"))
    assert reply.status == 404 and b"UnknownOperationException" in reply.body


@pytest.mark.parametrize("kind", ["application/x-amz-json-1.1; charset=utf-8", "APPLICATION/X-AMZ-JSON-1.1"])
def test_content_types_that_are_fine(server, kind):
    assert send(Request(server, LIST, {}, headers={"Content-Type": kind}).sign()).status == 200


def test_the_path_is_not_examined(server):
    assert send(Request(server, LIST, {}, path="/some/path?a=b&c").sign()).status in (200, 400)
    assert send(Request(server, LIST, {}, path="/some/path?a=b").sign()).status == 200


# The query form, for POST


def presigned(server):
    return Request(server, LIST, {}).sign(signer=Presigner.of(b"{}"))


def test_presigned(server):
    request = presigned(server)
    assert "X-Amz-Signature=" in request.path and "Authorization" not in request.headers
    reply = send(request)
    assert reply.status == 200 and "SecretList" in reply.json


@pytest.mark.parametrize("name", ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"])
def test_presigned_lacks_a_parameter(server, name):
    request = presigned(server)
    request.path = re.sub(f"{name}=[^&]*&?", "", request.path).rstrip("&")
    reply = send(request)
    assert (reply.status, reply.code) == (400, INCOMPLETE)
    assert reply.message == (
        f"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters."
    )


@pytest.mark.parametrize(
    "change, code",
    [
        (lambda p: p.replace("X-Amz-Signature=", "X-Amz-Signature=0"), INVALID),
        (lambda p: re.sub("X-Amz-Expires=[0-9]+", "X-Amz-Expires=86400", p), INVALID),
        (lambda p: p + "&extra=1", INVALID), (lambda p: re.sub("AKIA[A-Z0-9]{16}", "AKIAIOSFODNN7EXAMPLE", p), UNKNOWN),
        (lambda p: p + "&X-Amz-Signature=" + "0" * 64, INCOMPLETE),
        (lambda p: p.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), INCOMPLETE),
    ],
    ids=["signature", "lifetime", "extra", "key", "twice", "algorithm"],
)
def test_presigned_changed(server, change, code):
    request = presigned(server)
    request.path = change(request.path)
    reply = send(request)
    assert (reply.status, reply.code) == (400, code)


def test_presigned_with_another_body(server):
    request = presigned(server)
    request.body = b'{"MaxResults":1}'
    assert send(request).code == INVALID
