"""The AWS CLI over every operation of the catalog: it makes the call that boto3 was about to make, with the same parameters."""

import contextlib
import datetime
import io
import json
import os

import botocore
import pytest
from catalog import SUCCESS, World, operations

# Importing the CLI points every program that this one starts to the CLI's own models, the CLI's other generation too.
OUTSIDE = os.environ.get("AWS_DATA_PATH")
from awscli.clidriver import create_clidriver  # noqa: E402

MODELS = os.environ.pop("AWS_DATA_PATH")
if OUTSIDE is not None:
    os.environ["AWS_DATA_PATH"] = OUTSIDE

# Their rows speak as somebody else than the administrator.
OTHERS = {
    "iam.ChangePassword", "organizations.DeleteOrganization", "organizations.EnablePolicyType",
    "organizations.DisablePolicyType",
    # Its row takes an organization that is there already for the answer.
    "organizations.CreateOrganization",
}
ALL = [operation for operation in operations() if operation in SUCCESS and operation not in OTHERS]


class Captured(Exception):
    """Stops boto3 short of sending."""


def captured(client, name, operation):
    """The parameters of the row's call, all that it needs having been made."""
    service, call = operation.split(".")
    events = client(service).meta.events
    event = f"provide-client-params.{client(service).meta.service_model.service_id.hyphenize()}.{call}"

    def stop(params, **_):
        raise Captured(params)

    events.register(event, stop)
    try:
        with pytest.raises(Captured) as caught:
            SUCCESS[operation][0](World(client, name))
    finally:
        events.unregister(event, stop)
    return dict(caught.value.args[0])


def words(operation, parameters, folder):
    """The command line. Bytes go by files, the rest as one JSON document."""
    service, call = operation.split(".")
    line = [service, botocore.xform_name(call, "-")]

    def file(option, content):
        path = folder / option
        path.write_bytes(content)
        return [f"--{option}", f"fileb://{path}"]

    for member, value in list(parameters.items()):
        if isinstance(value, bytes):
            line += file(botocore.xform_name(member, "-"), parameters.pop(member))
    if isinstance(parameters.get("Code"), dict):
        line += file("zip-file", parameters.pop("Code")["ZipFile"])
    # Where the answer goes to a file, JSON is not taken.
    to_file = {
        "iam.CreateVirtualMFADevice": ["--outfile", str(folder / "seed"), "--bootstrap-method", "Base32StringSeed"],
        "lambda.Invoke": [str(folder / "answer")],
    }
    if operation in to_file:
        for member, value in parameters.items():
            line += [f"--{botocore.xform_name(member, '-')}", value]
        return [*line, "--output", "json", *to_file[operation]]

    def plain(value):
        assert isinstance(value, datetime.datetime), value
        return value.isoformat()

    return [*line, "--output", "json", "--cli-input-json", json.dumps(parameters, default=plain)]


# What the CLI says does not depend on where a server stores.
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
@pytest.mark.parametrize("operation", ALL)
def test_every_operation(server, client, name, tmp_path, monkeypatch, operation):
    line = words(operation, captured(client, name, operation), tmp_path)
    monkeypatch.setenv("AWS_DATA_PATH", MODELS)
    for variable, value in server.environment.items():
        monkeypatch.setenv(variable, value)
    out, trouble = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(trouble):
        status = create_clidriver().main(line)
    assert status == 0, trouble.getvalue()
    member = SUCCESS[operation][1]
    answer = json.loads(out.getvalue() or "{}")
    assert member is None or member in answer or operation == "iam.CreateVirtualMFADevice", answer
