"""`undercroft bootstrap`: a server made equal to a file, by a client that is like any other.

Each test has servers of its own: the files name organizations and accounts, which a shared server has once.
"""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import textwrap
import uuid

import boto3
import pytest
from accounts import Actor
from harness import BINARY, REGION, ROOT, Server, scratch_folder

EXAMPLE = ROOT / "examples" / "bootstrap" / "undercroft.yaml"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
OPEN = "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'kms:*', Resource: '*'}]}"


class Bootstrap:
    """A server, and a folder with a file for it."""

    def __init__(self, server, folder):
        self.server, self.folder = server, pathlib.Path(folder)
        self.file = self.folder / "file.yaml"

    def write(self, text):
        self.file.write_text(textwrap.dedent(text))
        return self

    def run(self, *flags, key=None, typed=None):
        key = key or self.server.credentials
        environment = {"AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1], "COLUMNS": "200"}
        return subprocess.run(
            [BINARY, "bootstrap", "--data", str(self.server.folder), "--region", REGION, str(self.file), *flags],
            capture_output=True, text=True, env=environment, timeout=120, input=typed)

    def apply(self):
        done = self.run("--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def plan(self):
        return self.run("--plan")

    def is_clean(self):
        done = self.plan()
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Nothing to do" in done.stdout
        return True

    def client(self, service):
        return self.server.client(service)

    def account(self, name):
        accounts = self.client("organizations").get_paginator("list_accounts").paginate().build_full_result()["Accounts"]
        return next(account["Id"] for account in accounts if account["Name"] == name)

    def member(self, name):
        role = f"arn:aws:iam::{self.account(name)}:role/OrganizationAccountAccessRole"
        return Actor(self.server.url, REGION, *self.server.credentials).assume(role)


@pytest.fixture(params=["sqlite", "postgres"])
def boot(request):
    with scratch_folder("bootstrap") as folder:
        flags = ["--quotas", "off"]
        if request.param == "postgres":
            flags += ["--store", request.getfixturevalue("postgres").fresh_database("u" + uuid.uuid4().hex)]
        server = Server(folder / "data", *flags).start()
        files = folder / "files"
        files.mkdir()
        yield Bootstrap(server, files)
        assert server.stop() == 0
        assert server.verify_trail().returncode == 0


def document(policy):
    return json.loads(policy) if isinstance(policy, str) else policy


def test_the_example(boot):
    shutil.copy(EXAMPLE, boot.file)
    shown = boot.plan()
    assert shown.returncode == 2
    assert "Account team-a (to be created)" in shown.stdout and "+ user alice" in shown.stdout
    with pytest.raises(boot.client("organizations").exceptions.AWSOrganizationsNotInUseException):
        boot.client("organizations").describe_organization()

    out = boot.apply()
    assert "All is as the file says" in out
    assert boot.is_clean()
    assert "steps were done" not in boot.apply()

    # The file that clients take, for its owner alone; its secret is nowhere else.
    file = boot.folder / "alice.credentials"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    session = boto3.Session()
    session._session.set_config_variable("credentials_file", str(file))
    identity = session.client("sts", endpoint_url=boot.server.url, region_name=REGION).get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::000000000001:user/people/alice"
    secret = next(line.split(" = ")[1] for line in file.read_text().splitlines() if "secret" in line)
    assert secret not in out and secret not in boot.server.log_path.read_text()
    assert secret not in json.dumps(boot.server.records())

    # What was made is what the file says.
    team = boot.member("team-a")
    key = team.client("kms").describe_key(KeyId="alias/app")["KeyMetadata"]
    assert team.client("kms").get_key_rotation_status(KeyId=key["KeyId"])["RotationPeriodInDays"] == 180
    iam = team.client("iam")
    trust = iam.get_role(RoleName="app")["Role"]["AssumeRolePolicyDocument"]
    principals = [statement["Principal"]["AWS"] for statement in trust["Statement"]]
    assert f"arn:aws:iam::{boot.account('team-a')}:role/ci" in principals
    assert "arn:aws:iam::000000000001:role/break-glass" in principals
    written = iam.get_role_policy(RoleName="ci", PolicyName="write-app-secrets")["PolicyDocument"]
    assert written["Statement"][1]["Resource"] == key["Arn"]
    bob = boot.client("iam").get_user(UserName="bob")["User"]
    assert bob["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/no-identity-changes")
    orgs = boot.client("organizations")
    unit = orgs.list_parents(ChildId=boot.account("team-a"))["Parents"][0]["Id"]
    assert orgs.describe_organizational_unit(OrganizationalUnitId=unit)["OrganizationalUnit"]["Name"] == "production"


def test_the_file_in_the_help_is_one(boot):
    words = subprocess.run([BINARY, "bootstrap", "--help"], capture_output=True, text=True, env={"COLUMNS": "200"})
    assert words.returncode == 0
    lines = words.stdout.splitlines()
    start = lines.index("  users:")
    end = next(index for index in range(start, len(lines)) if not lines[index].strip())
    boot.write("\n".join(line[2:] for line in lines[start:end]) + "\n").apply()
    assert boot.is_clean()


DRIFTED = f"""
    users:
      - name: u
        path: /p/
        groups: [g]
        tags: {{a: '1'}}
        policies: ['{ADMINISTRATOR}']
        inline-policies: {{i: {OPEN}}}
        permissions-boundary: {ADMINISTRATOR}
    groups: [{{name: g, policies: [mp], inline-policies: {{}}}}]
    policies: [{{name: mp, document: {OPEN}, tags: {{}}}}]
    roles:
      - name: r
        description: d
        max-session-duration: 7200
        trust: {{Version: 2012-10-17, Statement: [{{Effect: Allow, Principal: {{AWS: '${{account}}'}}, Action: 'sts:AssumeRole'}}]}}
        policies: []
        tags: {{a: '1'}}
    keys:
      - {{alias: k, description: d, enabled: true, rotation: 100, tags: {{a: '1'}}}}
    oidc-providers: [{{url: 'https://id.example.com/x', audiences: [one], tags: {{}}}}]
"""


def test_drift_is_found_and_mended(boot):
    boot.write(DRIFTED).apply()
    assert boot.is_clean()
    iam, kms = boot.client("iam"), boot.client("kms")
    arn = "arn:aws:iam::000000000001:policy/mp"
    provider = "arn:aws:iam::000000000001:oidc-provider/id.example.com/x"
    key = kms.describe_key(KeyId="alias/k")["KeyMetadata"]["KeyId"]
    closed = json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]})
    everything = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    drifts = [
        ("path: /q/ -> /p/", lambda: iam.update_user(UserName="u", NewPath="/q/")),
        ("group g: +", lambda: iam.remove_user_from_group(UserName="u", GroupName="g")),
        ("tag a: 2 -> 1", lambda: iam.tag_user(UserName="u", Tags=[{"Key": "a", "Value": "2"}])),
        ("tag b: - 2", lambda: iam.tag_role(RoleName="r", Tags=[{"Key": "b", "Value": "2"}])),
        (f"policy {ADMINISTRATOR}: +", lambda: iam.detach_user_policy(UserName="u", PolicyArn=ADMINISTRATOR)),
        (f"policy {ADMINISTRATOR}: -", lambda: iam.attach_role_policy(RoleName="r", PolicyArn=ADMINISTRATOR)),
        ("inline policy i:\n", lambda: iam.put_user_policy(UserName="u", PolicyName="i", PolicyDocument=everything)),
        ("inline policy j: -", lambda: iam.put_group_policy(GroupName="g", PolicyName="j", PolicyDocument=everything)),
        ("permissions-boundary: none ->", lambda: iam.delete_user_permissions_boundary(UserName="u")),
        ("document:\n", lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=everything, SetAsDefault=True)),
        ("trust:\n", lambda: iam.update_assume_role_policy(RoleName="r", PolicyDocument=closed)),
        ("max-session-duration: 3600 -> 7200", lambda: iam.update_role(RoleName="r", MaxSessionDuration=3600)),
        ("description: e -> d", lambda: iam.update_role_description(RoleName="r", Description="e")),
        ("description: e -> d", lambda: kms.update_key_description(KeyId=key, Description="e")),
        ("enabled: false -> true", lambda: kms.disable_key(KeyId=key)),
        ("rotation: off -> every 100 days", lambda: kms.disable_key_rotation(KeyId=key)),
        ("tag c: - 1", lambda: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "c", "TagValue": "1"}])),
        ("audience two: -", lambda: iam.add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=provider, ClientID="two")),
    ]
    for expected, drift in drifts:
        drift()
        found = boot.plan()
        assert found.returncode == 2 and expected in found.stdout, (expected, found.stdout + found.stderr)
        assert "0 to create, 1 to change" in found.stdout, found.stdout
        boot.apply()
        assert boot.is_clean(), expected


