"""IAM: login profiles and the account's password policy. One server of its own: the policy is the whole account's."""

import json

import pytest
from harness import Server, scratch_folder
from iam import Person, no_user, policy, unique
from support import refused, until

GOOD, BETTER = "Open-Sesame-1", "Open-Sesame-2"
NO_POLICY = "The Password Policy with domain name 000000000001 cannot be found."


@pytest.fixture(scope="module")
def alone():
    with scratch_folder("passwords") as folder:
        server = Server(folder / "data", "--quotas", "off").start()
        yield server
        assert server.stop() == 0


@pytest.fixture
def iam(alone):
    client = alone.client("iam", retries={"max_attempts": 0})
    yield client
    try:
        client.delete_account_password_policy()
    except client.exceptions.NoSuchEntityException:
        pass


@pytest.fixture
def person(alone, iam):
    return Person(alone, iam)


def no_profile(name):
    return f"Login Profile for User {name} cannot be found."


def test_a_login_profile(iam):
    name = unique()
    iam.create_user(UserName=name)
    made = iam.create_login_profile(UserName=name, Password=GOOD, PasswordResetRequired=True)["LoginProfile"]
    assert (made["UserName"], made["PasswordResetRequired"]) == (name, True)
    assert iam.get_login_profile(UserName=name)["LoginProfile"] == made
    with refused("EntityAlreadyExists", f"Login Profile for user {name} already exists.", 409):
        iam.create_login_profile(UserName=name, Password=GOOD)
    iam.update_login_profile(UserName=name, PasswordResetRequired=False, MaxSigninSessionDuration=7200)
    got = iam.get_login_profile(UserName=name)["LoginProfile"]
    assert (got["PasswordResetRequired"], got["MaxSigninSessionDuration"]) == (False, 7200)
    assert got["CreateDate"] == made["CreateDate"]
    iam.update_login_profile(UserName=name, ResetMaxSigninSessionDuration=True)
    assert "MaxSigninSessionDuration" not in iam.get_login_profile(UserName=name)["LoginProfile"]
    with refused("InvalidInput"):
        iam.update_login_profile(UserName=name, ResetMaxSigninSessionDuration=True, MaxSigninSessionDuration=7200)
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409):
        iam.delete_user(UserName=name)
    iam.delete_login_profile(UserName=name)
    for call in [iam.get_login_profile, iam.delete_login_profile, iam.update_login_profile]:
        with refused("NoSuchEntity", no_profile(name), 404):
            call(UserName=name)
        with refused("NoSuchEntity", no_user("no-one"), 404):
            call(UserName="no-one")
    with refused("NoSuchEntity", no_user("no-one"), 404):
        iam.create_login_profile(UserName="no-one", Password=GOOD)
    iam.delete_user(UserName=name)


def test_passwords_that_are_too_plain(iam):
    name = unique()
    iam.create_user(UserName=name)
    for plain in ["short1!", "onlyletters", "lower1234", "000000000001"]:
        with refused("PasswordPolicyViolation", "Password does not conform to the account password policy."):
            iam.create_login_profile(UserName=name, Password=plain)
    iam.update_account_password_policy(MinimumPasswordLength=12, RequireSymbols=True, RequireNumbers=True)
    with refused("PasswordPolicyViolation", "Password should have a minimum length of 12"):
        iam.create_login_profile(UserName=name, Password="Short-pass1")
    with refused("PasswordPolicyViolation", "Password should have at least one symbol"):
        iam.create_login_profile(UserName=name, Password="Longpassword1")
    iam.create_login_profile(UserName=name, Password="long-password-1")
    with refused("PasswordPolicyViolation", "Password should have at least one number"):
        iam.update_login_profile(UserName=name, Password="long-password-x")


def test_changing_ones_own(iam, person):
    own = person.client("iam")
    iam.create_login_profile(UserName=person.name, Password=GOOD, PasswordResetRequired=True)
    with refused("AccessDenied", status=403):
        own.change_password(OldPassword=GOOD, NewPassword=BETTER)
    person.allow("iam:ChangePassword")
    with refused("AccessDenied", "The old password was incorrect.", 403):
        own.change_password(OldPassword="wrong", NewPassword=BETTER)
    with refused("PasswordPolicyViolation"):
        own.change_password(OldPassword=GOOD, NewPassword="plain")
    own.change_password(OldPassword=GOOD, NewPassword=BETTER)
    assert iam.get_login_profile(UserName=person.name)["LoginProfile"]["PasswordResetRequired"] is False
    with refused("AccessDenied", "The old password was incorrect.", 403):
        own.change_password(OldPassword=GOOD, NewPassword=BETTER)
    iam.delete_login_profile(UserName=person.name)
    with refused("NoSuchEntity", no_profile(person.name), 404):
        own.change_password(OldPassword=BETTER, NewPassword=GOOD)


