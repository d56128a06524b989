"""KMS: grants. Those to principals other than the administrator are tested in GrantTests.swift."""

import base64
import datetime
import json
import re

import pytest
from accounts import Account
from support import call, refused, until

NOT_THERE = "12345678-1234-1234-1234-123456789012"
ARN = "arn:aws:kms:us-west-2:000000000001:key/"
ACCOUNT = "arn:aws:iam::000000000001:root"
ADMINISTRATOR = "arn:aws:iam::000000000001:user/administrator"
OTHER = "arn:aws:iam::000000000001:user/other"
NO_GRANT = "0" * 64
CONTEXT = {"a": "1", "b": "2"}
DRY = "The request would have succeeded, but the DryRun option is set."
BAD_TOKEN = "The specified grant token is not valid."
BAD_ID = "The specified GrantId is not valid."

MANAGEMENT = [
    "kms:DescribeKey", "kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant", "kms:PutKeyPolicy", "kms:DisableKey",
    "kms:EnableKey", "kms:ScheduleKeyDeletion", "kms:GetKeyPolicy",
]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Resource": "*", **s} for s in statements]})


MANAGE = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": MANAGEMENT}


@pytest.fixture(autouse=True)
def other(iam):
    """Whom grants speak of has to be there."""
    try:
        iam.create_user(UserName="other")
    except iam.exceptions.EntityAlreadyExistsException:
        pass


@pytest.fixture
def key(kms):
    """A key whose policy lets nobody use it: only a grant does."""
    return kms.create_key(Policy=policy(MANAGE))["KeyMetadata"]["Arn"]


@pytest.fixture
def open_key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def grant(kms, key, *operations, **more):
    more = {"GranteePrincipal": ADMINISTRATOR, **more}
    return kms.create_grant(KeyId=key, Operations=list(operations), **more)


def grants(kms, key, **more):
    return kms.list_grants(KeyId=key, **more)["Grants"]


def test_create_list_and_revoke(kms, key):
    made = grant(
        kms, key, "Decrypt", "Encrypt", "Decrypt", Name="a/name", RetiringPrincipal=OTHER,
        Constraints={"EncryptionContextSubset": CONTEXT},
    )
    assert re.fullmatch("[0-9a-f]{64}", made["GrantId"]) and 1 <= len(made["GrantToken"]) <= 8192
    (seen,) = grants(kms, key)
    age = datetime.datetime.now(datetime.timezone.utc) - seen.pop("CreationDate")
    assert abs(age) < datetime.timedelta(minutes=10)
    assert seen == {
        "KeyId": key, "GrantId": made["GrantId"], "Name": "a/name", "GranteePrincipal": ADMINISTRATOR,
        "RetiringPrincipal": OTHER, "IssuingAccount": ACCOUNT, "Operations": ["Decrypt", "Encrypt"],
        "Constraints": {"EncryptionContextSubset": CONTEXT},
    }
    assert kms.revoke_grant(KeyId=key.split("/")[1], GrantId=made["GrantId"]).keys() == {"ResponseMetadata"}
    assert grants(kms, key) == []
    with refused("NotFoundException", f"Grant ID {made['GrantId']} not found"):
        kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])


# Each operation on a symmetric key, with what a grant calls it.
def uses(kms, key, blob):
    return {
        "Encrypt": lambda: kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=CONTEXT),
        "Decrypt": lambda: kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT),
        "GenerateDataKey": lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT),
        "GenerateDataKeyWithoutPlaintext": lambda: kms.generate_data_key_without_plaintext(
            KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT),
    }


