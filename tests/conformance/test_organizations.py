"""Organizations: accounts, units and control policies, and what they do to calls."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from accounts import Account, address, document, made_account, outcome
from catalog import CONTROL_POLICY
from support import Request, refused, send, until

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
NOT_IN_USE = "Your account is not a member of an organization."
NO_PERMISSION = "You don't have permissions to access this resource."


class Organization:
    """An organization of a test's own."""

    def __init__(self, client):
        self.master = Account.standing_alone(client)
        self.api = self.master.client("organizations")
        self.described = self.api.create_organization(FeatureSet="ALL")["Organization"]
        self.id = self.described["Id"]
        self.root = self.api.list_roots()["Roots"][0]["Id"]

    def unit(self, parent=None, name="unit"):
        made = self.api.create_organizational_unit(ParentId=parent or self.root, Name=name)
        return made["OrganizationalUnit"]["Id"]

    def policy(self, content, kind=SCP):
        made = self.api.create_policy(Name=uuid.uuid4().hex, Description="d", Type=kind, Content=content)
        return made["Policy"]["PolicySummary"]["Id"]


@pytest.fixture
def org(client):
    return Organization(client)


def test_an_organization_from_its_beginning_to_its_end(client):
    account = Account.standing_alone(client)
    api = account.client("organizations")
    with refused("AWSOrganizationsNotInUseException", NOT_IN_USE):
        api.describe_organization()
    with refused("AWSOrganizationsNotInUseException", NOT_IN_USE):
        api.list_accounts()
    with refused("InvalidInputException"):
        api.create_organization(FeatureSet="CONSOLIDATED_BILLING")
    made = api.create_organization()["Organization"]
    assert re.fullmatch("o-[a-z0-9]{10}", made["Id"])
    assert made["Arn"] == f"arn:aws:organizations::{account.id}:organization/{made['Id']}"
    assert made["MasterAccountId"] == account.id and made["FeatureSet"] == "ALL"
    assert made["MasterAccountArn"] == f"arn:aws:organizations::{account.id}:account/{made['Id']}/{account.id}"
    assert api.describe_organization()["Organization"] == made
    with refused("AlreadyInOrganizationException", "The provided account is already a member of an organization."):
        api.create_organization()
    root = api.list_roots()["Roots"]
    assert len(root) == 1 and re.fullmatch("r-[0-9a-z]{4}", root[0]["Id"])
    assert root[0]["PolicyTypes"] == [{"Type": SCP, "Status": "ENABLED"}]
    assert root[0]["Arn"] == f"arn:aws:organizations::{account.id}:root/{made['Id']}/{root[0]['Id']}"
    unit = api.create_organizational_unit(ParentId=root[0]["Id"], Name="u")["OrganizationalUnit"]["Id"]
    with refused("OrganizationNotEmptyException"):
        api.delete_organization()
    api.delete_organizational_unit(OrganizationalUnitId=unit)
    api.delete_organization()
    with refused("AWSOrganizationsNotInUseException", NOT_IN_USE):
        api.describe_organization()
    assert api.create_organization()["Organization"]["Id"] != made["Id"]


