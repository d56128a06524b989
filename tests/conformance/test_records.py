"""The trail: one CloudTrail record of every call, with everything but the secrets (specification 6)."""

import base64
import datetime
import json
import re
import uuid

import pytest
import requests
from catalog import BY_OTHERS, SUCCESS, World
from support import ANY, SIGNING_NAMES, Request, call, send, token, until

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
READ_ONLY = re.compile(
    "(secretsmanager.(Get|List|Describe|BatchGet).*)|(sts.*)|(iam(-toolbox)?.(Get|List|Simulate).*)|(organizations.(List|Describe).*)"
    "|(kms.(Get|List|Describe|Encrypt|Decrypt|ReEncrypt|Generate|Sign|Verify|Derive).*)"
    "|(lambda.(Get|List).*)|(logs.*)"
)
# Not established on AWS.
EITHER = {"secretsmanager.ValidateResourcePolicy"}


def records(server, wanted, count=400):
    """The newest records that `wanted` picks, once there are any. Those of writes reach the segments a moment later."""
    return until(lambda: [r for r in server.records(count) if wanted(r)])


def by_request(server, answer):
    (record,) = records(server, lambda r: r["requestID"] == answer["ResponseMetadata"]["RequestId"])
    return record


@pytest.mark.parametrize("operation", SUCCESS)
def test_record_of_each_operation(server, client, name, operation):
    service, operation_name = operation.split(".")
    record = by_request(server, SUCCESS[operation][0](World(client, name)))
    assert record["eventName"] == operation_name and record["eventSource"] == f"{SIGNING_NAMES.get(service, service)}.amazonaws.com"
    assert record["eventVersion"] == "1.11" and record["eventType"] == "AwsApiCall"
    assert record["eventCategory"] == "Management" and record["managementEvent"] is True
    assert record["awsRegion"] == "us-west-2"
    assert record["recipientAccountId"] == record["userIdentity"]["accountId"]
    assert record["sourceIPAddress"] == "127.0.0.1" and "Boto3/" in record["userAgent"]
    assert re.fullmatch(UUID, record["eventID"])
    at = datetime.datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    assert abs((now - at).total_seconds()) < 120
    identity = record["userIdentity"]
    if operation in BY_OTHERS:
        assert identity["type"] == "AssumedRole" and identity["accountId"] != "000000000001"
    else:
        assert identity.keys() == {"type", "principalId", "arn", "accountId", "accessKeyId", "userName"}
        assert identity["type"] == "IAMUser" and identity["userName"] == "administrator"
        assert identity["principalId"].startswith("AIDA") and identity["accessKeyId"] == server.credentials[0]
        assert identity["arn"] == "arn:aws:iam::000000000001:user/administrator"
        assert record["recipientAccountId"] == "000000000001"
    assert "errorCode" not in record and "tlsDetails" not in record
    if operation not in EITHER:
        assert record["readOnly"] is (READ_ONLY.fullmatch(operation) is not None)
    if service == "sts":
        # CloudTrail files STS as reading and keeps what was handed out, without what is secret of it.
        assert not {"secretAccessKey", "sessionToken"} & ((record["responseElements"] or {}).get("credentials") or {}).keys()
    elif record["readOnly"]:
        assert record["responseElements"] is None


PARAMETERS = [
    (lambda c, n: c.create_secret(Name=n, SecretString="s", ClientRequestToken="t" * 32, Description="d",
                                  Tags=[{"Key": "k", "Value": "v"}]),
     {"name": ANY, "clientRequestToken": "t" * 32, "description": "d", "tags": [{"key": "k", "value": "v"}]},
     {"name", "arn", "versionId"}),
    (lambda c, n: c.put_secret_value(SecretId=n, SecretBinary=b"s", ClientRequestToken="u" * 32,
                                     VersionStages=["a", "b"]),
     {"secretId": ANY, "clientRequestToken": "u" * 32, "versionStages": ["a", "b"]}, None),
    (lambda c, n: c.update_secret(SecretId=n, SecretString="s", ClientRequestToken="v" * 32),
     {"secretId": ANY, "clientRequestToken": "v" * 32}, None),
    (lambda c, n: c.get_secret_value(SecretId=n, VersionStage="AWSCURRENT"),
     {"secretId": ANY, "versionStage": "AWSCURRENT"}, None),
    (lambda c, n: c.list_secrets(MaxResults=2, Filters=[{"Key": "name", "Values": ["x"]}]),
     {"maxResults": 2, "filters": [{"key": "name", "values": ["x"]}]}, None),
    (lambda c, n: c.get_random_password(), None, None),
    (lambda c, n: c.tag_resource(SecretId=n, Tags=[{"Key": "a", "Value": "b"}]),
     {"secretId": ANY, "tags": [{"key": "a", "value": "b"}]}, None),
    (lambda c, n: c.delete_secret(SecretId=n, RecoveryWindowInDays=7), {"secretId": ANY, "recoveryWindowInDays": 7},
     {"name", "arn", "deletionDate"}),
]


