"""IAM: many at once, on each store."""

import concurrent.futures

from iam import unique
from support import refused


def at_once(calls):
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [future.exception() for future in [pool.submit(call) for call in calls]]


def test_many_join_a_group(server, client):
    iam, group = client("iam"), unique("group")
    iam.create_group(GroupName=group)
    users = [unique("user") for _ in range(8)]
    for user in users:
        iam.create_user(UserName=user)
    found = at_once([lambda user=user: iam.add_user_to_group(GroupName=group, UserName=user) for user in users])
    assert found == [None] * len(users)
    assert sorted(u["UserName"] for u in iam.get_group(GroupName=group)["Users"]) == sorted(users)


def test_one_joins_many_groups(server, client):
    """They all change the user's row, and there is room for ten."""
    iam, user = client("iam"), unique("user")
    iam.create_user(UserName=user)
    groups = [unique("group") for _ in range(12)]
    for group in groups:
        iam.create_group(GroupName=group)
    found = at_once([lambda group=group: iam.add_user_to_group(GroupName=group, UserName=user) for group in groups])
    codes = sorted(error.response["Error"]["Code"] for error in found if error)
    assert codes == ["LimitExceeded"] * 2
    assert len(iam.list_groups_for_user(UserName=user)["Groups"]) == 10


def test_a_group_is_deleted_while_someone_joins(server, client):
    iam = client("iam")
    for _ in range(5):
        group, user = unique("group"), unique("user")
        iam.create_group(GroupName=group)
        iam.create_user(UserName=user)
        joined, deleted = at_once([
            lambda: iam.add_user_to_group(GroupName=group, UserName=user), lambda: iam.delete_group(GroupName=group)])
        assert (joined is None) != (deleted is None)
        if joined:
            assert iam.list_groups_for_user(UserName=user)["Groups"] == []
        else:
            with refused("DeleteConflict", status=409):
                iam.delete_group(GroupName=group)


def test_no_third_key(server, client):
    iam, user = client("iam"), unique("user")
    iam.create_user(UserName=user)
    found = at_once([lambda: iam.create_access_key(UserName=user) for _ in range(6)])
    assert sorted(error.response["Error"]["Code"] for error in found if error) == ["LimitExceeded"] * 4
    assert len(iam.list_access_keys(UserName=user)["AccessKeyMetadata"]) == 2
