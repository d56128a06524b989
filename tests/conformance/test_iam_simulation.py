"""Simulations: what policies would say, and which statement says it."""

import json
import re

import pytest
from access_support import ACCOUNT, NOTHING, OWN, READ, allow, deny, invalid, policy, trust
from support import refused

SECRET = "arn:aws:secretsmanager:us-west-2:000000000001:secret:prod/db-AbCdEf"
GET, PUT = "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"


@pytest.fixture
def custom(iam):
    def simulate(*policies, actions=(GET,), **more):
        answer = iam.simulate_custom_policy(PolicyInputList=list(policies), ActionNames=list(actions), **more)
        assert answer["IsTruncated"] is False
        return answer["EvaluationResults"]

    return simulate


def decisions(results):
    return [r["EvalDecision"] for r in results]


def test_decisions(custom):
    results = custom(READ, policy(deny("secretsmanager:Put*")), actions=[GET, PUT, "kms:Decrypt"])
    assert decisions(results) == ["allowed", "explicitDeny", "implicitDeny"]
    assert [r["EvalActionName"] for r in results] == [GET, PUT, "kms:Decrypt"]
    assert {r["EvalResourceName"] for r in results} == {"*"}
    assert [[m["SourcePolicyId"] for m in r["MatchedStatements"]] for r in results] == [
        ["PolicyInputList.1"], ["PolicyInputList.2"], []]
    assert results[0]["MatchedStatements"][0]["SourcePolicyType"] == "IAM Policy"
    assert all(r["MissingContextValues"] == [] for r in results)


def test_places(custom):
    text = """{"Version": "2012-10-17", "Id": "a \\"Statement\\" ] }",
  "Statement": [
    {"Effect": "Allow", "Action": "kms:*", "Resource": "*"},
    {
      "Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"
    }
  ]}"""
    (result,) = custom(text)
    (matched,) = result["MatchedStatements"]
    assert (matched["StartPosition"], matched["EndPosition"]) == ({"Line": 4, "Column": 5}, {"Line": 6, "Column": 6})
    single = '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
    (matched,) = custom(single)[0]["MatchedStatements"]
    assert matched["StartPosition"] == {"Line": 1, "Column": 14}
    assert matched["EndPosition"] == {"Line": 1, "Column": len(single)}


def test_resources(custom):
    other = SECRET.replace("prod", "test")
    results = custom(policy(allow(GET, f"{SECRET[:-7]}-*")), ResourceArns=[SECRET, other])
    assert [(r["EvalResourceName"], r["EvalDecision"]) for r in results] == [
        (SECRET, "allowed"), (other, "implicitDeny")]


def test_context(custom):
    document = policy(allow(GET, "arn:aws:secretsmanager:*:*:secret:${aws:username}/*", Condition={
        "StringEquals": {"aws:ResourceTag/team": "a"}, "NumericLessThan": {"x:Count": "3"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]},
    }))
    (result,) = custom(document, ResourceArns=[SECRET])
    assert result["EvalDecision"] == "implicitDeny"
    wanted = {"aws:username", "aws:ResourceTag/team", "x:Count", "aws:TagKeys"}
    assert set(result["MissingContextValues"]) == wanted
    entries = [
        {"ContextKeyName": "AWS:username", "ContextKeyValues": ["prod"], "ContextKeyType": "string"},
        {"ContextKeyName": "aws:ResourceTag/team", "ContextKeyValues": ["a"], "ContextKeyType": "string"},
        {"ContextKeyName": "x:Count", "ContextKeyValues": ["2"], "ContextKeyType": "numeric"},
        {"ContextKeyName": "aws:TagKeys", "ContextKeyValues": ["b", "a"], "ContextKeyType": "stringList"},
    ]
    (result,) = custom(document, ResourceArns=[SECRET], ContextEntries=entries)
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])
    entries[2]["ContextKeyValues"] = ["3"]
    assert decisions(custom(document, ResourceArns=[SECRET], ContextEntries=entries)) == ["implicitDeny"]
    (result,) = custom(document, ResourceArns=[SECRET], CallerArn=f"{ACCOUNT}:user/prod", ContextEntries=entries[1:])
    assert result["MissingContextValues"] == []


