"""Permissions boundaries: what they take away, and who may set them."""

import pytest
from access_support import NO_BOUNDARY, NO_IDENTITY, NOTHING, OWN, READ, User, allow, policy, trust
from support import refused


@pytest.fixture
def user(server, iam, label):
    user = User(server, iam, label)
    user.policy = iam.create_policy(PolicyName=label, PolicyDocument=READ)["Policy"]["Arn"]
    user.bounds = iam.create_policy(PolicyName=label + "-b", PolicyDocument=NOTHING)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=label, PolicyArn=user.policy)
    return user


def test_effect(iam, user, put, name):
    """PutUserPermissionsBoundary, DeleteUserPermissionsBoundary: the next call knows."""
    user.reads(name)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=user.bounds)
    user.must_be_denied(name, NO_BOUNDARY)
    iam.create_policy_version(PolicyArn=user.bounds, PolicyDocument=READ, SetAsDefault=True)
    user.reads(name)
    iam.set_default_policy_version(PolicyArn=user.bounds, VersionId="v1")
    user.must_be_denied(name, NO_BOUNDARY)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=user.policy)
    user.reads(name)
    # A boundary grants nothing.
    iam.detach_user_policy(UserName=user.name, PolicyArn=user.policy)
    user.must_be_denied(name, NO_IDENTITY)
    iam.delete_user_permissions_boundary(UserName=user.name)
    iam.attach_user_policy(UserName=user.name, PolicyArn=user.policy)
    user.reads(name)


@pytest.mark.parametrize("kind", ["user", "role"])
def test_life(iam, label, user, kind):
    """PutRolePermissionsBoundary, DeleteRolePermissionsBoundary, and their like for users."""
    iam.create_role(RoleName=label, AssumeRolePolicyDocument=trust(OWN))
    one = {f"{kind.title()}Name": label}
    put = getattr(iam, f"put_{kind}_permissions_boundary")
    delete = getattr(iam, f"delete_{kind}_permissions_boundary")
    seen = lambda: getattr(iam, f"get_{kind}")(**one)[kind.title()].get("PermissionsBoundary")
    count = lambda arn: iam.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"]

    put(**one, PermissionsBoundary=user.bounds)
    assert seen() == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": user.bounds}
    assert count(user.bounds) == 1
    with refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409):
        iam.delete_policy(PolicyArn=user.bounds)
    put(**one, PermissionsBoundary=user.policy)
    assert (count(user.bounds), count(user.policy)) == (0, 1)
    delete(**one)
    assert seen() is None and count(user.policy) == 0
    with refused("NoSuchEntity", f"The {kind} with name {label} does not have a permissions boundary.", 404):
        delete(**one)
    with refused("NoSuchEntity", f"Policy {user.bounds}x does not exist or is not attachable.", 404):
        put(**one, PermissionsBoundary=user.bounds + "x")
    with refused("NoSuchEntity", f"The {kind} with name {label}-x cannot be found.", 404):
        put(**{f"{kind.title()}Name": label + "-x"}, PermissionsBoundary=user.bounds)
    with refused("ValidationError", "Invalid ARN:  Could not be parsed!"):
        put(**one, PermissionsBoundary="x" * 20)


def test_made_with_one(iam, label, user):
    role = iam.create_role(
        RoleName=label, AssumeRolePolicyDocument=trust(OWN), PermissionsBoundary=user.bounds)["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == user.bounds
    iam.delete_role(RoleName=label)
    iam.delete_policy(PolicyArn=user.bounds)


def test_condition(iam, label, user):
    """iam:PermissionsBoundary: of the request, or else of the role. A delegate may make bounded roles only."""
    actions = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:AttachRolePolicy"]
    own = policy(allow(actions, Condition={"StringEquals": {"iam:PermissionsBoundary": user.bounds}}))
    arn = iam.create_policy(PolicyName=label + "-own", PolicyDocument=own)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=label, PolicyArn=arn)
    mine = user.client("iam")
    with refused("AccessDenied", status=403):
        mine.create_role(RoleName=label, AssumeRolePolicyDocument=trust(OWN))
    with refused("AccessDenied", status=403):
        mine.create_role(RoleName=label, AssumeRolePolicyDocument=trust(OWN), PermissionsBoundary=user.policy)
    mine.create_role(RoleName=label, AssumeRolePolicyDocument=trust(OWN), PermissionsBoundary=user.bounds)
    mine.put_role_policy(RoleName=label, PolicyName="p", PolicyDocument=READ)
    mine.attach_role_policy(RoleName=label, PolicyArn=user.policy)
    with refused("AccessDenied", status=403):
        mine.put_role_permissions_boundary(RoleName=label, PermissionsBoundary=user.policy)
    with refused("AccessDenied", status=403):
        mine.delete_role_permissions_boundary(RoleName=label)
    iam.delete_role_permissions_boundary(RoleName=label)
    with refused("AccessDenied", status=403):
        mine.put_role_policy(RoleName=label, PolicyName="p", PolicyDocument=READ)
