"""What an operator sees: /health, /metrics and the command line."""

import json
import os
import re
import shutil
import subprocess

import pytest
import requests
import yaml
from harness import BINARY, ROOT
from support import call


def undercroft(*words, status=0):
    done = subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_health(server):
    reply = requests.get(server.url + "/health")
    assert reply.status_code == 200 and reply.headers["content-type"].startswith("application/json")
    body = reply.json()
    assert body["status"] == "ok" and body["version"]
    assert body["store"]["status"] == "ok" and body["trail"]["status"] == "ok" and body["seal"]["status"] == "open"
    # Whatever the system allows: it is said, and never more than is so.
    functions = body["functions"]
    assert (functions["status"], functions["isolation"].split(":")[0].split(" ")[0]) in [
        ("ok", "bubblewrap"), ("unavailable", "functions")]
    head = requests.head(server.url + "/health")
    assert head.status_code == 200 and head.content == b""


SAMPLE = re.compile(r'[a-z_]+(\{([a-z_]+="[^"\\]*",?)+\})? [0-9.e+-]+|[a-z_]+\{.*le="\+Inf"\} [0-9]+')


def metrics(server):
    """Samples by name and labels, the exposition format checked."""
    reply = requests.get(server.url + "/metrics")
    assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    found, typed = {}, set()
    for line in reply.text.splitlines():
        if line.startswith("# TYPE "):
            _, _, metric, kind = line.split()
            assert metric not in typed and kind in ("counter", "gauge", "histogram")
            typed.add(metric)
        elif not line.startswith("#"):
            assert SAMPLE.fullmatch(line), line
            key, value = line.rsplit(" ", 1)
            metric = key.split("{")[0]
            assert metric in typed or re.sub("_(bucket|sum|count)$", "", metric) in typed, metric
            assert key not in found
            found[key] = float(value)
    return found


def test_metrics(server, name):
    def count(result):
        labels = f'service="secretsmanager",operation="DescribeSecret",result="{result}"'
        return metrics(server).get(f"undercroft_requests_total{{{labels}}}", 0)

    before = count("ResourceNotFoundException")
    for _ in range(3):
        call(server, "DescribeSecret", {"SecretId": name})
    assert count("ResourceNotFoundException") == before + 3
    found = metrics(server)
    for metric in [
        "undercroft_throttled_total", "undercroft_store_commits_total", "undercroft_trail_records_total",
        "undercroft_trail_failed_groups_total", "undercroft_cache_hits_total", "undercroft_cache_bytes",
        "undercroft_open_connections", "undercroft_store_tampered_rows_total",
    ]:
        assert metric in found
    assert found["undercroft_trail_failed_groups_total"] == found["undercroft_store_tampered_rows_total"] == 0
    histogram = 'undercroft_request_seconds_{}{{service="secretsmanager",operation="DescribeSecret"{}}}'
    assert found[histogram.format("bucket", ',le="+Inf"')] == found[histogram.format("count", "")] >= 3
    buckets = [v for k, v in found.items() if k.startswith(histogram.format("bucket", "")[:-1])]
    assert buckets == sorted(buckets)


def test_status(server):
    assert '"status":"ok"' in undercroft("status", "--data", server.folder)
    assert '"status":"ok"' in undercroft("status", "--url", server.url)
    assert "does not answer" in undercroft("status", "--url", "http://127.0.0.1:1", status=1)