def test_an_account_that_lets_users_change_theirs(iam, person):
    own = person.client("iam")
    iam.create_login_profile(UserName=person.name, Password=GOOD)
    iam.update_account_password_policy(AllowUsersToChangePassword=True)
    own.change_password(OldPassword=GOOD, NewPassword=BETTER)
    person.allow("iam:ChangePassword", effect="Deny")
    with refused("AccessDenied", status=403):
        own.change_password(OldPassword=BETTER, NewPassword=GOOD)
    iam.delete_user_policy(UserName=person.name, PolicyName="own")
    iam.update_account_password_policy(AllowUsersToChangePassword=False)
    with refused("AccessDenied", status=403):
        own.change_password(OldPassword=BETTER, NewPassword=GOOD)


def test_old_passwords_do_not_come_again(iam, person):
    person.allow("iam:ChangePassword")
    own = person.client("iam")
    words = [f"Open-Sesame-{n}" for n in range(5)]
    iam.create_login_profile(UserName=person.name, Password=words[0])
    own.change_password(OldPassword=words[0], NewPassword=words[0])
    iam.update_account_password_policy(PasswordReusePrevention=3)
    reused = "Policy constraint violation with password reuse prevention during password change"
    for old, new in zip(words, words[1:4]):
        own.change_password(OldPassword=old, NewPassword=new)
    for used in words[1:4]:
        with refused("PasswordPolicyViolation", reused):
            own.change_password(OldPassword=words[3], NewPassword=used)
        with refused("PasswordPolicyViolation", reused):
            iam.update_login_profile(UserName=person.name, Password=used)
    own.change_password(OldPassword=words[3], NewPassword=words[0])


def test_the_password_policy(iam):
    for call in [iam.get_account_password_policy, iam.delete_account_password_policy]:
        with refused("NoSuchEntity", NO_POLICY, 404):
            call()
    iam.update_account_password_policy(MinimumPasswordLength=9, MaxPasswordAge=90, HardExpiry=True)
    assert iam.get_account_password_policy()["PasswordPolicy"] == {
        "MinimumPasswordLength": 9, "RequireSymbols": False, "RequireNumbers": False,
        "RequireUppercaseCharacters": False, "RequireLowercaseCharacters": False, "AllowUsersToChangePassword": False,
        "ExpirePasswords": True, "MaxPasswordAge": 90, "HardExpiry": True,
    }
    iam.update_account_password_policy(RequireNumbers=True)
    got = iam.get_account_password_policy()["PasswordPolicy"]
    assert (got["MinimumPasswordLength"], got["RequireNumbers"], got["ExpirePasswords"]) == (6, True, False)
    assert "MaxPasswordAge" not in got, "what is left out goes back to its default"
    iam.delete_account_password_policy()
    with refused("NoSuchEntity", NO_POLICY, 404):
        iam.get_account_password_policy()


def test_no_password_is_recorded(alone, iam, person):
    person.allow("iam:ChangePassword")
    iam.create_login_profile(UserName=person.name, Password="Unheard-Of-111")
    person.client("iam").change_password(OldPassword="Unheard-Of-111", NewPassword="Unheard-Of-222")
    with refused("AccessDenied", status=403):
        person.client("iam").change_password(OldPassword="Unheard-Of-333", NewPassword="Unheard-Of-444")
    iam.update_login_profile(UserName=person.name, Password="Unheard-Of-555")

    def records():
        found = [r for r in alone.records() if r["eventName"] == "UpdateLoginProfile"
                 and r["requestParameters"]["userName"] == person.name]
        return found and alone.records()

    assert "Unheard-Of" not in json.dumps(until(records))
    assert "Unheard-Of" not in alone.log_path.read_text()
    for path in alone.folder.rglob("*"):
        if path.is_file():
            assert b"Unheard-Of" not in path.read_bytes(), path
