"""IAM: users, their tags, names and inline policies."""

import json
import re

import pytest
from iam import Person, arn, no_user, policy, unique
from support import refused


@pytest.fixture
def iam(client):
    return client("iam")


@pytest.fixture
def person(server, iam):
    return Person(server, iam)


def test_a_user(iam):
    name = unique()
    made = iam.create_user(UserName=name, Path="/a/b/", Tags=[{"Key": "Team", "Value": "red"}])["User"]
    assert made["Arn"] == arn("user", name, "/a/b/") and re.fullmatch("AIDA[A-Z2-7]{16}", made["UserId"])
    got = iam.get_user(UserName=name.upper())["User"]
    assert got == made, "names differ by more than case"
    assert [u["UserName"] for u in iam.list_users(PathPrefix="/a/b/")["Users"] if u["UserName"] == name] == [name]
    with refused("EntityAlreadyExists", f"User with name {name.upper()} already exists.", 409):
        iam.create_user(UserName=name.upper())
    iam.delete_user(UserName=name)
    for call in [iam.get_user, iam.delete_user, iam.list_user_tags, iam.list_user_policies, iam.list_access_keys]:
        with refused("NoSuchEntity", no_user(name), 404):
            call(UserName=name)


def test_who_asks_for_nobody_asks_for_themselves(iam, person):
    assert iam.get_user()["User"]["UserName"] == "administrator"
    person.allow("iam:GetUser")
    assert person.client("iam").get_user()["User"]["UserName"] == person.name


def test_tags(iam):
    name = unique()
    iam.create_user(UserName=name)
    iam.tag_user(UserName=name, Tags=[{"Key": f"k{n}", "Value": str(n)} for n in range(40)])
    iam.tag_user(UserName=name, Tags=[{"Key": "K3", "Value": "new"}])
    pages = list(iam.get_paginator("list_user_tags").paginate(UserName=name, PaginationConfig={"PageSize": 7}))
    tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    assert len(pages) == 6 and len(tags) == 40 and tags["K3"] == "new" and "k3" not in tags
    with refused("LimitExceeded", "The number of tags has reached the maximum limit of 50.", 409):
        iam.tag_user(UserName=name, Tags=[{"Key": f"x{n}", "Value": ""} for n in range(11)])
    with refused("InvalidInput", re.compile("Duplicate tag keys found.*")):
        iam.tag_user(UserName=name, Tags=[{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}])
    iam.untag_user(UserName=name, TagKeys=[f"K{n}" for n in range(39)] + ["never"])
    assert iam.list_user_tags(UserName=name)["Tags"] == [{"Key": "k39", "Value": "39"}]
    for call in [lambda: iam.tag_user(UserName="no-one", Tags=[]), lambda: iam.untag_user(UserName="no-one", TagKeys=[])]:
        with refused("NoSuchEntity", no_user("no-one"), 404):
            call()


def test_tags_decide(server, iam, secrets, name, put):
    """`aws:PrincipalTag` is the user's tag of the moment."""
    person = Person(server, iam)
    document = json.loads(policy())
    document["Statement"][0]["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    iam.put_user_policy(UserName=person.name, PolicyName="p", PolicyDocument=json.dumps(document))
    with refused("AccessDeniedException"):
        person.read(name)
    iam.tag_user(UserName=person.name, Tags=[{"Key": "team", "Value": "red"}])
    assert person.read(name, 5) == "one"
    iam.untag_user(UserName=person.name, TagKeys=["team"])
    with refused("AccessDeniedException"):
        person.read(name)


def test_inline_policies(iam):
    name = unique()
    iam.create_user(UserName=name)
    document = policy() + " \n"
    iam.put_user_policy(UserName=name, PolicyName="first", PolicyDocument=document)
    got = iam.get_user_policy(UserName=name, PolicyName="first")
    assert (got["UserName"], got["PolicyName"]) == (name, "first")
    assert got["PolicyDocument"] == json.loads(document), "boto3 decodes it, so it was encoded"
    for n in range(5):
        iam.put_user_policy(UserName=name, PolicyName=f"p{n}", PolicyDocument=policy("s3:Get*"))
    pages = iam.get_paginator("list_user_policies").paginate(UserName=name, PaginationConfig={"PageSize": 4})
    assert [p for page in pages for p in page["PolicyNames"]] == ["first", "p0", "p1", "p2", "p3", "p4"]
    with refused("MalformedPolicyDocument"):
        iam.put_user_policy(UserName=name, PolicyName="bad", PolicyDocument="{")
    with refused("MalformedPolicyDocument"):
        iam.put_user_policy(UserName=name, PolicyName="bad", PolicyDocument='{"Version":"2012-10-17"}')
    with refused("LimitExceeded", f"Maximum policy size of 2048 bytes exceeded for user {name}", 409):
        iam.put_user_policy(UserName=name, PolicyName="big", PolicyDocument=policy(resource="arn:aws:s3:::" + "x" * 1700))
    iam.put_user_policy(UserName=name, PolicyName="first", PolicyDocument=policy() + " " * 4000)
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409):
        iam.delete_user(UserName=name)
    iam.delete_user_policy(UserName=name, PolicyName="first")
    for call in [iam.get_user_policy, iam.delete_user_policy]:
        with refused("NoSuchEntity", "The user policy with name first cannot be found.", 404):
            call(UserName=name, PolicyName="first")


