"""Rotation: of a PostgreSQL password against the same by hand, the steps of a warm function, and a thousand due at once."""

import base64
import contextlib
import io
import json
import pathlib
import statistics
import tempfile
import time
import zipfile

import cases
from access import form
from calls import Calls, REGION
from postgres import ByHand, Postgres
from report import Case, Target, median
from servers import Trouble, Undercroft

READERS, CALLERS = 4, 64
# The server is not asked before a rotation can have ended: looks are recorded, and records cost what rotations need.
BLINK = 0.015

CODE = '''
import time

import boto3

client = boto3.client("secretsmanager")


def handler(event, context):
    begin = time.perf_counter()
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    versions = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    if step == "createSecret":
        client.put_secret_value(
            SecretId=arn, ClientRequestToken=token, SecretString=token, VersionStages=["AWSPENDING"])
    elif step == "finishSecret":
        current = next(version for version, stages in versions.items() if "AWSCURRENT" in stages)
        client.update_secret_version_stage(
            SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current)
    print("own", token, step, (time.perf_counter() - begin) * 1e3, flush=True)
'''
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
RIGHTS = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}]})


class Rotation:
    def __init__(self, chosen, loader, folder):
        self.chosen, self.loader, self.folder = chosen, loader, folder
        self.cases, self.notes = [], {}
        self.repeats, self.many = (10, 200) if chosen.quick else (40, 1000)

    def run(self):
        self.passwords()
        self.function()
        self.at_once()

    def start(self, name):
        return Undercroft(self.chosen.server, self.folder / name)

    def rotate(self, calls, name, function):
        """Milliseconds from the call until a client sees the new version, and the flight recorder's page."""
        begin = time.monotonic()
        version = calls.target("secretsmanager.RotateSecret", SecretId=name, RotationLambdaARN=function,
                               ClientRequestToken=f"{name}-{time.monotonic_ns():032}")["VersionId"]
        time.sleep(BLINK)
        while True:
            stages = calls.target("secretsmanager.DescribeSecret", SecretId=name)["VersionIdsToStages"]
            took = time.monotonic() - begin
            if stages.get(version) == ["AWSCURRENT"]:
                break
            if took > 60:
                raise Trouble(f"{name} is not rotated after a minute; see {self.folder}")
            time.sleep(0.002)
        page = calls.target("Undercroft.DescribeRotation", "undercroft", SecretId=name)["Attempts"][-1]
        return took * 1e3, page

    def passwords(self):
        """In turns, each with a user of its own in one database."""
        print("==> Rotating a PostgreSQL password, by the server and by hand", flush=True)
        # Not in the folder of the run, to which the database's user may have no way.
        with contextlib.ExitStack() as stack:
            place = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undercroft-bench-", dir="/var/tmp")))
            place.chmod(0o711)
            database = stack.enter_context(Postgres(place / "postgres"))
            server = stack.enter_context(self.start("passwords"))
            for user in ("server", "hand"):
                database.add(user, "first")
            hand = stack.enter_context(ByHand(database.port, "hand", "first"))
            calls = Calls(server)
            value = {"engine": "postgres", "host": "127.0.0.1", "port": database.port, "username": "server",
                     "password": "first", "ssl": False}
            arn = calls.target(
                "secretsmanager.CreateSecret", Name="db", SecretString=json.dumps(value), ClientRequestToken="c" * 32)["ARN"]
            function = self.native(arn, "undercroft-rotate-postgres-single")
            self.by_server, self.by_hand, pages = [], [], []
            for number in range(self.repeats + 2):
                by_server, page = self.rotate(calls, "db", function)
                by_hand = hand.rotate()
                # The first ones open files and make memory.
                if number >= 2:
                    self.by_server.append(by_server)
                    self.by_hand.append(by_hand)
                    pages.append(page)
        for index, step in enumerate(("createSecret", "setSecret", "testSecret", "finishSecret")):
            self.notes[f"of a PostgreSQL rotation, {step}, ms"] = statistics.median(
                float(page["Steps"][index]["Milliseconds"]) for page in pages)
        self.notes["PostgreSQL rotation, call to current, p50 ms"] = statistics.median(self.by_server)
        self.notes["the same by hand with libpq, p50 ms"] = statistics.median(self.by_hand)

    @staticmethod
    def native(arn, name):
        return f"arn:aws:lambda:{REGION}:{arn.split(':')[4]}:function:{name}"

    def function(self):
        print("==> Rotating by a warm function", flush=True)
        with self.start("function") as server:
            calls = Calls(server)
            secret = calls.target(
                "secretsmanager.CreateSecret", Name="f", SecretString="first", ClientRequestToken="c" * 32)["ARN"]
            function = self.upload(server, calls, secret)
            pages = [self.rotate(calls, "f", function)[1] for _ in range(self.repeats + 1)][1:]
            own = self.own_times(calls)
        self.overheads = [
            step["Milliseconds"] - own[page["VersionId"], step["Step"]] for page in pages for step in page["Steps"]]
        self.notes["a warm function's own time a step, p50 ms"] = statistics.median(
            own[page["VersionId"], step["Step"]] for page in pages for step in page["Steps"])

    def upload(self, server, calls, secret):
        account, name = secret.split(":")[4], "rotate"
        self.loader.text(server, form("CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST))
        self.loader.text(server, form("PutRolePolicy", RoleName=name, PolicyName="p", PolicyDocument=RIGHTS))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("function.py", CODE)
        path = "/2015-03-31/functions"
        made = calls.send("lambda", "POST", path, {
            "FunctionName": name, "Runtime": "python3.11", "Role": f"arn:aws:iam::{account}:role/{name}",
            "Handler": "function.handler", "Timeout": 60, "Code": {"ZipFile": base64.b64encode(packed.getvalue()).decode()},
        })["FunctionArn"]
        calls.send("lambda", "POST", f"{path}/{name}/policy", {
            "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com"})
        return made

    @staticmethod
    def own_times(calls):
        """What the function wrote into its log, by version and step."""
        own, more = {}, {}
        while True:
            answer = calls.target("Logs_20140328.FilterLogEvents", "logs", logGroupName="/aws/lambda/rotate", **more)
            for event in answer["events"]:
                if event["message"].startswith("own "):
                    _, token, step, took = event["message"].split()
                    own[token, step] = float(took)
            if not answer.get("nextToken"):
                return own
            more = {"nextToken": answer["nextToken"]}

    def at_once(self):
        print(f"==> {self.many:,} rotations at once, while others read", flush=True)
        with self.start("many") as server:
            self.loader.load(server, cases.create(cases.HOT), connections=CALLERS, requests=cases.HOT)
            made = cases.secrets(
                "CreateSecret", '{"Name":"due/{n}","ClientRequestToken":"{u}","SecretString":"first"}', "due/{n}",
                "--distinct", self.many, "--fresh")
            self.loader.load(server, made, connections=CALLERS, requests=self.many)
            calls = Calls(server)
            arn = calls.target("secretsmanager.DescribeSecret", SecretId="due/000000")["ARN"]
            self.alone = Case("GetSecretValue, nothing is rotated", READERS)
            self.beside = Case(f"… while {self.many:,} secrets are rotated", READERS)
            self.cases = [self.alone, self.beside]
            for _ in range(max(3, self.chosen.rounds)):
                self.alone.rounds.append(self.read(server))
            body = {"SecretId": "due/{n}", "ClientRequestToken": "{u}", "RotationRules": {"AutomaticallyAfterDays": 30},
                    "RotationLambdaARN": self.native(arn, "undercroft-rotate-random")}
            begin = time.time()
            self.loader.load(
                server, cases.secrets("RotateSecret", json.dumps(body), "due/{n}", "--distinct", self.many, "--fresh"),
                connections=CALLERS, requests=self.many)
            self.notes["RotateSecret called for all of them within, s"] = time.time() - begin
            while True:
                figures = self.read(server)
                if self.finished(calls) >= self.many:
                    break
                # The slice in which the last one ended was not all under load.
                self.beside.rounds.append(figures)
                if time.time() - begin > 300:
                    raise Trouble(f"{self.finished(calls)} of {self.many} are rotated after five minutes")
            self.check(calls, begin)

    def read(self, server):
        return self.loader.load(server, cases.GET, connections=READERS, seconds=2, warmup=0.2)

    @staticmethod
    def finished(calls):
        for line in calls.text("/metrics").splitlines():
            if line.startswith('undercroft_rotations_total{result="ok"}'):
                return float(line.split()[-1])
        return 0

    def check(self, calls, begin):
        """Each was rotated once, since the call and before the window of its schedule closed."""
        if not self.beside.rounds:
            raise Trouble("the rotations were over before a single slice of reads was")
        last, more, seen = 0, {}, 0
        while True:
            answer = calls.target(
                "secretsmanager.ListSecrets", MaxResults=100, Filters=[{"Key": "name", "Values": ["due/"]}], **more)
            for secret in answer["SecretList"]:
                rotated, closes = secret.get("LastRotatedDate", 0), secret.get("NextRotationDate", 0)
                if not begin - 1 <= rotated <= time.time() < closes or len(secret["SecretVersionsToStages"]) != 2:
                    raise Trouble(f"{secret['Name']} was rotated at {rotated}, its next window closes at {closes}")
                last, seen = max(last, rotated), seen + 1
            if not answer.get("NextToken"):
                break
            more = {"NextToken": answer["NextToken"]}
        if seen != self.many:
            raise Trouble(f"{seen} of {self.many} secrets are listed")
        self.notes[f"all {self.many:,} rotated after, s"] = last - begin

    def targets(self):
        pairs = zip(self.by_server, self.by_hand)
        return [
            Target("a PostgreSQL rotation against the same by hand", statistics.median(a / b for a, b in pairs), 2, "{:.2f} x"),
            Target("a warm function's step beyond its own time", statistics.median(self.overheads), 5, "{:.1f} ms"),
            Target(f"GetSecretValue's p99 while {self.many:,} are rotated",
                   median(self.beside.rounds, "p99_us") / median(self.alone.rounds, "p99_us"), 1.5, "{:.2f} x"),
        ]
