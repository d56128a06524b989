"""Every operation of the catalog: a success by a real client, three refusals, a violation."""

import functools
import xml.etree.ElementTree as ElementTree

import botocore.session
import pytest
from catalog import OPEN, SUCCESS, VIOLATIONS, WITHOUT_SUCCESS, WITHOUT_VIOLATIONS, World, operations
from support import (
    MISMATCH, PATHS, SIGNING_NAMES, TARGETS, UNKNOWN_KEY, VERSIONS, Request, call, query, refused, send, validation,
)

ALL = operations()


@functools.cache
def model(service):
    return botocore.session.get_session().get_service_model(service)


def test_every_operation_has_its_rows():
    assert len(ALL) == len(set(ALL)) >= 100
    assert set(SUCCESS) | set(WITHOUT_SUCCESS) == set(ALL) and not set(SUCCESS) & set(WITHOUT_SUCCESS)
    assert len(WITHOUT_SUCCESS) <= 6, "the list may only shrink"
    assert set(VIOLATIONS) | WITHOUT_VIOLATIONS == set(ALL) and not set(VIOLATIONS) & WITHOUT_VIOLATIONS
    for operation in WITHOUT_VIOLATIONS:
        service, name = operation.split(".")
        shape = model(service).operation_model(name).input_shape
        assert not shape or not shape.members, "it takes parameters: one of them can be wrong"


@pytest.mark.parametrize("operation", ALL)
def test_success(client, name, operation):
    if operation in WITHOUT_SUCCESS:
        run, code = WITHOUT_SUCCESS[operation]
        with refused(code):
            run(World(client, name))
        return
    run, member = SUCCESS[operation]
    answer = run(World(client, name))
    status = model(operation.split(".")[0]).operation_model(operation.split(".")[1]).http.get("responseCode", 200)
    # What the status itself says, the model does not.
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == answer.get("StatusCode", status)
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer.keys() == {"ResponseMetadata"} if member is None else member in answer


def request(server, operation):
    service, name = operation.split(".")
    if service in VERSIONS:
        return query(server, service, name, {}), service
    if operation in PATHS:
        return Request(server, method="GET", path=PATHS[operation]), SIGNING_NAMES[service]
    if service == "lambda":
        (method, path, body), _ = VIOLATIONS[operation]
        return Request(server, body=b"" if body is None else body, method=method, path=path), service
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
    if refusal == "no credentials" and operation in OPEN:
        return
    sign, json_code, query_code, texts = REFUSALS[refusal]
    reply = send(sign(*request(server, operation)))
    if operation.split(".")[0] in VERSIONS:
        assert reply.status == 403
        assert f"<Code>{query_code}</Code><Message>{texts[1]}</Message>".encode() in reply.body
    elif operation in PATHS or operation.startswith("lambda."):
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (403, json_code)
        assert reply.json == {"message": texts[0]}
    else:
        assert (reply.status, reply.json) == (400, {"__type": json_code, "message": texts[0]})


@pytest.mark.parametrize("operation", ALL)
def test_violation(server, operation):
    if operation in WITHOUT_VIOLATIONS:
        return
    service, name = operation.split(".")
    body, sentences = VIOLATIONS[operation]
    if service in VERSIONS:
        reply = send(query(server, service, name, body).sign(service))
        assert reply.status == 400
        error = ElementTree.fromstring(reply.body).find("{*}Error")
        assert error.findtext("{*}Code") == "ValidationError"
        assert error.findtext("{*}Message") == validation(*sentences)
        return
    if operation in PATHS or service == "lambda":
        if operation in PATHS:
            asked = Request(server, method="GET", path=body).sign(SIGNING_NAMES[service])
        else:
            asked = request(server, operation)[0].sign(service)
        reply = send(asked)
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (400, "ValidationException")
        assert reply.json == {"message": validation(*sentences)}
        return
    reply = call(server, name, body, service)
    assert reply.status == 400
    assert reply.json == {"__type": "ValidationException", "message": validation(*sentences)}
