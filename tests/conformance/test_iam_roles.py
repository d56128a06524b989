"""IAM roles: their life, trust policies, inline policies, tags, and the roles of services."""

import json
import re

import pytest
from access_support import ACCOUNT, OWN, READ, User, allow, invalid, pages, policy, trust
from support import refused

TRUST = trust(OWN)


@pytest.fixture
def role(iam, label):
    return iam.create_role(RoleName=label, AssumeRolePolicyDocument=TRUST)["Role"]


def test_life(iam, label):
    """CreateRole, GetRole, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole."""
    made = iam.create_role(
        Path="/app/", RoleName=label, AssumeRolePolicyDocument=TRUST, Description="first", MaxSessionDuration=7200,
        Tags=[{"Key": "team", "Value": "a"}],
    )["Role"]
    assert made["Arn"] == f"{ACCOUNT}:role/app/{label}" and re.fullmatch("AROA[A-Z2-7]{16}", made["RoleId"])
    assert made["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert made["Tags"] == [{"Key": "team", "Value": "a"}]
    seen = iam.get_role(RoleName=label.upper())["Role"]
    assert seen == {**made, "RoleLastUsed": {}}
    assert (seen["Description"], seen["MaxSessionDuration"]) == ("first", 7200)

    iam.update_role(RoleName=label, Description="second")
    assert iam.get_role(RoleName=label)["Role"]["MaxSessionDuration"] == 7200
    iam.update_role(RoleName=label, MaxSessionDuration=3600)
    assert iam.update_role_description(RoleName=label, Description="third")["Role"]["Description"] == "third"
    other = trust({"Service": "lambda.amazonaws.com"})
    iam.update_assume_role_policy(RoleName=label, PolicyDocument=other)
    seen = iam.get_role(RoleName=label)["Role"]
    assert (seen["Description"], seen["MaxSessionDuration"]) == ("third", 3600)
    assert seen["AssumeRolePolicyDocument"] == json.loads(other)

    assert iam.list_instance_profiles_for_role(RoleName=label)["InstanceProfiles"] == []
    iam.delete_role(RoleName=label)
    with refused("NoSuchEntity", f"The role with name {label} cannot be found.", 404):
        iam.get_role(RoleName=label)


def test_create_refused(iam, label, role):
    with refused("EntityAlreadyExists", f"Role with name {label.upper()} already exists.", 409):
        iam.create_role(RoleName=label.upper(), AssumeRolePolicyDocument=TRUST)

    def create(document, **more):
        iam.create_role(RoleName=label + "-2", AssumeRolePolicyDocument=document, **more)

    with refused("MalformedPolicyDocument", re.compile("no JSON.*|.*byte.*")):
        create("not JSON")
    with refused("MalformedPolicyDocument", re.compile(r".*\(Statement\[0\]\.Resource\)")):
        create(policy({**json.loads(TRUST)["Statement"][0], "Resource": "*"}))
    with refused("MalformedPolicyDocument", re.compile(r".*\(Statement\[0\]\.Principal\)")):
        create(policy({"Effect": "Allow", "Action": "sts:AssumeRole"}))
    with refused("MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions."):
        create(trust(OWN, "s3:GetObject"))
    nobody = f"{ACCOUNT}:user/{label}"
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{nobody}"'):
        create(trust({"AWS": nobody}))
    long = trust({"AWS": [f"{n:012}" for n in range(200)]})
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", 409):
        create(long)
    gone = f"{ACCOUNT}:policy/{label}"
    with refused("NoSuchEntity", f"Policy {gone} does not exist or is not attachable.", 404):
        create(TRUST, PermissionsBoundary=gone)
    with invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive."):
        create(TRUST, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    with invalid("The path /aws-service-role/ is reserved for the roles of services."):
        create(TRUST, Path="/aws-service-role/x/")
    with refused("NoSuchEntity", status=404):
        iam.get_role(RoleName=label + "-2")
    create(trust({"AWS": role["Arn"]}))


@pytest.mark.parametrize("operation", [
    lambda i, n: i.get_role(RoleName=n), lambda i, n: i.update_role(RoleName=n, Description="d"),
    lambda i, n: i.update_role_description(RoleName=n, Description="d"),
    lambda i, n: i.update_assume_role_policy(RoleName=n, PolicyDocument=TRUST), lambda i, n: i.delete_role(RoleName=n),
    lambda i, n: i.tag_role(RoleName=n, Tags=[{"Key": "k", "Value": "v"}]),
    lambda i, n: i.untag_role(RoleName=n, TagKeys=["k"]), lambda i, n: i.list_role_tags(RoleName=n),
    lambda i, n: i.put_role_policy(RoleName=n, PolicyName="p", PolicyDocument=READ),
    lambda i, n: i.get_role_policy(RoleName=n, PolicyName="p"),
    lambda i, n: i.delete_role_policy(RoleName=n, PolicyName="p"), lambda i, n: i.list_role_policies(RoleName=n),
    lambda i, n: i.list_instance_profiles_for_role(RoleName=n),
    lambda i, n: i.attach_role_policy(RoleName=n, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
    lambda i, n: i.list_attached_role_policies(RoleName=n),
    lambda i, n: i.delete_role_permissions_boundary(RoleName=n),
])
def test_missing(iam, label, operation):
    with refused("NoSuchEntity", f"The role with name {label} cannot be found.", 404):
        operation(iam, label)


def test_delete_conflicts(iam, label, role):
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.attach_role_policy(RoleName=label, PolicyArn=arn)
    with refused("DeleteConflict", "Cannot delete entity, must detach all policies first.", 409):
        iam.delete_role(RoleName=label)
    iam.detach_role_policy(RoleName=label, PolicyArn=arn)
    iam.put_role_policy(RoleName=label, PolicyName="p", PolicyDocument=READ)
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first.", 409):
        iam.delete_role(RoleName=label)
    iam.delete_role_policy(RoleName=label, PolicyName="p")
    iam.delete_role(RoleName=label)


def test_lists(iam, label):
    names = [f"{label}-{n}" for n in range(3)]
    for name in names:
        iam.create_role(Path=f"/{label}/", RoleName=name, AssumeRolePolicyDocument=TRUST, Description="d")
    found = pages(iam.list_roles, "Roles", PathPrefix=f"/{label}/")
    assert [r["RoleName"] for r in found] == names
    assert all(r["Description"] == "d" and r["AssumeRolePolicyDocument"] == json.loads(TRUST) for r in found)
    assert iam.list_roles(PathPrefix=f"/{label}/x")["Roles"] == []


def test_inline_policies(iam, label, role):
    """PutRolePolicy, GetRolePolicy, ListRolePolicies, DeleteRolePolicy."""
    for name in ["b", "a", "c"]:
        iam.put_role_policy(RoleName=label, PolicyName=name, PolicyDocument=READ)
    other = policy(allow("kms:*"))
    iam.put_role_policy(RoleName=label, PolicyName="a", PolicyDocument=other)
    seen = iam.get_role_policy(RoleName=label, PolicyName="a")
    assert (seen["RoleName"], seen["PolicyName"], seen["PolicyDocument"]) == (label, "a", json.loads(other))
    assert pages(iam.list_role_policies, "PolicyNames", RoleName=label) == ["a", "b", "c"]
    iam.delete_role_policy(RoleName=label, PolicyName="b")
    assert iam.list_role_policies(RoleName=label)["PolicyNames"] == ["a", "c"]
    for call in [iam.get_role_policy, iam.delete_role_policy]:
        with refused("NoSuchEntity", "The role policy with name b cannot be found.", 404):
            call(RoleName=label, PolicyName="b")
    with refused("MalformedPolicyDocument", re.compile(r".*\(Statement\[0\]\.Effect\)")):
        iam.put_role_policy(RoleName=label, PolicyName="d", PolicyDocument=policy({**allow("kms:*"), "Effect": "Perhaps"}))
    # White space does not count.
    part = policy(allow([f"kms:Action{n:04}" for n in range(250)]))
    iam.put_role_policy(RoleName=label, PolicyName="d", PolicyDocument=part + " " * 20_000)
    iam.put_role_policy(RoleName=label, PolicyName="e", PolicyDocument=part)
    with refused("LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {label}", 409):
        iam.put_role_policy(RoleName=label, PolicyName="f", PolicyDocument=part)


def test_tags(iam, label, role):
    """TagRole, UntagRole, ListRoleTags."""
    iam.tag_role(RoleName=label, Tags=[{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}])
    iam.tag_role(RoleName=label, Tags=[{"Key": "B", "Value": "2"}])
    assert pages(iam.list_role_tags, "Tags", RoleName=label) == [{"Key": "B", "Value": "2"}, {"Key": "a", "Value": ""}]
    iam.untag_role(RoleName=label, TagKeys=["b", "never"])
    assert iam.list_role_tags(RoleName=label)["Tags"] == [{"Key": "a", "Value": ""}]
    iam.tag_role(RoleName=label, Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(49)])
    with refused("LimitExceeded", "The number of tags has reached the maximum limit of 50.", 409):
        iam.tag_role(RoleName=label, Tags=[{"Key": "one-more", "Value": "v"}])


def test_permissions(server, iam, label, role):
    """Resources are ARNs, and the tags of the role and of the request decide."""
    user = User(server, iam, label + "-u")
    document = policy(
        allow("iam:GetRole", role["Arn"]),
        allow("iam:TagRole", Condition={"StringEquals": {"aws:ResourceTag/team": "a", "aws:RequestTag/x": "y"}}))
    arn = iam.create_policy(PolicyName=label, PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    own = user.client("iam")
    assert own.get_role(RoleName=label)["Role"]["Arn"] == role["Arn"]
    why = "because no identity-based policy allows the iam:{0} action"
    resource = f"{ACCOUNT}:role/{label}"
    text = f"User: {user.arn} is not authorized to perform: iam:{{0}} on resource: {resource}{{1}} " + why
    with refused("AccessDenied", text.format("GetRole", "-none"), 403):
        own.get_role(RoleName=label + "-none")
    with refused("AccessDenied", text.format("DeleteRole", ""), 403):
        own.delete_role(RoleName=label)
    with refused("AccessDenied", text.format("TagRole", ""), 403):
        own.tag_role(RoleName=label, Tags=[{"Key": "x", "Value": "y"}])
    iam.tag_role(RoleName=label, Tags=[{"Key": "team", "Value": "a"}])
    own.tag_role(RoleName=label, Tags=[{"Key": "x", "Value": "y"}])
    with refused("AccessDenied", text.format("TagRole", ""), 403):
        own.tag_role(RoleName=label, Tags=[{"Key": "x", "Value": "z"}])


def test_roles_of_services(iam):
    """CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus."""
    service, name = "mrk.kms.amazonaws.com", "AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
    made = iam.create_service_linked_role(AWSServiceName=service)["Role"]
    assert made["Arn"] == f"{ACCOUNT}:role/aws-service-role/{service}/{name}"
    with invalid(f"Service role name {name} has been taken in this account, please try a different suffix."):
        iam.create_service_linked_role(AWSServiceName=service)
    with invalid(f"Custom suffix is not allowed for {service}"):
        iam.create_service_linked_role(AWSServiceName=service, CustomSuffix="x")
    with invalid("nothing.amazonaws.com is not a service that has a service-linked role."):
        iam.create_service_linked_role(AWSServiceName="nothing.amazonaws.com")
    (attached,) = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    text = f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    for change in [
        lambda: iam.delete_role(RoleName=name), lambda: iam.update_role(RoleName=name, MaxSessionDuration=7200),
        lambda: iam.update_assume_role_policy(RoleName=name, PolicyDocument=TRUST),
        lambda: iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=READ),
        lambda: iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"]),
        lambda: iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
        lambda: iam.put_role_permissions_boundary(
            RoleName=name, PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ]:
        with refused("UnmodifiableEntity", text):
            change()
    iam.update_role(RoleName=name, Description="ours")
    task = iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/{service}/{name}/")
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    with refused("NoSuchEntity", f"The role with name {name} cannot be found.", 404):
        iam.delete_service_linked_role(RoleName=name)
    with refused("NoSuchEntity", status=404):
        iam.get_service_linked_role_deletion_status(DeletionTaskId=task + "x")
