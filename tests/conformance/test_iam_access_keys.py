"""IAM: access keys, and what follows at once when one changes."""

import datetime
import re

import pytest
from iam import Person, arn, no_user, unique
from support import UNKNOWN_KEY, refused, until


@pytest.fixture
def iam(client):
    return client("iam")


@pytest.fixture
def person(server, iam):
    return Person(server, iam).allow()


def test_keys(iam):
    name = unique()
    iam.create_user(UserName=name)
    first, second = (iam.create_access_key(UserName=name)["AccessKey"] for _ in range(2))
    assert re.fullmatch("AKIA[A-Z2-7]{16}", first["AccessKeyId"]) and len(first["SecretAccessKey"]) == 40
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409):
        iam.create_access_key(UserName=name)
    listed = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    assert sorted(k["AccessKeyId"] for k in listed) == sorted([first["AccessKeyId"], second["AccessKeyId"]])
    assert all(k["UserName"] == name and k["Status"] == "Active" and "SecretAccessKey" not in k for k in listed)
    pages = list(iam.get_paginator("list_access_keys").paginate(UserName=name, PaginationConfig={"PageSize": 1}))
    assert [k for page in pages for k in page["AccessKeyMetadata"]] == listed
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409):
        iam.delete_user(UserName=name)
    for key in [first, second]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)


def test_an_inactive_key_is_refused_at_once(iam, person, put, name):
    assert person.read(name, 5) == "one"
    iam.update_access_key(UserName=person.name, AccessKeyId=person.key, Status="Inactive")
    with refused("UnrecognizedClientException", UNKNOWN_KEY):
        person.read(name)
    with refused("InvalidClientTokenId", UNKNOWN_KEY, 403):
        person.client("sts").get_caller_identity()
    assert iam.list_access_keys(UserName=person.name)["AccessKeyMetadata"][0]["Status"] == "Inactive"
    iam.update_access_key(UserName=person.name, AccessKeyId=person.key, Status="Active")
    assert person.read(name, 5) == "one"


def test_a_deleted_key_is_refused_at_once(iam, person, put, name):
    assert person.read(name, 5) == "one"
    iam.delete_access_key(UserName=person.name, AccessKeyId=person.key)
    with refused("UnrecognizedClientException", UNKNOWN_KEY):
        person.read(name)
    iam.delete_user_policy(UserName=person.name, PolicyName="own")
    iam.delete_user(UserName=person.name)
    with refused("UnrecognizedClientException", UNKNOWN_KEY):
        person.read(name)


def test_users_rotate_their_own_keys(iam, person):
    person.allow("iam:*AccessKey*", name="keys", resource=arn("user", person.name))
    own = person.client("iam")
    new = own.create_access_key()["AccessKey"]
    assert new["UserName"] == person.name and len(own.list_access_keys()["AccessKeyMetadata"]) == 2
    other = person.server.client("iam", key=new["AccessKeyId"], secret=new["SecretAccessKey"])
    other.update_access_key(AccessKeyId=person.key, Status="Inactive")
    with refused("InvalidClientTokenId", UNKNOWN_KEY, 403):
        own.list_access_keys()
    other.delete_access_key(AccessKeyId=person.key)
    assert [k["AccessKeyId"] for k in other.list_access_keys()["AccessKeyMetadata"]] == [new["AccessKeyId"]]


def test_errors(iam, person):
    missing = "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."
    stranger = unique()
    iam.create_user(UserName=stranger)
    for call in [lambda **kw: iam.update_access_key(Status="Inactive", **kw), iam.delete_access_key]:
        with refused("NoSuchEntity", missing, 404):
            call(UserName=person.name, AccessKeyId="AKIAIOSFODNN7EXAMPLE")
        with refused("NoSuchEntity", f"The Access Key with id {person.key} cannot be found.", 404):
            call(UserName=stranger, AccessKeyId=person.key)
        with refused("NoSuchEntity", no_user("no-one"), 404):
            call(UserName="no-one", AccessKeyId=person.key)
    with refused("InvalidInput"):
        iam.update_access_key(UserName=person.name, AccessKeyId=person.key, Status="Expired")
    with refused("AccessDenied", re.compile(".*iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE"), 403):
        iam.get_access_key_last_used(AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    text = re.compile(".*iam:GetAccessKeyLastUsed on resource: .*:user/administrator because no identity-based.*")
    with refused("AccessDenied", text, 403):
        person.client("iam").get_access_key_last_used(AccessKeyId=iam.list_access_keys()["AccessKeyMetadata"][0]["AccessKeyId"])


def test_last_used(iam, person, put, name):
    unused = iam.get_access_key_last_used(AccessKeyId=person.key)
    assert unused["UserName"] == person.name
    assert unused["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    person.read(name)
    used = iam.get_access_key_last_used(AccessKeyId=person.key)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("secretsmanager", "us-west-2")
    age = datetime.datetime.now(datetime.timezone.utc) - used["LastUsedDate"]
    assert abs(age) < datetime.timedelta(minutes=2)


def test_the_last_use_outlives_a_restart(serve, store):
    server = serve("uses", *store)
    person = Person(server, server.client("iam"))
    person.client("sts").get_caller_identity()
    before = server.client("iam").get_access_key_last_used(AccessKeyId=person.key)["AccessKeyLastUsed"]
    assert server.stop() == 0
    server.start()
    after = server.client("iam").get_access_key_last_used(AccessKeyId=person.key)["AccessKeyLastUsed"]
    assert after == before and after["ServiceName"] == "sts"


def test_the_secret_is_nowhere_recorded(server, iam, person):
    def record():
        found = [
            r for r in server.records() if r["eventName"] == "CreateAccessKey"
            and (r["requestParameters"] or {}).get("userName") == person.name
        ]
        return found[0] if found else None

    made = until(record)
    assert made["responseElements"]["accessKey"]["accessKeyId"] == person.key
    assert person.secret not in str(made)
