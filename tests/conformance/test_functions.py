"""Lambda's control plane with boto3 and the AWS CLI: functions, versions, aliases, permissions, and what is refused."""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import threading
import time

import pytest
import requests
from accounts import Account
from botocore.exceptions import ClientError
from catalog_functions import TRUST, FunctionWorld, zipped
from harness import REGION
from iam import Person, policy, unique
from support import ANY, Request, send
from support import refused as refused_with
from test_why import ask

ACCOUNT = "000000000001"
INVALID = "InvalidParameterValueException"
NOT_FOUND = "ResourceNotFoundException"
UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."
NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."
WRONG_REVISION = (
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the "
    "latest Revision Id"
)
SERVICE = "secretsmanager.amazonaws.com"


STATUS = {
    NOT_FOUND: 404, "ResourceConflictException": 409, "PreconditionFailedException": 412, "AccessDeniedException": 403,
}


def refused(code, text=ANY):
    return refused_with(code, text, STATUS.get(code, 400))


@pytest.fixture
def world(client, name):
    return FunctionWorld(client, unique("f"))


@pytest.fixture
def functions(client):
    return client("lambda")


def arn(name, *qualifier):
    return ":".join(["arn:aws:lambda", REGION, ACCOUNT, "function", name, *qualifier])


def digest(code):
    return base64.b64encode(hashlib.sha256(code).digest()).decode()


def test_life_of_a_function(world, functions):
    code = zipped()
    made = world.create(Environment={"Variables": {"KEY": "value"}}, Tags={"team": "db"}, Description="rotates")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    expected = {
        "FunctionName": world.name, "FunctionArn": arn(world.name), "Runtime": "python3.11", "Role": world.role,
        "Handler": "function.handler", "CodeSize": len(code), "CodeSha256": digest(code), "Timeout": 3,
        "MemorySize": 128, "Version": "$LATEST", "Description": "rotates", "State": "Active",
        "LastUpdateStatus": "Successful", "PackageType": "Zip", "EphemeralStorage": {"Size": 512},
        "Environment": {"Variables": {"KEY": "value"}}, "TracingConfig": {"Mode": "PassThrough"},
    }
    assert expected.items() <= made.items()
    found = functions.get_function(FunctionName=world.name)
    assert expected.items() <= found["Configuration"].items() and found["Tags"] == {"team": "db"}
    assert found["Configuration"]["RevisionId"] == made["RevisionId"]
    with refused("ResourceConflictException", f"Function already exist: {world.name}"):
        world.create()
    functions.get_waiter("function_active_v2").wait(FunctionName=world.name)
    assert world.name in [f["FunctionName"] for page in functions.get_paginator("list_functions").paginate()
                          for f in page["Functions"]]
    gone = functions.delete_function(FunctionName=world.name)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused(NOT_FOUND, f"Function not found: {arn(world.name)}"):
        functions.get_function(FunctionName=world.name)
    with refused(NOT_FOUND, f"Function not found: {arn(world.name)}"):
        functions.delete_function(FunctionName=world.name)


def test_code_and_configuration_change(world, functions):
    first = world.create()
    other = zipped({"function.py": "def handler(e, c): return 2\n", "lib/more.txt": "x" * 100_000})
    dry = functions.update_function_code(FunctionName=world.name, ZipFile=other, DryRun=True)
    assert dry["CodeSha256"] == digest(other)
    assert functions.get_function_configuration(FunctionName=world.name)["CodeSha256"] == first["CodeSha256"]
    with refused("PreconditionFailedException", WRONG_REVISION):
        functions.update_function_code(FunctionName=world.name, ZipFile=other, RevisionId="no")
    second = functions.update_function_code(FunctionName=world.name, ZipFile=other, RevisionId=first["RevisionId"])
    assert second["CodeSha256"] == digest(other) and second["RevisionId"] != first["RevisionId"]
    third = functions.update_function_configuration(
        FunctionName=world.name, Timeout=60, MemorySize=256, Handler="other.run", Runtime="nodejs20.x",
        Environment={"Variables": {"A1": "é"}}, EphemeralStorage={"Size": 1024})
    wanted = {"Timeout": 60, "MemorySize": 256, "Handler": "other.run", "Runtime": "nodejs20.x",
              "EphemeralStorage": {"Size": 1024}, "Environment": {"Variables": {"A1": "é"}}}
    assert wanted.items() <= third.items() and third["CodeSha256"] == digest(other)
    emptied = functions.update_function_configuration(FunctionName=world.name, Environment={"Variables": {}})
    assert "Environment" not in emptied and emptied["Timeout"] == 60
    with refused("PreconditionFailedException", WRONG_REVISION):
        functions.update_function_configuration(FunctionName=world.name, Timeout=1, RevisionId=first["RevisionId"])