def test_parameters_and_response_elements(server, secrets, name):
    for run, expected, elements in PARAMETERS:
        record = by_request(server, run(secrets, name))
        got = record["requestParameters"]
        if expected is None:
            assert got is None
        else:
            for key in ["name", "secretId"]:
                if expected.get(key) is ANY:
                    expected = {**expected, key: name}
            assert got == expected
        if elements:
            assert {k.lower() for k in record["responseElements"]} == {k.lower() for k in elements}
            assert record["responseElements"]["name"] == name


def nested(server, name):
    """Records of the calls that Secrets Manager made to KMS about a secret: (operation, record)."""
    def about(record):
        context = (record["requestParameters"] or {}).get("encryptionContext") or {}
        return record["eventSource"] == "kms.amazonaws.com" and f":secret:{name}-" in context.get("SecretARN", "")

    return records(server, about)


def test_kms_records_of_a_secret(server, secrets, kms, name):
    """Specification 3.3 and 3.8: which calls are made, as the caller, and what is recorded of them."""
    key = kms.create_key()["KeyMetadata"]["Arn"]
    made = secrets.create_secret(Name=name, SecretString="s", KmsKeyId=key)
    arn, version = made["ARN"], made["VersionId"]
    secrets.get_secret_value(SecretId=name)
    found = until(lambda: (lambda r: r if len(r) >= 4 else None)(nested(server, name)))
    contexts = [(r["eventName"], r["requestParameters"]["encryptionContext"]) for r in found]
    checking = {"SecretARN": arn, "SecretVersionId": "RequestToValidateKeyAccess"}
    own = {"SecretARN": arn, "SecretVersionId": version}
    # Records of reads reach the segment at once, those of writes a moment later, in their own order.
    created = [("GenerateDataKey", checking), ("Decrypt", checking), ("GenerateDataKey", own)]
    assert [c for c in contexts if c != ("Decrypt", own)] == created and len(contexts) == 4
    for record in found:
        identity = record["userIdentity"]
        assert identity["arn"] == "arn:aws:iam::000000000001:user/administrator"
        assert identity["invokedBy"] == "secretsmanager.amazonaws.com"
        assert record["sourceIPAddress"] == record["userAgent"] == "secretsmanager.amazonaws.com"
        assert record["readOnly"] is True and record["responseElements"] is None
        assert "tlsDetails" not in record
        parameters = record["requestParameters"]
        if record["eventName"] == "GenerateDataKey":
            assert parameters["keySpec"] == "AES_256"
            assert parameters["keyId"] == key
        else:
            assert parameters.get("encryptionAlgorithm", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"


@pytest.mark.parametrize("default", [True, False], ids=["default key", "customer key by id"])
def test_kms_records_name_the_key_by_its_arn(server, secrets, kms, name, default):
    key = {} if default else {"KmsKeyId": kms.create_key()["KeyMetadata"]["KeyId"]}
    secrets.create_secret(Name=name, SecretString="s", **key)
    wanted = key.get("KmsKeyId", "alias/aws/secretsmanager")
    arn = kms.describe_key(KeyId=wanted)["KeyMetadata"]["Arn"]
    for record in nested(server, name):
        if record["eventName"] == "GenerateDataKey":
            assert record["requestParameters"]["keyId"] == arn


def test_kms_records_list_the_key_as_resource(server, secrets, kms, name):
    secrets.create_secret(Name=name, SecretString="s")
    arn = kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]["Arn"]
    for record in nested(server, name):
        assert record["resources"] == [{"ARN": arn, "accountId": "000000000001", "type": "AWS::KMS::Key"}]


def test_batch_records_each_read(server, secrets, name):
    for end in "ab":
        secrets.create_secret(Name=name + end, SecretString="s")
    answer = secrets.batch_get_secret_value(SecretIdList=[name + "a", name + "b", name + "missing"])
    by_request(server, answer)

    def is_read(record):
        asked = (record["requestParameters"] or {}).get("secretId", "")
        return record["eventName"] == "GetSecretValue" and asked.startswith(name)

    read = records(server, is_read)
    assert [r["requestParameters"]["secretId"][len(name) :] for r in read] == ["a", "b", "missing"]
    assert [r.get("errorCode") for r in read] == [None, None, "ResourceNotFoundException"]


