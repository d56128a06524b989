"""`iam-toolbox` and DecodeAuthorizationMessage: why a call was decided as it was, read from the trail."""

import json
import uuid

import pytest
from accounts import Account, document
from botocore.exceptions import ClientError
from harness import REGION
from iam import Person, policy
from support import ANY, Request, must, refused, send, validation

UNKNOWN = "ResourceNotFoundException"
READ = "secretsmanager:GetSecretValue"


def identifier(response):
    """The authorization id of a call, from its answer or from the error that it ended in."""
    if isinstance(response, ClientError):
        response = response.response
    return response["ResponseMetadata"]["RequestId"].replace("-", "")


def denial(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"].startswith("AccessDenied"), caught.value
    return identifier(caught.value)


def details(toolbox, authorization):
    answer = toolbox.get_request_authorization_details(authorizationId=authorization)
    del answer["ResponseMetadata"]
    return answer


def text(toolbox, authorization, uri):
    answer = toolbox.get_request_authorization_policy(authorizationId=authorization, policyUri=uri)
    return answer["policyDocument"]


def check(kind, effect, *matched, types=None, **more):
    own = {"PRINCIPAL": "IDENTITY_BASED_POLICY", "RESOURCE": "RESOURCE_BASED_POLICY", "SESSION": "SESSION_POLICY"}
    return {
        "checkType": kind, "evaluatedEffect": effect, "relevantPolicyTypes": types or [own.get(kind, kind)],
        "matchedPolicies": list(matched), **more,
    }


def matched(uri, *statements):
    return {
        "uri": uri,
        "matchedStatements": [{"sid": sid, "evaluatedEffect": effect} for sid, effect in statements],
    }


@pytest.fixture
def toolbox(client):
    return client("iam-toolbox")


@pytest.fixture
def person(server, iam):
    return Person(server, iam)


@pytest.fixture
def secret(put):
    return put["ARN"]


def test_implicit_deny(toolbox, person, secret):
    person.allow("kms:Decrypt")
    id = denial(person.client("secretsmanager").get_secret_value, SecretId=secret)
    told = details(toolbox, id)
    context = told["requestContext"]
    assert context["aws:PrincipalArn"] == person.made["Arn"] and context["aws:PrincipalAccount"] == "000000000001"
    assert context["aws:PrincipalType"] == "User" and context["aws:username"] == person.name
    assert context["aws:userid"] == person.made["UserId"] and context["aws:SourceIp"] == "127.0.0.1"
    assert context["aws:RequestedRegion"] == REGION and context["aws:SecureTransport"] == "false"
    assert context["aws:ViaAWSService"] == "false" and "Boto3" in context["aws:UserAgent"]
    assert context["aws:CurrentTime"].endswith("Z") and int(context["aws:EpochTime"]) > 1_700_000_000
    (evaluation,) = told["evaluations"]
    assert (evaluation["action"], evaluation["resource"]) == (READ, secret)
    assert evaluation["evaluatedEffect"] == "IMPLICIT_DENY"
    assert evaluation["checks"] == [check("PRINCIPAL", "IMPLICIT_DENY")] and evaluation["matchedPolicies"] == []
    # Other tests may have founded an organization.
    context = {k: v for k, v in evaluation["context"].items() if not k.startswith("aws:ResourceOrg")}
    assert context == {"aws:ResourceAccount": "000000000001", "secretsmanager:SecretId": secret}
    (evaluated,) = told["policies"]
    assert evaluated["type"] == "IDENTITY_BASED_POLICY" and evaluated["inline"] is True
    assert evaluated["attachedTo"] == [{"arn": person.made["Arn"]}]
    assert text(toolbox, id, evaluated["uri"]) == json.loads(policy("kms:Decrypt"))
    assert "nextToken" not in told


def test_explicit_deny_stays_as_it_was(toolbox, iam, person, secret):
    person.allow(READ, name="allow")
    shut = {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Other", "Effect": "Deny", "Action": "kms:*", "Resource": "*"},
            {"Sid": "Shut", "Effect": "Deny", "Action": READ, "Resource": "*",
             "Condition": {"StringEquals": {"aws:ResourceTag/none": "x"}}},
            {"Effect": "Deny", "Action": "secretsmanager:Get*", "Resource": "*",
             "Condition": {"StringLike": {"aws:PrincipalTag/Team": "re*", "aws:username": "*"}}},
        ],
    }
    iam.tag_user(UserName=person.name, Tags=[{"Key": "Team", "Value": "red"}])
    iam.put_user_policy(UserName=person.name, PolicyName="deny", PolicyDocument=json.dumps(shut, indent=2))
    id = denial(person.client("secretsmanager").get_secret_value, SecretId=secret)
    first = details(toolbox, id)
    assert first["requestContext"]["aws:PrincipalTag/Team"] == "red"
    (evaluation,) = first["evaluations"]
    assert evaluation["evaluatedEffect"] == "EXPLICIT_DENY"
    uris = {json.dumps(text(toolbox, id, p["uri"])): p["uri"] for p in first["policies"]}
    allow, deny = uris[json.dumps(json.loads(policy(READ)))], uris[json.dumps(shut)]
    expected = [matched(allow, ("statement-0", "ALLOW")), matched(deny, ("statement-2", "DENY"))]
    (only,) = evaluation["checks"]
    assert only["evaluatedEffect"] == "EXPLICIT_DENY" and only["checkType"] == "PRINCIPAL"
    key = lambda p: p["uri"]  # noqa: E731
    assert sorted(only["matchedPolicies"], key=key) == sorted(expected, key=key)
    assert evaluation["matchedPolicies"] == only["matchedPolicies"]
    # Whatever becomes of the policy and of the user.
    iam.put_user_policy(UserName=person.name, PolicyName="deny", PolicyDocument=policy("s3:*"))
    assert details(toolbox, id) == first and text(toolbox, id, deny) == shut
    for name in ("allow", "deny"):
        iam.delete_user_policy(UserName=person.name, PolicyName=name)
    assert details(toolbox, id) == first and text(toolbox, id, deny) == shut
    # A new call is about the new policies, and does not know the old ones.
    later = denial(person.client("secretsmanager").get_secret_value, SecretId=secret)
    assert details(toolbox, later)["policies"] == []
    with refused(UNKNOWN, status=404):
        text(toolbox, later, deny)