def test_policies_are_compared_by_meaning(boot):
    boot.write(DRIFTED).apply()
    same = json.dumps({"Statement": {"Resource": ["*"], "Action": ["KMS:*"], "Effect": "Allow"}, "Version": "2012-10-17"})
    boot.client("iam").put_user_policy(UserName="u", PolicyName="i", PolicyDocument=same)
    assert boot.is_clean()


def test_more_versions_than_a_policy_may_have(boot):
    for number in range(7):
        boot.write(f"""
            policies:
              - name: mp
                document: {{Version: 2012-10-17, Statement: [{{Effect: Allow, Action: 'kms:*', Resource: 'arn:aws:kms:*:*:key/{number}'}}]}}
        """).apply()
        assert boot.is_clean()


def test_what_is_not_named_is_left_alone(boot):
    boot.write(DRIFTED).apply()
    iam = boot.client("iam")
    iam.create_user(UserName="other")
    iam.add_user_to_group(UserName="other", GroupName="g")
    boot.write("users: [{name: u}]\ngroups: [{name: g}]\nkeys: [{alias: k}]\n")
    assert boot.is_clean()
    assert {user["UserName"] for user in iam.list_users()["Users"]} == {"administrator", "other", "u"}
    boot.write("users: [{name: u, policies: [], inline-policies: {}, groups: [], tags: {}, permissions-boundary: none}]").apply()
    user = iam.get_user(UserName="u")["User"]
    assert "Tags" not in user and "PermissionsBoundary" not in user
    assert iam.list_attached_user_policies(UserName="u")["AttachedPolicies"] == []
    assert iam.list_user_policies(UserName="u")["PolicyNames"] == []
    assert iam.list_groups_for_user(UserName="u")["Groups"] == []
    assert [user["UserName"] for user in iam.get_group(GroupName="g")["Users"]] == ["other"]