@pytest.mark.parametrize("operation", ["Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"])
@pytest.mark.parametrize("grantee", [ADMINISTRATOR, ACCOUNT, "000000000001"])
def test_a_grant_opens_what_it_names_and_nothing_else(kms, open_key, operation, grantee):
    blob = kms.encrypt(KeyId=open_key, Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]
    kms.put_key_policy(KeyId=open_key, Policy=policy(MANAGE))
    calls = uses(kms, open_key, blob)
    refusal = re.compile(f"User: {ADMINISTRATOR} is not authorized to perform: kms:.* on resource: {open_key} .*")
    for run in calls.values():
        with refused("AccessDeniedException", refusal):
            run()
    made = grant(kms, open_key, operation, GranteePrincipal=grantee)
    for name, run in calls.items():
        if name == operation:
            run()
        else:
            with refused("AccessDeniedException", refusal):
                run()
    kms.revoke_grant(KeyId=open_key, GrantId=made["GrantId"])
    with refused("AccessDeniedException", refusal):
        calls[operation]()


def test_re_encryption_needs_both_ends(kms, key, open_key):
    blob = kms.encrypt(KeyId=open_key, Plaintext=b"x")["CiphertextBlob"]
    kms.put_key_policy(KeyId=open_key, Policy=policy(MANAGE))
    run = lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key)  # noqa: E731
    grant(kms, open_key, "ReEncryptFrom")
    with refused("AccessDeniedException", re.compile(".*kms:ReEncryptTo.*")):
        run()
    grant(kms, key, "ReEncryptTo")
    assert run()["KeyId"] == key


def test_a_grant_for_somebody_else_opens_nothing(kms, key, client):
    grant(kms, key, "Encrypt", GranteePrincipal=OTHER)
    grant(kms, key, "Encrypt", GranteePrincipal=Account.standing_alone(client).role)
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key, Plaintext=b"x")


@pytest.mark.parametrize("denied", ["kms:Encrypt", "kms:*"])
def test_a_deny_outranks_a_grant(kms, key, denied):
    grant(kms, key, "Encrypt")
    kms.encrypt(KeyId=key, Plaintext=b"x")
    if denied == "kms:*":
        deny = {"Effect": "Deny", "Principal": "*", "NotAction": MANAGEMENT}
    else:
        deny = {"Effect": "Deny", "Principal": {"AWS": ADMINISTRATOR}, "Action": denied}
    kms.put_key_policy(KeyId=key, Policy=policy(MANAGE, deny))
    with refused("AccessDeniedException", re.compile(".*with an explicit deny in a resource-based policy")):
        kms.encrypt(KeyId=key, Plaintext=b"x")


@pytest.mark.parametrize(
    "constraint, right, wrong",
    [
        ({"EncryptionContextEquals": CONTEXT}, [CONTEXT],
         [{}, {"a": "1"}, {**CONTEXT, "c": "3"}, {"a": "1", "b": "3"}, {"A": "1", "b": "2"}]),
        ({"EncryptionContextSubset": CONTEXT}, [CONTEXT, {**CONTEXT, "c": "3"}],
         [{}, {"a": "1"}, {"a": "1", "b": "3"}, {"A": "1", "b": "2"}]),
        ({"EncryptionContextEquals": {}}, [{}], [CONTEXT]),
        ({"EncryptionContextSubset": {}}, [{}, CONTEXT], []),
        ({"EncryptionContextSubset": CONTEXT, "EncryptionContextEquals": {}}, [CONTEXT], [{}]),
        # No call to this server is made on behalf of a resource.
        ({"SourceArn": "arn:aws:s3:us-west-2:000000000001:bucket"}, [], [{}, CONTEXT]),
    ],
    ids=["equals", "subset", "equals nothing", "subset of nothing", "subset, beside nothing", "source"],
)
def test_constraints(kms, key, constraint, right, wrong):
    grant(kms, key, "Encrypt", "DescribeKey", Constraints=constraint)
    for context in right:
        kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)
    for context in wrong:
        with refused("AccessDeniedException"):
            kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)


@pytest.mark.parametrize(
    "constraints",
    [
        {"EncryptionContextEquals": CONTEXT, "EncryptionContextSubset": CONTEXT},
        {"EncryptionContextSubset": {f"k{n}": "" for n in range(9)}}, {"EncryptionContextEquals": {"k": "x" * 385}},
    ],
    ids=["both", "nine pairs", "long value"],
)
def test_constraints_that_are_refused(kms, key, constraints):
    with refused("ValidationException"):
        grant(kms, key, "Encrypt", Constraints=constraints)


