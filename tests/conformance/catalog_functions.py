"""Lambda's operations and those of CloudWatch Logs: a success and a violation of each."""

import base64
import io
import json
import zipfile

from support import must

CODE = "def handler(event, context):\n    return event\n"
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }],
})
NAME_PATTERN = (
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?"
    "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)


def zipped(files=None):
    """A zip whose bytes depend on nothing but what is in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in ({"function.py": CODE} if files is None else files).items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    return out.getvalue()


class FunctionWorld:
    """As `World`, for Lambda: a role and a function are made when first asked."""

    def __init__(self, client, name):
        self.functions, self.iam, self.logs = client("lambda"), client("iam"), client("logs")
        self.name = "".join(c if c.isalnum() else "-" for c in name)[-50:]

    @property
    def role(self):
        try:
            return self.iam.get_role(RoleName=self.name)["Role"]["Arn"]
        except self.iam.exceptions.NoSuchEntityException:
            return self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]

    def create(self, **more):
        return self.functions.create_function(**{
            "FunctionName": self.name, "Runtime": "python3.11", "Role": self.role, "Handler": "function.handler",
            "Code": {"ZipFile": zipped()}, **more,
        })

    @property
    def function(self):
        self.create()
        return {"FunctionName": self.name}

    @property
    def arn(self):
        return self.create()["FunctionArn"]

    @property
    def permitted(self):
        function = self.function
        self.functions.add_permission(
            **function, StatementId="s", Action="lambda:InvokeFunction", Principal="secretsmanager.amazonaws.com")
        return function

    @property
    def alias(self):
        function = self.function
        self.functions.create_alias(**function, Name="live", FunctionVersion="$LATEST")
        return {**function, "Name": "live"}

    @property
    def group(self):
        return f"/aws/lambda/{self.name}"

    @property
    def written(self):
        """A group that an invocation has written to."""
        self.create(Timeout=60)
        self.functions.invoke(FunctionName=self.name)
        return self.group

    @property
    def stream(self):
        return self.logs.describe_log_streams(logGroupName=self.group)["logStreams"][0]["logStreamName"]


LAMBDA_SUCCESS = {
    "CreateFunction": (lambda w: w.create(), "FunctionArn"),
    "UpdateFunctionCode": (lambda w: w.functions.update_function_code(**w.function, ZipFile=zipped()), "CodeSha256"),
    "UpdateFunctionConfiguration": (
        lambda w: w.functions.update_function_configuration(**w.function, Timeout=9), "Timeout"),
    "GetFunction": (lambda w: w.functions.get_function(**w.function), "Configuration"),
    "GetFunctionConfiguration": (lambda w: w.functions.get_function_configuration(**w.function), "Role"),
    "ListFunctions": (lambda w: w.functions.list_functions(), "Functions"),
    "DeleteFunction": (lambda w: w.functions.delete_function(**w.function), "StatusCode"),
    # What needs a run is tested with the runner.
    "Invoke": (lambda w: w.functions.invoke(**w.function, InvocationType="DryRun"), "StatusCode"),
    "AddPermission": (
        lambda w: w.functions.add_permission(
            **w.function, StatementId="s", Action="lambda:InvokeFunction", Principal="secretsmanager.amazonaws.com"),
        "Statement"),
    "RemovePermission": (lambda w: w.functions.remove_permission(**w.permitted, StatementId="s"), None),
    "GetPolicy": (lambda w: w.functions.get_policy(**w.permitted), "Policy"),
    "PublishVersion": (lambda w: w.functions.publish_version(**w.function), "Version"),
    "ListVersionsByFunction": (lambda w: w.functions.list_versions_by_function(**w.function), "Versions"),
    "CreateAlias": (
        lambda w: w.functions.create_alias(**w.function, Name="live", FunctionVersion="$LATEST"), "AliasArn"),
    "GetAlias": (lambda w: w.functions.get_alias(**w.alias), "AliasArn"),
    "UpdateAlias": (lambda w: w.functions.update_alias(**w.alias, Description="d"), "Description"),
    "DeleteAlias": (lambda w: w.functions.delete_alias(**w.alias), None),
    "ListAliases": (lambda w: w.functions.list_aliases(**w.function), "Aliases"),
    "TagResource": (lambda w: w.functions.tag_resource(Resource=w.arn, Tags={"k": "v"}), None),
    "UntagResource": (lambda w: w.functions.untag_resource(Resource=w.arn, TagKeys=["k"]), None),
    "ListTags": (lambda w: w.functions.list_tags(Resource=w.arn), "Tags"),
    "PutFunctionConcurrency": (
        lambda w: w.functions.put_function_concurrency(**w.function, ReservedConcurrentExecutions=1),
        "ReservedConcurrentExecutions"),
    "GetFunctionConcurrency": (lambda w: w.functions.get_function_concurrency(**w.function), None),
    "DeleteFunctionConcurrency": (lambda w: w.functions.delete_function_concurrency(**w.function), None),
    "GetFunctionCodeSigningConfig": (
        lambda w: w.functions.get_function_code_signing_config(**w.function), "FunctionName"),
    "GetRuntimeManagementConfig": (
        lambda w: w.functions.get_runtime_management_config(**w.function), "UpdateRuntimeOn"),
    "GetFunctionRecursionConfig": (
        lambda w: w.functions.get_function_recursion_config(**w.function), "RecursiveLoop"),
}
LOGS_SUCCESS = {
    "DescribeLogGroups": (lambda w: w.logs.describe_log_groups(), "logGroups"),
    "DescribeLogStreams": (lambda w: w.logs.describe_log_streams(logGroupName=w.written), "logStreams"),
    "GetLogEvents": (lambda w: w.logs.get_log_events(logGroupName=w.written, logStreamName=w.stream), "events"),
    "FilterLogEvents": (lambda w: w.logs.filter_log_events(logGroupName=w.written), "events"),
}


def missing(*members):
    return [must("Value null", member, "not be null") for member in members]


BAD_NAME = must("Value 'a$b'", "functionName", f"satisfy regular expression pattern: {NAME_PATTERN}")
OLD, BAD = "/2015-03-31/functions", "/2015-03-31/functions/a%24b"
TAGGED = "/2017-03-31/tags/x"
TAGGED_PATTERN = (
    "arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:"
    "(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?)"
)
NO_ARN = must("Value 'x'", "resource", f"satisfy regular expression pattern: {TAGGED_PATTERN}")
LOW = must("Value '0'", "limit", "have value greater than or equal to 1")

# Method, path and body of a call that breaks a constraint, and what is said of it.
LAMBDA_VIOLATIONS = {
    "CreateFunction": (("POST", OLD, {}), missing("functionName", "role", "code")),
    "UpdateFunctionCode": (("PUT", f"{BAD}/code", {}), [BAD_NAME]),
    "UpdateFunctionConfiguration": (
        ("PUT", f"{OLD}/a/configuration", {"Timeout": 901}),
        [must("Value '901'", "timeout", "have value less than or equal to 900")]),
    "GetFunction": (("GET", BAD, None), [BAD_NAME]),
    "GetFunctionConfiguration": (("GET", f"{BAD}/configuration", None), [BAD_NAME]),
    "ListFunctions": (
        ("GET", f"{OLD}?MaxItems=0", None), [must("Value '0'", "maxItems", "have value greater than or equal to 1")]),
    "DeleteFunction": (("DELETE", BAD, None), [BAD_NAME]),
    "Invoke": (("POST", f"{BAD}/invocations", {}), [BAD_NAME]),
    "AddPermission": (("POST", f"{OLD}/a/policy", {}), missing("statementId", "action", "principal")),
    "RemovePermission": (("DELETE", f"{BAD}/policy/s", None), [BAD_NAME]),
    "GetPolicy": (("GET", f"{BAD}/policy", None), [BAD_NAME]),
    "PublishVersion": (("POST", f"{BAD}/versions", {}), [BAD_NAME]),
    "ListVersionsByFunction": (("GET", f"{BAD}/versions", None), [BAD_NAME]),
    "CreateAlias": (("POST", f"{OLD}/a/aliases", {}), missing("name", "functionVersion")),
    "GetAlias": (("GET", f"{BAD}/aliases/b", None), [BAD_NAME]),
    "UpdateAlias": (("PUT", f"{BAD}/aliases/b", {}), [BAD_NAME]),
    "DeleteAlias": (("DELETE", f"{BAD}/aliases/b", None), [BAD_NAME]),
    "ListAliases": (("GET", f"{BAD}/aliases", None), [BAD_NAME]),
    "TagResource": (("POST", TAGGED, {}), [NO_ARN, *missing("tags")]),
    "UntagResource": (("DELETE", f"{TAGGED}?tagKeys=k", None), [NO_ARN]),
    "ListTags": (("GET", TAGGED, None), [NO_ARN]),
    "PutFunctionConcurrency": (
        ("PUT", "/2017-10-31/functions/a/concurrency", {}), missing("reservedConcurrentExecutions")),
    "GetFunctionConcurrency": (("GET", "/2019-09-30/functions/a%24b/concurrency", None), [BAD_NAME]),
    "DeleteFunctionConcurrency": (("DELETE", "/2017-10-31/functions/a%24b/concurrency", None), [BAD_NAME]),
    "GetFunctionCodeSigningConfig": (("GET", "/2020-06-30/functions/a%24b/code-signing-config", None), [BAD_NAME]),
    "GetRuntimeManagementConfig": (
        ("GET", "/2021-07-20/functions/a%24b/runtime-management-config", None), [BAD_NAME]),
    "GetFunctionRecursionConfig": (("GET", "/2024-08-31/functions/a%24b/recursion-config", None), [BAD_NAME]),
}
LOGS_VIOLATIONS = {
    "DescribeLogGroups": ({"limit": 0}, [LOW]),
    "DescribeLogStreams": ({"logGroupName": "g", "limit": 0}, [LOW]),
    "GetLogEvents": ({"logGroupName": "g"}, missing("logStreamName")),
    "FilterLogEvents": ({"logGroupName": "g", "limit": 0}, [LOW]),
}
ENCODED = base64.b64encode(zipped()).decode()
