"""Staging labels: the recorded sequences of specification 1.3.2, and every answer of UpdateSecretVersionStage."""

import pytest
from support import refused, token

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"


class Secret:
    """A secret whose versions are called v1, v2, … in the order in which they were made."""

    def __init__(self, client, name):
        self.client, self.name, self.versions = client, name, []

    def create(self):
        self.versions.append(self.client.create_secret(Name=self.name, SecretString="v1")["VersionId"])
        return self

    def put(self, *stages):
        extra = {"VersionStages": list(stages)} if stages else {}
        made = self.client.put_secret_value(SecretId=self.name, SecretString=f"v{len(self.versions) + 1}", **extra)
        self.versions.append(made["VersionId"])
        assert sorted(made["VersionStages"]) == sorted(self.table()[f"v{len(self.versions)}"])
        return self

    def move(self, label, source=None, target=None):
        parameters = {"SecretId": self.name, "VersionStage": label}
        if source:
            parameters["RemoveFromVersionId"] = self.versions[int(source[1:]) - 1]
        if target:
            parameters["MoveToVersionId"] = self.versions[int(target[1:]) - 1]
        answer = self.client.update_secret_version_stage(**parameters)
        assert answer.keys() == {"ARN", "Name", "ResponseMetadata"} and answer["Name"] == self.name
        return self

    def table(self):
        """Labels by version, as all three operations that show them agree."""
        seen = self.client.describe_secret(SecretId=self.name)["VersionIdsToStages"]
        listed = self.client.list_secret_version_ids(SecretId=self.name)["Versions"]
        assert {v["VersionId"]: sorted(v["VersionStages"]) for v in listed} == {k: sorted(v) for k, v in seen.items()}
        return {f"v{self.versions.index(k) + 1}": sorted(v) for k, v in seen.items()} if self.versions else {}


@pytest.fixture
def secret(secrets, name):
    return Secret(secrets, name).create()


def put(*stages):
    return lambda s: s.put(*stages)


def move(label, source=None, target=None):
    return lambda s: s.move(label, source, target)


SEQUENCES = {
    "custom_stages_2": [
        (put(CURRENT, "PUT0"), {"v1": [PREVIOUS], "v2": [CURRENT, "PUT0"]}),
        (put(PENDING, "PUT1"), {"v1": [PREVIOUS], "v2": [CURRENT, "PUT0"], "v3": [PENDING, "PUT1"]}),
        (move(CURRENT, "v2", "v3"), {"v2": [PREVIOUS, "PUT0"], "v3": [CURRENT, PENDING, "PUT1"]}),
        (put(PENDING, "PUT2"), {"v2": [PREVIOUS, "PUT0"], "v3": [CURRENT, "PUT1"], "v4": [PENDING, "PUT2"]}),
        (move(CURRENT, "v3", "v4"), {"v2": ["PUT0"], "v3": [PREVIOUS, "PUT1"], "v4": [CURRENT, PENDING, "PUT2"]}),
    ],
    "current_pending": [
        (put(PENDING), {"v1": [CURRENT], "v2": [PENDING]}),
        (move(CURRENT, "v1", "v2"), {"v1": [PREVIOUS], "v2": [CURRENT, PENDING]}),
        (put(), {"v2": [PREVIOUS], "v3": [CURRENT]}),
    ],
    "pending_cycle": [
        (put(PENDING), {"v1": [CURRENT], "v2": [PENDING]}),
        (put(PENDING), {"v1": [CURRENT], "v3": [PENDING]}),
        (move(CURRENT, "v1", "v3"), {"v1": [PREVIOUS], "v3": [CURRENT, PENDING]}),
        (put(PENDING), {"v1": [PREVIOUS], "v3": [CURRENT], "v4": [PENDING]}),
    ],
    "current_previous": [
        (put(), {"v1": [PREVIOUS], "v2": [CURRENT]}),
        (put(), {"v2": [PREVIOUS], "v3": [CURRENT]}),
        # A rollback swaps the two labels.
        (move(CURRENT, "v3", "v2"), {"v2": [CURRENT], "v3": [PREVIOUS]}),
    ],
    "labels that begin with AWS stay": [
        (put("AWSSOMETHING"), {"v1": [CURRENT], "v2": ["AWSSOMETHING"]}),
        (move(CURRENT, "v1", "v2"), {"v1": [PREVIOUS], "v2": [CURRENT, "AWSSOMETHING"]}),
        (put(), {"v2": [PREVIOUS, "AWSSOMETHING"], "v3": [CURRENT]}),
    ],
    "replacing labels hides a version": [
        (put("one", "two"), {"v1": [CURRENT], "v2": ["one", "two"]}),
        (put("two", "one"), {"v1": [CURRENT], "v3": ["one", "two"]}),
    ],
    "a label is attached, moved and removed": [
        (put(), {"v1": [PREVIOUS], "v2": [CURRENT]}),
        (move("x", None, "v1"), {"v1": [PREVIOUS, "x"], "v2": [CURRENT]}),
        (move("x", None, "v1"), {"v1": [PREVIOUS, "x"], "v2": [CURRENT]}),
        (move("x", "v1", "v2"), {"v1": [PREVIOUS], "v2": [CURRENT, "x"]}),
        (move("x", "v2"), {"v1": [PREVIOUS], "v2": [CURRENT]}),
        (move(PREVIOUS, "v1"), {"v2": [CURRENT]}),
        (move("back", None, "v1"), {"v1": ["back"], "v2": [CURRENT]}),
    ],
    "moving current to its holder changes nothing": [
        (put(), {"v1": [PREVIOUS], "v2": [CURRENT]}),
        (move(CURRENT, None, "v2"), {"v1": [PREVIOUS], "v2": [CURRENT]}),
        (move(CURRENT, "v2", "v2"), {"v1": [PREVIOUS], "v2": [CURRENT]}),
    ],
    "labels are case-sensitive": [
        (put("awscurrent", "Awscurrent"), {"v1": [CURRENT], "v2": ["Awscurrent", "awscurrent"]}),
    ],
}


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_sequence(secret, sequence):
    for step, expected in SEQUENCES[sequence]:
        step(secret)
        assert secret.table() == {k: sorted(v) for k, v in expected.items()}


