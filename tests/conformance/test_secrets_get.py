"""GetSecretValue, BatchGetSecretValue, dates."""

import datetime

import pytest
from support import MARKED, NOT_FOUND, call, refused, token


def no_value(what, which):
    return f"Secrets Manager can't find the specified secret value for {what}: {which}"


def test_members_and_selection(secrets, put, name):
    pending = token()
    secrets.put_secret_value(
        SecretId=name, SecretString="next", ClientRequestToken=pending, VersionStages=["AWSPENDING", "x"]
    )
    for request, value, version in [
        ({}, "one", put["VersionId"]),
        ({"VersionStage": "AWSCURRENT"}, "one", put["VersionId"]),
        ({"VersionId": put["VersionId"]}, "one", put["VersionId"]),
        ({"VersionStage": "x"}, "next", pending),
        ({"VersionId": pending, "VersionStage": "AWSPENDING"}, "next", pending),
    ]:
        read = secrets.get_secret_value(SecretId=name, **request)
        assert (read["SecretString"], read["VersionId"]) == (value, version)
        assert read["ARN"] == put["ARN"] and read["Name"] == name and "SecretBinary" not in read
        assert sorted(read["VersionStages"]) == (["AWSCURRENT"] if version != pending else ["AWSPENDING", "x"])