def test_a_constraint_does_not_hold_for_calls_without_a_context(kms):
    only = ["kms:CreateGrant", "kms:PutKeyPolicy"]
    key = kms.create_key(Policy=policy({**MANAGE, "Action": only}))["KeyMetadata"]["Arn"]
    with refused("AccessDeniedException"):
        kms.describe_key(KeyId=key)
    grant(kms, key, "DescribeKey", "Encrypt", Constraints={"EncryptionContextEquals": CONTEXT})
    kms.describe_key(KeyId=key)
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key, Plaintext=b"x")


def test_names_make_requests_repeatable(kms, key):
    first = grant(kms, key, "Encrypt", Name="n")
    again = grant(kms, key, "Encrypt", Name="n")
    assert again["GrantId"] == first["GrantId"] and again["GrantToken"] != first["GrantToken"]
    others = [
        grant(kms, key, "Encrypt", Name="m"), grant(kms, key, "Decrypt", Name="n"),
        grant(kms, key, "Encrypt", Name="n", RetiringPrincipal=OTHER),
        grant(kms, key, "Encrypt", Name="n", GranteePrincipal=OTHER),
        grant(kms, key, "Encrypt", Name="n", Constraints={"EncryptionContextSubset": CONTEXT}),
        grant(kms, key, "Encrypt"), grant(kms, key, "Encrypt"),
    ]
    ids = {first["GrantId"], *[o["GrantId"] for o in others]}
    assert len(ids) == 8 and {g["GrantId"] for g in grants(kms, key)} == ids
    # All tokens of a grant do the same.
    kms.retire_grant(GrantToken=first["GrantToken"])
    with refused("NotFoundException"):
        kms.retire_grant(GrantToken=again["GrantToken"])
    assert grant(kms, key, "Encrypt", Name="n")["GrantId"] not in ids


def test_lists(kms, key, open_key):
    mine = [grant(kms, key, "Encrypt")["GrantId"] for _ in range(5)]
    theirs = [grant(kms, key, "Encrypt", GranteePrincipal=OTHER)["GrantId"] for _ in range(2)]
    elsewhere = grant(kms, open_key, "Encrypt")["GrantId"]
    ids = lambda found: [g["GrantId"] for g in found]  # noqa: E731
    assert ids(grants(kms, key)) == sorted(mine + theirs)
    assert ids(grants(kms, key, GranteePrincipal=ADMINISTRATOR)) == sorted(mine)
    assert ids(grants(kms, key, GrantId=mine[0])) == [mine[0]]
    assert ids(grants(kms, key, GrantId=mine[0], GranteePrincipal=ADMINISTRATOR)) == [mine[0]]
    for nothing in [
        {"GrantId": elsewhere}, {"GrantId": NO_GRANT}, {"GranteePrincipal": "arn:aws:iam::000000000001:user/nobody"},
        {"GrantId": mine[0], "GranteePrincipal": OTHER},
    ]:
        answer = kms.list_grants(KeyId=key, **nothing)
        assert answer["Grants"] == [] and answer["Truncated"] is False and "NextMarker" not in answer
    for filter_, all_ in [({}, mine + theirs), ({"GranteePrincipal": ADMINISTRATOR}, mine)]:
        pages = kms.get_paginator("list_grants").paginate(KeyId=key, PaginationConfig={"PageSize": 2}, **filter_)
        pages = [p["Grants"] for p in pages]
        assert ids(g for p in pages for g in p) == sorted(all_) and max(map(len, pages)) == 2
    with refused("InvalidMarkerException"):
        kms.list_grants(KeyId=key, Marker="!!!")
    with refused("InvalidGrantIdException", BAD_ID):
        kms.list_grants(KeyId=key, GrantId="x")
    for filter_ in [{}, {"GranteePrincipal": OTHER}]:
        with refused("ValidationException"):
            kms.list_grants(KeyId=key, GranteeServicePrincipal="rds.amazonaws.com", **filter_)


