"""`undercroft rotators list`: what a new user reads before choosing one."""

import json
import subprocess

from harness import BINARY

NAMES = [
    "undercroft-rotate-postgres-single", "undercroft-rotate-postgres-alternating", "undercroft-rotate-mysql-single",
    "undercroft-rotate-mysql-alternating", "undercroft-rotate-redis-acl", "undercroft-rotate-random",
    "undercroft-rotate-http",
]


def listed(*flags):
    return subprocess.run([str(BINARY), "rotators", "list", *flags], capture_output=True, text=True, check=True, timeout=60).stdout


def test_all_are_listed_with_their_schemas():
    rotators = json.loads(listed("--json"))["Rotators"]
    assert [rotator["Name"] for rotator in rotators] == NAMES
    for rotator in rotators:
        assert rotator["Summary"]
        for field in rotator["SecretFields"]:
            assert set(field) == {"Name", "Required", "Meaning"} and field["Meaning"]
    required = {
        rotator["Name"]: {field["Name"] for field in rotator["SecretFields"] if field["Required"]} for rotator in rotators
    }
    login = {"engine", "host", "username", "password"}
    assert required["undercroft-rotate-postgres-single"] == login
    assert required["undercroft-rotate-mysql-alternating"] == login | {"masterarn"}
    assert required["undercroft-rotate-http"] == {"password", "rotation_key"}


def test_for_people_too():
    text = listed()
    assert [line for line in text.splitlines() if line.startswith("undercroft-")] == NAMES
    assert "  masterarn  required  ARN of the secret" in text