def test_refusals(secrets, put, name):
    strange = token()
    for request, code, text in [
        ({"VersionStage": "nope"}, "ResourceNotFoundException", no_value("staging label", "nope")),
        ({"VersionStage": "awscurrent"}, "ResourceNotFoundException", no_value("staging label", "awscurrent")),
        ({"VersionId": strange}, "ResourceNotFoundException", no_value("VersionId", strange)),
        (
            {"VersionId": put["VersionId"], "VersionStage": "AWSPREVIOUS"}, "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ),
    ]:
        with refused(code, text):
            secrets.get_secret_value(SecretId=name, **request)
    with refused("ResourceNotFoundException", NOT_FOUND):
        secrets.get_secret_value(SecretId=name + "x")
    secrets.delete_secret(SecretId=name)
    with refused("InvalidRequestException", MARKED):
        secrets.get_secret_value(SecretId=name)


def test_raw_error_shape(server, name):
    reply = call(server, "GetSecretValue", {"SecretId": name})
    assert reply.status == 400 and reply.headers["content-type"] == "application/x-amz-json-1.1"
    assert reply.json == {"__type": "ResourceNotFoundException", "Message": NOT_FOUND}


def test_dates_are_numbers_of_seconds(server, put, name):
    reply = call(server, "GetSecretValue", {"SecretId": name}).json
    assert isinstance(reply["CreatedDate"], (int, float)) and abs(reply["CreatedDate"] - put_time(put)) < 120
    seen = call(server, "DescribeSecret", {"SecretId": name}).json
    assert isinstance(seen["CreatedDate"], (int, float)) and isinstance(seen["LastChangedDate"], (int, float))
    assert seen["LastAccessedDate"] % 86400 == 0


def put_time(answer):
    stamp = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
    parsed = datetime.datetime.strptime(stamp, "%a, %d %b %Y %H:%M:%S GMT")
    return parsed.replace(tzinfo=datetime.timezone.utc).timestamp()


def test_created_date_is_the_versions(secrets, put, name):
    first = secrets.get_secret_value(SecretId=name)["CreatedDate"]
    assert secrets.describe_secret(SecretId=name)["CreatedDate"] == first
    secrets.put_secret_value(SecretId=name, SecretString="two")
    assert secrets.get_secret_value(SecretId=name)["CreatedDate"] > first
    assert secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["CreatedDate"] == first
    assert secrets.describe_secret(SecretId=name)["CreatedDate"] == first


def test_last_accessed_date(secrets, put, name):
    secrets.put_secret_value(SecretId=name, SecretString="two")
    assert "LastAccessedDate" not in secrets.describe_secret(SecretId=name)
    secrets.get_secret_value(SecretId=name)
    seen = secrets.describe_secret(SecretId=name)["LastAccessedDate"]
    assert (seen.astimezone(datetime.timezone.utc).timetuple()[3:6]) == (0, 0, 0)
    secrets.get_secret_value(SecretId=name)
    assert secrets.describe_secret(SecretId=name)["LastAccessedDate"] == seen
    versions = secrets.list_secret_version_ids(SecretId=name)["Versions"]
    dates = {v["VersionStages"][0]: v.get("LastAccessedDate") for v in versions}
    assert dates == {"AWSPREVIOUS": None, "AWSCURRENT": seen}


def test_reading_does_not_change(secrets, put, name):
    before = secrets.describe_secret(SecretId=name)["LastChangedDate"]
    secrets.get_secret_value(SecretId=name)
    assert secrets.describe_secret(SecretId=name)["LastChangedDate"] == before


# BatchGetSecretValue


def values(answer):
    return [(v["Name"], v.get("SecretString", v.get("SecretBinary"))) for v in answer["SecretValues"]]


def test_batch_by_ids(secrets, put, name):
    secrets.create_secret(Name=name + "-b", SecretBinary=b"\x00two")
    answer = secrets.batch_get_secret_value(SecretIdList=[name + "-b", put["ARN"]])
    assert values(answer) == [(name + "-b", b"\x00two"), (name, "one")]
    assert answer.get("Errors", []) == [] and "NextToken" not in answer
    first = answer["SecretValues"][1]
    assert first["ARN"] == put["ARN"] and first["VersionId"] == put["VersionId"]
    assert first["VersionStages"] == ["AWSCURRENT"] and "CreatedDate" in first


def test_batch_answers_what_it_can(secrets, put, name):
    secrets.create_secret(Name=name + "-empty")
    secrets.create_secret(Name=name + "-gone", SecretString="x")
    secrets.delete_secret(SecretId=name + "-gone")
    answer = secrets.batch_get_secret_value(SecretIdList=[name, name + "-missing", name + "-empty", name + "-gone"])
    assert values(answer) == [(name, "one")]
    assert [(e["SecretId"], e["ErrorCode"], e["Message"]) for e in answer["Errors"]] == [
        (name + "-missing", "ResourceNotFoundException", NOT_FOUND),
        (name + "-empty", "ResourceNotFoundException", no_value("staging label", "AWSCURRENT")),
        (name + "-gone", "InvalidRequestException", MARKED),
    ]


def test_batch_by_filters_page_by_page(client, region):
    secrets = client(region=region)
    for n in range(5):
        secrets.create_secret(Name=f"wanted/{n}", SecretString=str(n))
    secrets.create_secret(Name="other", SecretString="no")
    filters = [{"Key": "name", "Values": ["wanted/"]}]
    assert values(secrets.batch_get_secret_value(Filters=filters)) == [(f"wanted/{n}", str(n)) for n in range(5)]
    found, more = [], {}
    while True:
        answer = secrets.batch_get_secret_value(Filters=filters, MaxResults=2, **more)
        assert len(answer["SecretValues"]) <= 2
        found += values(answer)
        if "NextToken" not in answer:
            break
        more = {"NextToken": answer["NextToken"]}
    assert found == [(f"wanted/{n}", str(n)) for n in range(5)]


@pytest.mark.parametrize(
    "request_",
    [
        {}, {"SecretIdList": ["a"], "Filters": [{"Key": "name", "Values": ["a"]}]},
        {"SecretIdList": ["a"], "MaxResults": 2}, {"Filters": [{"Key": "name"}]},
    ],
    ids=["neither", "both", "MaxResults with ids", "filter without values"],
)
def test_batch_parameters_that_do_not_fit(secrets, request_):
    with refused("InvalidParameterException"):
        secrets.batch_get_secret_value(**request_)


def test_batch_with_a_bad_name_fails_for_that_secret_or_as_a_whole(secrets, put, name):
    """Unrecorded on AWS: ours fails for that one."""
    answer = secrets.batch_get_secret_value(SecretIdList=["a b", name])
    assert values(answer) == [(name, "one")]
    assert answer["Errors"][0]["ErrorCode"] == "ValidationException"