def test_retirable(client, region):
    kms = client("kms", region=region)
    keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
    made = [grant(kms, k, "Encrypt", RetiringPrincipal=OTHER) for k in keys * 2]
    grant(kms, keys[0], "Encrypt", RetiringPrincipal=ADMINISTRATOR)
    grant(kms, keys[0], "Encrypt")
    found = kms.list_retirable_grants(RetiringPrincipal=OTHER)
    assert [g["GrantId"] for g in found["Grants"]] == sorted(m["GrantId"] for m in made)
    assert {g["KeyId"] for g in found["Grants"]} == set(keys) and found["Truncated"] is False
    pages = kms.get_paginator("list_retirable_grants").paginate(
        RetiringPrincipal=OTHER, PaginationConfig={"PageSize": 3})
    assert [len(p["Grants"]) for p in pages] == [3, 1]
    kms.retire_grant(GrantToken=made[0]["GrantToken"])
    kms.revoke_grant(KeyId=keys[1], GrantId=made[1]["GrantId"])
    assert len(kms.list_retirable_grants(RetiringPrincipal=OTHER)["Grants"]) == 2
    assert kms.list_retirable_grants(RetiringPrincipal=ACCOUNT)["Grants"] == []
    with refused("AccessDeniedException"):
        kms.list_retirable_grants(RetiringPrincipal="arn:aws:iam::000000000002:user/other")
    with refused("InvalidArnException", "ARN does not refer to a valid principal: *".replace("*", "nonsense")):
        kms.list_retirable_grants(RetiringPrincipal="nonsense")
    for wrong in [{}, {"RetiringServicePrincipal": "rds.amazonaws.com"},
                  {"RetiringServicePrincipal": "rds.amazonaws.com", "RetiringPrincipal": OTHER}]:
        with refused("ValidationException"):
            kms.list_retirable_grants(**wrong)
    with refused("InvalidMarkerException"):
        kms.list_retirable_grants(RetiringPrincipal=OTHER, Marker="!!!")


def test_retire(kms, key):
    made = grant(kms, key, "Encrypt")
    kms.retire_grant(GrantToken=made["GrantToken"])
    assert grants(kms, key) == []
    with refused("NotFoundException", f"Grant ID {made['GrantId']} not found"):
        kms.retire_grant(KeyId=key, GrantId=made["GrantId"])
    made = grant(kms, key, "Encrypt")
    kms.retire_grant(KeyId=key, GrantId=made["GrantId"])
    assert grants(kms, key) == []
    for wrong in [
        {}, {"KeyId": key}, {"GrantId": NO_GRANT}, {"GrantToken": made["GrantToken"], "KeyId": key},
        {"GrantToken": made["GrantToken"], "KeyId": key, "GrantId": NO_GRANT},
    ]:
        with refused("ValidationException"):
            kms.retire_grant(**wrong)
    with refused("InvalidGrantIdException", BAD_ID):
        kms.retire_grant(KeyId=key, GrantId="x")
    with refused("NotFoundException", f"Key '{ARN}{NOT_THERE}' does not exist"):
        kms.retire_grant(KeyId=NOT_THERE, GrantId=NO_GRANT)
    with refused("NotFoundException", f"Grant ID {NO_GRANT} not found"):
        kms.retire_grant(KeyId=key, GrantId=NO_GRANT)


