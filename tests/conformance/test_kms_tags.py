"""KMS: tags, descriptions, and the names of policies."""

import pytest
from support import call, must, refused, validation

NOT_THERE = "12345678-1234-1234-1234-123456789012"
ARN = "arn:aws:kms:us-west-2:000000000001:key/"


@pytest.fixture
def key(kms):
    return kms.create_key(Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyMetadata"]["Arn"]


def tag(key, value):
    return {"TagKey": key, "TagValue": value}


def tags(kms, key):
    return {t["TagKey"]: t["TagValue"] for t in kms.list_resource_tags(KeyId=key)["Tags"]}


def test_add_change_and_remove(kms, key):
    kms.tag_resource(KeyId=key, Tags=[tag("a", "2"), tag("b", ""), tag("A", "capital")])
    assert tags(kms, key) == {"a": "2", "b": "", "A": "capital"}
    kms.untag_resource(KeyId=key.split("/")[1], TagKeys=["a", "not there"])
    assert tags(kms, key) == {"b": "", "A": "capital"}
    kms.untag_resource(KeyId=key, TagKeys=[])
    kms.tag_resource(KeyId=key, Tags=[])
    assert tags(kms, key) == {"b": "", "A": "capital"}


@pytest.mark.parametrize(
    "new, text",
    [
        ([tag("x", "1"), tag("x", "2")], "Duplicate tag keys"),
        ([tag("aws:x", "1")], "Tags beginning with aws: are reserved"),
        ([tag("AWS:x", "1")], "Tags beginning with aws: are reserved"),
        ([tag(f"k{n}", "") for n in range(50)], "Too many tags"),
    ],
    ids=["twice", "reserved", "reserved in capitals", "one too many"],
)
def test_tags_that_are_refused(kms, key, new, text):
    with refused("TagException", text):
        kms.tag_resource(KeyId=key, Tags=new)
    assert tags(kms, key) == {"a": "1"}


def test_fifty_tags(kms, key):
    kms.tag_resource(KeyId=key, Tags=[tag(f"k{n}", "") for n in range(49)])
    assert len(tags(kms, key)) == 50
    kms.tag_resource(KeyId=key, Tags=[tag("a", "changed")])
    with refused("TagException", "Too many tags"):
        kms.tag_resource(KeyId=key, Tags=[tag("one more", "")])


def test_tags_in_pages(kms, key):
    kms.tag_resource(KeyId=key, Tags=[tag(k, "") for k in "cbed"])
    seen, more = [], {}
    while True:
        page = kms.list_resource_tags(KeyId=key, Limit=2, **more)
        assert len(page["Tags"]) <= 2
        seen += [t["TagKey"] for t in page["Tags"]]
        if not page["Truncated"]:
            break
        more = {"Marker": page["NextMarker"]}
    assert seen == list("abcde") and "NextMarker" not in page
    with refused("InvalidMarkerException"):
        kms.list_resource_tags(KeyId=key, Marker="!!!")


def test_lengths(server, key):
    body = {"KeyId": key, "Tags": [tag("k" * 129, "v" * 257)]}
    reply = call(server, "TagResource", body, "kms")
    assert (reply.status, reply.code) == (400, "ValidationException")
    assert reply.message == validation(
        must(f"Value '{'k' * 129}'", "tags.1.member.tagKey", "have length less than or equal to 128"),
        must(f"Value '{'v' * 257}'", "tags.1.member.tagValue", "have length less than or equal to 256"),
    )


def test_descriptions(kms, key):
    for text in ["what for", "", "\u00e9\n" * 100]:
        kms.update_key_description(KeyId=key, Description=text)
        assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == text


def test_states(kms, key):
    changes = [
        lambda: kms.tag_resource(KeyId=key, Tags=[tag("b", "2")]),
        lambda: kms.untag_resource(KeyId=key, TagKeys=["b"]),
        lambda: kms.update_key_description(KeyId=key, Description="d"),
    ]
    kms.disable_key(KeyId=key)
    for run in changes:
        run()
    kms.schedule_key_deletion(KeyId=key)
    for run in changes:
        with refused("KMSInvalidStateException", f"{key} is pending deletion."):
            run()
    assert tags(kms, key) == {"a": "1"}
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]


def test_policy_names(kms, key):
    answer = kms.list_key_policies(KeyId=key)
    assert answer["PolicyNames"] == ["default"] and answer["Truncated"] is False and "NextMarker" not in answer


TAKES_KEY = {
    "tag_resource": {"Tags": [tag("k", "v")]}, "untag_resource": {"TagKeys": ["k"]},
    "update_key_description": {"Description": "d"}, "list_key_policies": {}, "get_key_last_usage": {},
}


@pytest.mark.parametrize("operation", TAKES_KEY)
def test_keys_that_are_not_there(kms, operation):
    run, extra = getattr(kms, operation), TAKES_KEY[operation]
    for key_id, text in [
        (NOT_THERE, f"Key '{ARN}{NOT_THERE}' does not exist"), ("nonsense", "Invalid keyId 'nonsense'"),
        (f"arn:aws:kms:eu-west-1:000000000001:key/{NOT_THERE}", "Invalid arn eu-west-1"),
    ]:
        with refused("NotFoundException", text):
            run(KeyId=key_id, **extra)
    with refused("AccessDeniedException"):
        run(KeyId=f"arn:aws:kms:us-west-2:000000000002:key/{NOT_THERE}", **extra)


def test_managed_keys_are_not_for_changing(kms, secrets, put):
    secrets.get_secret_value(SecretId=put["Name"])
    managed = "alias/aws/secretsmanager"
    for run in [
        lambda: kms.tag_resource(KeyId=managed, Tags=[tag("k", "v")]),
        lambda: kms.untag_resource(KeyId=managed, TagKeys=["k"]),
        lambda: kms.update_key_description(KeyId=managed, Description="d"),
    ]:
        with refused("AccessDeniedException"):
            run()
