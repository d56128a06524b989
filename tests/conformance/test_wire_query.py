"""The Query protocol's front (specification 7.4), through STS."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
import requests
from support import MISMATCH, UNKNOWN_KEY, Presigner, form, matches, send, turned_clock

ACTION = "Action=GetCallerIdentity&Version=2011-06-15"
NAMESPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"


def signed(server, body=ACTION, **sign):
    return form(server, body).sign("sts", **sign)


def error(reply):
    """(type, code, message) of an error document, its shape checked."""
    root = ElementTree.fromstring(reply.body)
    assert root.tag == NAMESPACE + "ErrorResponse" and reply.headers["content-type"].startswith("text/xml")
    assert root.findtext(NAMESPACE + "RequestId") == reply.headers["x-amzn-requestid"]
    found = root.find(NAMESPACE + "Error")
    return tuple(found.findtext(NAMESPACE + name) for name in ["Type", "Code", "Message"])


def edited(server, pattern, replacement):
    request = signed(server)
    request.headers["Authorization"] = re.sub(pattern, replacement, request.headers["Authorization"])
    return request


def at(server, minutes):
    with turned_clock(minutes):
        return signed(server)


MISMATCHED = "SignatureDoesNotMatch"
ROWS = {
    "none": (lambda s: form(s, ACTION), 403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
    "incomplete": (lambda s: edited(s, ", ?Signature=.*", ""), 400, "IncompleteSignature", re.compile(".*Signature.*")),
    "unknown key": (lambda s: signed(s, key="AKIAIOSFODNN7EXAMPLE"), 403, "InvalidClientTokenId", UNKNOWN_KEY),
    "bad session token": (lambda s: signed(s, session="x"), 403, "InvalidClientTokenId", UNKNOWN_KEY),
    "wrong secret": (lambda s: signed(s, secret="wrong"), 403, MISMATCHED, MISMATCH),
    "too old": (lambda s: at(s, -20), 403, MISMATCHED, re.compile(r"Signature expired: .* - 15 min\.\)")),
    "too new": (lambda s: at(s, 20), 403, MISMATCHED, re.compile(r"Signature not yet current: .* \+ 15 min\.\)")),
    "other day": (
        lambda s: edited(s, r"/\d{8}/", "/20130609/"), 403, MISMATCHED,
        re.compile("Date in Credential scope does not match .*"),
    ),
    "unknown action": (
        lambda s: signed(s, "Action=Nothing&Version=2011-06-15"), 400, "InvalidAction",
        "Could not find operation Nothing for version 2011-06-15",
    ),
    "action of another case": (
        lambda s: signed(s, "Action=getcalleridentity&Version=2011-06-15"), 400, "InvalidAction",
        "Could not find operation getcalleridentity for version 2011-06-15",
    ),
    "action that is not here": (
        lambda s: signed(s, "Action=AssumeRoot&Version=2011-06-15"), 400, "InvalidAction",
        re.compile(".*AssumeRoot.*"),
    ),
    "action of a JSON service": (
        lambda s: form(s, "Action=ListSecrets").sign("secretsmanager"), 400, "InvalidAction",
        re.compile(".*ListSecrets.*"),
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_row(server, row):
    make, status, code, text = ROWS[row]
    reply = send(make(server))
    assert reply.status == status, reply
    kind, got, message = error(reply)
    assert (kind, got) == ("Sender", code)
    assert matches(message, text), message


@pytest.mark.parametrize("body", ["Version=2011-06-15", "", "Action=", "Action=A&Action=B", "Action=%zz", "Action=%ff"])
def test_bodies_that_name_no_action(server, body):
    """Ours: some 4xx in XML, never a 5xx."""
    reply = send(signed(server, body))
    assert 400 <= reply.status < 500
    assert error(reply)[0] == "Sender"


def test_success_document(server):
    reply = send(signed(server))
    assert reply.status == 200 and reply.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(reply.body)
    assert root.tag == NAMESPACE + "GetCallerIdentityResponse"
    result = root.find(NAMESPACE + "GetCallerIdentityResult")
    assert result.findtext(NAMESPACE + "Account") == "000000000001"
    assert root.findtext(f"{NAMESPACE}ResponseMetadata/{NAMESPACE}RequestId") == reply.headers["x-amzn-requestid"]


def test_a_form_in_the_address(server):
    """How presigned GetCallerIdentity proves who someone is."""
    address = server.client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    assert "Arn>arn:aws:iam::000000000001:user/administrator<" in requests.get(address).text
    changed = address.replace("X-Amz-Signature=", "X-Amz-Signature=0")
    assert requests.get(changed).status_code == 403
    assert requests.post(address).status_code != 200, "signed for another method"


def test_presigned_post(server):
    request = form(server, ACTION)
    request.sign("sts", signer=Presigner.of(request.body))
    # botocore leaves a form's content type out of what it signs, but the request needs it.
    request.headers["Content-Type"] = "application/x-www-form-urlencoded"
    assert b"<Account>000000000001</Account>" in send(request).body
