"""Bodies that are no JSON, and members of the wrong type."""

import json

import pytest
from support import Connection, Request, call, send, token

DESCRIBE = "secretsmanager.DescribeSecret"

BROKEN = {
    "nothing but spaces": b"   ", "an array": b"[]", "a string": b'"x"', "a number": b"1", "null": b"null",
    "no end": b'{"SecretId":"x"', "comma at the end": b'{"SecretId":"x",}', "two values": b'{"SecretId":"x"}{}',
    "text behind": b'{"SecretId":"x"} x', "single quotes": b"{'SecretId':'x'}", "comment": b'{/**/"SecretId":"x"}',
    "bare name": b'{SecretId:"x"}', "NaN": b'{"SecretId":NaN}', "leading zero": b'{"a":01,"SecretId":"x"}',
    "plus": b'{"a":+1,"SecretId":"x"}', "bare point": b'{"a":1.,"SecretId":"x"}', "hex": b'{"a":0x1,"SecretId":"x"}',
    "one name twice": b'{"SecretId":"x","SecretId":"y"}',
    "one name twice, escaped": b'{"SecretId":"x","Secret\\u0049d":"y"}',
    "raw NUL in a string": b'{"SecretId":"x\x00"}', "raw newline in a string": b'{"SecretId":"x\n"}',
    "NUL behind": b'{"SecretId":"x"}\x00', "byte order mark": b'\xef\xbb\xbf{"SecretId":"x"}',
    "UTF-16": '{"SecretId":"x"}'.encode("utf-16"), "overlong UTF-8": b'{"SecretId":"\xc0\xaf"}',
    "lone continuation": b'{"SecretId":"\x80"}', "cut UTF-8": b'{"SecretId":"\xf0\x9f\x94"}',
    "raw surrogate": b'{"SecretId":"\xed\xa0\x80"}', "beyond Unicode": b'{"SecretId":"\xf4\x90\x80\x80"}',
    "lone surrogate": b'{"SecretId":"\\ud83d"}', "surrogates in the wrong order": b'{"SecretId":"\\udd11\\ud83d"}',
    "bad escape": b'{"SecretId":"\\x41"}', "short escape": b'{"SecretId":"\\u12"}',
    "deep arrays": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep objects": b'{"a":' * 5000 + b"1" + b"}" * 5000, "deep and open": b'{"a":' + b"[" * 100_000,
    "form": b"SecretId=x", "latin-1": b'{"SecretId":"\xe9"}',
}


@pytest.mark.parametrize("body", BROKEN)
def test_broken(server, put, name, body):
    """Each is refused without a message, and the next request on the connection does not notice."""
    with Connection(server) as connection:
        reply = connection.exchange(Request(server, DESCRIBE, BROKEN[body]).sign())
        assert (reply.status, reply.json) == (400, {"__type": "SerializationException"})
        assert connection.exchange(Request(server, DESCRIBE, {"SecretId": name}).sign()).json["Name"] == name


WRONG = [
    ("DescribeSecret", {"SecretId": 1}), ("DescribeSecret", {"SecretId": ["x"]}), ("DescribeSecret", {"SecretId": {}}),
    ("DescribeSecret", {"SecretId": True}), ("ListSecrets", {"MaxResults": "10"}), ("ListSecrets", {"MaxResults": 1.5}),
    ("ListSecrets", {"MaxResults": True}), ("ListSecrets", {"MaxResults": 1e300}),
    ("ListSecrets", {"IncludePlannedDeletion": "true"}), ("ListSecrets", {"IncludePlannedDeletion": 1}),
    ("ListSecrets", {"Filters": {}}), ("ListSecrets", {"Filters": ["x"]}),
    ("ListSecrets", {"Filters": [{"Key": "name", "Values": "x"}]}),
    ("TagResource", {"SecretId": "x", "Tags": {"Key": "a"}}), ("UntagResource", {"SecretId": "x", "TagKeys": "a"}),
    ("UntagResource", {"SecretId": "x", "TagKeys": [1]}), ("CreateSecret", {"Name": "x", "SecretString": {"a": 1}}),
    ("CreateSecret", {"Name": "x", "SecretBinary": [1, 2]}), ("BatchGetSecretValue", {"SecretIdList": "x"}),
    ("DeleteSecret", {"SecretId": "x", "RecoveryWindowInDays": "7"}),
]


@pytest.mark.parametrize("operation, body", WRONG, ids=lambda v: json.dumps(v)[:60])
def test_wrong_types(server, operation, body):
    reply = call(server, operation, body)
    assert (reply.status, reply.code) == (400, "SerializationException")
    assert "SecretList" not in reply.json