def test_tokens(kms, open_key):
    token = grant(kms, open_key, "Encrypt")["GrantToken"]
    raw = bytearray(base64.b64decode(token))
    raw[-1] ^= 1
    blob = kms.encrypt(KeyId=open_key, Plaintext=b"x", GrantTokens=[token])["CiphertextBlob"]
    for bad in ["made up", base64.b64encode(raw).decode(), token[:-4], "AAAA"]:
        for run in [
            lambda: kms.retire_grant(GrantToken=bad),
            lambda: kms.encrypt(KeyId=open_key, Plaintext=b"x", GrantTokens=[token, bad]),
            lambda: kms.decrypt(CiphertextBlob=blob, GrantTokens=[bad]),
            lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=open_key, GrantTokens=[bad]),
            lambda: kms.generate_data_key(KeyId=open_key, KeySpec="AES_256", GrantTokens=[bad]),
            lambda: kms.generate_data_key_without_plaintext(KeyId=open_key, KeySpec="AES_256", GrantTokens=[bad]),
            lambda: kms.describe_key(KeyId=open_key, GrantTokens=[bad]),
            lambda: grant(kms, open_key, "Encrypt", GrantTokens=[bad]),
        ]:
            with refused("InvalidGrantTokenException", BAD_TOKEN):
                run()
    # A token of a grant that is gone is a good token still.
    kms.retire_grant(GrantToken=token)
    kms.encrypt(KeyId=open_key, Plaintext=b"x", GrantTokens=[token])


def test_dry_run(kms, key):
    made = grant(kms, key, "Encrypt")
    for run in [
        lambda: grant(kms, key, "Encrypt", DryRun=True),
        lambda: kms.retire_grant(GrantToken=made["GrantToken"], DryRun=True),
        lambda: kms.retire_grant(KeyId=key, GrantId=made["GrantId"], DryRun=True),
        lambda: kms.revoke_grant(KeyId=key, GrantId=made["GrantId"], DryRun=True),
    ]:
        with refused("DryRunOperationException", DRY):
            run()
    assert len(grants(kms, key)) == 1


@pytest.mark.parametrize(
    "request_, code, text",
    [
        ({"GranteePrincipal": ADMINISTRATOR, "Operations": []}, "ValidationException",
         "A grant must permit at least one operation."),
        ({"Operations": ["Encrypt"]}, "ValidationException",
         "You must specify either GranteePrincipal or GranteeServicePrincipal."),
        ({"GranteePrincipal": ADMINISTRATOR, "GranteeServicePrincipal": "rds.amazonaws.com", "Operations": ["Encrypt"]},
         "ValidationException", "You can specify either GranteePrincipal or GranteeServicePrincipal, but not both."),
        ({"GranteePrincipal": ADMINISTRATOR, "RetiringPrincipal": OTHER, "Operations": ["Encrypt"],
          "RetiringServicePrincipal": "rds.amazonaws.com"},
         "ValidationException", "You can specify either RetiringPrincipal or RetiringServicePrincipal, but not both."),
        ({"GranteeServicePrincipal": "rds.amazonaws.com", "Operations": ["Encrypt"]}, "ValidationException",
         "A grant to a service principal needs a SourceArn constraint and a retiring principal."),
        *[({"GranteePrincipal": p, "Operations": ["Encrypt"]}, "InvalidArnException",
           f"ARN does not refer to a valid principal: {p}")
          for p in ["nonsense", "arn:aws:s3:::bucket", "arn:aws:iam::1:user/x", "AIDAIOSFODNN7EXAMPLE",
                    "arn:aws:iam::000000000001:group/x", "arn:aws:iam::000000000001:user/nobody",
                    "arn:aws:iam::999999999999:root", "arn:aws:sts::000000000001:assumed-role/nobody/s"]],
        ({"GranteePrincipal": ADMINISTRATOR, "RetiringPrincipal": "arn:aws:iam::000000000001:role/nobody",
          "Operations": ["Encrypt"]}, "InvalidArnException",
         "ARN does not refer to a valid principal: arn:aws:iam::000000000001:role/nobody"),
    ],
)
def test_requests_that_make_no_sense(kms, key, request_, code, text):
    with refused(code, text):
        kms.create_grant(KeyId=key, **request_)
    assert grants(kms, key) == []


@pytest.mark.parametrize("operation", ["Sign", "Verify", "GetPublicKey", "GenerateMac", "DeriveSharedSecret"])
def test_operations_that_the_key_has_not(kms, key, operation):
    with refused("ValidationException", re.compile(f"The grant operation {operation} is not supported by {key}: .*")):
        grant(kms, key, "Encrypt", operation)


