"""ListSecrets: entries, order, pages."""

import itertools

import pytest
from support import refused


def pages(secrets, **request):
    """Every page's names."""
    while True:
        answer = secrets.list_secrets(**request)
        yield [s["Name"] for s in answer["SecretList"]]
        if "NextToken" not in answer:
            return
        request["NextToken"] = answer["NextToken"]


def walk(secrets, **request):
    return list(itertools.chain.from_iterable(pages(secrets, **request)))


@pytest.fixture
def many(client, region):
    secrets = client(region=region)
    for n in [4, 2, 6, 1, 5, 3, 0]:
        secrets.create_secret(Name=f"s{n}", SecretString="x")
    return secrets


def test_entry(client, region):
    secrets = client(region=region)
    assert secrets.list_secrets()["SecretList"] == []
    made = secrets.create_secret(Name="s", SecretString="x", Description="d", Tags=[{"Key": "k", "Value": "v"}])
    secrets.create_secret(Name="t")
    entry, empty = secrets.list_secrets()["SecretList"]
    seen = secrets.describe_secret(SecretId="s")
    assert entry["SecretVersionsToStages"] == {made["VersionId"]: ["AWSCURRENT"]} and entry["ARN"] == made["ARN"]
    for member in ["ARN", "Name", "Description", "Tags", "CreatedDate", "LastChangedDate"]:
        assert entry[member] == seen[member]
    assert entry.keys() == {
        "ARN", "Name", "Description", "Tags", "CreatedDate", "LastChangedDate", "SecretVersionsToStages",
    }
    assert empty.keys() == {"ARN", "Name", "CreatedDate", "LastChangedDate"}


def test_default_order_is_that_of_creation(many):
    assert walk(many) == ["s4", "s2", "s6", "s1", "s5", "s3", "s0"]
    assert walk(many, SortOrder="asc") == ["s4", "s2", "s6", "s1", "s5", "s3", "s0"]
    assert walk(many, SortOrder="desc") == ["s0", "s3", "s5", "s1", "s6", "s2", "s4"]


ORDERS = {
    "created-date": ["s4", "s2", "s6", "s1", "s5", "s3", "s0"],
    "last-changed-date": ["s4", "s2", "s1", "s5", "s3", "s0", "s6"],
    "name": ["s0", "s1", "s2", "s3", "s4", "s5", "s6"],
}


@pytest.mark.parametrize("key", ORDERS)
@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_orders_in_pages(many, key, size):
    many.update_secret(SecretId="s6", Description="changed")
    for order, expected in [("asc", ORDERS[key]), ("desc", ORDERS[key][::-1])]:
        found = list(pages(many, SortBy=key, SortOrder=order, MaxResults=size))
        assert all(len(page) <= size for page in found)
        assert list(itertools.chain.from_iterable(found)) == expected


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_by_last_access(many, order):
    """A day is the resolution, so all that is certain: the read ones together, the unread ones together, none lost."""
    for read in ["s1", "s6"]:
        many.get_secret_value(SecretId=read)
    found = walk(many, SortBy="last-accessed-date", SortOrder=order, MaxResults=2)
    assert sorted(found) == [f"s{n}" for n in range(7)]
    assert {"s1", "s6"} in (set(found[:2]), set(found[-2:]))


def test_names_sort_by_bytes(client, region):
    secrets = client(region=region)
    names = ["B", "a", "A", "a/b", "a-b", "a.b", "aa", "_", "0", "a!"]
    for one in names:
        secrets.create_secret(Name=one, SecretString="x")
    assert walk(secrets, SortBy="name", MaxResults=3) == sorted(names)


def test_default_page_is_a_hundred(client, region):
    secrets = client(region=region)
    for n in range(101):
        secrets.create_secret(Name=f"s{n:03}")
    assert [len(page) for page in pages(secrets)] == [100, 1]
    assert [len(page) for page in pages(secrets, Filters=[{"Key": "name", "Values": ["s0"]}])] == [100]


def test_filtered_pages(many):
    filters = [{"Key": "name", "Values": ["!s3"]}]
    assert walk(many, Filters=filters, MaxResults=2) == ["s4", "s2", "s6", "s1", "s5", "s0"]
    assert walk(many, Filters=filters, MaxResults=2, SortOrder="desc") == ["s0", "s5", "s1", "s6", "s2", "s4"]


@pytest.mark.parametrize("key", ["created-date", "name"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_inserts_and_deletes_between_pages(many, key, order):
    """Whatever comes and goes meanwhile: what was there all the time is seen once, and nothing twice."""
    found = []
    for turn, page in enumerate(pages(many, SortBy=key, SortOrder=order, MaxResults=2)):
        found += page
        if turn < 4 and page:
            # The last one seen is what the token points at.
            many.delete_secret(SecretId=page[-1], ForceDeleteWithoutRecovery=True)
            for place in ["a", "s3x", "z"]:
                many.create_secret(Name=f"{place}{turn}", SecretString="x")
    assert len(found) == len(set(found))
    assert {f"s{n}" for n in range(7)} <= set(found)


def test_tokens_are_not_taken_on_trust(many):
    token = many.list_secrets(MaxResults=2)["NextToken"]
    flipped = ("A" if token[0] != "A" else "B") + token[1:]
    for request in [
        {"NextToken": "nonsense"}, {"NextToken": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"}, {"NextToken": flipped},
        {"NextToken": token + "x"}, {"NextToken": token[:-4]}, {"NextToken": token, "SortBy": "name"},
        {"NextToken": token, "SortOrder": "desc"},
    ]:
        with refused("InvalidNextTokenException"):
            many.list_secrets(MaxResults=2, **request)
    assert many.list_secrets(NextToken=token)["SecretList"][0]["Name"] == "s6"


def test_a_token_of_another_region(many, client):
    token = many.list_secrets(MaxResults=2)["NextToken"]
    with refused("InvalidNextTokenException"):
        client(region="zz-elsewhere-1").list_secrets(NextToken=token)


def test_a_listing_sees_its_own_writes(client, region):
    secrets = client(region=region)
    for n in range(5):
        secrets.create_secret(Name=f"s{n}", SecretString="x")
        assert len(walk(secrets)) == n + 1