def test_deletion_is_told_for_each_version(server, secrets, put, name):
    versions = {put["VersionId"], secrets.put_secret_value(SecretId=name, SecretString="2")["VersionId"]}
    secrets.delete_secret(SecretId=name)
    secrets.restore_secret(SecretId=name)
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    def told(event):
        found = records(
            server, lambda r: r["eventName"] == event and put["ARN"] in json.dumps(r.get("additionalEventData"))
        )
        assert {r["eventType"] for r in found} == {"AwsServiceEvent"}
        assert {r["userIdentity"]["invokedBy"] for r in found} == {"secretsmanager.amazonaws.com"}
        return {r["additionalEventData"]["SecretVersionId"] for r in found}

    for event in ["StartSecretVersionDelete", "CancelSecretVersionDelete", "EndSecretVersionDelete"]:
        assert told(event) == versions


def failure(server, answer):
    (record,) = records(server, lambda r: r["requestID"] == answer.headers["x-amzn-requestid"])
    assert record["responseElements"] is None
    return record["errorCode"], record.get("errorMessage"), record["requestParameters"]


def test_error_records(server, secrets, put, name):
    missing = {"SecretId": name + "-no"}
    reply = call(server, "GetSecretValue", missing)
    assert failure(server, reply) == ("ResourceNotFoundException", reply.message, {"secretId": name + "-no"})

    secrets.delete_secret(SecretId=name)
    reply = call(server, "GetSecretValue", {"SecretId": name})
    code, text, _ = failure(server, reply)
    assert code == "InvalidRequestException" and "secret because it was marked for deletion" in text

    foreign = "arn:aws:secretsmanager:us-west-2:000000000002:secret:x-AbCdEf"
    reply = call(server, "GetSecretValue", {"SecretId": foreign})
    assert reply.code == "AccessDeniedException"
    # CloudTrail names every denial so, whatever the protocol calls it.
    assert failure(server, reply) == ("AccessDenied", reply.message, {"secretId": foreign})

    reply = call(server, "ListSecrets", {"MaxResults": 0})
    assert failure(server, reply)[:2] == ("ValidationException", reply.message)


def test_unknown_callers_leave_no_record(server, put, name):
    before = [
        send(Request(server, "secretsmanager.DescribeSecret", {"SecretId": name})),
        send(Request(server, "secretsmanager.DescribeSecret", {"SecretId": name}).sign(secret="wrong")),
        send(Request(server, "secretsmanager.DescribeSecret", {"SecretId": name}).sign(key="AKIAIOSFODNN7EXAMPLE")),
    ]
    after = call(server, "DescribeSecret", {"SecretId": name})
    seen = records(server, lambda r: r["requestID"] == after.headers["x-amzn-requestid"])
    assert len(seen) == 1
    ids = {r["requestID"] for r in server.records(400)}
    assert not ids & {r.headers["x-amzn-requestid"] for r in before}


def test_limits(server, secrets, put, name):
    """Texts are cut at 1 KB, and parameters over 100 KB left out."""
    agent = {"User-Agent": "a" * 5000}
    reply = send(Request(server, "secretsmanager.DescribeSecret", {"SecretId": name}, headers=agent).sign())
    (record,) = records(server, lambda r: r["requestID"] == reply.headers["x-amzn-requestid"])
    assert record["userAgent"] == "a" * 1024
    many = [f"{n:0128}" for n in range(1000)]
    reply = call(server, "UntagResource", {"SecretId": name, "TagKeys": many})
    (record,) = records(server, lambda r: r["requestID"] == reply.headers["x-amzn-requestid"])
    assert record["requestParameters"] is None


def test_hostile_texts_stay_one_line_of_json(server, put, name):
    agent = {"User-Agent": 'x"}, {"eventName":"Forged\\'}
    reply = send(Request(server, "secretsmanager.DescribeSecret", {"SecretId": name}, headers=agent).sign())
    (record,) = records(server, lambda r: r["requestID"] == reply.headers["x-amzn-requestid"])
    assert record["userAgent"] == agent["User-Agent"] and record["eventName"] == "DescribeSecret"


# Canaries