def test_shapes(server, key):
    body = {"KeyId": key, "Operations": ["Fly"], "GranteePrincipal": "a b", "Name": "a b",
            "GranteeServicePrincipal": "a.b", "Constraints": {"SourceArn": "arn:aws:s3:::bucket-name"}}
    reply = call(server, "CreateGrant", body, "kms")
    assert (reply.status, reply.code) == (400, "ValidationException")
    for member in ["granteePrincipal", "operations.1.member", "name", "granteeServicePrincipal",
                   "constraints.sourceArn"]:
        assert f"at '{member}' failed to satisfy constraint" in reply.message, reply.message


def test_a_service_can_be_granted_something(kms, key):
    made = kms.create_grant(
        KeyId=key, GranteeServicePrincipal="rds.amazonaws.com", RetiringServicePrincipal="rds.amazonaws.com",
        Operations=["Decrypt"], Constraints={"SourceArn": "arn:aws:rds:us-west-2:000000000001:db:x"},
    )
    (seen,) = grants(kms, key)
    assert seen["GranteeServicePrincipal"] == seen["RetiringServicePrincipal"] == "rds.amazonaws.com"
    assert "GranteePrincipal" not in seen and "RetiringPrincipal" not in seen
    kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])


def test_states(kms, key):
    first, second = grant(kms, key, "Encrypt"), grant(kms, key, "Encrypt")
    kms.disable_key(KeyId=key)
    with refused("DisabledException", f"{key} is disabled."):
        grant(kms, key, "Encrypt")
    kms.schedule_key_deletion(KeyId=key)
    with refused("KMSInvalidStateException", f"{key} is pending deletion."):
        grant(kms, key, "Encrypt")
    assert len(grants(kms, key)) == 2
    kms.retire_grant(GrantToken=first["GrantToken"])
    kms.revoke_grant(KeyId=key, GrantId=second["GrantId"])
    assert grants(kms, key) == []


@pytest.mark.parametrize("operation", ["create_grant", "list_grants", "revoke_grant"])
def test_keys_that_are_not_there(kms, operation):
    extra = {
        "create_grant": {"GranteePrincipal": OTHER, "Operations": ["Encrypt"]}, "list_grants": {},
        "revoke_grant": {"GrantId": NO_GRANT},
    }[operation]
    run = getattr(kms, operation)
    for key_id, text in [
        (NOT_THERE, f"Key '{ARN}{NOT_THERE}' does not exist"), ("nonsense", "Invalid keyId 'nonsense'"),
        (f"arn:aws:kms:eu-west-1:000000000001:key/{NOT_THERE}", "Invalid arn eu-west-1"),
    ]:
        with refused("NotFoundException", text):
            run(KeyId=key_id, **extra)


# Conditions on who may create, list and revoke


def conditional(kms, condition, action="kms:CreateGrant"):
    rest = [a for a in MANAGEMENT if a != action]
    allowed = {**MANAGE, "Action": action, "Condition": condition}
    return kms.create_key(Policy=policy({**MANAGE, "Action": rest}, allowed))["KeyMetadata"]["Arn"]


SUBSET = {"Constraints": {"EncryptionContextSubset": CONTEXT}}
EQUALS = {"Constraints": {"EncryptionContextEquals": CONTEXT}}


