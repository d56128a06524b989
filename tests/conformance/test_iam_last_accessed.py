"""IAM: which services users and roles may use, by which policies, and when they last did."""

import datetime
import json
import uuid

import pytest
from iam import ACCOUNT, Person, arn, no_group, no_user, policy, unique
from support import refused

SECRETS = "secretsmanager"
NOBODY = "Job with id {} was not found."


@pytest.fixture
def iam(client):
    return client("iam")


@pytest.fixture
def person(server, iam):
    return Person(server, iam)


def details(iam, target, level="SERVICE_LEVEL", **more):
    job = iam.generate_service_last_accessed_details(Arn=target, Granularity=level)["JobId"]
    return iam.get_service_last_accessed_details(JobId=job, **more)


def services(iam, target, level="SERVICE_LEVEL"):
    return {s["ServiceNamespace"]: s for s in details(iam, target, level)["ServicesLastAccessed"]}


def entities(iam, target, service=SECRETS, **more):
    job = iam.generate_service_last_accessed_details(Arn=target)["JobId"]
    return iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace=service, **more)


def recent(time):
    return abs(time - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=10)


def test_a_user(iam, person):
    target = arn("user", person.name)
    person.allow(["secretsmanager:*", "kms:Decrypt"])
    report = details(iam, target)
    assert (report["JobStatus"], report["JobType"], report["IsTruncated"]) == ("COMPLETED", "SERVICE_LEVEL", False)
    assert recent(report["JobCreationDate"]) and recent(report["JobCompletionDate"])
    assert report["ServicesLastAccessed"] == [
        {"ServiceName": "AWS Key Management Service", "ServiceNamespace": "kms", "TotalAuthenticatedEntities": 0},
        {"ServiceName": "AWS Secrets Manager", "ServiceNamespace": SECRETS, "TotalAuthenticatedEntities": 0},
    ]
    person.client(SECRETS).list_secrets()
    # Attempts count as well.
    with refused("AccessDeniedException"):
        person.client("kms").list_keys()
    seen = services(iam, target)
    for service in (SECRETS, "kms"):
        assert recent(seen[service].pop("LastAuthenticated"))
        assert seen[service]["LastAuthenticatedEntity"] == target
        assert seen[service]["LastAuthenticatedRegion"] == "us-west-2"
        assert seen[service]["TotalAuthenticatedEntities"] == 1
        assert "TrackedActionsLastAccessed" not in seen[service]
    listed = entities(iam, target)
    (entry,) = listed["EntityDetailsList"]
    assert entry["EntityInfo"] == {
        "Arn": target, "Name": person.name, "Type": "USER", "Id": person.made["UserId"], "Path": "/"}
    assert recent(entry["LastAuthenticated"]) and listed["JobStatus"] == "COMPLETED"
    assert "LastAuthenticated" not in entities(iam, target, "sts")["EntityDetailsList"][0]


def test_actions(iam, person):
    target = arn("user", person.name)
    person.allow("secretsmanager:*")
    person.client(SECRETS).list_secrets()
    person.client(SECRETS).get_random_password()
    seen = services(iam, target, "ACTION_LEVEL")[SECRETS]
    actions = seen["TrackedActionsLastAccessed"]
    assert [a["ActionName"] for a in actions] == ["GetRandomPassword", "ListSecrets"]
    assert all(recent(a["LastAccessedTime"]) and a["LastAccessedEntity"] == target for a in actions)
    assert {a["LastAccessedRegion"] for a in actions} == {"us-west-2"}
    assert details(iam, target, "ACTION_LEVEL")["JobType"] == "ACTION_LEVEL"