def evil(name):
    return zipped({name: "x"})


def mangled(change):
    data = bytearray(zipped())
    change(data)
    return bytes(data)


def lied(data):
    """A file that says to be 300 MB large when unpacked."""
    start = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, start + 24, 300_000_000)


def encrypted(data):
    start = data.index(b"PK\x01\x02")
    data[start + 8] |= 1


@pytest.mark.parametrize("code, text", [
    (b"not a zip", UNREADABLE), (zipped()[:-1], UNREADABLE), (zipped()[10:], UNREADABLE),
    (evil("/etc/passwd"), UNREADABLE), (evil("../up"), UNREADABLE), (evil("a/../../up"), UNREADABLE),
    (mangled(encrypted), UNREADABLE), (mangled(lied), "Unzipped size must be smaller than 262144000 bytes"),
    (zipped({}), "Uploaded file must be a non-empty zip"),
], ids=range(9))
def test_zips_that_are_refused(world, code, text):
    with refused(INVALID, text):
        world.create(Code={"ZipFile": code})


@contextlib.contextmanager
def asked_meanwhile(url):
    """Yields the times that /health took, asked again and again."""
    times, over = [], threading.Event()

    def ask():
        while not over.is_set():
            began = time.monotonic()
            requests.get(url + "/health", timeout=60)
            times.append(time.monotonic() - began)

    one = threading.Thread(target=ask)
    one.start()
    try:
        yield times
    finally:
        over.set()
        one.join()


def test_large_code(server, world, functions):
    """Larger than any other request may be; the same code of two functions is kept once. Nobody waits for it to be read."""
    code = zipped({"blob": base64.b85encode(os.urandom(16_000_000)).decode()})
    assert len(code) > 15_000_000
    world.role
    with asked_meanwhile(server.url) as times:
        began = time.monotonic()
        assert world.create(Code={"ZipFile": code})["CodeSha256"] == digest(code)
        took = time.monotonic() - began
    assert max(times) < max(1, took / 2)
    again = functions.create_function(
        FunctionName=world.name + "-2", Runtime="python3.11", Role=world.role, Handler="f.h", Code={"ZipFile": code})
    assert again["CodeSize"] == len(code)
    for name in [world.name, world.name + "-2"]:
        functions.delete_function(FunctionName=name)


def test_a_body_is_large_on_few_paths_only(server):
    body = b"x" * (1 << 20 | 1)
    for method, path, status in [
        ("POST", "/2015-03-31/functions/f/policy", 413), ("POST", "/", 413),
        ("POST", "/2015-03-31/functions", 403), ("PUT", "/2015-03-31/functions/f/code", 403),
        ("POST", "/2015-03-31/functions/f/invocations", 403),
    ]:
        assert send(Request(server, body=body, method=method, path=path)).status == status, path