def test_an_allowed_call(toolbox, client, iam, person, secret):
    made = iam.create_policy(PolicyName=person.name, PolicyDocument=document("Allow", READ))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=person.name, PolicyArn=made)
    secrets = person.client("secretsmanager")
    # The later ones come from what was prepared.
    calls = [identifier(secrets.get_secret_value(SecretId=secret)) for _ in range(4)]
    iam.create_policy_version(PolicyArn=made, PolicyDocument=document("Allow", "kms:Decrypt"), SetAsDefault=True)
    for id in calls:
        told = details(toolbox, id)
        own, nested = told["evaluations"]
        assert (own["action"], own["resource"], own["evaluatedEffect"]) == (READ, secret, "ALLOW")
        assert own["checks"] == [check("PRINCIPAL", "ALLOW", matched(made, ("statement-0", "ALLOW")))]
        assert own["context"] == {"aws:ViaAWSService": "false", "aws:SourceIp": "127.0.0.1"}
        assert nested["action"] == "kms:Decrypt" and nested["evaluatedEffect"] == "ALLOW"
        assert nested["context"]["aws:CalledVia"] == ["secretsmanager.amazonaws.com"]
        assert nested["context"]["aws:ViaAWSService"] == "true"
        assert [c["checkType"] for c in nested["checks"]] == ["RESOURCE"]
        assert "aws:SourceIp" not in told["requestContext"]
        managed = next(p for p in told["policies"] if p["uri"] == made)
        assert managed == {
            "type": "IDENTITY_BASED_POLICY", "inline": False, "uri": made,
            "attachedTo": [{"arn": person.made["Arn"]}],
        }
        assert text(toolbox, id, made) == json.loads(document("Allow", READ))
        key = next(p for p in told["policies"] if p["uri"] != made)
        assert key["policySource"]["type"] == "KMS_KEY_POLICY" and key["inline"] is True
        assert key["attachedTo"] == [{"arn": nested["resource"]}]
        assert "Statement" in text(toolbox, id, key["uri"])


