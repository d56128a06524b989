"""Managed policies: versions, attachments, and what they do to the next call."""

import concurrent.futures
import json
import re

import pytest
from access_support import ACCOUNT, EXPLICIT, NO_IDENTITY, NOTHING, OWN, READ, User, allow, deny, invalid, pages, policy, trust
from support import refused

AWS_READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
KINDS = ["user", "group", "role"]


@pytest.fixture
def arn(iam, label):
    return iam.create_policy(PolicyName=label, PolicyDocument=READ)["Policy"]["Arn"]


@pytest.fixture
def user(server, iam, label):
    return User(server, iam, label)


def version(iam, arn, document, default=True):
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=default)
    return made["PolicyVersion"]["VersionId"]


def test_life(iam, label):
    """CreatePolicy, GetPolicy, DeletePolicy, TagPolicy, UntagPolicy, ListPolicyTags."""
    made = iam.create_policy(
        PolicyName=label, Path="/app/", PolicyDocument=READ, Description="d", Tags=[{"Key": "k", "Value": "v"}]
    )["Policy"]
    arn = f"{ACCOUNT}:policy/app/{label}"
    assert made["Arn"] == arn and re.fullmatch("ANPA[A-Z2-7]{16}", made["PolicyId"])
    assert (made["DefaultVersionId"], made["AttachmentCount"], made["IsAttachable"]) == ("v1", 0, True)
    assert iam.get_policy(PolicyArn=arn)["Policy"] == made
    assert made["Description"] == "d" and made["PermissionsBoundaryUsageCount"] == 0
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert len(pages(iam.list_policy_tags, "Tags", PolicyArn=arn)) == 2
    iam.untag_policy(PolicyArn=arn, TagKeys=["K"])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    seen = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert seen["Document"] == json.loads(READ) and seen["IsDefaultVersion"] is True
    iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity", f"Policy {arn} was not found.", 404):
        iam.get_policy(PolicyArn=arn)


def test_create_refused(iam, label, arn):
    text = f"A policy called {label} already exists. Duplicate names are not allowed."
    with refused("EntityAlreadyExists", text, 409):
        iam.create_policy(PolicyName=label, Path="/other/", PolicyDocument=READ)

    def create(document):
        iam.create_policy(PolicyName=label + "-2", PolicyDocument=document)

    with refused("MalformedPolicyDocument", re.compile(r".*\(Statement\[1\]\.Principal\)")):
        create(policy(allow("kms:*"), {**allow("kms:*"), "Principal": "*"}))
    with refused("MalformedPolicyDocument", re.compile(r".*\(Statement\[0\]\.Condition\.StringEqual\)")):
        create(policy(allow("kms:*", Condition={"StringEqual": {"aws:username": "x"}})))
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409):
        create(policy(allow([f"kms:Action{n:04}" for n in range(400)])))
    create(policy(allow("kms:*")) + " " * 7000)


def test_versions(iam, arn):
    """CreatePolicyVersion, GetPolicyVersion, ListPolicyVersions, SetDefaultPolicyVersion, DeletePolicyVersion."""
    assert version(iam, arn, NOTHING, default=False) == "v2"
    assert version(iam, arn, NOTHING) == "v3"
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v3"
    found = pages(iam.list_policy_versions, "Versions", PolicyArn=arn)
    assert [(v["VersionId"], v["IsDefaultVersion"]) for v in found] == [("v3", True), ("v2", False), ("v1", False)]
    with refused("DeleteConflict", "Cannot delete the default version of a policy.", 409):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v3")
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v3")
    assert [version(iam, arn, READ, default=False) for _ in range(3)] == ["v4", "v5", "v6"]
    text = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
    with refused("LimitExceeded", text, 409):
        version(iam, arn, READ)
    for call in [iam.get_policy_version, iam.set_default_policy_version, iam.delete_policy_version]:
        with refused("NoSuchEntity", f"Policy {arn} version v3 does not exist or is not attachable.", 404):
            call(PolicyArn=arn, VersionId="v3")
    with refused("MalformedPolicyDocument"):
        version(iam, arn, "{}")
    with refused("DeleteConflict", re.compile("This policy has more than one version.*"), 409):
        iam.delete_policy(PolicyArn=arn)


