"""Values come back byte for byte, up to 65,536 of them."""

import base64
import json

import pytest
from support import Request, call, must, refused, send, token, validation

EVERY_BMP = "".join(chr(c) for c in range(0x10000) if not 0xD800 <= c < 0xE000)
TEXTS = {
    "NUL and controls": "".join(map(chr, range(32))) + "\x7f\x80\x9f",
    "quotes": "\"'\\/`\\\"\\\\u0041",
    "json": json.dumps({"user": "a\"b", "password": "p\\w\u00e9\n"}),
    "emoji": "\U0001f511\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\U0001f3f4\U000e0067\U000e007f",
    "normal forms": "\u00e9 e\u0301 \u212b \u00c5 A\u030a \ufb01 \u1e9e",
    "line ends": "a\r\nb\rc\nd\u2028e\u2029f\u0085g\n",
    "bidi and zero width": "\u202eabc\u202c\u200b\ufeff\u2060x",
    "noncharacters": "\ufffe\uffff\ufdd0\U0010ffff\ufffd",
    "spaces kept": "  \t both ends \u00a0 ",
    "one space": " ",
    "html": "</script><!-- & &amp; %00 ${x} $(x)",
    "all planes": "".join(chr(p * 0x10000 + 0x1234) for p in range(1, 17)),
}


@pytest.mark.parametrize("text", TEXTS)
def test_text(secrets, name, text):
    secrets.create_secret(Name=name, SecretString=TEXTS[text])
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == TEXTS[text]
    (batch,) = secrets.batch_get_secret_value(SecretIdList=[name])["SecretValues"]
    assert batch["SecretString"] == TEXTS[text]


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "raw"])
def test_every_character_of_the_basic_plane(server, name, ascii_only):
    """In slices: all of them are 190 KB of UTF-8."""
    for at in range(0, len(EVERY_BMP), 16384):
        text = EVERY_BMP[at : at + 16384]
        own = f"{name}/{at}"
        body = json.dumps(
            {"Name": own, "SecretString": text, "ClientRequestToken": token()}, ensure_ascii=ascii_only
        ).encode()
        made = send(Request(server, "secretsmanager.CreateSecret", body).sign())
        assert made.status == 200, made
        assert call(server, "GetSecretValue", {"SecretId": own}).json["SecretString"] == text


BLOBS = {
    "every byte": bytes(range(256)), "NUL": b"\x00", "not UTF-8": b"\xff\xfe\xc0\x80\xed\xa0\x80", "one": b"1",
    "two": b"12", "zeros": bytes(1000), "looks like text": b'{"a":"b"}', "crlf": b"\r\n\r\n",
}


@pytest.mark.parametrize("blob", BLOBS)
def test_blob(secrets, server, name, blob):
    secrets.create_secret(Name=name, SecretBinary=BLOBS[blob])
    read = secrets.get_secret_value(SecretId=name)
    assert read["SecretBinary"] == BLOBS[blob] and "SecretString" not in read
    raw = call(server, "GetSecretValue", {"SecretId": name}).json["SecretBinary"]
    assert raw == base64.b64encode(BLOBS[blob]).decode()


SIZES = [
    ("ascii", "x" * 65536, True), ("ascii", "x" * 65537, False),
    # The model counts characters, the service bytes.
    ("two-byte", "\u00e9" * 32768, True), ("two-byte", "\u00e9" * 32768 + "x", False),
    ("four-byte", "\U0001f511" * 16384, True), ("four-byte", "\U0001f511" * 16384 + "x", False),
    ("binary", b"\xff" * 65536, True), ("binary", b"\xff" * 65537, False),
]


@pytest.mark.parametrize("kind, value, fits", SIZES, ids=lambda v: v if isinstance(v, str) and len(v) < 20 else "")
def test_sizes(secrets, name, kind, value, fits):
    member = "SecretBinary" if kind == "binary" else "SecretString"
    place = member[0].lower() + member[1:]
    text = validation(must("Value", place, "have length less than or equal to 65536"))
    steps = [
        lambda: secrets.create_secret(Name=name, **{member: value}),
        lambda: secrets.put_secret_value(SecretId=name, **{member: value}),
        lambda: secrets.update_secret(SecretId=name, **{member: value}),
    ]
    for step in steps:
        if fits:
            step()
            assert secrets.get_secret_value(SecretId=name)[member] == value
        else:
            with refused("ValidationException", text):
                step()
            if step is steps[0]:
                secrets.create_secret(Name=name, SecretString="short")
    assert fits or secrets.get_secret_value(SecretId=name)["SecretString"] == "short"


@pytest.mark.parametrize("member", ["SecretString", "SecretBinary"])
def test_empty_values(server, name, member):
    """Unrecorded on AWS. Ours refuses, whichever text; nothing is stored."""
    reply = call(server, "CreateSecret", {"Name": name, "ClientRequestToken": token(), member: ""})
    assert reply.status == 400
    assert reply.code in ("ValidationException", "InvalidParameterException", "InvalidRequestException")
    assert call(server, "DescribeSecret", {"SecretId": name}).code == "ResourceNotFoundException"


def test_base64_that_is_none(server, name):
    for bad in ["not base64!", "AAA", "A===", "AA==AA==", "A A="]:
        reply = call(server, "CreateSecret", {"Name": name, "ClientRequestToken": token(), "SecretBinary": bad})
        assert (reply.status, reply.code) == (400, "SerializationException"), bad