def test_boundary(custom):
    (result,) = custom(READ, PermissionsBoundaryPolicyInputList=[NOTHING])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    (result,) = custom(READ, PermissionsBoundaryPolicyInputList=[READ])
    assert result["EvalDecision"] == "allowed"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    # Of a boundary that allows, it is not said that it allowed.
    assert "PermissionsBoundaryDecisionDetail" not in custom(READ)[0]
    with invalid("Only one permissions boundary can be simulated at a time."):
        custom(READ, PermissionsBoundaryPolicyInputList=[READ, READ])


def test_controls(custom):
    levels = lambda *documents: [{"ServiceControlPolicyInputList": [d]} for d in documents]
    everything = policy(allow("*"))
    for documents, decision in [((everything,), "allowed"), ((everything, NOTHING), "implicitDeny")]:
        (result,) = custom(READ, OrderedOrganizationPolicyInputList=levels(*documents))
        assert result["EvalDecision"] == decision
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": decision == "allowed"}


def test_resource_policy(custom):
    caller = f"{ACCOUNT}:user/alice"
    grant = policy({"Effect": "Allow", "Principal": {"AWS": caller}, "Action": GET, "Resource": "*"})
    (result,) = custom(NOTHING, ResourcePolicy=grant, CallerArn=caller, ResourceArns=[SECRET])
    assert result["EvalDecision"] == "allowed"
    assert result["MatchedStatements"][0]["SourcePolicyId"] == "ResourcePolicy"
    (result,) = custom(NOTHING, ResourcePolicy=grant, CallerArn=caller[:-1] + "x", ResourceArns=[SECRET])
    assert result["EvalDecision"] == "implicitDeny"
    with invalid(re.compile("CallerArn is required.*")):
        custom(NOTHING, ResourcePolicy=grant)
    with invalid("Invalid CallerArn: it has to be the ARN of an IAM user."):
        custom(NOTHING, CallerArn=f"{ACCOUNT}:role/x")
    # Across accounts both sides have a say.
    foreign = SECRET.replace("000000000001", "000000000002")
    (result,) = custom(NOTHING, ResourcePolicy=grant, CallerArn=caller, ResourceArns=[foreign])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    assert decisions(custom(READ, ResourcePolicy=grant, CallerArn=caller, ResourceArns=[foreign])) == ["allowed"]


def test_pages(iam):
    actions = [f"kms:Action{n}" for n in range(5)]
    found, marker = [], {}
    while True:
        page = iam.simulate_custom_policy(PolicyInputList=[READ], ActionNames=actions, MaxItems=2, **marker)
        found += [r["EvalActionName"] for r in page["EvaluationResults"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert found == actions


def test_refused(custom):
    with invalid(re.compile(r"Invalid policy PolicyInputList\.2: .* \(Statement\[0\]\.Effect\)")):
        custom(READ, policy({**allow(GET), "Effect": "x"}))
    for action in ["nothing", "kms:*", "kms:"]:
        with invalid(re.compile("Invalid action name .*")):
            custom(READ, actions=[action])


@pytest.fixture
def alice(iam, label):
    """A user with a managed policy and a boundary."""
    arn = iam.create_user(UserName=label, Tags=[{"Key": "team", "Value": "a"}])["User"]["Arn"]
    document = policy(allow(GET, Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}), allow(PUT))
    made = iam.create_policy(PolicyName=label, PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=label, PolicyArn=made)
    return arn, made


def test_principal(iam, label, alice):
    arn, made = alice

    def simulate(actions=(GET, PUT, "kms:Decrypt"), **more):
        return iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(actions), **more)["EvaluationResults"]

    results = simulate()
    assert decisions(results) == ["allowed", "allowed", "implicitDeny"]
    assert results[0]["MatchedStatements"][0]["SourcePolicyId"] == label
    assert decisions(simulate(PolicyInputList=[policy(allow("kms:*"), deny(PUT))])) == [
        "allowed", "explicitDeny", "allowed"]
    excluded = [{"PolicyArn": made}]
    assert decisions(simulate(PolicyExclusionList=excluded)) == ["implicitDeny"] * 3
    iam.put_user_permissions_boundary(UserName=label, PermissionsBoundary="arn:aws:iam::aws:policy/IAMFullAccess")
    (result,) = simulate([GET])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert decisions(simulate([GET], PermissionsBoundaryPolicyInputList=[READ])) == ["allowed"]
    assert decisions(simulate([GET], PolicyExclusionList=[{"PolicyType": "permission-boundary"}])) == ["allowed"]
    grant = policy({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "kms:*", "Resource": "*"})
    iam.delete_user_permissions_boundary(UserName=label)
    assert decisions(simulate(["secretsmanager:DeleteSecret"], ResourcePolicy=grant.replace("kms:", "secretsmanager:"))) == [
        "allowed"]