def test_a_denial_behind_the_call(toolbox, client, person, name):
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    secret = client("secretsmanager").create_secret(Name=name, SecretString="x", KmsKeyId=key)["ARN"]
    person.allow(READ)
    id = denial(person.client("secretsmanager").get_secret_value, SecretId=secret)
    own, nested = details(toolbox, id)["evaluations"]
    assert (own["action"], own["evaluatedEffect"]) == (READ, "ALLOW")
    assert (nested["action"], nested["resource"], nested["evaluatedEffect"]) == ("kms:Decrypt", key, "IMPLICIT_DENY")
    assert [(c["checkType"], c["evaluatedEffect"]) for c in nested["checks"]] == [
        ("RESOURCE", "ALLOW"), ("PRINCIPAL", "IMPLICIT_DENY")]
    assert nested["context"]["kms:ViaService"] == f"secretsmanager.{REGION}.amazonaws.com"
    message = client("sts").decode_authorization_message(EncodedMessage=id)["DecodedMessage"]
    assert json.loads(message)["context"]["action"] == "kms:Decrypt"


def test_a_call_that_wrote(toolbox, secrets, name):
    id = identifier(secrets.create_secret(Name=name, SecretString="x"))
    actions = [e["action"] for e in details(toolbox, id)["evaluations"]]
    assert actions[0] == "secretsmanager:CreateSecret"


def test_sessions_and_boundaries(toolbox, client, iam, label, secret):
    trust = document("Allow", "sts:AssumeRole", Principal={"AWS": "arn:aws:iam::000000000001:root"})
    trust = trust.replace(', "Resource": "*"', "")
    boundary = iam.create_policy(PolicyName=label, PolicyDocument=document("Allow", "kms:*"))["Policy"]["Arn"]
    role = iam.create_role(RoleName=label, AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)["Role"]["Arn"]
    iam.put_role_policy(RoleName=label, PolicyName="p", PolicyDocument=document("Allow", READ))
    first = client("sts")._request_signer._credentials
    account = Account(
        "000000000001", type("Own", (), {
            "endpoint": client("sts").meta.endpoint_url, "region": REGION,
            "credentials": (first.access_key, first.secret_key, None)}))
    session = account.assume(role, Policy=document("Allow", "secretsmanager:*"))
    id = denial(session.client("secretsmanager").get_secret_value, SecretId=secret)
    told = details(toolbox, id)
    (evaluation,) = told["evaluations"]
    effects = [(c["checkType"], c["evaluatedEffect"]) for c in evaluation["checks"]]
    assert effects == [("PRINCIPAL", "ALLOW"), ("PERMISSIONS_BOUNDARY", "IMPLICIT_DENY"), ("SESSION", "ALLOW")]
    assert told["requestContext"]["aws:PrincipalArn"] == role
    assert told["requestContext"]["aws:PrincipalType"] == "AssumedRole"
    assert told["requestContext"]["aws:MultiFactorAuthPresent"] == "false"
    assert {(p["type"], p["inline"]) for p in told["policies"]} == {
        ("IDENTITY_BASED_POLICY", True), ("PERMISSIONS_BOUNDARY", False), ("SESSION_POLICY", True)}
    assert all(p["attachedTo"] == [{"arn": role}] for p in told["policies"])
    session_policy = next(p for p in told["policies"] if p["type"] == "SESSION_POLICY")
    assert text(toolbox, id, session_policy["uri"]) == json.loads(document("Allow", "secretsmanager:*"))