REFUSED = {
    "s3": ({"Code": {"S3Bucket": "bucket", "S3Key": "k"}},
           "Code in S3 is not supported by this server. Send the zip itself, as ZipFile."),
    "image": ({"Code": {"ImageUri": "i"}},
              "Container images are not supported by this server. Send a zip, as ZipFile."),
    "package": ({"PackageType": "Image"}, "PackageType Image is not supported by this server."),
    "no code": ({"Code": {}}, "Please provide a source for function code."),
    "runtime": ({"Runtime": "java21"},
                "The runtime parameter of java21 is not supported by this server. It runs python3.*, nodejs*.x and "
                "provided.*."),
    "vpc": ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "VpcConfig is not supported by this server."),
    "layers": ({"Layers": ["arn:aws:lambda:us-west-2:000000000001:layer:l:1"]},
               "Layers is not supported by this server."),
    "dead letters": ({"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-west-2:000000000001:q"}},
                     "DeadLetterConfig is not supported by this server."),
    "tracing": ({"TracingConfig": {"Mode": "Active"}}, "TracingConfig mode Active is not supported by this server."),
    "reserved": ({"Environment": {"Variables": {"AWS_REGION": "x"}}},
                 "Lambda was unable to configure your environment variables because the environment variables you have "
                 "provided contains reserved keys that are currently not supported for modification. Reserved keys used "
                 "in this request: AWS_REGION"),
    "environment": ({"Environment": {"Variables": {"KEY": "x" * 5000}}},
                    "Lambda was unable to configure your environment variables because the environment variables you "
                    "have provided exceeded the 4KB limit."),
    "tags": ({"Tags": {"aws:x": "y"}}, "The tag keys that begin with aws: are reserved."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_clearly(world, case):
    more, text = REFUSED[case]
    with refused(INVALID, text):
        world.create(**more)


def test_roles(world, client, functions):
    nobody = f"arn:aws:iam::{ACCOUNT}:role/nobody-like-this"
    with refused(INVALID, NOT_ASSUMABLE):
        world.create(Role=nobody)
    client("iam").create_role(
        RoleName=world.name + "-other", AssumeRolePolicyDocument=TRUST.replace("lambda.amazonaws.com", "ec2.amazonaws.com"))
    with refused(INVALID, NOT_ASSUMABLE):
        world.create(Role=f"arn:aws:iam::{ACCOUNT}:role/{world.name}-other")
    world.create()
    with refused(INVALID, NOT_ASSUMABLE):
        functions.update_function_configuration(FunctionName=world.name, Role=nobody)


def test_whoever_makes_a_function_must_be_allowed_to_pass_its_role(server, client, world):
    role, name = world.role, world.name
    person = Person(server, client("iam")).allow("lambda:*")
    own = person.client("lambda")
    wanted = dict(FunctionName=name, Runtime="python3.11", Role=role, Handler="f.h", Code={"ZipFile": zipped()})
    who = f"arn:aws:iam::{ACCOUNT}:user/{person.name}"
    with refused("AccessDeniedException",
                 f"User: {who} is not authorized to perform: iam:PassRole on resource: {role} because no identity-based "
                 "policy allows the iam:PassRole action"):
        own.create_function(**wanted)
    passing = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "iam:PassRole", "Resource": role,
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}]}
    person.iam.put_user_policy(UserName=person.name, PolicyName="pass", PolicyDocument=json.dumps(passing))
    assert own.create_function(**wanted)["Role"] == role
    person.iam.put_user_policy(UserName=person.name, PolicyName="own", PolicyDocument=policy("lambda:GetFunction"))
    with refused("AccessDeniedException",
                 f"User: {who} is not authorized to perform: lambda:InvokeFunction on resource: {arn(name)} because no "
                 "identity-based policy allows the lambda:InvokeFunction action"):
        own.invoke(FunctionName=name)
    # A function that is not there is not told from one that is.
    with refused("AccessDeniedException"):
        own.delete_function(FunctionName="nothing-like-this")


@pytest.mark.parametrize("form", [
    "{n}", "{n}:$LATEST", "function:{n}", "000000000001:function:{n}", "us-west-2:000000000001:function:{n}",
    "arn:aws:lambda:us-west-2:000000000001:function:{n}", "arn:aws:lambda:us-west-2:000000000001:function:{n}:$LATEST",
    "{n}:live", "arn:aws:lambda:us-west-2:000000000001:function:{n}:1",
])
def test_names_of_functions(world, functions, form):
    world.create(Publish=True)
    functions.create_alias(FunctionName=world.name, Name="live", FunctionVersion="1")
    found = functions.get_function_configuration(FunctionName=form.format(n=world.name))
    assert found["FunctionName"] == world.name


