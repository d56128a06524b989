"""TLS, HTTP/2, and a new certificate without a restart."""

import shutil
import signal
import socket
import ssl
import subprocess
import urllib.parse

import boto3
import pytest
import requests
from botocore.config import Config
from harness import BINARY
from support import until

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def certificate(folder, common_name):
    """A self-signed certificate for the loopback address, in place of the one before."""
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-keyout", folder / "new.key", "-out", folder / "new.pem", "-subj", f"/CN={common_name}",
            "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
        ],
        check=True, capture_output=True,
    )
    (folder / "new.key").rename(folder / "key.pem")
    (folder / "new.pem").rename(folder / "cert.pem")
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def secure(serve, tmp_path):
    cert, key = certificate(tmp_path, "first")
    server = serve("data", "--tls-cert", str(cert), "--tls-key", str(key))
    server.ca = str(cert)
    return server


def address(server):
    url = urllib.parse.urlsplit(server.url)
    return url.hostname, url.port


def presented(server):
    return ssl.get_server_certificate(address(server))


def client(server, verify):
    key, secret = server.credentials
    return boto3.client(
        "secretsmanager", endpoint_url=server.url, region_name="us-west-2", aws_access_key_id=key,
        aws_secret_access_key=secret, verify=verify, config=Config(retries={"max_attempts": 0}),
    )


def test_boto3(secure):
    assert secure.url.startswith("https://127.0.0.1:")
    trusting = client(secure, secure.ca)
    trusting.create_secret(Name="s", SecretString="x")
    assert trusting.get_secret_value(SecretId="s")["SecretString"] == "x"
    with pytest.raises(Exception, match="certificate verify failed"):
        client(secure, True).list_secrets()
    details = until(lambda: [r for r in secure.records() if r["eventName"] == "GetSecretValue"])[0]["tlsDetails"]
    assert details["tlsVersion"] == "TLSv1.3"
    # Left out would do; an empty text is no cipher suite.
    assert details.get("cipherSuite", "TLS_").startswith("TLS_")
    assert details["clientProvidedHostHeader"] == urllib.parse.urlsplit(secure.url).netloc
    for record in secure.records():
        if "invokedBy" in record["userIdentity"]:
            assert "tlsDetails" not in record


def curl(server, operation, body, *more):
    key, secret = server.credentials
    return subprocess.run(
        [
            "curl", "-sS", "--cacert", server.ca, "--aws-sigv4", "aws:amz:us-west-2:secretsmanager", "--user",
            f"{key}:{secret}", "-H", "Content-Type: application/x-amz-json-1.1", "-H",
            f"X-Amz-Target: secretsmanager.{operation}", "-d", body, *more, server.url,
        ],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout


@pytest.mark.parametrize("version, got", [("--http2", "2"), ("--http1.1", "1.1")])
def test_curl(secure, version, got):
    out = curl(secure, "ListSecrets", "{}", version, "-w", "\n%{http_code} %{http_version}")
    assert out.splitlines() == ['{"SecretList":[]}', f"200 {got}"]


def test_a_large_value_over_http_2(secure):
    """Larger than a frame and than the first flow control window."""
    value = "x" * 65536
    client(secure, secure.ca).create_secret(Name="large", SecretString=value)
    assert f'"SecretString":"{value}"' in curl(secure, "GetSecretValue", '{"SecretId":"large"}', "--http2")


def test_plain_http_on_the_tls_port(secure):
    with socket.create_connection(address(secure), timeout=30) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200" not in plain.recv(1000)
    assert requests.get(secure.url + "/health", verify=secure.ca).json()["status"] == "ok"


def test_old_tls_is_refused(secure):
    host, port = address(secure)
    for version, works in [("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)]:
        done = subprocess.run(
            ["openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", f"{host}:{port}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )
        assert ("Cipher is (NONE)" not in done.stdout) is works, done.stdout


def test_reload(secure, tmp_path):
    before = presented(secure)
    old = client(secure, secure.ca)
    old.create_secret(Name="s", SecretString="x")
    cert, _ = certificate(tmp_path, "second")
    secure.process.send_signal(signal.SIGHUP)
    after = until(lambda: (lambda seen: seen if seen != before else None)(presented(secure)))
    assert after.split() == cert.read_text().split()
    # An open connection lives on; new ones trust the new certificate.
    assert old.get_secret_value(SecretId="s")["SecretString"] == "x"
    assert client(secure, str(cert)).get_secret_value(SecretId="s")["SecretString"] == "x"


def test_a_bad_certificate_does_not_replace_a_good_one(secure, tmp_path):
    before = presented(secure)
    (tmp_path / "cert.pem").write_text("not a certificate")
    secure.process.send_signal(signal.SIGHUP)
    until(lambda: "not reloaded" in secure.log_path.read_text())
    assert presented(secure) == before


def test_mistakes_at_the_start(tmp_path):
    cert, key = certificate(tmp_path, "alone")
    other = tmp_path / "other"
    other.mkdir()
    _, wrong = certificate(other, "other")
    for flags, words in [
        (["--tls-cert", str(cert)], "tls-key"),
        (["--tls-cert", str(cert), "--tls-key", str(tmp_path / "no")], ""),
        (["--tls-cert", str(cert), "--tls-key", str(wrong)], ""),
    ]:
        done = subprocess.run(
            [BINARY, "serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", *flags],
            capture_output=True, text=True, timeout=60,
        )
        assert done.returncode != 0 and "ready" not in done.stdout
        assert done.stderr.strip() and words in done.stderr