@pytest.mark.parametrize("operation", [
    lambda i, a: i.get_policy(PolicyArn=a), lambda i, a: i.delete_policy(PolicyArn=a),
    lambda i, a: i.create_policy_version(PolicyArn=a, PolicyDocument=READ),
    lambda i, a: i.get_policy_version(PolicyArn=a, VersionId="v1"), lambda i, a: i.list_policy_versions(PolicyArn=a),
    lambda i, a: i.delete_policy_version(PolicyArn=a, VersionId="v1"),
    lambda i, a: i.set_default_policy_version(PolicyArn=a, VersionId="v1"),
    lambda i, a: i.tag_policy(PolicyArn=a, Tags=[]), lambda i, a: i.untag_policy(PolicyArn=a, TagKeys=[]),
    lambda i, a: i.list_policy_tags(PolicyArn=a), lambda i, a: i.list_entities_for_policy(PolicyArn=a),
])
def test_missing(iam, label, arn, operation):
    # The path is a part of the ARN.
    for gone in [f"{ACCOUNT}:policy/{label}-x", f"{ACCOUNT}:policy/x/{label}", f"arn:aws:iam::999999999999:policy/{label}"]:
        with refused("NoSuchEntity", f"Policy {gone} was not found.", 404):
            operation(iam, gone)
    with refused("ValidationError", "Invalid ARN:  Could not be parsed!"):
        operation(iam, "x" * 20)
    with invalid(f"ARN {ACCOUNT}:user/{label} is not valid."):
        operation(iam, f"{ACCOUNT}:user/{label}")


def test_policies_of_aws(iam, label, user):
    seen = iam.get_policy(PolicyArn=AWS_READ)["Policy"]
    assert (seen["PolicyName"], seen["Path"], seen["DefaultVersionId"]) == ("ReadOnlyAccess", "/", "v1")
    document = iam.get_policy_version(PolicyArn=AWS_READ, VersionId="v1")["PolicyVersion"]["Document"]
    assert document["Version"] == "2012-10-17"
    assert len(iam.list_policy_versions(PolicyArn=AWS_READ)["Versions"]) == 1
    who = f"User: {ACCOUNT}:user/administrator is not authorized to perform: iam:"
    for name, change in {
        "DeletePolicy": lambda: iam.delete_policy(PolicyArn=AWS_READ),
        "CreatePolicyVersion": lambda: iam.create_policy_version(PolicyArn=AWS_READ, PolicyDocument=READ),
        "TagPolicy": lambda: iam.tag_policy(PolicyArn=AWS_READ, Tags=[{"Key": "k", "Value": "v"}]),
    }.items():
        with refused("AccessDenied", f"{who}{name} on resource: policy {AWS_READ}", 403):
            change()
    with refused("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role."):
        iam.attach_user_policy(
            UserName=label, PolicyArn="arn:aws:iam::aws:policy/aws-service-role/AWSOrganizationsServiceTrustPolicy")
    names = {p["PolicyName"] for p in iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]}
    assert {"AdministratorAccess", "ReadOnlyAccess", "SecretsManagerReadWrite"} <= names


def test_lists(iam, label, user):
    """ListPolicies."""
    path = f"/{label}/"
    arns = [
        iam.create_policy(PolicyName=f"{label}-{n}", Path=path, PolicyDocument=READ)["Policy"]["Arn"] for n in range(3)
    ]
    listed = lambda **more: [p["Arn"] for p in pages(iam.list_policies, "Policies", PathPrefix=path, **more)]
    assert listed() == listed(Scope="Local") == arns and listed(Scope="AWS") == []
    iam.attach_user_policy(UserName=label, PolicyArn=arns[0])
    iam.put_user_permissions_boundary(UserName=label, PermissionsBoundary=arns[2])
    assert listed(OnlyAttached=True) == [arns[0], arns[2]]
    assert listed(PolicyUsageFilter="PermissionsPolicy") == [arns[0]]
    assert listed(PolicyUsageFilter="PermissionsBoundary") == [arns[2]]
    everything = pages(iam.list_policies, "Policies")
    assert len({p["Arn"] for p in everything}) == len(everything)
    assert {*arns, AWS_READ} <= {p["Arn"] for p in everything}


