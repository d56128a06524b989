"""ListSecrets filters: the rows that were verified against AWS (specification 1.7.2, 1.7.3)."""

import pytest
from support import call, must, refused, validation


def names(secrets, *filters, **more):
    listed = secrets.list_secrets(Filters=[{"Key": k, "Values": v} for k, v in filters], **more)
    assert "NextToken" not in listed
    return [s["Name"] for s in listed["SecretList"]]


def fill(client, rows):
    """`rows`: name → (description, tags)."""
    for own, (description, tags) in rows.items():
        extra = {"Description": description} if description else {}
        if tags:
            extra["Tags"] = [{"Key": k, "Value": v} for k, v in tags.items()]
        client.create_secret(Name=own, SecretString="x", **extra)


@pytest.fixture(scope="module")
def world(client):
    """Three regions, each with the secrets of one recording."""
    words = client(region="zz-words-1")
    fill(words, {
        "first": ("a secret", {"env": "prod", "Team": "red"}), "second": ("an secret", {"environment": "production"}),
        "/third": ("asecret", {"Env": "Prod"}), "fourth": ("thesecret", None),
    })
    pairs = client(region="zz-pairs-1")
    fill(pairs, {"p1": ("one two", None), "p2": ("one and two", None), "p3": ("one", None), "p4": ("two", None)})
    every = client(region="zz-every-1")
    fill(every, {
        "SecretOneXXXXXX": ("DescOne", None), "SecretTwoXXXXXX": ("DescTwo", {"TagKeyTwo": "x"}),
        "ThirdsecretXXXXXX": ("other", {"k": "TagValueThree"}), "uat/COMPANY/x": (None, None),
        "uat/COMPANYthings/x": (None, None),
    } | {f"prod{c}AppBeta{c}x": (None, None) for c in "/_+=.@-"} | {"prod-AppBeta/x": (None, None)})
    return {"words": words, "pairs": pairs, "every": every}


BETA = sorted(f"prod{c}AppBeta{c}x" for c in "/_+=.@-")
ALL_WORDS = ["first", "second", "/third", "fourth"]

ROWS = [
    # description: words, each a prefix of some word, without case
    ("words", [("description", ["a"])], ["first", "second", "/third"]),
    ("words", [("description", ["A"])], ["first", "second", "/third"]),
    ("words", [("description", ["a secret"])], ["first", "second"]),
    ("words", [("description", ["SECRET A"])], ["first", "second"]),
    ("words", [("description", ["secret"])], ["first", "second"]),
    ("words", [("description", ["!a"])], ["fourth"]),
    ("words", [("description", ["!c"])], ALL_WORDS),
    ("pairs", [("description", ["one two"])], ["p1", "p2"]),
    ("pairs", [("description", ["o t"])], ["p1", "p2"]),
    ("pairs", [("description", ["t"])], ["p1", "p2", "p4"]),
    ("pairs", [("description", ["one"]), ("description", ["two"])], ["p1", "p2"]),
    ("pairs", [("description", ["one", "two"])], ["p1", "p2", "p3", "p4"]),
    # name, tag-key, tag-value: prefixes, with case
    ("words", [("name", ["f"])], ["first", "fourth"]),
    ("words", [("name", ["F"])], []),
    ("words", [("name", ["irst"])], []),
    ("words", [("name", ["/"])], ["/third"]),
    ("words", [("name", ["!/"])], ["first", "second", "fourth"]),
    ("words", [("name", ["fi", "se"])], ["first", "second"]),
    ("words", [("name", ["f"]), ("description", ["a"])], ["first"]),
    ("words", [("tag-key", ["env"])], ["first", "second"]),
    ("words", [("tag-key", ["Env"])], ["/third"]),
    ("words", [("tag-key", ["e"]), ("tag-key", ["T"])], ["first"]),
    ("words", [("tag-value", ["prod"])], ["first", "second"]),
    ("words", [("tag-value", ["Prod", "red"])], ["first", "/third"]),
    ("words", [("tag-value", ["rod"])], []),
    # nothing here is replicated or owned by a service
    ("words", [("primary-region", ["us"])], []),
    ("words", [("owning-service", ["rds"])], []),
    # all: words of name, description, tags
    ("every", [("all", ["SecretOne"])], ["SecretOneXXXXXX"]),
    ("every", [("all", ["Secret"])], ["SecretOneXXXXXX", "SecretTwoXXXXXX"]),
    ("every", [("all", ["secret"])], ["SecretOneXXXXXX", "SecretTwoXXXXXX"]),
    ("every", [("all", ["sec"])], ["SecretOneXXXXXX", "SecretTwoXXXXXX"]),
    ("every", [("all", ["ret"])], []),
    ("every", [("all", ["Thirdsecret"])], ["ThirdsecretXXXXXX"]),
    ("every", [("all", ["d t"])], ["SecretTwoXXXXXX"]),
    ("every", [("all", ["DescTwo"])], ["SecretTwoXXXXXX"]),
    ("every", [("all", ["TagKeyTwo"])], ["SecretTwoXXXXXX"]),
    ("every", [("all", ["TagValue"])], ["ThirdsecretXXXXXX"]),
    ("every", [("all", ["+"])], []),
    ("every", [("all", ["-"])], []),
    ("every", [("all", ["company"])], ["uat/COMPANY/x"]),
    ("every", [("all", ["things"])], []),
    ("every", [("all", ["Ythings"])], ["uat/COMPANYthings/x"]),
    ("every", [("all", ["N"])], []),
    ("every", [("all", ["pany"])], []),
]