def test_accounts(org):
    mail = address()
    with refused("ValidationException"):
        org.api.create_account(Email="no at all", AccountName="n")
    status = org.api.create_account(
        Email=mail, AccountName="Team one", Tags=[{"Key": "team", "Value": "one"}])["CreateAccountStatus"]
    assert status["State"] == "IN_PROGRESS" and re.fullmatch("car-[a-z0-9]{32}", status["Id"])
    assert "AccountId" not in status
    done = org.api.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
    assert done["State"] == "SUCCEEDED" and re.fullmatch("[1-9][0-9]{11}", done["AccountId"])
    account = org.api.describe_account(AccountId=done["AccountId"])["Account"]
    assert (account["Email"], account["Name"], account["Status"]) == (mail, "Team one", "ACTIVE")
    assert account["JoinedMethod"] == "CREATED"
    assert account["Arn"] == f"arn:aws:organizations::{org.master.id}:account/{org.id}/{account['Id']}"
    assert account["Paths"] == [f"{org.id}/{org.root}/{account['Id']}/"]
    assert org.api.list_tags_for_resource(ResourceId=account["Id"])["Tags"] == [{"Key": "team", "Value": "one"}]
    # The same address in other letters.
    again = org.api.create_account(Email=mail.upper(), AccountName="n")["CreateAccountStatus"]
    failed = org.api.describe_create_account_status(CreateAccountRequestId=again["Id"])["CreateAccountStatus"]
    assert (failed["State"], failed["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
    listed = org.api.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]
    assert [s["Id"] for s in listed] == [again["Id"]]
    with refused("AccountNotFoundException", "You specified an account that doesn't exist."):
        org.api.describe_account(AccountId="999999999999")
    with refused("InvalidInputException", "You provided a value that does not match the required pattern."):
        org.api.describe_account(AccountId="x")
    with refused("CreateAccountStatusNotFoundException"):
        org.api.describe_create_account_status(CreateAccountRequestId="car-" + "0" * 32)


def test_pages(org):
    made = sorted([org.master.id] + [made_account(org.api) for _ in range(4)])
    pages = list(org.api.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(p["Accounts"]) for p in pages] == [2, 2, 1]
    assert [a["Id"] for p in pages for a in p["Accounts"]] == made
    pages = org.api.get_paginator("list_accounts_for_parent").paginate(
        ParentId=org.root, PaginationConfig={"PageSize": 3})
    assert [a["Id"] for p in pages for a in p["Accounts"]] == made
    token = org.api.list_accounts(MaxResults=1)["NextToken"]
    for call, parameters in [(org.api.list_roots, {}), (org.api.list_policies, {"Filter": SCP})]:
        with refused("InvalidInputException", "You specified an invalid value for NextToken."):
            call(NextToken=token, **parameters)


def test_the_role_of_a_new_account(org):
    member = org.master.member(RoleName="Admin")
    assert member.client("sts").get_caller_identity()["Account"] == member.id
    member.client("secretsmanager").create_secret(Name="a", SecretString="one")
    # Nobody else is trusted: not even a neighbour.
    other = org.master.member()
    with refused("AccessDenied", status=403):
        other.assume(f"arn:aws:iam::{member.id}:role/Admin")
    # Members may see what they belong to, and no more.
    api = member.client("organizations")
    assert api.describe_organization()["Organization"]["Id"] == org.id
    for call, parameters in [
        (api.list_accounts, {}), (api.list_roots, {}), (api.create_account, {"Email": address(), "AccountName": "n"}),
        (api.describe_account, {"AccountId": member.id}), (api.delete_organization, {}),
    ]:
        assert outcome(call, **parameters) == ("AccessDeniedException", NO_PERMISSION)
    with refused("AlreadyInOrganizationException"):
        api.create_organization()


def test_policies_of_iam_apply(org):
    user = org.master.user("plain")
    with refused(
        "AccessDeniedException",
        f"User: arn:aws:iam::{org.master.id}:user/plain is not authorized to perform: organizations:ListAccounts "
        "because no identity-based policy allows the organizations:ListAccounts action",
    ):
        user.client("organizations").list_accounts()

def test_units(org):
    unit = org.api.create_organizational_unit(ParentId=org.root, Name="one")["OrganizationalUnit"]
    assert re.fullmatch(f"ou-{org.root[2:]}-[a-z0-9]{{8}}", unit["Id"])
    assert unit["Arn"] == f"arn:aws:organizations::{org.master.id}:ou/{org.id}/{unit['Id']}"
    assert unit["Path"] == f"{org.id}/{org.root}/{unit['Id']}/"
    with refused("DuplicateOrganizationalUnitException", "An OU with the same name already exists."):
        org.unit(name="one")
    inner = org.unit(unit["Id"], "one")
    renamed = org.api.update_organizational_unit(OrganizationalUnitId=inner, Name="two")["OrganizationalUnit"]
    assert renamed == org.api.describe_organizational_unit(OrganizationalUnitId=inner)["OrganizationalUnit"]
    assert renamed["Name"] == "two"
    listed = org.api.list_organizational_units_for_parent(ParentId=unit["Id"])["OrganizationalUnits"]
    assert [u["Id"] for u in listed] == [inner]
    assert org.api.list_parents(ChildId=inner)["Parents"] == [{"Id": unit["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    assert org.api.list_parents(ChildId=unit["Id"])["Parents"] == [{"Id": org.root, "Type": "ROOT"}]
    children = org.api.list_children(ParentId=org.root, ChildType="ORGANIZATIONAL_UNIT")["Children"]
    assert children == [{"Id": unit["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    with refused("OrganizationalUnitNotEmptyException"):
        org.api.delete_organizational_unit(OrganizationalUnitId=unit["Id"])
    deep = inner
    for level in range(3, 6):
        deep = org.unit(deep, f"level {level}")
    with refused("ConstraintViolationException", re.compile(".*depth of 5.*")):
        org.unit(deep)
    absent = f"ou-{org.root[2:]}-00000000"
    with refused("OrganizationalUnitNotFoundException"):
        org.api.describe_organizational_unit(OrganizationalUnitId=absent)
    with refused("ParentNotFoundException"):
        org.unit(absent)
    with refused("ChildNotFoundException"):
        org.api.list_parents(ChildId=absent)


def test_accounts_move(org):
    unit, account = org.unit(), made_account(org.api)
    absent = f"ou-{org.root[2:]}-00000000"
    move = {"AccountId": account, "SourceParentId": org.root, "DestinationParentId": unit}
    for wrong, code in [
        ({"SourceParentId": absent}, "SourceParentNotFoundException"),
        ({"DestinationParentId": absent}, "DestinationParentNotFoundException"),
        ({"DestinationParentId": org.root}, "DuplicateAccountException"),
        ({"SourceParentId": unit, "DestinationParentId": unit}, "AccountNotFoundException"),
    ]:
        with refused(code):
            org.api.move_account(**{**move, **wrong})
    org.api.move_account(**move)
    assert org.api.list_parents(ChildId=account)["Parents"][0]["Id"] == unit
    assert [a["Id"] for a in org.api.list_accounts_for_parent(ParentId=unit)["Accounts"]] == [account]
    assert account not in [a["Id"] for a in org.api.list_accounts_for_parent(ParentId=org.root)["Accounts"]]
    with refused("OrganizationalUnitNotEmptyException"):
        org.api.delete_organizational_unit(OrganizationalUnitId=unit)


def test_a_closed_account_is_shut_at_once(org):
    member = org.master.member()
    user = member.user("u")
    assert user.client("sts").get_caller_identity()["Account"] == member.id
    with refused("ConstraintViolationException", "You can't close the management account."):
        org.api.close_account(AccountId=org.master.id)
    org.api.close_account(AccountId=member.id)
    assert org.api.describe_account(AccountId=member.id)["Account"]["Status"] == "SUSPENDED"
    for actor in [user, member]:
        with refused("InvalidClientTokenId", status=403):
            actor.client("sts").get_caller_identity()
        with refused("UnrecognizedClientException"):
            actor.client("secretsmanager").list_secrets()
    with refused("AccessDenied", status=403):
        org.master.assume(member.role)
    with refused("AccountAlreadyClosedException"):
        org.api.close_account(AccountId=member.id)


def test_a_removed_account_stands_alone(org):
    member = org.master.member()
    org.api.attach_policy(PolicyId=org.policy(CONTROL_POLICY), TargetId=member.id)
    with refused("AccessDeniedException"):
        member.client("kms").create_key()
    org.api.remove_account_from_organization(AccountId=member.id)
    member.client("kms").create_key()
    with refused("AWSOrganizationsNotInUseException"):
        member.client("organizations").describe_organization()
    with refused("MasterCannotLeaveOrganizationException"):
        org.api.remove_account_from_organization(AccountId=org.master.id)


def test_service_control_policies(org):
    """They limit members wherever they are attached above them, at once, and never the management account."""
    member, unit = org.master.member(), org.unit()
    kms = member.client("kms")
    kms.create_key()
    org.api.move_account(AccountId=member.id, SourceParentId=org.root, DestinationParentId=unit)
    policy = org.policy(CONTROL_POLICY)
    for target in [org.root, unit, member.id]:
        org.api.attach_policy(PolicyId=policy, TargetId=target)
        code, text = outcome(kms.create_key)
        assert code == "AccessDeniedException" and "with an explicit deny in a service control policy" in text, text
        assert text.startswith(f"User: {member.session} is not authorized to perform: kms:CreateKey"), text
        org.master.client("kms").create_key()
        org.api.detach_policy(PolicyId=policy, TargetId=target)
        kms.create_key()
    # Every level must allow.
    allow = org.policy(document("Allow", "secretsmanager:*"))
    org.api.attach_policy(PolicyId=allow, TargetId=unit)
    org.api.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
    code, text = outcome(kms.create_key)
    assert "because no service control policy allows the kms:CreateKey action" in text
    # As do changes of the policy itself.
    org.api.update_policy(PolicyId=allow, Content=document("Allow", ["secretsmanager:*", "kms:*"]))
    kms.create_key()
    with refused("ConstraintViolationException", re.compile(".*must stay attached.*")):
        org.api.detach_policy(PolicyId=allow, TargetId=unit)


def test_resource_control_policies(org):
    """They limit what is done to a member's resources, whoever does it."""
    member = org.master.member()
    secrets = member.client("secretsmanager")
    secrets.create_secret(Name="a", SecretString="one")
    deny = org.policy(document("Deny", "secretsmanager:GetSecretValue", Principal="*"), RCP)
    with refused("PolicyTypeNotEnabledException"):
        org.api.attach_policy(PolicyId=deny, TargetId=member.id)
    org.api.enable_policy_type(RootId=org.root, PolicyType=RCP)
    with refused("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled."):
        org.api.enable_policy_type(RootId=org.root, PolicyType=RCP)
    assert secrets.get_secret_value(SecretId="a")["SecretString"] == "one"
    org.api.attach_policy(PolicyId=deny, TargetId=member.id)
    code, text = outcome(secrets.get_secret_value, SecretId="a")
    assert code == "AccessDeniedException" and "explicit deny in a resource control policy" in text
    with refused("InvalidInputException"):
        org.api.detach_policy(PolicyId="p-RCPFullAWSAccess", TargetId=member.id)
    org.api.disable_policy_type(RootId=org.root, PolicyType=RCP)
    assert secrets.get_secret_value(SecretId="a")["SecretString"] == "one"
    with refused("PolicyTypeNotEnabledException"):
        org.api.disable_policy_type(RootId=org.root, PolicyType=RCP)
    # What was attached stays off.
    org.api.enable_policy_type(RootId=org.root, PolicyType=RCP)
    assert secrets.get_secret_value(SecretId="a")["SecretString"] == "one"
    attached = org.api.list_policies_for_target(TargetId=member.id, Filter=RCP)["Policies"]
    assert [p["Id"] for p in attached] == ["p-RCPFullAWSAccess"]
    with refused("MalformedPolicyDocumentException"):
        org.policy(document("Allow", "*", Principal="*"), RCP)


def test_policies(org):
    policy = org.api.create_policy(
        Name="one", Description="d", Type=SCP, Content=CONTROL_POLICY, Tags=[{"Key": "k", "Value": "v"}])["Policy"]
    summary = policy["PolicySummary"]
    assert re.fullmatch("p-[0-9a-z]{8}", summary["Id"])
    assert summary["Arn"] == (
        f"arn:aws:organizations::{org.master.id}:policy/{org.id}/service_control_policy/{summary['Id']}")
    assert policy["Content"] == CONTROL_POLICY and summary["AwsManaged"] is False
    assert org.api.describe_policy(PolicyId=summary["Id"])["Policy"] == policy
    with refused("DuplicatePolicyException", "A policy with the same name already exists."):
        org.api.create_policy(Name="one", Description="", Type=SCP, Content=CONTROL_POLICY)
    for content in ["{", "[]", document("Allow", "*", Principal="*"), '{"Statement":[]}']:
        with refused("MalformedPolicyDocumentException"):
            org.api.create_policy(Name="two", Description="", Type=SCP, Content=content)
    long = document("Deny", "kms:*", Sid="a" * 5100)
    with refused("ConstraintViolationException", re.compile(".*5120.*")):
        org.api.create_policy(Name="two", Description="", Type=SCP, Content=long)
    with refused("PolicyTypeNotAvailableForOrganizationException"):
        org.api.create_policy(Name="two", Description="", Type="TAG_POLICY", Content="{}")
    with refused("PolicyTypeNotAvailableForOrganizationException"):
        org.api.enable_policy_type(RootId=org.root, PolicyType="BACKUP_POLICY")
    ids = [p["Id"] for p in org.api.list_policies(Filter=SCP)["Policies"]]
    assert sorted(ids) == sorted(["p-FullAWSAccess", summary["Id"]])
    for call in [org.api.delete_policy, org.api.update_policy]:
        with refused("InvalidInputException"):
            call(PolicyId="p-FullAWSAccess")
    with refused("PolicyNotFoundException", "You specified a policy that doesn't exist."):
        org.api.describe_policy(PolicyId="p-00000000")
    unit = org.unit()
    org.api.attach_policy(PolicyId=summary["Id"], TargetId=unit)
    with refused("DuplicatePolicyAttachmentException"):
        org.api.attach_policy(PolicyId=summary["Id"], TargetId=unit)
    with refused("PolicyInUseException"):
        org.api.delete_policy(PolicyId=summary["Id"])
    targets = org.api.list_targets_for_policy(PolicyId=summary["Id"])["Targets"]
    assert [(t["TargetId"], t["Type"], t["Name"]) for t in targets] == [(unit, "ORGANIZATIONAL_UNIT", "unit")]
    for _ in range(3):
        org.api.attach_policy(PolicyId=org.policy(CONTROL_POLICY), TargetId=unit)
    with refused("ConstraintViolationException"):
        org.api.attach_policy(PolicyId=org.policy(CONTROL_POLICY), TargetId=unit)
    assert len(org.api.list_policies_for_target(TargetId=unit, Filter=SCP)["Policies"]) == 5
    org.api.detach_policy(PolicyId=summary["Id"], TargetId=unit)
    with refused("PolicyNotAttachedException"):
        org.api.detach_policy(PolicyId=summary["Id"], TargetId=unit)
    org.api.delete_policy(PolicyId=summary["Id"])
    with refused("TargetNotFoundException", "You specified a target that doesn't exist."):
        org.api.attach_policy(PolicyId="p-FullAWSAccess", TargetId="999999999999")


def test_reasons_are_members_of_their_own(org):
    with pytest.raises(org.api.exceptions.ConstraintViolationException) as caught:
        org.api.close_account(AccountId=org.master.id)
    assert caught.value.response["Reason"] == "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"


def test_tags(org):
    unit, policy = org.unit(), org.policy(CONTROL_POLICY)
    for resource in [org.root, unit, policy, org.master.id]:
        org.api.tag_resource(ResourceId=resource, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
        org.api.tag_resource(ResourceId=resource, Tags=[{"Key": "a", "Value": "3"}])
        org.api.untag_resource(ResourceId=resource, TagKeys=["A", "absent"])
        assert org.api.list_tags_for_resource(ResourceId=resource)["Tags"] == [{"Key": "a", "Value": "3"}]
    with refused("InvalidInputException"):
        org.api.tag_resource(ResourceId=unit, Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])
    with refused("InvalidInputException"):
        org.api.tag_resource(ResourceId=unit, Tags=[{"Key": "aws:a", "Value": "1"}])
    with refused("ConstraintViolationException"):
        org.api.tag_resource(ResourceId=unit, Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
    with refused("TargetNotFoundException"):
        org.api.list_tags_for_resource(ResourceId="999999999999")


def test_organizations_do_not_see_each_other(org, client):
    other = Organization(client)
    unit, policy, account = org.unit(), org.policy(CONTROL_POLICY), made_account(org.api)
    for call, parameters, code in [
        (other.api.describe_account, {"AccountId": account}, "AccountNotFoundException"),
        (other.api.close_account, {"AccountId": account}, "AccountNotFoundException"),
        (other.api.describe_organizational_unit, {"OrganizationalUnitId": unit}, "OrganizationalUnitNotFoundException"),
        (other.api.describe_policy, {"PolicyId": policy}, "PolicyNotFoundException"),
        (other.api.delete_policy, {"PolicyId": policy}, "PolicyNotFoundException"),
        (other.api.attach_policy, {"PolicyId": policy, "TargetId": other.root}, "PolicyNotFoundException"),
        (other.api.list_children, {"ParentId": org.root, "ChildType": "ACCOUNT"}, "ParentNotFoundException"),
        (other.api.tag_resource, {"ResourceId": unit, "Tags": []}, "TargetNotFoundException"),
    ]:
        assert outcome(call, **parameters)[0] == code, call
    assert [a["Id"] for a in other.api.list_accounts()["Accounts"]] == [other.master.id]


def test_records_hold_neither_address_nor_name(org, server):
    mail = address()
    org.api.create_account(Email=mail, AccountName="A name of its own")

    def found():
        own = [r for r in server.records() if r["recipientAccountId"] == org.master.id]
        return [r for r in own if r["eventName"] == "CreateAccount"]

    made = until(found)
    assert made[-1]["eventSource"] == "organizations.amazonaws.com" and made[-1]["readOnly"] is False
    assert re.fullmatch("car-[a-z0-9]{32}", made[-1]["responseElements"]["createAccountStatus"]["id"])
    assert mail not in str(made) and "A name of its own" not in str(made)


def test_changes_at_once(org):
    """Names stay unique, whoever is first: the others are told so, or to try again."""
    def make(_):
        return outcome(
            org.master.client("organizations").create_organizational_unit, ParentId=org.root, Name="the one")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(make, range(8)))
    assert answers.count(None) == 1
    codes = {answer[0] for answer in answers if answer}
    assert codes <= {"DuplicateOrganizationalUnitException", "ConcurrentModificationException"}, answers
    assert len(org.api.list_organizational_units_for_parent(ParentId=org.root)["OrganizationalUnits"]) == 1


def test_service_linked_roles_are_not_limited(server, org):
    """Neither a deny nor silence of a service control policy counts for them, nor what a resource control policy denies."""
    org.api.enable_policy_type(RootId=org.root, PolicyType=RCP)
    member = org.master.member()
    iam = member.client("iam")
    linked = iam.create_service_linked_role(AWSServiceName="mrk.kms.amazonaws.com")["Role"]["Arn"]
    trust = document("Allow", "sts:AssumeRole", Principal={"AWS": member.id}).replace('"Resource": "*", ', "")
    plain = iam.create_role(RoleName="plain", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    action = "kms:SynchronizeMultiRegionKey"
    iam.put_role_policy(RoleName="plain", PolicyName="p", PolicyDocument=document("Allow", action))

    def decisions():
        return [
            iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action])["EvaluationResults"][0][
                "EvalDecision"] for arn in (linked, plain)]

    def explained():
        key, secret, session = member.credentials
        requests = [Request(server, "Undercroft.Explain", {"PrincipalArn": arn, "Action": action}) for arn in (linked, plain)]
        return [send(r.sign("undercroft", key=key, secret=secret, session=session)).json["Effect"] for r in requests]

    assert decisions() == ["allowed", "allowed"] and explained() == ["ALLOW", "ALLOW"]
    of_resources = org.policy(document("Deny", action, Principal="*"), RCP)
    org.api.attach_policy(PolicyId=of_resources, TargetId=member.id)
    assert explained() == ["ALLOW", "EXPLICIT_DENY"]
    org.api.detach_policy(PolicyId=of_resources, TargetId=member.id)
    org.api.attach_policy(PolicyId=org.policy(document("Deny", action)), TargetId=member.id)
    assert decisions() == ["allowed", "explicitDeny"]
    some = org.policy(document("Allow", ["iam:*", "undercroft:*"]))
    org.api.attach_policy(PolicyId=some, TargetId=member.id)
    org.api.detach_policy(PolicyId="p-FullAWSAccess", TargetId=member.id)
    assert decisions() == ["allowed", "explicitDeny"]
    assert explained() == ["ALLOW", "EXPLICIT_DENY"]
