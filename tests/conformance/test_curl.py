"""curl signs requests too, without an AWS SDK near."""

import json
import shutil
import subprocess

import pytest

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")


def curl(server, target, body, *more, service="secretsmanager", secret=None):
    key, own = server.credentials
    answer = subprocess.run(
        [
            CURL, "-sS", "--aws-sigv4", f"aws:amz:us-west-2:{service}", "--user", f"{key}:{secret or own}",
            "-H", "Content-Type: application/x-amz-json-1.1", "-H", f"X-Amz-Target: {target}",
            "-w", "\n%{http_code} %{http_version}", "-d", json.dumps(body), *more, server.url,
        ],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout
    text, trailer = answer.rsplit("\n", 1)
    status, version = trailer.split()
    return int(status), json.loads(text), version


def test_json(server, put, name):
    status, answer, _ = curl(server, "secretsmanager.GetSecretValue", {"SecretId": name})
    assert status == 200 and answer["SecretString"] == "one"
    status, answer, _ = curl(server, "TrentService.ListKeys", {}, service="kms")
    assert status == 200 and "Keys" in answer


def test_wrong_secret(server, name):
    status, answer, _ = curl(server, "secretsmanager.GetSecretValue", {"SecretId": name}, secret="wrong")
    assert (status, answer["__type"]) == (400, "InvalidSignatureException")


def test_query(server):
    key, secret = server.credentials
    answer = subprocess.run(
        [
            CURL, "-sS", "--aws-sigv4", "aws:amz:us-west-2:sts", "--user", f"{key}:{secret}",
            "-d", "Action=GetCallerIdentity&Version=2011-06-15", server.url,
        ],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout
    assert "<Arn>arn:aws:iam::000000000001:user/administrator</Arn>" in answer


def test_http_2_without_tls(server, put, name):
    """By prior knowledge, as service meshes do."""
    status, answer, version = curl(
        server, "secretsmanager.GetSecretValue", {"SecretId": name}, "--http2-prior-knowledge"
    )
    assert (status, version) == (200, "2") and answer["SecretString"] == "one"
