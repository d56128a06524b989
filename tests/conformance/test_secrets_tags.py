"""TagResource and UntagResource."""

import pytest
from support import call, refused


def tags(secrets, name):
    seen = secrets.describe_secret(SecretId=name).get("Tags")
    return None if seen is None else {t["Key"]: t["Value"] for t in seen}


def tag(secrets, name, **pairs):
    return secrets.tag_resource(SecretId=name, Tags=[{"Key": k, "Value": v} for k, v in pairs.items()])


def test_life_of_tags(secrets, put, name):
    assert tags(secrets, name) is None
    tag(secrets, name, a="1", b="2")
    tag(secrets, name, b="3", A="4")
    assert tags(secrets, name) == {"a": "1", "b": "3", "A": "4"}
    secrets.untag_resource(SecretId=name, TagKeys=["b", "never there"])
    assert tags(secrets, name) == {"a": "1", "A": "4"}
    secrets.untag_resource(SecretId=name, TagKeys=["a", "A"])
    # Recorded: an empty list once there were tags, no member before.
    assert tags(secrets, name) == {}
    tag(secrets, name, c="")
    assert tags(secrets, name) == {"c": ""}


def test_answers_are_empty(server, put, name):
    tag_keys = {"TagKeys": ["k"]}
    for operation, extra in [("TagResource", {"Tags": [{"Key": "k", "Value": "v"}]}), ("UntagResource", tag_keys)]:
        reply = call(server, operation, {"SecretId": name, **extra})
        assert reply.status == 200 and reply.body in (b"", b"{}")


def test_tagging_is_a_change(secrets, put, name):
    before = secrets.describe_secret(SecretId=name)["LastChangedDate"]
    tag(secrets, name, a="1")
    assert secrets.describe_secret(SecretId=name)["LastChangedDate"] >= before


def test_fifty_tags(secrets, put, name):
    tag(secrets, name, **{f"k{n}": "v" for n in range(50)})
    with refused("InvalidParameterException"):
        tag(secrets, name, one_more="v")
    tag(secrets, name, k0="changed")
    assert len(tags(secrets, name)) == 50 and tags(secrets, name)["k0"] == "changed"


@pytest.mark.parametrize("bad", [{"aws:a": "1"}, {"AWS:a": "1"}, {"Aws:secretsmanager:owningService": "rds"}], ids=str)
def test_reserved_keys(secrets, put, name, bad):
    with refused("InvalidParameterException"):
        tag(secrets, name, **bad)
    assert tags(secrets, name) is None


def test_one_key_twice(secrets, put, name):
    with refused("InvalidParameterException"):
        secrets.tag_resource(SecretId=name, Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "1"}])


def test_any_text(secrets, put, name):
    odd = {"\u00e9": "e\u0301", "e\u0301": "\u00e9", "\U0001f511": " \u202e ", "k" * 128: "v" * 256}
    tag(secrets, name, **odd)
    assert tags(secrets, name) == odd
