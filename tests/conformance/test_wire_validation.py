"""Texts of ValidationException (specification 7.5); the catalog's table has one more row for every operation."""

import pytest
from support import call, must, validation

ROWS = [
    ("secretsmanager", "CreateSecret", {}, [must("Value null", "name", "not be null")]),
    ("secretsmanager", "GetSecretValue", {"SecretId": ""},
     [must("Value ''", "secretId", "have length greater than or equal to 1")]),
    ("secretsmanager", "GetSecretValue", {"SecretId": "x", "VersionId": "short", "VersionStage": ""},
     [must("Value 'short'", "versionId", "have length greater than or equal to 32"),
      must("Value ''", "versionStage", "have length greater than or equal to 1")]),
    ("secretsmanager", "ListSecrets", {"MaxResults": 0, "SortOrder": "up"},
     [must("Value '0'", "maxResults", "have value greater than or equal to 1"),
      must("Value 'up'", "sortOrder", "satisfy enum value set: [asc, desc]")]),
    ("secretsmanager", "ListSecrets", {"MaxResults": 101},
     [must("Value '101'", "maxResults", "have value less than or equal to 100")]),
    ("secretsmanager", "TagResource",
     {"SecretId": "x", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "", "Value": "v" * 257}]},
     [must("Value ''", "tags.2.member.key", "have length greater than or equal to 1"),
      must(f"Value '{'v' * 257}'", "tags.2.member.value", "have length less than or equal to 256")]),
    ("secretsmanager", "UntagResource", {"SecretId": "x"}, [must("Value null", "tagKeys", "not be null")]),
    ("secretsmanager", "UntagResource", {"SecretId": "x", "TagKeys": ["a", ""]},
     [must("Value ''", "tagKeys.2.member", "have length greater than or equal to 1")]),
    ("secretsmanager", "BatchGetSecretValue", {"SecretIdList": []},
     [must("Value '[]'", "secretIdList", "have length greater than or equal to 1")]),
    ("secretsmanager", "BatchGetSecretValue", {"SecretIdList": ["a"] * 21},
     [must(f"Value '[{', '.join(['a'] * 21)}]'", "secretIdList", "have length less than or equal to 20")]),
    ("secretsmanager", "PutSecretValue", {"SecretId": "x", "VersionStages": []},
     [must("Value '[]'", "versionStages", "have length greater than or equal to 1")]),
    ("secretsmanager", "UpdateSecretVersionStage", {},
     [must("Value null", "secretId", "not be null"), must("Value null", "versionStage", "not be null")]),
    ("secretsmanager", "UpdateSecret", {"SecretId": "x", "Description": "d" * 2049},
     [must("Value", "description", "have length less than or equal to 2048")]),
    ("secretsmanager", "GetRandomPassword", {"PasswordLength": 4097},
     [must("Value '4097'", "passwordLength", "have value less than or equal to 4096")]),
    ("secretsmanager", "PutResourcePolicy", {"SecretId": "x", "ResourcePolicy": "p" * 20481},
     [must("Value", "resourcePolicy", "have length less than or equal to 20480")]),
    # What is sensitive is never repeated.
    ("secretsmanager", "PutSecretValue", {"SecretId": "x", "RotationToken": "short"},
     [must("Value", "rotationToken", "have length greater than or equal to 36")]),
    ("kms", "Encrypt", {"KeyId": "x", "Plaintext": ""},
     [must("Value", "plaintext", "have length greater than or equal to 1")]),
    ("kms", "CreateKey", {"Tags": [{"TagKey": "a"}, {"TagValue": "b"}]},
     [must("Value null", "tags.1.member.tagValue", "not be null"),
      must("Value null", "tags.2.member.tagKey", "not be null")]),
    ("kms", "CreateAlias", {"AliasName": "alias/a b", "TargetKeyId": "x"},
     [must("Value 'alias/a b'", "aliasName", "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$")]),
    ("kms", "ListKeys", {"Limit": 1001}, [must("Value '1001'", "limit", "have value less than or equal to 1000")]),
    ("kms", "GenerateRandom", {"NumberOfBytes": 1025},
     [must("Value '1025'", "numberOfBytes", "have value less than or equal to 1024")]),
]


@pytest.mark.parametrize("service, operation, body, violations", ROWS, ids=lambda v: str(v)[:40])
def test_texts(server, service, operation, body, violations):
    reply = call(server, operation, body, service)
    assert reply.status == 400
    assert reply.json == {"__type": "ValidationException", "message": validation(*violations)}


def test_limits_count_characters_not_bytes(server, put, name):
    tags = [{"Key": "\u00e9" * 128, "Value": "\U0001f511" * 256}]
    assert call(server, "TagResource", {"SecretId": name, "Tags": tags}).status == 200


def test_a_bad_name_and_a_constraint(server):
    """Constraints come first: they are checked before anything is looked up."""
    reply = call(server, "GetSecretValue", {"SecretId": "a b", "VersionStage": ""})
    assert reply.message == validation(must("Value ''", "versionStage", "have length greater than or equal to 1"))