def test_a_role(client, server, iam):
    name = unique("role")
    trust = policy("sts:AssumeRole")
    trust = json.loads(trust)
    del trust["Statement"][0]["Resource"]
    trust["Statement"][0]["Principal"] = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy("secretsmanager:*"))
    assert iam.get_role(RoleName=name)["Role"]["RoleLastUsed"] == {}
    made = client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
    session = server.client(
        SECRETS, key=made["AccessKeyId"], secret=made["SecretAccessKey"], token=made["SessionToken"])
    session.list_secrets()
    seen = services(iam, role["Arn"])[SECRETS]
    assert seen["LastAuthenticatedEntity"] == role["Arn"] and recent(seen["LastAuthenticated"])
    (entry,) = entities(iam, role["Arn"])["EntityDetailsList"]
    assert (entry["EntityInfo"]["Type"], entry["EntityInfo"]["Id"]) == ("ROLE", role["RoleId"])
    used = iam.get_role(RoleName=name)["Role"]["RoleLastUsed"]
    assert used["Region"] == "us-west-2" and used["LastUsedDate"] == seen["LastAuthenticated"]


def test_groups_and_policies(server, iam):
    group, policy_name = unique("group"), unique("policy")
    people = [Person(server, iam) for _ in range(3)]
    iam.create_group(GroupName=group)
    made = iam.create_policy(PolicyName=policy_name, PolicyDocument=policy("secretsmanager:ListSecrets"))["Policy"]
    iam.attach_group_policy(GroupName=group, PolicyArn=made["Arn"])
    for one in people[:2]:
        iam.add_user_to_group(GroupName=group, UserName=one.name)
    iam.attach_user_policy(UserName=people[2].name, PolicyArn=made["Arn"])
    iam.attach_user_policy(UserName=people[0].name, PolicyArn=made["Arn"])
    people[0].client(SECRETS).list_secrets()
    people[1].client(SECRETS).list_secrets()
    seen = services(iam, arn("group", group))
    assert seen.keys() == {SECRETS} and seen[SECRETS]["TotalAuthenticatedEntities"] == 2
    assert seen[SECRETS]["LastAuthenticatedEntity"] == arn("user", people[1].name)
    names = [e["EntityInfo"]["Name"] for e in entities(iam, arn("group", group))["EntityDetailsList"]]
    assert names == [people[1].name, people[0].name]
    # Each of those who have the policy once, and those who never used the service last.
    names = [e["EntityInfo"]["Name"] for e in entities(iam, made["Arn"])["EntityDetailsList"]]
    assert names == [people[1].name, people[0].name, people[2].name]
    assert services(iam, made["Arn"])[SECRETS]["TotalAuthenticatedEntities"] == 2
    assert services(iam, arn("user", people[0].name)).keys() == {SECRETS}
    paged, marker = [], {}
    while True:
        page = entities(iam, made["Arn"], MaxItems=1, **marker)
        paged += [e["EntityInfo"]["Name"] for e in page["EntityDetailsList"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert paged == names


def test_pages_of_services(iam, person):
    person.allow("*")
    target = arn("user", person.name)
    whole = [s["ServiceNamespace"] for s in details(iam, target)["ServicesLastAccessed"]]
    assert whole == ["iam", "kms", "lambda", "logs", "organizations", SECRETS, "sts"]
    first = details(iam, target, MaxItems=4)
    second = details(iam, target, MaxItems=4, Marker=first["Marker"])
    assert [s["ServiceNamespace"] for r in (first, second) for s in r["ServicesLastAccessed"]] == whole
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)


def test_what_policies_keep_away(iam, person):
    target = arn("user", person.name)
    person.allow("*").allow("kms:*", effect="Deny", name="no-keys")
    person.allow("iam:*", effect="Deny", name="no-one", resource="arn:aws:iam::000000000001:user/x")
    assert services(iam, target).keys() == {"iam", "lambda", "logs", "organizations", SECRETS, "sts"}


def test_granting_policies(iam, person):
    group = unique("group")
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=person.name)
    iam.put_group_policy(GroupName=group, PolicyName="inline", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "NotAction": ["kms:*", "iam:Get*"], "Resource": "*"}],
    }))
    made = iam.create_policy(PolicyName=unique("p"), PolicyDocument=policy(["kms:Decrypt", "s3:*"]))["Policy"]
    iam.attach_user_policy(UserName=person.name, PolicyArn=made["Arn"])
    person.allow("iam:*", effect="Deny", name="deny")
    managed = {"PolicyName": made["PolicyName"], "PolicyType": "MANAGED", "PolicyArn": made["Arn"]}
    inline = {"PolicyName": "inline", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": group}
    listed = iam.list_policies_granting_service_access(
        Arn=arn("user", person.name), ServiceNamespaces=["kms", "iam", "s3", "sts"])
    assert listed["IsTruncated"] is False
    assert {e["ServiceNamespace"]: e["Policies"] for e in listed["PoliciesGrantingServiceAccess"]} == {
        "kms": [managed], "iam": [inline], "s3": [managed, inline], "sts": [inline],
    }
    (entry,) = iam.list_policies_granting_service_access(
        Arn=arn("group", group), ServiceNamespaces=["kms"])["PoliciesGrantingServiceAccess"]
    assert entry == {"ServiceNamespace": "kms", "Policies": []}
    with refused("ValidationError", "Invalid Marker."):
        iam.list_policies_granting_service_access(
            Arn=arn("group", group), ServiceNamespaces=["kms"], Marker="x")
    with refused("InvalidInput", f"ARN {made['Arn']} is not valid."):
        iam.list_policies_granting_service_access(Arn=made["Arn"], ServiceNamespaces=["kms"])


def test_what_is_not_there(iam, person):
    absent = "arn:aws:iam::000000000001:policy/absent"
    for target, text in [
        (arn("user", "absent"), no_user("absent")), (arn("group", "absent"), no_group("absent")),
        (arn("user", person.name, "/other/"), no_user(person.name)), (absent, f"Policy {absent} was not found."),
        ("arn:aws:iam::aws:policy/Absent", "Policy arn:aws:iam::aws:policy/Absent was not found."),
    ]:
        with refused("NoSuchEntity", text, 404):
            iam.generate_service_last_accessed_details(Arn=target)
    for target in ["arn:aws:iam::000000000001:root", "arn:aws:s3:::bucket-of-mine"]:
        with refused("InvalidInput", f"ARN {target} is not valid."):
            iam.generate_service_last_accessed_details(Arn=target)
    with refused("ValidationError", "Invalid ARN:  Could not be parsed!"):
        iam.generate_service_last_accessed_details(Arn="x" * 20)
    job = str(uuid.uuid4())
    with refused("NoSuchEntity", NOBODY.format(job), 404):
        iam.get_service_last_accessed_details(JobId=job)
    with refused("NoSuchEntity", NOBODY.format(job), 404):
        iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="kms")


