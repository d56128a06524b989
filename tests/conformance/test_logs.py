"""CloudWatch Logs: who may read, and what is refused. What functions write is tested where they run."""

import subprocess

import pytest
from harness import BINARY
from iam import Person
from support import refused

NO_GROUP = "The specified log group does not exist."
INVALID = "InvalidParameterException"


@pytest.fixture
def logs(client):
    return client("logs")


@pytest.mark.parametrize("call", [
    lambda logs: logs.describe_log_streams(logGroupName="/aws/lambda/nothing"),
    lambda logs: logs.get_log_events(logGroupName="/aws/lambda/nothing", logStreamName="s"),
    lambda logs: logs.filter_log_events(logGroupName="/aws/lambda/nothing"),
    lambda logs: logs.filter_log_events(
        logGroupIdentifier="arn:aws:logs:us-west-2:000000000001:log-group:/aws/lambda/nothing"),
])
def test_nothing_there(logs, call):
    with refused("ResourceNotFoundException", NO_GROUP):
        call(logs)


@pytest.mark.parametrize("call, text", [
    (lambda logs: logs.describe_log_streams(), "LogGroup name or LogGroup identifier is missing."),
    (lambda logs: logs.describe_log_streams(logGroupName="g", logGroupIdentifier="g"),
     "LogGroup name and LogGroup identifier are both specified, only one of them should be specified."),
    (lambda logs: logs.describe_log_streams(logGroupName="g", orderBy="LastEventTime", logStreamNamePrefix="s"),
     "Cannot order by LastEventTime with a logStreamNamePrefix."),
    (lambda logs: logs.get_log_events(logGroupName="g", logStreamName="s", nextToken="f/made-up"),
     "The specified nextToken is invalid."),
    (lambda logs: logs.filter_log_events(logGroupName="g", nextToken="made-up"),
     "The specified nextToken is invalid."),
    (lambda logs: logs.filter_log_events(logGroupName="g", filterPattern="a%b"),
     "Invalid character(s) in term 'a%b'"),
    (lambda logs: logs.filter_log_events(logGroupName="g", filterPattern='"open'), "Invalid filter pattern"),
    (lambda logs: logs.filter_log_events(logGroupName="g", filterPattern="{ $.x = 1 }"),
     "Invalid filter pattern: patterns for JSON and for fields are not supported by this server."),
    (lambda logs: logs.filter_log_events(logGroupName="g", logStreamNames=["a"], logStreamNamePrefix="a"),
     "Cannot use both logStreamNames and logStreamNamePrefix."),
    (lambda logs: logs.describe_log_groups(logGroupNamePrefix="a", logGroupNamePattern="b"),
     "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."),
])
def test_what_is_refused(logs, call, text):
    with refused(INVALID, text):
        call(logs)


def test_groups_of_a_prefix(logs):
    assert logs.describe_log_groups(logGroupNamePrefix="/nothing/like/this")["logGroups"] == []


def test_who_may_read(server, client):
    person = Person(server, client("iam"))
    who, group = f"arn:aws:iam::000000000001:user/{person.name}", "arn:aws:logs:us-west-2:000000000001:log-group:/aws/lambda/x"
    own = person.client("logs")
    for action, resource, call in [
        ("DescribeLogStreams", f"{group}:log-stream:", lambda: own.describe_log_streams(logGroupName="/aws/lambda/x")),
        ("FilterLogEvents", f"{group}:log-stream:", lambda: own.filter_log_events(logGroupName="/aws/lambda/x")),
        ("GetLogEvents", f"{group}:log-stream:s",
         lambda: own.get_log_events(logGroupName="/aws/lambda/x", logStreamName="s")),
        ("DescribeLogGroups", "arn:aws:logs:us-west-2:000000000001:log-group::log-stream:", own.describe_log_groups),
    ]:
        with refused("AccessDeniedException",
                     f"User: {who} is not authorized to perform: logs:{action} on resource: {resource} because no "
                     f"identity-based policy allows the logs:{action} action"):
            call()
    person.allow("logs:*", resource=f"{group}:*")
    with refused("ResourceNotFoundException", NO_GROUP):
        own.filter_log_events(logGroupName="/aws/lambda/x")
    with refused("AccessDeniedException"):
        own.filter_log_events(logGroupName="/aws/lambda/y")


def test_command_line(server):
    """What there is to print is printed in Swift's tests; here, that it asks, and how it fails."""
    def ask(*words):
        return subprocess.run(
            [str(BINARY), "functions", "logs", *words, "--data", str(server.folder), "--region", "us-west-2"],
            capture_output=True, text=True, env=server.environment, timeout=60)

    done = ask("nothing-like-this", "--since", "2h")
    assert done.returncode != 0 and NO_GROUP in done.stderr and done.stdout == ""
    done = ask("nothing-like-this", "--filter", "a%b")
    assert done.returncode != 0 and "Invalid character(s) in term 'a%b'" in done.stderr
    for wrong in ["soon", "-5m", "5", "m"]:
        done = ask("f", f"--since={wrong}")
        assert done.returncode != 0 and "is neither a time like" in done.stderr, wrong