def test_status_where_no_server_ran(tmp_path):
    done = subprocess.run([BINARY, "status", "--data", str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "--data" in done.stderr


def test_trail_tail(server, name):
    for _ in range(10):
        request_id = call(server, "DescribeSecret", {"SecretId": name}).headers["x-amzn-requestid"]
    lines = undercroft("trail", "tail", "--data", server.folder, "-n", 5).splitlines()
    assert len(lines) == 5
    assert request_id in [json.loads(line)["requestID"] for line in lines]
    assert len(undercroft("trail", "tail", "--data", server.folder).splitlines()) == 10
    assert undercroft("trail", "tail", "--data", server.folder, "--count", 0) == ""


def test_trail_verify(server, tmp_path):
    said = undercroft("trail", "verify", "--data", server.folder)
    assert re.search(r"[0-9]+ records in [0-9]+ segments?: the chain is whole", said)


def test_trail_verify_finds_a_changed_byte(server, name, tmp_path):
    call(server, "DescribeSecret", {"SecretId": name})
    copy = tmp_path / "data"
    copy.mkdir()
    shutil.copytree(server.folder / "trail", copy / "trail", ignore=shutil.ignore_patterns("lock*"))
    for file in ["node", "seal.json", "seal.key"]:
        shutil.copy(server.folder / file, copy / file)
    segment = sorted(f for f in (copy / "trail").rglob("*") if f.is_file() and name.encode() in f.read_bytes())[0]
    content = segment.read_bytes()
    segment.write_bytes(content.replace(name.encode(), name[:-1].encode() + b"#", 1))
    assert "BAD" in undercroft("trail", "verify", "--data", copy, status=1)


def test_version():
    assert re.fullmatch(r"undercroft [0-9]+\.[0-9]+\.[0-9]+\n", undercroft("version"))
    assert re.search(r"[0-9]+\.[0-9]+\.[0-9]+", undercroft("--version"))


CONFIG = """listen: 127.0.0.1:0
quotas: off
cache-megabytes: 8
regions:
  - us-west-2
  - eu-west-1
quota:
  secretsmanager-get: 5
"""


def test_config_check(tmp_path):
    file = tmp_path / "good.yaml"
    file.write_text(CONFIG)
    assert yaml.safe_load(CONFIG)
    assert "no mistakes" in undercroft("config", "check", file)


@pytest.mark.parametrize(
    "text, line, words",
    [
        ("listen: 127.0.0.1:0\nlisten-to: x\n", 2, "listen-to"), ("quotas: perhaps\n", 1, "on or off"),
        ("\n\ncache-megabytes: -1\n", 3, "cache-megabytes"), ("listen: nowhere\n", 1, "HOST:PORT"),
        ("account: 12\n", 1, "twelve digits"), ("quota:\n  a: 1\n  b: many\n", 3, "quota.b"),
        ("regions: [nowhere]\n", 1, "regions"), ("a: [1,\n", None, "YAML"), ("- a\n- b\n", 1, "mapping"),
        ("store: mysql\n", 1, "store"), ("max-connections: 1.5\n", 1, "max-connections"),
        ("listen: 127.0.0.1:99999\n", 1, "HOST:PORT"),
    ],
)
def test_config_mistakes(tmp_path, text, line, words):
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    said = undercroft("config", "check", file, status=1)
    assert words in said
    assert f"{file}:{line}:" in said if line else re.search(re.escape(str(file)) + ":[0-9]+:", said)


def test_config_mistakes_are_all_named(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("quotas: perhaps\nlisten: nowhere\nnothing: 1\n")
    said = undercroft("config", "check", file, status=1)
    assert all(f"{file}:{line}:" in said for line in (1, 2, 3))


def test_config_that_is_not_there(tmp_path):
    done = subprocess.run([BINARY, "config", "check", str(tmp_path / "no")], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "can't be read" in done.stdout + done.stderr


def test_serve_refuses_mistakes_of_every_source(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("nothing: 1\n")
    done = subprocess.run(
        [BINARY, "serve", "--data", str(tmp_path / "d"), "--config", str(file), "--listen", "nowhere"],
        env={**os.environ, "UNDERCROFT_QUOTAS": "perhaps"}, capture_output=True, text=True, timeout=60,
    )
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert f"{file}:1:" in said and "UNDERCROFT_QUOTAS" in said and "--listen" in said
    assert not (tmp_path / "d").exists()


def test_completion():
    script = undercroft("completion", "bash")
    assert "serve" in script and "--tls-cert" in script
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "#compdef undercroft" in undercroft("completion", "zsh")
    assert "complete -c" in undercroft("completion", "fish")


COMMANDS = [
    [], ["serve"], ["config"], ["config", "check"], ["trail"], ["trail", "tail"], ["trail", "verify"], ["status"],
    ["version"], ["completion"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help(command):
    said = undercroft(*command, "--help")
    assert "OVERVIEW: " in said and "USAGE: undercroft" in said


def test_help_of_serve_names_every_setting():
    names = re.findall(r'Setting\(name: "([a-z-]+)"\)', (ROOT / "Sources/undercroft/Setting.swift").read_text())
    said = undercroft("serve", "--help")
    assert len(names) > 10
    for one in names:
        assert f"--{one}" in said


def test_a_word_that_is_no_command():
    done = subprocess.run([BINARY, "serv"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 64 and "serv" in done.stderr