def test_role(iam, label):
    arn = iam.create_role(RoleName=label, AssumeRolePolicyDocument=trust(OWN))["Role"]["Arn"]
    iam.put_role_policy(RoleName=label, PolicyName="p", PolicyDocument=READ)
    (result,) = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[GET])["EvaluationResults"]
    assert result["EvalDecision"] == "allowed"
    assert result["MatchedStatements"][0]["SourcePolicyId"] == f"role_{label}_p"
    (result,) = iam.simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=[GET], PolicyExclusionList=[{
            "InlinePolicyIdentifier": {"PolicyName": "p", "AttachmentType": "role", "AttachmentName": label}}],
    )["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"


def test_nobody(iam, label):
    for call in [iam.simulate_principal_policy, iam.get_context_keys_for_principal_policy]:
        more = {"ActionNames": [GET]} if call == iam.simulate_principal_policy else {}
        for kind in ["user", "role", "group"]:
            with refused("NoSuchEntity", f"The {kind} with name {label} cannot be found.", 404):
                call(PolicySourceArn=f"{ACCOUNT}:{kind}/{label}", **more)
        with invalid(re.compile("Invalid Entity Arn: .*")):
            call(PolicySourceArn=f"{ACCOUNT}:policy/{label}", **more)
        with refused("ValidationError", "Invalid ARN:  Could not be parsed!"):
            call(PolicySourceArn="x" * 20, **more)


def test_context_keys(iam, alice):
    """GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy."""
    document = policy(
        allow("*", "arn:aws:sns:*:*:${aws:username}-${*}", Condition={"StringLike": {"aws:UserAgent": "${x:Y, 'z'}"}}),
        deny("*", Condition={"Bool": {"AWS:USERNAME": "true"}}))
    names = iam.get_context_keys_for_custom_policy(PolicyInputList=[document])["ContextKeyNames"]
    assert sorted(names) == ["aws:UserAgent", "aws:username", "x:Y"]
    literal = json.dumps({**json.loads(document), "Version": "2008-10-17"})
    names = iam.get_context_keys_for_custom_policy(PolicyInputList=[literal])["ContextKeyNames"]
    assert sorted(names) == ["AWS:USERNAME", "aws:UserAgent"]
    arn, _ = alice
    names = iam.get_context_keys_for_principal_policy(PolicySourceArn=arn, PolicyInputList=[document])["ContextKeyNames"]
    assert sorted(names) == ["aws:PrincipalTag/team", "aws:UserAgent", "aws:username", "x:Y"]
    with invalid(re.compile(r"Invalid policy PolicyInputList\.1: .*")):
        iam.get_context_keys_for_custom_policy(PolicyInputList=["{}"])