def test_names_that_lead_nowhere(world, functions):
    function = world.function
    for qualifier in ["7", "nothing", "LATEST"]:
        with refused(NOT_FOUND, f"Function not found: {arn(world.name, qualifier)}"):
            functions.get_function(**function, Qualifier=qualifier)
    with refused(INVALID, "The derived qualifier from the function name does not match the specified qualifier."):
        functions.get_function(FunctionName=world.name + ":1", Qualifier="2")
    with refused(NOT_FOUND, "Functions from 'eu-west-1' are not reachable in this region ('us-west-2')"):
        functions.get_function(FunctionName=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{world.name}")


def test_versions_and_aliases(world, functions):
    function = world.function
    first = functions.publish_version(**function, Description="one")
    assert (first["Version"], first["FunctionArn"]) == ("1", arn(world.name, "1"))
    # Nothing has changed: no version is made.
    assert functions.publish_version(**function)["Version"] == "1"
    with refused(INVALID):
        functions.publish_version(**function, CodeSha256="other")
    second = functions.update_function_code(**function, ZipFile=zipped({"a": "2"}), Publish=True)
    assert second["Version"] == "2"
    versions = functions.list_versions_by_function(**function)["Versions"]
    assert [v["Version"] for v in versions] == ["$LATEST", "1", "2"]
    assert versions[1]["Description"] == "one" and versions[1]["CodeSha256"] != versions[2]["CodeSha256"]
    one = functions.list_versions_by_function(**function, MaxItems=1)
    two = functions.list_versions_by_function(**function, MaxItems=5, Marker=one["NextMarker"])
    assert [v["Version"] for v in one["Versions"] + two["Versions"]] == ["$LATEST", "1", "2"]
    with refused(NOT_FOUND, f"Function not found: {arn(world.name, '9')}"):
        functions.create_alias(**function, Name="live", FunctionVersion="9")
    made = functions.create_alias(
        **function, Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}})
    assert made["AliasArn"] == arn(world.name, "live")
    assert made["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.25}}
    with refused("ResourceConflictException", f"Alias already exists: {arn(world.name, 'live')}"):
        functions.create_alias(**function, Name="live", FunctionVersion="1")
    with refused("ResourceConflictException"):
        functions.delete_function(**function, Qualifier="2")
    assert functions.get_function(**function, Qualifier="live")["Configuration"]["Version"] == "1"
    moved = functions.update_alias(
        **function, Name="live", FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}},
        RevisionId=made["RevisionId"])
    assert moved["FunctionVersion"] == "2" and "RoutingConfig" not in moved
    with refused("PreconditionFailedException", WRONG_REVISION):
        functions.update_alias(**function, Name="live", RevisionId=made["RevisionId"])
    assert [a["Name"] for a in functions.list_aliases(**function)["Aliases"]] == ["live"]
    assert functions.list_aliases(**function, FunctionVersion="1")["Aliases"] == []
    functions.delete_function(**function, Qualifier="1")
    with refused(INVALID, "$LATEST version cannot be deleted without deleting the function."):
        functions.delete_function(**function, Qualifier="$LATEST")
    functions.delete_alias(**function, Name="live")
    with refused(NOT_FOUND, f"Cannot find alias arn: {arn(world.name, 'live')}"):
        functions.get_alias(**function, Name="live")
    # Numbers are never given again.
    functions.delete_function(**function, Qualifier="2")
    functions.update_function_code(**function, ZipFile=zipped({"a": "3"}))
    assert functions.publish_version(**function)["Version"] == "3"


def statements(functions, **function):
    return json.loads(functions.get_policy(**function)["Policy"])