def test_wrong_types_in_kms(server):
    for operation, body in [
        ("Encrypt", {"KeyId": "x", "Plaintext": 1}), ("Encrypt", {"KeyId": "x", "Plaintext": "***"}),
        ("Encrypt", {"KeyId": "x", "Plaintext": "eA==", "EncryptionContext": {"a": 1}}),
        ("Encrypt", {"KeyId": "x", "Plaintext": "eA==", "EncryptionContext": []}),
        ("ListKeys", {"Limit": "5"}), ("GenerateRandom", {"NumberOfBytes": None, "CustomKeyStoreId": 1}),
    ]:
        reply = call(server, operation, body, "kms")
        assert (reply.status, reply.code) == (400, "SerializationException"), operation


def test_what_is_ignored(server, put, name):
    for body in [
        {"SecretId": name, "Unknown": 1, "secretId": "other", "Nested": {"a": [None, True, 1.5e-7]}},
        {"SecretId": name, "VersionId": None, "VersionStage": None},
    ]:
        assert call(server, "GetSecretValue", body).json["SecretString"] == "one"


@pytest.mark.parametrize(
    "body",
    [
        b' \t\r\n{ "SecretId" : "NAME" } \n', b'{"\\u0053ecretId":"NAME"}', b'{"SecretId":"NAME","a":"\\u0000"}',
        b'{"SecretId":"NAME","n":-0.0e+5}',
    ],
    ids=["spaces", "escaped name", "escaped NUL", "number"],
)
def test_odd_but_right(server, put, name, body):
    reply = send(Request(server, DESCRIBE, body.replace(b"NAME", name.encode())).sign())
    assert reply.status == 200 and reply.json["Name"] == name


# A NUL must reach no store and no C string: each is refused or finds nothing, as the caller's mistake.
NUL = [
    ("secretsmanager", "DescribeSecret", {"SecretId": "a\0b"}),
    ("secretsmanager", "DescribeSecret",
     {"SecretId": "arn:aws:secretsmanager:us-west-2:000000000001:secret:a\0-AbCdEf"}),
    ("secretsmanager", "GetSecretValue", {"SecretId": "NAME", "VersionId": "a\0" * 16}),
    ("secretsmanager", "GetSecretValue", {"SecretId": "NAME", "VersionStage": "a\0"}),
    ("secretsmanager", "UpdateSecretVersionStage",
     {"SecretId": "NAME", "VersionStage": "a", "MoveToVersionId": "a\0" * 16}),
    ("secretsmanager", "ListSecrets", {"NextToken": "a\0"}),
    ("secretsmanager", "ListSecrets", {"Filters": [{"Key": "name", "Values": ["a\0"]}]}),
    ("kms", "DescribeKey", {"KeyId": "a\0"}), ("kms", "DescribeKey", {"KeyId": "alias/a\0"}),
    ("kms", "DescribeKey", {"KeyId": "arn:aws:kms:us-west-2:000000000001:key/a\0"}),
    ("kms", "DescribeKey", {"KeyId": "arn:aws:kms:us-west-2:000000000001:alias/a\0"}),
    ("kms", "DeleteAlias", {"AliasName": "alias/a\0"}), ("kms", "ListAliases", {"KeyId": "alias/a\0"}),
    ("kms", "ListKeys", {"Marker": "AA=="}), ("kms", "ListAliases", {"Marker": "AGE="}),
]


@pytest.mark.parametrize("service, operation, body", NUL, ids=lambda v: json.dumps(v)[:60])
def test_nul(server, put, name, service, operation, body):
    body = {k: name if v == "NAME" else v for k, v in body.items()}
    reply = call(server, operation, body, service)
    assert reply.status == 400 or (reply.status == 200 and "Marker" in body), reply


STORED_NUL = {
    "description": ("UpdateSecret", {"Description": "a\0b"}, lambda seen: seen["Description"] == "a\0b"),
    "tag": ("TagResource", {"Tags": [{"Key": "a\0b", "Value": "\0"}]},
            lambda seen: seen["Tags"] == [{"Key": "a\0b", "Value": "\0"}]),
    "label": ("PutSecretValue", {"SecretString": "x", "VersionStages": ["a\0b"]},
              lambda seen: ["a\0b"] in seen["VersionIdsToStages"].values()),
}


@pytest.mark.parametrize("what", STORED_NUL)
def test_nul_is_kept_or_refused(server, put, name, what):
    operation, extra, is_kept = STORED_NUL[what]
    extra = {**extra} if operation == "TagResource" else {**extra, "ClientRequestToken": token()}
    reply = call(server, operation, {"SecretId": name, **extra})
    assert reply.status in (200, 400), reply
    if reply.status == 200:
        assert is_kept(call(server, "DescribeSecret", {"SecretId": name}).json)


@pytest.mark.parametrize("version", ["a\0" * 16, "\u00e9" * 32, "\U0001f511" * 64], ids=ascii)
def test_tokens_of_any_characters(server, name, version):
    """The model sets only a length."""
    reply = call(server, "CreateSecret", {"Name": name, "SecretString": "v", "ClientRequestToken": version})
    assert reply.status in (200, 400), reply
    if reply.status == 200:
        assert reply.json["VersionId"] == version
        read = call(server, "GetSecretValue", {"SecretId": name, "VersionId": version})
        assert read.json["SecretString"] == "v"