@pytest.mark.parametrize("where, filters, expected", ROWS, ids=lambda v: str(v)[:50])
def test_filters(world, where, filters, expected):
    assert sorted(names(world[where], *filters)) == sorted(expected)


@pytest.mark.parametrize("value", [["AppBeta"], ["Beta"], ["AppBeta", "prod"]], ids=str)
def test_each_separator(world, value):
    """The name with two kinds of separators may be found or not: sources disagree."""
    found = set(names(world["every"], ("all", value)))
    assert found - {"prod-AppBeta/x"} == set(BETA)


def test_user_guides_example(client, region):
    secrets = client(region=region)
    texts = ["My Description", "my description", "My basic description", "Description of my secret"]
    fill(secrets, {f"s{n}": (t, None) for n, t in enumerate(texts)} | {"other": ("Description of yours", None)})
    assert names(secrets, ("description", ["My Description"])) == ["s0", "s1", "s2", "s3"]


def test_negation_of_what_is_not_there(client, region):
    """Unrecorded on AWS; ours: nothing matches, so the negation holds, for tags too."""
    secrets = client(region=region)
    fill(secrets, {"bare": (None, None), "full": ("word", {"k": "v", "other": "w"})})
    for key, value in [("description", "!word"), ("tag-key", "!k"), ("tag-value", "!v"), ("all", "!word")]:
        assert names(secrets, (key, [value])) == ["bare"]


def test_filters_follow_changes(client, region):
    secrets = client(region=region)
    fill(secrets, {"s": ("old", {"k": "v"})})
    assert names(secrets, ("description", ["old"])) == ["s"]
    secrets.update_secret(SecretId="s", Description="new")
    secrets.untag_resource(SecretId="s", TagKeys=["k"])
    assert names(secrets, ("description", ["old"])) == [] and names(secrets, ("tag-key", ["k"])) == []
    assert names(secrets, ("description", ["new"])) == ["s"]


def test_filters_apply_to_scheduled_secrets_too(client, region):
    secrets = client(region=region)
    fill(secrets, {"a1": (None, None), "a2": (None, None), "b": (None, None)})
    secrets.delete_secret(SecretId="a2")
    assert names(secrets, ("name", ["a"])) == ["a1"]
    assert names(secrets, ("name", ["a"]), IncludePlannedDeletion=True) == ["a1", "a2"]


@pytest.mark.parametrize("filter_", [{"Key": "name"}, {"Values": ["x"]}], ids=["no values", "no key"])
def test_half_a_filter(secrets, filter_):
    text = "Invalid filter values for key: name" if "Key" in filter_ else "Invalid filter key"
    with refused("InvalidParameterException", text):
        secrets.list_secrets(Filters=[filter_])


def test_constraints(server):
    one = {"Key": "name", "Values": ["x"]}
    reply = call(server, "ListSecrets", {"Filters": [{"Key": "nope", "Values": ["x"]}]})
    start = "1 validation error detected: Value 'nope' at 'filters.1.member.key' failed to satisfy constraint: "
    assert reply.code == "ValidationException"
    assert reply.message.startswith(start + "Member must satisfy enum value set: [")
    for body, sentence in [
        ({"Filters": [one] * 11}, must("Value", "filters", "have length less than or equal to 10")),
        ({"Filters": [{"Key": "name", "Values": []}]},
         must("Value '[]'", "filters.1.member.values", "have length greater than or equal to 1")),
        ({"Filters": [one, {"Key": "name", "Values": ["a", "b#"]}]},
         must("Value 'b#'", "filters.2.member.values.2.member",
              r"satisfy regular expression pattern: ^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$")),
    ]:
        reply = call(server, "ListSecrets", body)
        assert (reply.status, reply.code, reply.message) == (400, "ValidationException", validation(sentence))