def test_across_accounts(client):
    owner, other = Account.standing_alone(client), Account.standing_alone(client)
    secret = owner.client("secretsmanager").create_secret(Name="shared", SecretString="x")["ARN"]
    # The resource's policy is the owner's business.
    statement = document("Deny", READ, Principal="*")
    owner.client("secretsmanager").put_resource_policy(SecretId=secret, ResourcePolicy=statement)
    id = denial(other.client("secretsmanager").get_secret_value, SecretId=secret)
    told = details(other.client("iam-toolbox"), id)
    (evaluation,) = told["evaluations"]
    assert evaluation["evaluatedEffect"] == "EXPLICIT_DENY"
    assert [(c["checkType"], c["evaluatedEffect"], len(c["matchedPolicies"])) for c in evaluation["checks"]] == [
        ("RESOURCE", "EXPLICIT_DENY", 0), ("PRINCIPAL", "ALLOW", 1)]
    assert [p["type"] for p in told["policies"]] == ["IDENTITY_BASED_POLICY"]
    assert statement not in json.dumps(told)
    # Neither the owner nor anybody else sees another account's calls.
    for stranger in (owner.client, client):
        toolbox = stranger("iam-toolbox")
        with refused(UNKNOWN, status=404):
            details(toolbox, id)
        with refused(UNKNOWN, status=404):
            text(toolbox, id, told["policies"][0]["uri"])
        with refused("InvalidAuthorizationMessageException"):
            stranger("sts").decode_authorization_message(EncodedMessage=id)
    # The owner's own calls show its policy.
    own = details(owner.client("iam-toolbox"), denial(
        owner.client("secretsmanager").get_secret_value, SecretId=secret))
    resource = next(p for p in own["policies"] if p["type"] == "RESOURCE_BASED_POLICY")
    assert resource["attachedTo"] == [{"arn": secret}] and resource["inline"] is True
    (only,) = own["evaluations"][0]["checks"]
    assert only["checkType"] == "PRINCIPAL"
    assert only["relevantPolicyTypes"] == ["IDENTITY_BASED_POLICY", "RESOURCE_BASED_POLICY"]


def test_organizations(client):
    manager = Account.standing_alone(client)
    orgs = manager.client("organizations")
    organization = orgs.create_organization(FeatureSet="ALL")["Organization"]
    root = orgs.list_roots()["Roots"][0]
    member, sister = manager.member(), manager.member()
    shut = document("Deny", "secretsmanager:CreateSecret")
    made = orgs.create_policy(Name="shut", Description="", Type="SERVICE_CONTROL_POLICY", Content=shut)
    made = made["Policy"]["PolicySummary"]
    orgs.attach_policy(PolicyId=made["Id"], TargetId=member.id)
    id = denial(member.client("secretsmanager").create_secret, Name="x", SecretString="x")
    told = details(member.client("iam-toolbox"), id)
    assert told["requestContext"]["aws:PrincipalOrgID"] == organization["Id"]
    checks = told["evaluations"][0]["checks"]
    account = f"arn:aws:organizations::{manager.id}:account/{organization['Id']}/{member.id}"
    controls = [(c["targetArn"], c["evaluatedEffect"]) for c in checks if c["checkType"] == "SERVICE_CONTROL_POLICY"]
    assert controls == [(root["Arn"], "ALLOW"), (account, "EXPLICIT_DENY")]
    assert [c["checkType"] for c in checks[2:]] == ["PRINCIPAL"]
    assert checks[1]["matchedPolicies"][-1]["uri"] == made["Arn"] or checks[1]["matchedPolicies"][0]["uri"] == made["Arn"]
    full = next(p for p in told["policies"] if p["uri"].endswith("p-FullAWSAccess"))
    assert {a["arn"] for a in full["attachedTo"]} == {root["Arn"], account}
    assert text(member.client("iam-toolbox"), id, made["Arn"]) == json.loads(shut)
    # The organization was recorded: all of its accounts may look, and nobody else.
    for actor in (manager, sister):
        assert details(actor.client("iam-toolbox"), id)["evaluations"] == told["evaluations"]
    with refused(UNKNOWN, status=404):
        details(client("iam-toolbox"), id)