def test_permissions(world, functions):
    function = world.function
    with refused(NOT_FOUND, "The resource you requested does not exist."):
        functions.get_policy(**function)
    made = functions.add_permission(
        **function, StatementId="s", Action="lambda:InvokeFunction", Principal=SERVICE, SourceAccount=ACCOUNT,
        SourceArn="arn:aws:secretsmanager:us-west-2:000000000001:secret:x-AbCdEf")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    statement = {
        "Sid": "s", "Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "lambda:InvokeFunction",
        "Resource": arn(world.name),
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
            "ArnLike": {"AWS:SourceArn": "arn:aws:secretsmanager:us-west-2:000000000001:secret:x-AbCdEf"}},
    }
    assert json.loads(made["Statement"]) == statement
    assert statements(functions, **function) == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
    with refused("ResourceConflictException",
                 "The statement id (s) provided already exists. Please provide a new statement id, or remove the "
                 "existing statement."):
        functions.add_permission(**function, StatementId="s", Action="lambda:*", Principal="*")
    for principal in ["arn:aws:iam::000000000001:user/nobody-like-this", "no spaces.", "plain"]:
        with pytest.raises(ClientError) as caught:
            functions.add_permission(**function, StatementId="t", Action="lambda:*", Principal=principal)
        assert caught.value.response["Error"]["Code"] in [INVALID, "ValidationException"]
    functions.add_permission(**function, StatementId="t", Action="lambda:GetFunction", Principal=ACCOUNT)
    assert statements(functions, **function)["Statement"][1]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    with refused(NOT_FOUND, "Statement u is not found in resource policy."):
        functions.remove_permission(**function, StatementId="u")
    for sid in "st":
        functions.remove_permission(**function, StatementId=sid)
    with refused(NOT_FOUND, "No policy is associated with the given resource."):
        functions.remove_permission(**function, StatementId="s")


def test_permissions_are_a_qualifiers_own(world, functions):
    function = world.permitted
    functions.publish_version(**function)
    for qualifier in ["1"]:
        with refused(NOT_FOUND, "The resource you requested does not exist."):
            functions.get_policy(**function, Qualifier=qualifier)
    functions.create_alias(**function, Name="live", FunctionVersion="1")
    functions.add_permission(
        **function, Qualifier="live", StatementId="q", Action="lambda:InvokeFunction", Principal=SERVICE)
    (statement,) = statements(functions, **function, Qualifier="live")["Statement"]
    assert statement["Resource"] == arn(world.name, "live")
    assert [s["Sid"] for s in statements(functions, **function)["Statement"]] == ["s"]
    with refused(INVALID, "We currently do not support adding policies for $LATEST."):
        functions.add_permission(
            **function, Qualifier="$LATEST", StatementId="q", Action="lambda:InvokeFunction", Principal=SERVICE)


def test_another_account_is_let_in_by_the_functions_policy(client, world, functions):
    name = world.function["FunctionName"]
    other = Account.standing_alone(client)
    theirs = other.client("lambda")
    with refused("AccessDeniedException"):
        theirs.invoke(FunctionName=arn(name), InvocationType="DryRun")
    functions.add_permission(
        FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal=other.id)
    assert theirs.invoke(FunctionName=arn(name), InvocationType="DryRun")["StatusCode"] == 204
    with refused("AccessDeniedException"):
        theirs.get_function(FunctionName=arn(name))
    with refused("AccessDeniedException"):
        theirs.invoke(FunctionName=arn(name, "$LATEST"), InvocationType="DryRun")


def test_tags_decide(server, client, world, functions):
    made = world.create(Tags={"team": "db"})
    person = Person(server, client("iam"))
    tagged = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "db"}}}]}
    person.iam.put_user_policy(UserName=person.name, PolicyName="own", PolicyDocument=json.dumps(tagged))
    assert person.client("lambda").invoke(FunctionName=world.name, InvocationType="DryRun")["StatusCode"] == 204
    functions.tag_resource(Resource=made["FunctionArn"], Tags={"team": "web", "more": "1"})
    assert functions.list_tags(Resource=made["FunctionArn"])["Tags"] == {"team": "web", "more": "1"}
    with refused("AccessDeniedException"):
        person.client("lambda").invoke(FunctionName=world.name, InvocationType="DryRun")
    functions.untag_resource(Resource=made["FunctionArn"], TagKeys=["team", "more"])
    assert functions.list_tags(Resource=made["FunctionArn"])["Tags"] == {}