def test_a_run_that_failed_goes_on(boot):
    """The second trust policy names a user of whom the file says nothing, and who is not there."""
    boot.write("""
        users: [{name: first, access-key: first.key}]
        roles:
          - name: r
            trust: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {AWS: 'arn:aws:iam::${account}:user/late'}, Action: 'sts:AssumeRole'}]}
        keys: [{alias: k}]
    """)
    failed = boot.run("--yes")
    assert failed.returncode == 1
    assert "done    user first: CreateUser" in failed.stdout
    assert "FAILED  role r: CreateRole: MalformedPolicyDocument: Invalid principal" in failed.stderr
    assert "not done  key k: CreateKey" in failed.stderr and "not done  user first: CreateAccessKey" in failed.stderr
    assert "1 of 5 steps were done" in failed.stderr
    assert not (boot.folder / "first.key").exists()
    boot.client("iam").create_user(UserName="late")
    out = boot.apply()
    assert "user first: CreateUser" not in out and "role r: CreateRole" in out
    assert boot.is_clean()


def test_two_accounts_that_trust_each_other(boot):
    boot.write("""
        accounts:
          - name: a
            email: a@example.com
            roles:
              - name: inner
                trust: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {AWS: 'arn:aws:iam::${account.b}:role/outer'}, Action: 'sts:AssumeRole'}]}
          - name: b
            email: b@example.com
            users: [{name: u, access-key: b.key}]
            roles:
              - name: outer
                trust: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {AWS: ['arn:aws:iam::${account.a}:role/inner', 'arn:aws:iam::${account}:user/u']}, Action: 'sts:AssumeRole'}]}
                inline-policies:
                  go: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::${account.a}:role/inner'}]}
    """).apply()
    assert boot.is_clean()
    lines = dict(line.split(" = ") for line in (boot.folder / "b.key").read_text().splitlines() if " = " in line)
    user = Actor(boot.server.url, REGION, lines["aws_access_key_id"], lines["aws_secret_access_key"])
    outer = user.assume(f"arn:aws:iam::{boot.account('b')}:role/outer")
    inner = outer.assume(f"arn:aws:iam::{boot.account('a')}:role/inner")
    assert inner.client("sts").get_caller_identity()["Account"] == boot.account("a")


