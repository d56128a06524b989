"""Every operation of the catalog: a success by a real client, three refusals, a violation."""

import pytest
from catalog import SUCCESS, VIOLATIONS, WITHOUT_VIOLATIONS, World, operations
from support import MISMATCH, TARGETS, UNKNOWN_KEY, Request, call, form, send, validation

ALL = operations()


def test_every_operation_has_its_rows():
    assert len(ALL) == len(set(ALL)) >= 41
    assert set(SUCCESS) == set(ALL)
    assert set(VIOLATIONS) | WITHOUT_VIOLATIONS == set(ALL) and not set(VIOLATIONS) & WITHOUT_VIOLATIONS
    assert len(WITHOUT_VIOLATIONS) <= 3, "only what takes no parameters"


@pytest.mark.parametrize("operation", ALL)
def test_success(client, name, operation):
    run, member = SUCCESS[operation]
    answer = run(World(client, name))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer.keys() == {"ResponseMetadata"} if member is None else member in answer


def request(server, operation):
    service, name = operation.split(".")
    if service == "sts":
        return form(server, f"Action={name}&Version=2011-06-15"), service
    return Request(server, f"{TARGETS[service]}.{name}", {}), service


REFUSALS = {
    "no credentials": (
        lambda r, service: r, "MissingAuthenticationTokenException", "MissingAuthenticationToken",
        ("Missing Authentication Token", "Request is missing Authentication Token"),
    ),
    "wrong secret": (
        lambda r, service: r.sign(service, secret="x" * 40), "InvalidSignatureException", "SignatureDoesNotMatch",
        (MISMATCH, MISMATCH),
    ),
    "unknown key": (
        lambda r, service: r.sign(service, key="AKIAIOSFODNN7EXAMPLE"), "UnrecognizedClientException",
        "InvalidClientTokenId", (UNKNOWN_KEY, UNKNOWN_KEY),
    ),
}


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusal(server, operation, refusal):
    sign, json_code, query_code, texts = REFUSALS[refusal]
    reply = send(sign(*request(server, operation)))
    if operation.startswith("sts."):
        assert reply.status == 403
        assert f"<Code>{query_code}</Code><Message>{texts[1]}</Message>".encode() in reply.body
    else:
        assert (reply.status, reply.json) == (400, {"__type": json_code, "message": texts[0]})


@pytest.mark.parametrize("operation", ALL)
def test_violation(server, operation):
    if operation in WITHOUT_VIOLATIONS:
        return
    service, name = operation.split(".")
    body, sentences = VIOLATIONS[operation]
    reply = call(server, name, body, service)
    assert reply.status == 400
    assert reply.json == {"__type": "ValidationException", "message": validation(*sentences)}