def test_deprecated_versions_are_hidden_but_readable(secret, secrets, name):
    secret.put().put()
    assert secret.table() == {"v2": [PREVIOUS], "v3": [CURRENT]}
    listed = secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    assert {v["VersionId"] for v in listed} == set(secret.versions)
    (old,) = [v for v in listed if v["VersionId"] == secret.versions[0]]
    assert "VersionStages" not in old
    read = secrets.get_secret_value(SecretId=name, VersionId=secret.versions[0])
    assert read["SecretString"] == "v1" and "VersionStages" not in read


def test_moving_from_a_version_that_is_not_named(secret, secrets, name):
    secret.put("x")
    v1, v2 = secret.versions
    for label, holder, target in [(CURRENT, v1, v2), ("x", v2, v1)]:
        text = (
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId."
        )
        with refused("InvalidParameterException", text):
            secrets.update_secret_version_stage(SecretId=name, VersionStage=label, MoveToVersionId=target)
    assert secret.table() == {"v1": [CURRENT], "v2": ["x"]}


def test_current_can_not_be_removed(secret, secrets, name):
    with refused(
        "InvalidParameterException",
        "You can only move staging label AWSCURRENT to a different secret version. "
        "It can\u2019t be completely removed.",
    ):
        secrets.update_secret_version_stage(
            SecretId=name, VersionStage=CURRENT, RemoveFromVersionId=secret.versions[0]
        )
    assert secret.table() == {"v1": [CURRENT]}


def test_moves_that_make_no_sense(secret, secrets, name):
    """The texts are unknown; nothing may move."""
    secret.put("x")
    v1, v2 = secret.versions
    strange = token()
    for code, parameters in [
        ("InvalidParameterException", {}),
        ("InvalidParameterException", {"RemoveFromVersionId": v1}),
        ("InvalidParameterException", {"RemoveFromVersionId": v1, "MoveToVersionId": v1}),
        ("InvalidParameterException", {"RemoveFromVersionId": strange, "MoveToVersionId": v1}),
        ("ResourceNotFoundException", {"MoveToVersionId": strange}),
        ("ResourceNotFoundException", {"RemoveFromVersionId": v2, "MoveToVersionId": strange}),
    ]:
        with refused(code):
            secrets.update_secret_version_stage(SecretId=name, VersionStage="x", **parameters)
        assert secret.table() == {"v1": [CURRENT], "v2": ["x"]}


def test_twenty_labels_across_all_versions(secret, secrets, name):
    secret.put(*[f"l{n}" for n in range(19)])
    with refused("LimitExceededException"):
        secrets.put_secret_value(SecretId=name, SecretString="v", VersionStages=["one too many"])
    with refused("LimitExceededException"):
        secrets.update_secret_version_stage(
            SecretId=name, VersionStage="one too many", MoveToVersionId=secret.versions[0]
        )
    assert sum(map(len, secret.table().values())) == 20
    # A label that is only moved needs no room.
    secret.put("l0")
