"""IAM: groups, who is in them, and what their policies give."""

import json
import re

import pytest
from iam import Person, arn, no_group, no_user, policy, unique
from support import refused


@pytest.fixture
def iam(client):
    return client("iam")


@pytest.fixture
def group(iam):
    name = unique("group")
    iam.create_group(GroupName=name)
    return name


@pytest.fixture
def person(server, iam):
    return Person(server, iam)


def test_a_group(iam):
    name, path = unique("Group"), f"/{unique()}/"
    made = iam.create_group(GroupName=name, Path=path)["Group"]
    assert made["Arn"] == arn("group", name, path) and re.fullmatch("AGPA[A-Z2-7]{16}", made["GroupId"])
    got = iam.get_group(GroupName=name.lower())
    assert got["Group"] == made and got["Users"] == [] and got["IsTruncated"] is False
    assert iam.list_groups(PathPrefix=path)["Groups"] == [made]
    with refused("EntityAlreadyExists", f"Group with name {name.lower()} already exists.", 409):
        iam.create_group(GroupName=name.lower())
    iam.delete_group(GroupName=name)
    for call in [iam.get_group, iam.delete_group, iam.list_group_policies, iam.update_group]:
        with refused("NoSuchEntity", no_group(name), 404):
            call(GroupName=name)


def test_membership_decides_from_the_next_call_on(iam, person, group, put, name):
    with refused("AccessDeniedException"):
        person.read(name)
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=policy())
    iam.add_user_to_group(GroupName=group, UserName=person.name)
    assert person.read(name, 5) == "one"
    iam.remove_user_from_group(GroupName=group, UserName=person.name)
    with refused("AccessDeniedException"):
        person.read(name)
    iam.add_user_to_group(GroupName=group, UserName=person.name)
    assert person.read(name, 5) == "one"
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=policy(effect="Deny"))
    with refused("AccessDeniedException", re.compile(".*with an explicit deny.*")):
        person.read(name)
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=policy())
    assert person.read(name, 5) == "one"
    iam.delete_group_policy(GroupName=group, PolicyName="p")
    with refused("AccessDeniedException"):
        person.read(name)


def test_members_page_by_page(iam, group):
    prefix = unique("m")
    names = [f"{prefix}-{n}" for n in range(7)]
    for member in names:
        iam.create_user(UserName=member)
        for _ in range(2):
            iam.add_user_to_group(GroupName=group, UserName=member)
    pages = list(iam.get_paginator("get_group").paginate(GroupName=group, PaginationConfig={"PageSize": 3}))
    assert [[u["UserName"] for u in page["Users"]] for page in pages] == [names[:3], names[3:6], names[6:]]
    assert all(page["Group"]["GroupName"] == group for page in pages)
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409):
        iam.delete_group(GroupName=group)
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409):
        iam.delete_user(UserName=names[0])
    for member in names:
        iam.remove_user_from_group(GroupName=group, UserName=member)
    iam.remove_user_from_group(GroupName=group, UserName=names[0])
    iam.delete_group(GroupName=group)
    iam.delete_user(UserName=names[0])


def test_membership_errors(iam, group, person):
    for call in [iam.add_user_to_group, iam.remove_user_from_group]:
        with refused("NoSuchEntity", no_group("no-group"), 404):
            call(GroupName="no-group", UserName=person.name)
        with refused("NoSuchEntity", no_user("no-one"), 404):
            call(GroupName=group, UserName="no-one")
    prefix = unique("g")
    for n in range(11):
        iam.create_group(GroupName=f"{prefix}-{n}")
        if n == 10:
            break
        iam.add_user_to_group(GroupName=f"{prefix}-{n}", UserName=person.name)
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10", 409):
        iam.add_user_to_group(GroupName=f"{prefix}-10", UserName=person.name)
    pages = iam.get_paginator("list_groups_for_user").paginate(
        UserName=person.name, PaginationConfig={"PageSize": 4})
    assert [[g["GroupName"] for g in page["Groups"]] for page in pages] == [
        [f"{prefix}-{n}" for n in numbers] for numbers in [range(4), range(4, 8), range(8, 10)]]
    with refused("NoSuchEntity", no_user("no-one"), 404):
        iam.list_groups_for_user(UserName="no-one")
    for n in range(11):
        iam.remove_user_from_group(GroupName=f"{prefix}-{n}", UserName=person.name)
        iam.delete_group(GroupName=f"{prefix}-{n}")


def test_inline_policies(iam, group):
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=policy())
    got = iam.get_group_policy(GroupName=group, PolicyName="p")
    assert (got["GroupName"], got["PolicyName"], got["PolicyDocument"]) == (group, "p", json.loads(policy()))
    iam.put_group_policy(GroupName=group, PolicyName="long", PolicyDocument=policy(resource="arn:aws:s3:::" + "x" * 4000))
    with refused("LimitExceeded", f"Maximum policy size of 5120 bytes exceeded for group {group}", 409):
        iam.put_group_policy(GroupName=group, PolicyName="more", PolicyDocument=policy(resource="arn:aws:s3:::" + "x" * 1000))
    with refused("MalformedPolicyDocument"):
        iam.put_group_policy(GroupName=group, PolicyName="bad", PolicyDocument="[]")
    assert iam.list_group_policies(GroupName=group)["PolicyNames"] == ["long", "p"]
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409):
        iam.delete_group(GroupName=group)
    for call in [iam.get_group_policy, iam.delete_group_policy]:
        with refused("NoSuchEntity", "The group policy with name none cannot be found.", 404):
            call(GroupName=group, PolicyName="none")


def test_a_new_name_keeps_members_and_policies(iam, person, group, put, name):
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=policy())
    iam.add_user_to_group(GroupName=group, UserName=person.name)
    assert person.read(name, 5) == "one"
    new = unique("renamed")
    iam.update_group(GroupName=group, NewGroupName=new, NewPath="/moved/")
    assert person.read(name, 5) == "one"
    assert [g["Arn"] for g in iam.list_groups_for_user(UserName=person.name)["Groups"]] == [
        arn("group", new, "/moved/")]
    assert [u["UserName"] for u in iam.get_group(GroupName=new)["Users"]] == [person.name]
    with refused("NoSuchEntity", no_group(group), 404):
        iam.get_group(GroupName=group)
    iam.create_group(GroupName=group)
    with refused("EntityAlreadyExists", f"Group with name {group} already exists.", 409):
        iam.update_group(GroupName=new, NewGroupName=group)
    iam.remove_user_from_group(GroupName=new, UserName=person.name)
    with refused("AccessDeniedException"):
        person.read(name)
