"""ListSecretVersionIds."""

from support import NOT_FOUND, refused


def version_ids(answer):
    return [v["VersionId"] for v in answer["Versions"]]


def test_entries(secrets, put, name):
    answer = secrets.list_secret_version_ids(SecretId=name)
    assert answer["ARN"] == put["ARN"] and answer["Name"] == name and "NextToken" not in answer
    (entry,) = answer["Versions"]
    assert entry["VersionId"] == put["VersionId"] and entry["VersionStages"] == ["AWSCURRENT"]
    assert entry["KmsKeyIds"] == ["DefaultEncryptionKey"]
    assert "CreatedDate" in entry and "LastAccessedDate" not in entry


def test_three_values_two_visible(secrets, put, name):
    made = [put["VersionId"]]
    made += [secrets.put_secret_value(SecretId=name, SecretString=s)["VersionId"] for s in "ab"]
    assert version_ids(secrets.list_secret_version_ids(SecretId=name)) == made[1:]
    everything = secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)
    # Ours: oldest first.
    assert version_ids(everything) == made
    assert ["VersionStages" in v for v in everything["Versions"]] == [False, True, True]


def test_pages(secrets, put, name):
    made = [put["VersionId"]]
    made += [secrets.put_secret_value(SecretId=name, SecretString=str(n))["VersionId"] for n in range(6)]
    found, more, pages = [], {}, 0
    while True:
        answer = secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True, MaxResults=3, **more)
        found += version_ids(answer)
        pages += 1
        if "NextToken" not in answer:
            break
        more = {"NextToken": answer["NextToken"]}
    assert found == made and pages == 3


def test_a_token_of_another_listing(secrets, put, name):
    secrets.put_secret_value(SecretId=name, SecretString="2")
    secrets.create_secret(Name=name + "-b", SecretString="x")
    token = secrets.list_secret_version_ids(SecretId=name, MaxResults=1)["NextToken"]
    for secret_id, bad in [(name + "-b", token), (name, token[:-4] + "AAAA"), (name, "nonsense"), (name, "QUFB")]:
        with refused("InvalidNextTokenException"):
            secrets.list_secret_version_ids(SecretId=secret_id, NextToken=bad)


def test_of_a_missing_and_of_a_scheduled_secret(secrets, put, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        secrets.list_secret_version_ids(SecretId=name + "-no")
    secrets.delete_secret(SecretId=name)
    assert version_ids(secrets.list_secret_version_ids(SecretId=name)) == [put["VersionId"]]


def test_more_than_a_hundred_young_versions_are_kept(secrets, put, name):
    """Nothing younger than a day is collected."""
    for n in range(104):
        secrets.put_secret_value(SecretId=name, SecretString=str(n))
    first = secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)
    assert len(first["Versions"]) == 100
    rest = secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True, NextToken=first["NextToken"])
    assert len(rest["Versions"]) == 5 and "NextToken" not in rest
    assert secrets.get_secret_value(SecretId=name, VersionId=put["VersionId"])["SecretString"] == "one"