class Canaries:
    """Markers that must not be found again, in any of the spellings that they could have."""

    def __init__(self):
        self.markers = {}

    def __call__(self, what):
        marker = f"canary{uuid.uuid4().hex}"
        self.markers[marker] = what
        return marker

    def found_in(self, data):
        hits = []
        for marker, what in self.markers.items():
            raw = marker.encode()
            # base64 depends on where in a group of three a text begins.
            spellings = [raw, raw.hex().encode(), raw.hex().upper().encode(), raw.decode().encode("utf-16-le")]
            spellings += [base64.b64encode(b"\0" * pad + raw)[4 if pad else 0 : -4] for pad in range(3)]
            if any(s in data for s in spellings):
                hits.append(what)
        return hits


def provoke(server, canary):
    """Every sensitive member, in calls that succeed, fail, repeat themselves and are malformed."""
    secrets, kms = server.client(retries={"max_attempts": 0}), server.client("kms", retries={"max_attempts": 0})
    name = "canary-secret"
    twice = token()
    secrets.create_secret(Name=name, SecretString=canary("CreateSecret"), ClientRequestToken=twice)
    secrets.create_secret(Name=name + "-b", SecretBinary=canary("CreateSecret binary").encode())
    secrets.put_secret_value(SecretId=name, SecretString=canary("PutSecretValue"))
    secrets.update_secret(SecretId=name, SecretBinary=canary("UpdateSecret").encode())
    secrets.get_secret_value(SecretId=name)
    secrets.batch_get_secret_value(SecretIdList=[name, name + "-b"])
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=canary("Encrypt").encode())["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob)
    secrets.update_secret(SecretId=name, KmsKeyId=key)
    password = secrets.get_random_password(PasswordLength=40, ExcludePunctuation=True)["RandomPassword"]
    canary.markers[password] = "GetRandomPassword"
    for operation, body in [
        ("CreateSecret", {"Name": name, "ClientRequestToken": twice, "SecretString": canary("token in use")}),
        ("CreateSecret", {"Name": "a b", "ClientRequestToken": token(), "SecretString": canary("bad name")}),
        ("CreateSecret", {"Name": 1, "SecretString": canary("wrong type")}),
        ("CreateSecret", {"Name": "x", "SecretString": {"a": canary("object")}}),
        ("CreateSecret", {"Name": "x", "SecretBinary": canary("no base64") + "!"}),
        ("PutSecretValue", {"SecretId": name, "SecretString": canary("no token")}),
        ("PutSecretValue", {"SecretId": name, "RotationToken": "!" + canary("RotationToken")}),
        ("PutSecretValue", {"SecretId": name, "SecretString": canary("long") * 4000, "ClientRequestToken": token()}),
        ("UpdateSecret", {"SecretId": "no", "SecretString": canary("missing"), "ClientRequestToken": token()}),
    ]:
        assert call(server, operation, body).status == 400
    plaintext = base64.b64encode(canary("Encrypt, no such key").encode()).decode()
    assert call(server, "Encrypt", {"KeyId": "x", "Plaintext": plaintext}, "kms").status == 400
    plaintext = canary("Encrypt, no base64") + "!"
    assert call(server, "Encrypt", {"KeyId": "x", "Plaintext": plaintext}, "kms").status == 400
    broken = Request(server, "secretsmanager.CreateSecret", f'{{"SecretString":"{canary("broken")}"'.encode())
    assert send(broken.sign()).status == 400
    unsigned = Request(server, "secretsmanager.CreateSecret", {"Name": "x", "SecretString": canary("unsigned")})
    assert send(unsigned).status == 400
    canary.markers[server.credentials[1]] = "the administrator's secret key"


def test_canaries(serve, store, request):
    server = serve("data", "--quotas", "off", *store)
    canary = Canaries()
    provoke(server, canary)
    pages = requests.get(server.url + "/metrics").content + requests.get(server.url + "/health").content
    assert canary.found_in(pages) == []
    assert server.stop() == 0
    assert canary.found_in(json.dumps(server.records()).encode()) == []
    assert canary.found_in(server.log_path.read_bytes()) == []
    files = [f for f in server.folder.rglob("*") if f.is_file()]
    assert b"canary-secret" in b"".join(f.read_bytes() for f in files)
    # The credentials file is where the access key belongs.
    files = [f for f in files if f.name != "credentials"]
    if store:
        data = request.getfixturevalue("postgres").data
        files += [f for part in ("base", "pg_wal") for f in (data / part).rglob("*") if f.is_file()]
    for file in files:
        assert canary.found_in(file.read_bytes()) == [], file
