"""Who may do what, at scale: the engine alone, and 100,000 users with 10,000 managed policies beside an account with one of each."""

import json
import re
import subprocess
import urllib.parse

import cases
from report import Case, Target, ratio
from servers import SERVER_CORE, Trouble, Undercroft, pinned

READERS, CLIENTS, WRITERS = 100, 256, 64
# The same for both accounts, and not a small one.
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
     "Resource": "arn:aws:secretsmanager:*:*:secret:bench/app/*"},
    {"Sid": "Open", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
    {"Sid": "NotTheRest", "Effect": "Deny", "Action": "secretsmanager:*", "Resource": "*",
     "Condition": {"StringEquals": {"secretsmanager:ResourceTag/team": "treasury"}}},
]}, separators=(",", ":"))


def form(action, **parameters):
    """A call of IAM; `{n}` stays what it is for the load generator."""
    pairs = {"Action": action, "Version": "2010-05-08", **parameters}
    body = "&".join(f"{name}={urllib.parse.quote(value, safe='{}')}" for name, value in pairs.items())
    return ["--form", "--service", "iam", "--region", "us-east-1", "--body", body, "--expect", f"<{action}Response"]


class Access:
    def __init__(self, chosen, loader, folder):
        self.chosen, self.loader, self.folder = chosen, loader, folder
        self.cases, self.notes = [], {}

    def run(self):
        self.engine = self.decide()
        users, policies = self.chosen.users, self.chosen.policies
        print(f"==> Making {users:,} users and {policies:,} managed policies", flush=True)
        small, large = self.folder / "one-user", self.folder / "many-users"
        with self.start(small) as server:
            account = self.secrets(server)
            few = self.readers(server, account, 1, "policy-000000")
        with self.start(large) as server:
            account = self.secrets(server)
            self.people(server, account, users, policies)
            many = self.readers(server, account, READERS, "also-{n}")
        with self.start(small) as one, self.start(large) as many_users:
            self.notes[f"start with {users:,} users and {policies:,} managed policies, s"] = many_users.ready
            self.one = Case("GetSecretValue, account with one user", CLIENTS)
            self.many = Case(f"… with {users:,} users, {READERS} read", CLIENTS)
            self.cases = [self.one, self.many]
            for _ in range(self.chosen.rounds):
                for case, server, signing in ((self.one, one, few), (self.many, many_users, many)):
                    figures = self.loader.load(
                        server, [*cases.GET, "--credentials", signing], connections=CLIENTS,
                        seconds=self.chosen.seconds, warmup=1)
                    case.rounds.append(figures)
            self.notes["resident memory after it, one user, MB"] = one.memory()
            self.notes[f"resident memory after it, {users:,} users, MB"] = many_users.memory()

    def decide(self):
        print("==> Deciding, without a server", flush=True)
        done = subprocess.run(
            [self.loader.binary, "decide"], capture_output=True, text=True, preexec_fn=pinned(SERVER_CORE), timeout=240)
        if done.returncode:
            raise Trouble(f"decide: {done.stderr.strip()[:2000]}")
        engine = json.loads(done.stdout)
        self.notes |= {
            f"secret and key decided, {engine['statements']} statements as accounts have them, us": engine["mixed_us"],
            f"secret and key decided, {engine['statements']} statements that all have to be looked at, us": engine["narrow_us"],
        }
        for name in ("stars", "late_failure", "jokers"):
            shown = " / ".join(f"{value:,.0f}" for value in engine[f"{name}_us"])
            self.notes[f"hostile pattern ({name.replace('_', ' ')}) of 5, 10, 20 KB decided, us"] = shown
        return engine

    def start(self, folder):
        return Undercroft(self.chosen.server, folder)

    def secrets(self, server):
        key = self.loader.call(server, cases.CREATE_KEY)["KeyMetadata"]
        self.loader.load(server, cases.create(cases.HOT, key["KeyId"]), connections=WRITERS, requests=cases.HOT)
        self.make(server, 1, "CreatePolicy", PolicyName="policy-{n}", PolicyDocument=DOCUMENT)
        return key["AWSAccountId"]

    def people(self, server, account, users, policies):
        """Policies are numbered; users come in crowds as large as the number of policies, each with the policy of its number."""
        self.make(server, policies - 1, "CreatePolicy", PolicyName="also-{n}", PolicyDocument=DOCUMENT)
        for crowd in range(-(-users // policies)):
            count, name = min(policies, users - crowd * policies), f"crowd-{crowd}-{{n}}"
            self.make(server, count, "CreateUser", UserName=name)
            self.make(
                server, count - 1, "AttachUserPolicy", UserName=name, PolicyArn=f"arn:aws:iam::{account}:policy/also-{{n}}")

    def make(self, server, count, action, **parameters):
        if count > 0:
            self.loader.load(
                server, [*form(action, **parameters), "--distinct", count, "--fresh"], connections=min(WRITERS, count),
                requests=count)

    def readers(self, server, account, count, policy):
        """Users that read: a credentials file with their keys."""
        self.make(server, count, "CreateUser", UserName="reader-{n}")
        self.make(
            server, count, "AttachUserPolicy", UserName="reader-{n}", PolicyArn=f"arn:aws:iam::{account}:policy/{policy}")
        profiles = []
        for number in range(count):
            answer = self.loader.text(server, form("CreateAccessKey", UserName=f"reader-{number:06}"))
            key, secret = (re.search(f"<{tag}>(.+?)</{tag}>", answer)[1] for tag in ("AccessKeyId", "SecretAccessKey"))
            profiles.append(f"[reader-{number}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
        file = server.folder / "readers"
        file.touch(mode=0o600)
        file.write_text("\n".join(profiles))
        return file

    def targets(self):
        users = f"{self.chosen.users:,} users and {self.chosen.policies:,} policies"
        stars = self.engine["stars_us"]
        return [
            Target("secret and key decided, 200 statements", self.engine["mixed_us"], 10, "{:.2f} us"),
            Target("*a*a…*b of 20 KB against one of 10 KB", stars[2] / stars[1], 2.5, "{:.2f} x"),
            Target(f"GetSecretValue's CPU with {users} against one user's", ratio(self.many, self.one, "cpu_us"), 1.15, "{:.2f} x"),
        ]