def test_keys_whose_policies_name_roles(boot):
    """Of the account and of one further down the file: all roles are there before any key."""
    def statement(principal):
        return f"{{Effect: Allow, Principal: {{AWS: '{principal}'}}, Action: 'kms:*', Resource: '*'}}"

    own = statement("arn:aws:iam::${account}:root")
    trust = "{Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {AWS: '${account}'}, Action: 'sts:AssumeRole'}]}"
    boot.write(f"""
        keys:
          - alias: k
            policy: {{Version: 2012-10-17, Statement: [{own}, {statement("arn:aws:iam::${account}:role/r")}, {statement("arn:aws:iam::${account.a}:role/inner")}]}}
        roles: [{{name: r, trust: {trust}}}]
        accounts: [{{name: a, email: a@example.com, roles: [{{name: inner, trust: {trust}}}]}}]
    """).apply()
    assert boot.is_clean()
    kms, iam = boot.client("kms"), boot.client("iam")
    key = kms.describe_key(KeyId="alias/k")["KeyMetadata"]["KeyId"]
    # Another role under the name is not whom the policy means, and the next run says so.
    old = iam.get_role(RoleName="r")["Role"]
    iam.delete_role(RoleName="r")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(old["AssumeRolePolicyDocument"]))
    assert old["RoleId"] in kms.get_key_policy(KeyId=key)["Policy"]
    planned = boot.plan()
    assert planned.returncode == 2 and old["RoleId"] in planned.stdout
    assert "key k: PutKeyPolicy" in boot.apply()
    assert boot.is_clean() and old["Arn"] in kms.get_key_policy(KeyId=key)["Policy"]


def test_access_keys(boot):
    boot.write("users: [{name: u, access-key: u.key}]").apply()
    iam, file = boot.client("iam"), boot.folder / "u.key"
    key = iam.list_access_keys(UserName="u")["AccessKeyMetadata"][0]["AccessKeyId"]
    # On another machine the file is not there, and that is nothing to do.
    file.rename(boot.folder / "elsewhere")
    noted = boot.plan()
    assert noted.returncode == 0 and "has an access key, but u.key is not here" in noted.stdout
    # A file that is in the way is not written over.
    iam.delete_access_key(UserName="u", AccessKeyId=key)
    file.write_text("mine")
    refused = boot.run("--yes")
    assert refused.returncode == 1 and "file.yaml:1: the user u has no access key, but u.key is there" in refused.stderr
    assert file.read_text() == "mine" and iam.list_access_keys(UserName="u")["AccessKeyMetadata"] == []
    file.unlink()
    boot.apply()
    assert len(iam.list_access_keys(UserName="u")["AccessKeyMetadata"]) == 1
    boot.write("users: [{name: v, access-key: no/such/folder/v.key}]")
    refused = boot.run("--yes")
    assert refused.returncode == 1 and "can't be written" in refused.stderr
    assert "v" not in {user["UserName"] for user in iam.list_users()["Users"]}