def make(iam, kind, name):
    if kind == "role":
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(OWN))
    else:
        getattr(iam, f"create_{kind}")(**{f"{kind.title()}Name": name})
    return {f"{kind.title()}Name": name}


@pytest.mark.parametrize("kind", KINDS)
def test_attachments(iam, label, arn, kind):
    """Attach, Detach and ListAttached of each kind, and ListEntitiesForPolicy."""
    attach, detach, attached = [
        getattr(iam, name.format(kind)) for name in ["attach_{}_policy", "detach_{}_policy", "list_attached_{}_policies"]
    ]
    with refused("NoSuchEntity", f"The {kind} with name {label} cannot be found.", 404):
        attach(**{f"{kind.title()}Name": label}, PolicyArn=arn)
    one = make(iam, kind, label)
    attach(**one, PolicyArn=arn)
    attach(**one, PolicyArn=arn)
    attach(**one, PolicyArn=AWS_READ)
    assert pages(attached, "AttachedPolicies", **one) == [
        {"PolicyName": label, "PolicyArn": arn}, {"PolicyName": "ReadOnlyAccess", "PolicyArn": AWS_READ}]
    assert attached(**one, PathPrefix="/none/")["AttachedPolicies"] == []
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    found = iam.list_entities_for_policy(PolicyArn=arn)
    sizes = {k: len(found[f"Policy{k.title()}s"]) for k in KINDS}
    assert sizes == {k: int(k == kind) for k in KINDS}
    assert found[f"Policy{kind.title()}s"][0][f"{kind.title()}Name"] == label
    assert found[f"Policy{kind.title()}s"][0][f"{kind.title()}Id"].startswith("A")
    other = "Role" if kind != "role" else "User"
    empty = iam.list_entities_for_policy(PolicyArn=arn, EntityFilter=other)
    assert not any(empty[f"Policy{k.title()}s"] for k in KINDS)
    with refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409):
        iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity", f"Policy {arn}x does not exist or is not attachable.", 404):
        attach(**one, PolicyArn=arn + "x")
    detach(**one, PolicyArn=arn)
    with refused("NoSuchEntity", f"Policy {arn} was not found.", 404):
        detach(**one, PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0
    more = [p["Arn"] for p in iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"] if "/aws-service-role/" not in p["Arn"]]
    more = [a for a in more if a != AWS_READ][:10]
    for extra in more[:9]:
        attach(**one, PolicyArn=extra)
    with refused("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind.title()}: 10", 409):
        attach(**one, PolicyArn=more[9])
    iam.delete_policy(PolicyArn=arn)


def test_entities_in_pages(iam, label, arn):
    for n in range(3):
        iam.create_user(UserName=f"{label}-{n}")
        iam.attach_user_policy(UserName=f"{label}-{n}", PolicyArn=arn)
    make(iam, "role", label)
    iam.put_role_permissions_boundary(RoleName=label, PermissionsBoundary=arn)
    users, roles, marker = [], [], {}
    while True:
        page = iam.list_entities_for_policy(PolicyArn=arn, MaxItems=1, **marker)
        users += [u["UserName"] for u in page["PolicyUsers"]]
        roles += [r["RoleName"] for r in page["PolicyRoles"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert users == [f"{label}-{n}" for n in range(3)] and roles == [label]
    bounded = iam.list_entities_for_policy(PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
    assert bounded["PolicyUsers"] == [] and len(bounded["PolicyRoles"]) == 1


def test_effect_of_versions(iam, arn, user, put, name):
    """Whatever was decided before, the next call is decided by the default version."""
    user.must_be_denied(name, NO_IDENTITY)
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    user.reads(name)
    version(iam, arn, policy(allow("*"), deny("secretsmanager:GetSecretValue")))
    user.must_be_denied(name, EXPLICIT)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    user.reads(name)
    iam.detach_user_policy(UserName=user.name, PolicyArn=arn)
    user.must_be_denied(name, NO_IDENTITY)


def test_condition_on_the_policy(iam, label, arn, user):
    """iam:PolicyARN: who may attach only certain policies."""
    condition = {"ArnEquals": {"iam:PolicyARN": arn}}
    own = policy(allow(["iam:AttachUserPolicy", "iam:DetachUserPolicy"], Condition=condition))
    made = iam.create_policy(PolicyName=label + "-own", PolicyDocument=own)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=label, PolicyArn=made)
    mine = user.client("iam")
    mine.attach_user_policy(UserName=label, PolicyArn=arn)
    mine.detach_user_policy(UserName=label, PolicyArn=arn)
    text = (
        f"User: {user.arn} is not authorized to perform: iam:AttachUserPolicy on resource: {user.arn} because no "
        "identity-based policy allows the iam:AttachUserPolicy action"
    )
    with refused("AccessDenied", text, 403):
        mine.attach_user_policy(UserName=label, PolicyArn=AWS_READ)


def test_everything_at_once(iam, label, arn, user):
    """GetAccountAuthorizationDetails."""
    make(iam, "role", label)
    iam.put_role_policy(RoleName=label, PolicyName="p", PolicyDocument=READ)
    iam.attach_user_policy(UserName=label, PolicyArn=arn)
    lists = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList",
             "LocalManagedPolicy": "Policies", "AWSManagedPolicy": "Policies"}
    found, marker = {name: [] for name in set(lists.values())}, {}
    while True:
        page = iam.get_account_authorization_details(MaxItems=7, **marker)
        for name in found:
            found[name] += page[name]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    (mine,) = [u for u in found["UserDetailList"] if u["UserName"] == label]
    assert mine["AttachedManagedPolicies"] == [{"PolicyName": label, "PolicyArn": arn}]
    (role,) = [r for r in found["RoleDetailList"] if r["RoleName"] == label]
    assert role["RolePolicyList"] == [{"PolicyName": "p", "PolicyDocument": json.loads(READ)}]
    assert role["InstanceProfileList"] == [] and role["AssumeRolePolicyDocument"] == json.loads(trust(OWN))
    (managed,) = [p for p in found["Policies"] if p["Arn"] == arn]
    assert managed["AttachmentCount"] == 1 and managed["PolicyVersionList"][0]["Document"] == json.loads(READ)
    assert "arn:aws:iam::aws:policy/AdministratorAccess" in {p["Arn"] for p in found["Policies"]}
    for kind, name in lists.items():
        page = iam.get_account_authorization_details(Filter=[kind], MaxItems=1000)
        assert not any(page[other] for other in set(lists.values()) - {name})


def test_at_once(server, iam, label):
    """Attachments that come together are all kept; a policy is either gone or attached, never both."""
    one = make(iam, "role", label)
    clients = [server.client("iam") for _ in range(8)]
    arns = [
        iam.create_policy(PolicyName=f"{label}-{n}", PolicyDocument=READ)["Policy"]["Arn"] for n in range(len(clients))
    ]
    for name in range(4):
        make(iam, "role", f"{label}-{name}")

    def attach(client, arn):
        client.attach_role_policy(**one, PolicyArn=arn)

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(attach, clients, arns))
        assert len(iam.list_attached_role_policies(**one)["AttachedPolicies"]) == len(clients)
        for arn in arns:
            iam.detach_role_policy(**one, PolicyArn=arn)

        def either(number):
            client, arn = clients[number], arns[number // 5]
            try:
                if number % 5 == 4:
                    client.delete_policy(PolicyArn=arn)
                else:
                    client.attach_role_policy(RoleName=f"{label}-{number % 5}", PolicyArn=arn)
                return True
            except (client.exceptions.NoSuchEntityException, client.exceptions.DeleteConflictException):
                return False

        clients += [server.client("iam") for _ in range(5 * len(arns) - len(clients))]
        done = list(pool.map(either, range(5 * len(arns))))
    for number, arn in enumerate(arns):
        *attached, deleted = done[5 * number : 5 * number + 5]
        assert deleted is not any(attached)
        if any(attached):
            assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == sum(attached)
    for name in range(4):
        for found in iam.list_attached_role_policies(RoleName=f"{label}-{name}")["AttachedPolicies"]:
            iam.get_policy(PolicyArn=found["PolicyArn"])