@pytest.mark.parametrize(
    "condition, right, wrong",
    [
        ({"Bool": {"kms:GrantIsForAWSResource": "false"}}, ["Encrypt", {}], None),
        ({"Bool": {"kms:GrantIsForAWSResource": "true"}}, None, ["Encrypt", {}]),
        ({"ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "Decrypt"]}},
         ["Encrypt", "Decrypt", {}], ["Encrypt", "DescribeKey", {}]),
        ({"StringEquals": {"kms:GranteePrincipal": ADMINISTRATOR}},
         ["Encrypt", {}], ["Encrypt", {"GranteePrincipal": OTHER}]),
        ({"StringLike": {"kms:GranteePrincipal": "*:root"}},
         ["Encrypt", {"GranteePrincipal": "000000000001"}], ["Encrypt", {}]),
        ({"StringEquals": {"kms:RetiringPrincipal": OTHER}},
         ["Encrypt", {"RetiringPrincipal": OTHER}], ["Encrypt", {}]),
        ({"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}},
         ["Encrypt", SUBSET], ["Encrypt", EQUALS]),
        ({"StringEquals": {"kms:GrantConstraintType": "EncryptionContextEquals"}}, ["Encrypt", EQUALS], ["Encrypt", {}]),
        ({"StringEquals": {"kms:EncryptionContext:a": "1"}}, ["Encrypt", EQUALS], ["Encrypt", {}]),
        ({"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "b"}}, ["Encrypt", SUBSET], ["Encrypt", {}]),
        ({"StringEquals": {"kms:CallerAccount": "000000000001", "kms:KeySpec": "SYMMETRIC_DEFAULT",
                           "kms:KeyUsage": "ENCRYPT_DECRYPT", "kms:KeyOrigin": "AWS_KMS"}}, ["Encrypt", {}], None),
        ({"StringEquals": {"kms:KeySpec": "RSA_2048"}}, None, ["Encrypt", {}]),
        ({"Null": {"kms:ViaService": "true"}, "Bool": {"kms:MultiRegion": "false"}}, ["Encrypt", {}], None),
    ],
    ids=str,
)
def test_conditions(kms, condition, right, wrong):
    key = conditional(kms, condition)
    if right:
        *operations, more = right
        grant(kms, key, *operations, **more)
    if wrong:
        *operations, more = wrong
        with refused("AccessDeniedException"):
            grant(kms, key, *operations, **more)


def test_conditions_on_listing_and_revoking(kms):
    key = conditional(kms, {"Bool": {"kms:GrantIsForAWSResource": "true"}}, "kms:ListGrants")
    with refused("AccessDeniedException"):
        grants(kms, key)
    key = conditional(kms, {"Bool": {"kms:GrantIsForAWSResource": "true"}}, "kms:RevokeGrant")
    made = grant(kms, key, "Encrypt")
    with refused("AccessDeniedException"):
        kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])


# Handing on


@pytest.mark.parametrize(
    "own, child, is_allowed",
    [
        ((["CreateGrant", "Encrypt"], {}), (["Encrypt"], {}), True),
        ((["CreateGrant", "Encrypt"], {}), (["Encrypt", "CreateGrant"], SUBSET), True),
        ((["CreateGrant", "Encrypt"], {}), (["Decrypt"], {}), False),
        ((["Encrypt"], {}), (["Encrypt"], {}), False),
        ((["CreateGrant", "Encrypt"], SUBSET), (["Encrypt"], {}), False),
        ((["CreateGrant", "Encrypt"], SUBSET), (["Encrypt"], SUBSET), True),
        ((["CreateGrant", "Encrypt"], SUBSET), (["Encrypt"], EQUALS), True),
        ((["CreateGrant", "Encrypt"], SUBSET),
         (["Encrypt"], {"Constraints": {"EncryptionContextSubset": {"a": "1"}}}), False),
        ((["CreateGrant", "Encrypt"], EQUALS), (["Encrypt"], EQUALS), True),
        ((["CreateGrant", "Encrypt"], EQUALS), (["Encrypt"], SUBSET), False),
        ((["CreateGrant", "Encrypt"], EQUALS),
         (["Encrypt"], {"Constraints": {"EncryptionContextEquals": {**CONTEXT, "c": ""}}}), False),
    ],
    ids=str,
)
def test_nobody_hands_on_more_than_they_have(kms, open_key, own, child, is_allowed):
    grant(kms, open_key, *own[0], **own[1])
    kms.put_key_policy(
        KeyId=open_key, Policy=policy({**MANAGE, "Action": [a for a in MANAGEMENT if a != "kms:CreateGrant"]}))
    if is_allowed:
        grant(kms, open_key, *child[0], GranteePrincipal=OTHER, **child[1])
    else:
        with refused("AccessDeniedException"):
            grant(kms, open_key, *child[0], GranteePrincipal=OTHER, **child[1])


# Secrets under a key that only grants open


def test_secrets(kms, secrets, key, name):
    run = lambda: secrets.create_secret(Name=name, SecretString="x", KmsKeyId=key)  # noqa: E731
    with refused("AccessDeniedException"):
        run()
    writing = grant(kms, key, "GenerateDataKey", "Decrypt")
    arn = run()["ARN"]
    kms.revoke_grant(KeyId=key, GrantId=writing["GrantId"])
    with refused("AccessDeniedException"):
        secrets.get_secret_value(SecretId=name)
    reading = grant(kms, key, "Decrypt", Constraints={"EncryptionContextSubset": {"SecretARN": arn}})
    # The later of these are prepared answers: they must fall with the grant.
    for _ in range(6):
        assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"
    kms.revoke_grant(KeyId=key, GrantId=reading["GrantId"])
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        secrets.get_secret_value(SecretId=name)
    grant(kms, key, "Decrypt", Constraints={"EncryptionContextEquals": {"SecretARN": arn}})
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        secrets.get_secret_value(SecretId=name)
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        secrets.put_secret_value(SecretId=name, SecretString="y")


def test_records(serve):
    server = serve("grants")
    kms = server.client("kms")
    server.client("iam").create_user(UserName="other")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    made = grant(kms, key, "Encrypt", Name="n", RetiringPrincipal=OTHER)
    kms.list_grants(KeyId=key)
    kms.list_retirable_grants(RetiringPrincipal=OTHER)
    kms.retire_grant(GrantToken=made["GrantToken"])
    retired, made = made, grant(kms, key, "Encrypt")
    kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])
    # Those of writes reach the segments a moment later.
    records = until(lambda: (found := {r["eventName"]: r for r in server.records()}) and "RevokeGrant" in found and found)
    created = next(r for r in server.records() if r["eventName"] == "CreateGrant")
    assert created["requestParameters"] == {
        "keyId": key, "granteePrincipal": ADMINISTRATOR, "retiringPrincipal": OTHER, "operations": ["Encrypt"],
        "name": "n",
    }
    assert created["responseElements"].keys() == {"grantId"} and created["readOnly"] is False
    assert created["resources"] == [{"ARN": key, "accountId": "000000000001", "type": "AWS::KMS::Key"}]
    # The token is not in the record, the grant's id is.
    assert records["RetireGrant"]["requestParameters"] is None
    additional = records["RetireGrant"]["additionalEventData"]
    assert additional.keys() == {"grantId", "authorization"} and additional["grantId"] == retired["GrantId"]
    assert records["RetireGrant"]["resources"] == created["resources"]
    assert records["ListGrants"]["readOnly"] is True and records["ListRetirableGrants"]["readOnly"] is True
    assert records["RevokeGrant"]["requestParameters"] == {"keyId": key, "grantId": made["GrantId"]}
    assert all(g["GrantToken"] not in str(r) for r in server.records() for g in (made, retired))


def test_a_key_takes_its_grants_into_a_restart(serve):
    server = serve("restart")
    kms = server.client("kms")
    key = kms.create_key(Policy=policy(MANAGE))["KeyMetadata"]["Arn"]
    made = grant(kms, key, "Encrypt", Constraints={"EncryptionContextSubset": {"\u00e9": "\U0001f511"}})
    before = grants(kms, key)
    assert server.stop() == 0
    kms = server.start().client("kms")
    assert grants(kms, key) == before
    kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"\u00e9": "\U0001f511"}, GrantTokens=[made["GrantToken"]])
    kms.retire_grant(GrantToken=made["GrantToken"])
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"\u00e9": "\U0001f511"})