def test_nothing_is_done_unasked(boot):
    boot.write("users: [{name: u}]")
    for typed in (None, "", "yes\n"):
        asked = boot.run(typed=typed)
        assert asked.returncode == 2
        assert "+ user u" in asked.stdout and "Add --yes to apply" in asked.stderr
    assert [user["UserName"] for user in boot.client("iam").list_users()["Users"]] == ["administrator"]
    both = boot.run("--yes", "--plan")
    assert both.returncode == 64 and "choose one" in both.stderr


@pytest.mark.parametrize("answer, code", [("yes", 0), ("y", 2), ("", 2)])
def test_asking_on_a_terminal(boot, answer, code):
    boot.write("users: [{name: u}]")
    key = boot.server.credentials
    main, other = os.openpty()
    process = subprocess.Popen(
        [BINARY, "bootstrap", "--data", str(boot.server.folder), str(boot.file)], stdin=other, stdout=other, stderr=other,
        env={"AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1]})
    os.close(other)
    shown = b""
    while b"Only 'yes' does" not in shown:
        shown += os.read(main, 4096)
    os.write(main, answer.encode() + b"\n")
    assert process.wait(timeout=60) == code
    os.close(main)
    names = {user["UserName"] for user in boot.client("iam").list_users()["Users"]}
    assert ("u" in names) == (code == 0)


def test_what_is_refused_before_anything_is_done(boot):
    """By the file alone, by the constraints of the operations, and by what is there: several at once, each with its line."""
    boot.write("users:\n  - {name: ok, colour: red}\nkeys:\n  - {}\n")
    refused = boot.run("--yes")
    assert refused.returncode == 1 and not refused.stdout
    assert refused.stderr.splitlines() == [
        f"{boot.file}:2: a user has no member 'colour'; it has name, path, permissions-boundary, groups, policies, "
        "inline-policies, tags, access-key",
        f"{boot.file}:4: a key needs 'alias'",
        "The file is refused; nothing was changed.",
    ]

    boot.write("""\
        users:
          - {name: ok}
          - {name: 'no good'}
        roles:
          - name: r
            max-session-duration: 10
            trust: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: '*', Action: 'sts:AssumeRole'}]}
        keys: [{alias: k, spec: SQUARE}]
    """)
    refused = boot.run("--yes")
    assert refused.returncode == 1 and not refused.stdout
    lines = refused.stderr.splitlines()
    assert lines[0].startswith(f"{boot.file}:3: user no good: Value 'no good' at 'userName'"), lines
    assert lines[1].startswith(f"{boot.file}:5: role r: Value '10' at 'maxSessionDuration'"), lines
    assert lines[2].startswith(f"{boot.file}:8: key k: Value 'SQUARE' at 'keySpec'"), lines
    assert len(lines) == 4

    boot.write("users: [{name: ok, policies: ['arn:aws:iam::aws:policy/Nonesuch']}]")
    refused = boot.run("--yes")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"{boot.file}:1: the policy arn:aws:iam::aws:policy/Nonesuch is not there",
        "It can't be done so; nothing was changed.",
    ]
    assert [user["UserName"] for user in boot.client("iam").list_users()["Users"]] == ["administrator"]
    boot.file.unlink()
    refused = boot.run()
    assert refused.returncode == 1 and "can't be read" in refused.stderr


def test_a_caller_who_may_not(boot):
    iam = boot.client("iam")
    iam.create_user(UserName="weak")
    key = iam.create_access_key(UserName="weak")["AccessKey"]
    boot.write("users: [{name: u}]")
    refused = boot.run("--yes", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    assert refused.returncode == 1 and "AccessDenied" in refused.stderr and "iam:GetUser" in refused.stderr


def test_within_the_quotas():
    """The server's own pace is kept: what comes too fast is asked again."""
    with scratch_folder("bootstrap") as folder:
        server = Server(folder / "data").start()
        files = folder / "files"
        files.mkdir()
        keys = ", ".join(f"{{alias: k{number}}}" for number in range(12))
        boot = Bootstrap(server, files).write(f"keys: [{keys}]")
        boot.apply()
        assert boot.is_clean()
        assert len(server.client("kms").list_aliases()["Aliases"]) >= 12
        assert server.stop() == 0