def test_a_job_is_its_makers(iam, person):
    person.allow("iam:*")
    job = iam.generate_service_last_accessed_details(Arn=arn("user", person.name))["JobId"]
    with refused("NoSuchEntity", NOBODY.format(job), 404):
        person.client("iam").get_service_last_accessed_details(JobId=job)
    assert iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "COMPLETED"
    own = person.client("iam").generate_service_last_accessed_details(Arn=arn("user", person.name))["JobId"]
    assert person.client("iam").get_service_last_accessed_details(JobId=own)["JobStatus"] == "COMPLETED"


def test_permissions(iam, person):
    target = arn("user", person.name)
    person.allow("iam:GenerateServiceLastAccessedDetails", resource=target)
    job = person.client("iam").generate_service_last_accessed_details(Arn=target)["JobId"]
    with refused("AccessDenied", status=403):
        person.client("iam").generate_service_last_accessed_details(Arn=arn("user", "administrator"))
    with refused("AccessDenied", status=403):
        person.client("iam").get_service_last_accessed_details(JobId=job)


def test_it_outlives_the_server(serve):
    server = serve("uses")
    iam = server.client("iam")
    person = Person(server, iam).allow("secretsmanager:*")
    person.client(SECRETS).list_secrets()
    before = services(iam, arn("user", person.name))[SECRETS]
    server.stop()
    server.start()
    again = server.client("iam")
    assert services(again, arn("user", person.name))[SECRETS] == before