def test_keys_and_roles(toolbox, client, person, iam, label):
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    person.allow("kms:*")
    shut = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:user/administrator"}, "Action": "kms:*",
         "Resource": "*"}]})
    client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=shut)
    id = denial(person.client("kms").encrypt, KeyId=key, Plaintext=b"p", EncryptionContext={"a": "b"})
    told = details(toolbox, id)
    (evaluation,) = told["evaluations"]
    effects = [(c["checkType"], c["evaluatedEffect"]) for c in evaluation["checks"]]
    assert effects == [("RESOURCE", "IMPLICIT_DENY"), ("PRINCIPAL", "ALLOW")]
    assert evaluation["context"]["kms:EncryptionContextKeys"] == ["a"]
    assert evaluation["context"]["kms:KeySpec"] == "SYMMETRIC_DEFAULT"
    owner = next(p for p in told["policies"] if p["type"] == "RESOURCE_BASED_POLICY")
    assert owner["policySource"]["type"] == "KMS_KEY_POLICY"
    # A grant is a policy of its kind.
    client("kms").create_grant(KeyId=key, GranteePrincipal=person.made["Arn"], Operations=["Encrypt"])
    told = details(toolbox, identifier(person.client("kms").encrypt(KeyId=key, Plaintext=b"p")))
    assert told["policies"][0]["policySource"]["type"] == "KMS_GRANT"
    assert told["evaluations"][0]["checks"][0]["checkType"] == "RESOURCE"
    # A role that trusts somebody else.
    trust = document("Allow", "sts:AssumeRole", Principal={"AWS": "arn:aws:iam::000000000001:user/administrator"})
    role = iam.create_role(RoleName=label, AssumeRolePolicyDocument=trust.replace(', "Resource": "*"', ""))["Role"]
    person.allow("sts:*", name="sts")
    id = denial(
        person.client("sts").assume_role, RoleArn=role["Arn"], RoleSessionName="session", ExternalId="outside")
    (evaluation,) = details(toolbox, id)["evaluations"]
    assert [(c["checkType"], c["evaluatedEffect"]) for c in evaluation["checks"]] == [
        ("RESOURCE", "IMPLICIT_DENY"), ("PRINCIPAL", "ALLOW")]
    assert evaluation["context"]["sts:ExternalId"] == "outside"


def test_pages(toolbox, secrets, name):
    many = [secrets.create_secret(Name=f"{name}/{i}", SecretString="x")["ARN"] for i in range(20)]
    id = identifier(secrets.batch_get_secret_value(SecretIdList=many))
    pages = [details(toolbox, id)]
    while token := pages[-1].get("nextToken"):
        pages.append(toolbox.get_request_authorization_details(authorizationId=id, nextToken=token))
    assert [len(page["evaluations"]) for page in pages] == [25, 16]
    assert pages[0]["policies"] == pages[1]["policies"]
    evaluations = [e for page in pages for e in page["evaluations"]]
    assert evaluations[0]["action"] == "secretsmanager:BatchGetSecretValue"
    assert [e["resource"] for e in evaluations if e["action"] == READ] == many
    other = identifier(secrets.batch_get_secret_value(SecretIdList=many))
    for id, token in ((other, pages[0]["nextToken"]), (id, "none"), (id, "")):
        with refused("ValidationException"):
            toolbox.get_request_authorization_details(authorizationId=id, nextToken=token)


@pytest.mark.parametrize("id", [
    "017f22e279b07cc398c4dc0c0c07398f", "ffffffffffff7cc398c4dc0c0c07398f", "000000000000700080000000000000ff",
    uuid.uuid4().hex, "0", "abc", "x" * 256,
])
def test_unknown_ids(toolbox, client, id):
    with refused(UNKNOWN, status=404):
        details(toolbox, id)
    with refused(UNKNOWN, status=404):
        text(toolbox, id, "arn:aws:iam::aws:policy/AdministratorAccess")
    with refused("InvalidAuthorizationMessageException", "Message is not valid"):
        client("sts").decode_authorization_message(EncodedMessage=id)