def test_invoke_refuses(world, functions):
    function = world.function
    with refused("InvalidRequestContentException"):
        functions.invoke(**function, Payload=b"{no json")
    with pytest.raises(ClientError) as caught:
        functions.invoke(**function, Payload=b'"' + b"x" * 6_291_456 + b'"')
    assert caught.value.response["Error"]["Code"] == "RequestTooLargeException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    with pytest.raises(ClientError) as caught:
        functions.invoke(**function, InvocationType="Event", Payload=b'"' + b"x" * 1_048_576 + b'"')
    assert caught.value.response["Error"]["Code"] == "RequestTooLargeException"
    with refused(NOT_FOUND, f"Function not found: {arn('nothing-like-this')}"):
        functions.invoke(FunctionName="nothing-like-this")
    functions.put_function_concurrency(**function, ReservedConcurrentExecutions=0)
    assert functions.get_function(**function)["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    with pytest.raises(ClientError) as caught:
        functions.invoke(**function)
    assert caught.value.response["Error"] | {"Message": ""} == {"Code": "TooManyRequestsException", "Message": ""}
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    functions.delete_function_concurrency(**function)
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(**function)


def test_faults_carry_their_type(server, functions):
    reply = send(Request(server, method="GET", path="/2015-03-31/functions/nothing-like-this").sign("lambda"))
    assert (reply.status, reply.headers["x-amzn-errortype"]) == (404, NOT_FOUND)
    assert reply.json == {"Type": "User", "Message": f"Function not found: {arn('nothing-like-this')}"}


def test_variables_are_not_in_the_clear(serve):
    server = serve("sealed")
    marker = uuid_marker()
    world = FunctionWorld(lambda service: server.client(service), "sealed")
    world.create(Environment={"Variables": {"PASSWORD": marker}})
    assert world.functions.get_function_configuration(FunctionName="sealed")["Environment"]["Variables"] == {
        "PASSWORD": marker}
    for path in pathlib.Path(server.folder).rglob("*"):
        if path.is_file():
            assert marker.encode() not in path.read_bytes(), path


def uuid_marker():
    return "marker-" + os.urandom(12).hex()


def test_command_line(server, world, tmp_path):
    aws = pathlib.Path(sys.executable).parent / "aws"

    def run(*words):
        done = subprocess.run(
            [str(aws), *words], env=server.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip().startswith("{") else done.stdout

    (tmp_path / "code.zip").write_bytes(zipped())
    run("lambda", "create-function", "--function-name", world.name, "--runtime", "python3.11", "--role", world.role,
        "--handler", "function.handler", "--zip-file", f"fileb://{tmp_path}/code.zip")
    run("lambda", "wait", "function-active-v2", "--function-name", world.name)
    run("lambda", "add-permission", "--function-name", world.name, "--statement-id", "s", "--action",
        "lambda:InvokeFunction", "--principal", SERVICE)
    out = run("lambda", "invoke", "--function-name", world.name, "--invocation-type", "DryRun", str(tmp_path / "out"))
    assert out["StatusCode"] == 204
    assert run("lambda", "get-function", "--function-name", world.name)["Configuration"]["State"] == "Active"
    run("lambda", "delete-function", "--function-name", world.name)


def test_why_and_who_can(server, world):
    """The policies that lie on functions are asked like others."""
    name = world.permitted["FunctionName"]
    code, out, _ = ask(server, "why", "--as", world.role, "lambda:InvokeFunction", arn(name))
    assert code == 0 and out.startswith("DENIED\n")
    world.functions.add_permission(
        FunctionName=name, StatementId="Role", Action="lambda:InvokeFunction", Principal=world.role)
    code, out, _ = ask(server, "why", "--as", world.role, "lambda:InvokeFunction", arn(name))
    assert code == 0 and out.startswith("ALLOWED\n") and '("Role")' in out
    code, out, _ = ask(server, "who-can", "lambda:InvokeFunction", arn(name))
    assert code == 0 and world.role in out


def test_events_are_accepted_at_once(world, functions):
    """When they are run and run again is tested with a held clock."""
    answer = functions.invoke(**world.function, InvocationType="Event", Payload=b'{"a":1}')
    assert answer["StatusCode"] == answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert answer["Payload"].read() == b"" and "ExecutedVersion" not in answer
