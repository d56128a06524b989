"""IAM: what is the account's: its alias, its summary, its credential report."""

import csv
import datetime
import io

import pytest
from harness import Server, scratch_folder
from iam import Person, arn, policy, unique
from support import refused

COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)


@pytest.fixture(scope="module")
def alone():
    with scratch_folder("account") as folder:
        server = Server(folder / "data", "--quotas", "off").start()
        yield server
        assert server.stop() == 0


@pytest.fixture
def iam(alone):
    return alone.client("iam", retries={"max_attempts": 0})


def test_aliases(iam):
    assert iam.list_account_aliases()["AccountAliases"] == []
    iam.create_account_alias(AccountAlias="one-name")
    assert iam.list_account_aliases()["AccountAliases"] == ["one-name"]
    with refused("EntityAlreadyExists", "The account alias one-name already exists.", 409):
        iam.create_account_alias(AccountAlias="one-name")
    iam.create_account_alias(AccountAlias="another")
    assert iam.list_account_aliases()["AccountAliases"] == ["another"], "an account has one"
    with refused("NoSuchEntity", "The account alias with name one-name cannot be found.", 404):
        iam.delete_account_alias(AccountAlias="one-name")
    iam.delete_account_alias(AccountAlias="another")
    assert iam.list_account_aliases()["AccountAliases"] == []
    for bad in ["-ab", "ab-", "a--b", "Abc", "a_b"]:
        with refused("ValidationError"):
            iam.create_account_alias(AccountAlias=bad)


def test_the_summary_counts(iam):
    before = iam.get_account_summary()["SummaryMap"]
    assert (before["UsersQuota"], before["GroupPolicySizeQuota"], before["AccessKeysPerUserQuota"]) == (5000, 5120, 2)
    iam.create_user(UserName=unique())
    iam.create_group(GroupName=unique())
    iam.create_virtual_mfa_device(VirtualMFADeviceName=unique())
    after = iam.get_account_summary()["SummaryMap"]
    grown = {key for key in after if after[key] == before[key] + 1}
    assert grown == {"Users", "Groups", "MFADevices"} and len(after) == len(before)


def test_the_credential_report(alone, iam):
    with refused("ReportNotPresent", status=410):
        iam.get_credential_report()
    person = Person(alone, iam, name=unique("odd,name"), Path="/p/")
    person.client("sts").get_caller_identity()
    iam.create_login_profile(UserName=person.name, Password="Open-Sesame-1")
    iam.update_account_password_policy(MaxPasswordAge=90)
    second = iam.create_access_key(UserName=person.name)["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName=person.name, AccessKeyId=second, Status="Inactive")
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    report = iam.get_credential_report()
    assert report["ReportFormat"] == "text/csv"
    age = datetime.datetime.now(datetime.timezone.utc) - report["GeneratedTime"]
    assert abs(age) < datetime.timedelta(minutes=2)
    text = report["Content"].decode()
    assert text.splitlines()[0] == COLUMNS
    rows = {row["user"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["<root_account>"]["arn"] == "arn:aws:iam::000000000001:root"
    row = rows[person.name]
    assert row["arn"] == arn("user", person.name, "/p/") and None not in row and None not in row.values()
    assert (row["password_enabled"], row["mfa_active"]) == ("true", "false")
    changed, rotation = (
        datetime.datetime.fromisoformat(row[key]) for key in ["password_last_changed", "password_next_rotation"])
    assert rotation - changed == datetime.timedelta(days=90)
    keys = sorted([("true", "sts", "us-west-2"), ("false", "N/A", "N/A")])
    assert keys == sorted(
        (row[f"access_key_{n}_active"], row[f"access_key_{n}_last_used_service"], row[f"access_key_{n}_last_used_region"])
        for n in [1, 2])
    assert rows["administrator"]["password_enabled"] == "false"


def test_they_are_allowed_on_everything_only(alone, iam):
    """None of these names a resource."""
    person = Person(alone, iam)
    iam.put_user_policy(
        UserName=person.name, PolicyName="p",
        PolicyDocument=policy("iam:*", resource=arn("user", person.name)))
    own = person.client("iam")
    for call, action in [
        (own.get_account_summary, "GetAccountSummary"), (own.list_account_aliases, "ListAccountAliases"),
        (own.get_account_password_policy, "GetAccountPasswordPolicy"),
        (own.generate_credential_report, "GenerateCredentialReport"),
        (own.get_credential_report, "GetCredentialReport"),
    ]:
        text = (
            f"User: {arn('user', person.name)} is not authorized to perform: iam:{action} because no identity-based "
            f"policy allows the iam:{action} action"
        )
        with refused("AccessDenied", text, 403):
            call()