def test_policies_decide_from_the_next_call_on(person, put, name):
    with refused("AccessDeniedException", re.compile(".*because no identity-based policy allows.*")):
        person.read(name)
    person.allow()
    assert person.read(name, 5) == "one"
    person.allow(effect="Deny")
    with refused("AccessDeniedException", re.compile(".*with an explicit deny in an identity-based policy")):
        person.read(name)
    person.allow()
    assert person.read(name, 5) == "one"
    person.iam.delete_user_policy(UserName=person.name, PolicyName="own")
    with refused("AccessDeniedException"):
        person.read(name)


def test_a_new_name_keeps_everything(server, iam, person, put, name):
    group = unique("group")
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=policy())
    iam.add_user_to_group(GroupName=group, UserName=person.name)
    person.allow("sts:GetCallerIdentity")
    iam.create_login_profile(UserName=person.name, Password="Open-Sesame-1")
    assert person.read(name, 5) == "one"
    new = unique("renamed")
    iam.update_user(UserName=person.name, NewUserName=new, NewPath="/moved/")
    assert person.client("sts").get_caller_identity()["Arn"] == arn("user", new, "/moved/")
    assert person.read(name, 5) == "one"
    got = iam.get_user(UserName=new)["User"]
    assert (got["UserId"], got["Path"]) == (person.made["UserId"], "/moved/")
    with refused("NoSuchEntity", no_user(person.name), 404):
        iam.get_user(UserName=person.name)
    assert [k["AccessKeyId"] for k in iam.list_access_keys(UserName=new)["AccessKeyMetadata"]] == [person.key]
    assert [g["GroupName"] for g in iam.list_groups_for_user(UserName=new)["Groups"]] == [group]
    assert [u["UserName"] for u in iam.get_group(GroupName=group)["Users"]] == [new]
    assert iam.list_user_policies(UserName=new)["PolicyNames"] == ["own"]
    assert iam.get_login_profile(UserName=new)["LoginProfile"]["UserName"] == new
    iam.create_user(UserName=person.name)
    with refused("EntityAlreadyExists", f"User with name {person.name} already exists.", 409):
        iam.update_user(UserName=new, NewUserName=person.name)
    assert iam.list_access_keys(UserName=person.name)["AccessKeyMetadata"] == [], "the name alone gives nothing"
    iam.update_user(UserName=new, NewUserName=new.upper())
    assert iam.get_user(UserName=new)["User"]["UserName"] == new.upper()
    with refused("NoSuchEntity", no_user("no-one"), 404):
        iam.update_user(UserName="no-one", NewPath="/x/")


def test_renaming_needs_both_names(server, iam):
    person, target = Person(server, iam), unique("target")
    person.allow("iam:UpdateUser", resource=arn("user", person.name))
    with refused("AccessDenied", re.compile(f".*iam:UpdateUser on resource: {arn('user', target)} because.*"), 403):
        person.client("iam").update_user(UserName=person.name, NewUserName=target)


def test_what_nobody_allowed(person):
    """The refusal comes before it is known whether the user exists."""
    client = person.client("iam")
    for target in [person.name, "no-one-of-this-name"]:
        text = (
            f"User: {arn('user', person.name)} is not authorized to perform: iam:ListUserTags on resource: "
            f"{arn('user', target)} because no identity-based policy allows the iam:ListUserTags action"
        )
        with refused("AccessDenied", text, 403):
            client.list_user_tags(UserName=target)