def test_other_regions(client, secrets, secret):
    id = identifier(secrets.describe_secret(SecretId=secret))
    assert details(client("iam-toolbox"), id)["evaluations"]
    with refused(UNKNOWN, status=404):
        details(client("iam-toolbox", region="eu-central-1"), id)


def test_whoever_asks_needs_permission(toolbox, person, secret):
    id = denial(person.client("secretsmanager").get_secret_value, SecretId=secret)
    own = person.client("iam-toolbox")
    text_of = "User: {} is not authorized to perform: iam:{} because no identity-based policy allows the iam:{} action"
    for operation, more in (("GetRequestAuthorizationDetails", {}), ("GetRequestAuthorizationPolicy", {"policyUri": "x"})):
        call = {"GetRequestAuthorizationDetails": own.get_request_authorization_details,
                "GetRequestAuthorizationPolicy": own.get_request_authorization_policy}[operation]
        with refused("AccessDeniedException", text_of.format(person.made["Arn"], operation, operation), status=403):
            call(authorizationId=id, **more)
    with refused("AccessDenied", ANY, status=403):
        person.client("sts").decode_authorization_message(EncodedMessage=id)
    person.allow("iam:GetRequestAuthorizationDetails")
    assert details(own, id)["evaluations"][0]["evaluatedEffect"] == "IMPLICIT_DENY"


@pytest.mark.parametrize("path, sentence", [
    ("/authorization-details/ABC", must(
        "Value 'ABC'", "authorizationId",
        "satisfy regular expression pattern: [0123456789abcdefghijklmnopqrstuvwxyz]+")),
    ("/authorization-details/a%2Fb", must(
        "Value 'a/b'", "authorizationId",
        "satisfy regular expression pattern: [0123456789abcdefghijklmnopqrstuvwxyz]+")),
    ("/authorization-details/" + "a" * 257, must(
        "Value '" + "a" * 257 + "'", "authorizationId", "have length less than or equal to 256")),
    ("/authorization-details/abc/policy", must("Value null", "policyUri", "not be null")),
    ("/authorization-details/abc/policy?policyUri=", must(
        "Value ''", "policyUri", "have length greater than or equal to 1")),
])
def test_constraints(server, path, sentence):
    reply = send(Request(server, method="GET", path=path).sign("iam"))
    assert reply.status == 400 and reply.headers["x-amzn-errortype"] == "ValidationException"
    assert reply.headers["content-type"] == "application/json" and reply.headers["x-amzn-requestid"]
    assert reply.json == {"message": validation(sentence)}


@pytest.mark.parametrize("method, path", [
    ("GET", "/authorization-details"), ("GET", "/authorization-details/"), ("GET", "/authorization-details//policy"),
    ("GET", "/authorization-details/abc/"), ("GET", "/authorization-details/../authorization-details/abc"),
    ("GET", "//authorization-details/abc"), ("GET", "/authorization-details/%zz"),
    ("PUT", "/authorization-details/abc"), ("DELETE", "/authorization-details/abc"),
    ("GET", "/Authorization-Details/abc"), ("GET", "/authorization-details/abc/policies"),
])
def test_paths_that_lead_nowhere(server, method, path):
    request = Request(server, method=method, path=path).sign("iam")
    assert send(request).status == 404


def test_bad_query_strings(server):
    for query in ("nextToken=a&nextToken=b", "nextToken=%C0%AF"):
        request = Request(server, method="GET", path=f"/authorization-details/abc?{query}").sign("iam")
        reply = send(request)
        assert reply.status == 400 and reply.headers["x-amzn-errortype"] == "SerializationException"


def test_another_service_s_signature(server):
    reply = send(Request(server, method="GET", path="/authorization-details/abc").sign("kms"))
    assert reply.status == 403 and reply.headers["x-amzn-errortype"] == "InvalidSignatureException"


def test_the_path_is_signed(server):
    request = Request(server, method="GET", path="/authorization-details/abc").sign("iam")
    request.path = "/authorization-details/abd"
    assert send(request).headers["x-amzn-errortype"] == "InvalidSignatureException"


def test_decoded_messages(client, iam, person, secret):
    sts = client("sts")

    def decoded(message):
        return json.loads(sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"])

    id = denial(person.client("secretsmanager").get_secret_value, SecretId=secret)
    told = decoded(id)
    conditions = {
        item["key"]: [value["value"] for value in item["values"]["items"]]
        for item in told["context"].pop("conditions")["items"]
    }
    assert conditions["aws:SourceIp"] == ["127.0.0.1"] and conditions["secretsmanager:SecretId"] == [secret]
    assert told == {
        "allowed": False, "explicitDeny": False, "matchedStatements": {"items": []}, "failures": {"items": []},
        "context": {
            "principal": {"id": person.made["UserId"], "name": person.name, "arn": person.made["Arn"]},
            "action": READ, "resource": secret,
        },
    }
    shut = {"Version": "2012-10-17", "Statement": {
        "Sid": "Shut", "Effect": "Deny", "Action": [READ, "s3:*"], "Resource": "*",
        "Condition": {"StringLike": {"aws:username": "*"}}}}
    iam.put_user_policy(UserName=person.name, PolicyName="deny", PolicyDocument=json.dumps(shut))
    id = denial(person.client("secretsmanager").get_secret_value, SecretId=secret)
    hyphened = str(uuid.UUID(id))
    told = decoded(hyphened)
    assert told["explicitDeny"] is True and told == decoded(id)
    items = lambda *values: {"items": [{"value": value} for value in values]}  # noqa: E731
    assert told["matchedStatements"]["items"] == [{
        "statementId": "Shut", "effect": "DENY", "principals": items(person.made["UserId"]),
        "principalGroups": items(), "actions": items(READ, "s3:*"), "resources": items("*"),
        "conditions": {"items": [{"key": "aws:username", "values": items("*")}]},
    }]
    # What was allowed is no refusal.
    with refused("InvalidAuthorizationMessageException", "Message is not valid"):
        decoded(identifier(sts.get_caller_identity()))
    for message in ("a b", "\n", id + "\n", id.upper(), "é"):
        with refused("InvalidAuthorizationMessageException", "Message is not valid"):
            decoded(message)


def test_after_a_restart(store, serve):
    server = serve("a", *store)
    iam = server.client("iam")
    person = Person(server, iam).allow("kms:Decrypt")
    id = denial(person.client("secretsmanager").list_secrets)
    told = details(server.client("iam-toolbox"), id)
    iam.delete_user_policy(UserName=person.name, PolicyName="own")
    assert server.stop() == 0
    server.start()
    toolbox, iam = server.client("iam-toolbox"), server.client("iam")
    assert details(toolbox, id) == told
    assert text(toolbox, id, told["policies"][0]["uri"]) == json.loads(policy("kms:Decrypt"))
    # The archive keeps each text once, across starts too.
    later = Person(server, iam).allow("kms:Decrypt")
    denial(later.client("secretsmanager").list_secrets)
    kept = (server.folder / "trail" / "policies").read_text().split("\n")
    digests = [line.split(" ")[0] for line in kept if line]
    assert len(digests) == len(set(digests)) >= 2
    denial(later.client("secretsmanager").list_secrets)
    assert (server.folder / "trail" / "policies").read_text().split("\n") == kept


def test_a_damaged_archive_tells_nothing_false(store, serve):
    server = serve("a", *store)
    iam = server.client("iam")
    person = Person(server, iam).allow("kms:Decrypt")
    id = denial(person.client("secretsmanager").list_secrets)
    toolbox = server.client("iam-toolbox")
    uri = details(toolbox, id)["policies"][0]["uri"]
    archive = server.folder / "trail" / "policies"
    archive.write_text(archive.read_text().replace("kms:Decrypt", "kms:Encrypt"))
    with refused(UNKNOWN, status=404):
        text(toolbox, id, uri)
