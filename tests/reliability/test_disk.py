"""Full disks and damaged rows."""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import uuid

import pytest
import requests
from botocore.exceptions import ClientError

from harness import Server, scratch_folder, until


@contextlib.contextmanager
def small_disk(folder, megabytes):
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs root: " + mounted.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_refuses_and_recovers():
    with scratch_folder("full") as folder, small_disk(folder / "disk", 48):
        server = Server(folder / "disk" / "data", "--quotas", "off").start()
        client = server.client(retries={"total_max_attempts": 1})
        client.create_secret(Name="kept", SecretString="kept value")
        assert client.get_secret_value(SecretId="kept")["SecretString"] == "kept value"
        ballast = folder / "disk" / "ballast"
        with open(ballast, "wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 65536)
                file.flush()
        # The trail had some room left in its last page; soon nothing can be recorded any more.
        failures = set()

        def refused():
            try:
                client.get_secret_value(SecretId="kept")
                return False
            except ClientError as error:
                failures.add((error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]))
                return True

        assert until(refused)
        assert failures == {("InternalServiceError", 500)}
        with pytest.raises(ClientError) as write:
            client.create_secret(Name="lost", SecretString="x" * 60000)
        assert write.value.response["Error"]["Code"] == "InternalServiceError"
        health = requests.get(server.url + "/health", timeout=10)
        assert health.status_code == 503
        assert "space" in health.json()["trail"]["reason"].lower()
        ballast.unlink()
        assert until(lambda: requests.get(server.url + "/health", timeout=10).status_code == 200)
        assert client.get_secret_value(SecretId="kept")["SecretString"] == "kept value"
        client.create_secret(Name="after", SecretString="after value")
        assert client.get_secret_value(SecretId="after")["SecretString"] == "after value"
        with pytest.raises(ClientError):
            client.describe_secret(SecretId="lost")
        assert server.stop() == 0
        proof = server.verify_trail()
        assert proof.returncode == 0, proof.stdout
        assert any(record["eventName"] == "TrailResumed" for record in server.records())


def columns(database):
    """Every column of every row of the tables that callers' data lies in."""
    for table in ("secret", "version", "item"):
        names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        assert names, table
        for rowid in [row[0] for row in database.execute(f"SELECT rowid FROM {table}")]:
            for name in names:
                yield table, rowid, name


def flipped(value):
    if isinstance(value, int):
        return value ^ 1
    if isinstance(value, bytes):
        middle = len(value) // 2
        return value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1:] if value else None
    if isinstance(value, str):
        return chr(ord(value[0]) ^ 1) + value[1:] if value else None
    return 1


def test_flipped_bits_are_found_and_harm_nothing_else():
    with scratch_folder("flips") as folder:
        server = Server(folder / "data", "--quotas", "off").start()
        client, kms = server.client(), server.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/secrets", TargetKeyId=key)
        for name in ("victim", "witness"):
            client.create_secret(Name=name, SecretString=f"value of {name}", KmsKeyId=key,
                                 Tags=[{"Key": "k", "Value": "v"}])
            client.get_secret_value(SecretId=name)
        assert server.stop() == 0
        good = folder / "good"
        shutil.copytree(folder / "data", good)
        # The `secret` and `version` tables are what GetSecretValue reads; each column of the victim's rows is flipped in turn.
        with sqlite3.connect(good / "undercroft.db") as database:
            cells = [cell for cell in columns(database) if cell[0] in ("secret", "version")
                     and database.execute(f"SELECT name FROM {cell[0]} WHERE rowid=?", (cell[1],)).fetchone()[0] == "victim"]
        assert len(cells) > 10
        for table, rowid, column in cells:
            shutil.rmtree(folder / "data")
            shutil.copytree(good, folder / "data")
            with sqlite3.connect(folder / "data" / "undercroft.db") as database:
                value = database.execute(f"SELECT {column} FROM {table} WHERE rowid=?", (rowid,)).fetchone()[0]
                changed = flipped(value)
                try:
                    database.execute(f"UPDATE {table} SET {column}=? WHERE rowid=?", (changed, rowid))
                except sqlite3.IntegrityError:
                    continue
            database.close()
            server.start()
            again = server.client(retries={"total_max_attempts": 1})
            place = f"{table}.{column}"
            try:
                answer = again.get_secret_value(SecretId="victim")
                assert False, f"{place}: served {answer['VersionId']} from an edited row"
            except ClientError as error:
                # A row moved to another key is simply not there any more under its own.
                assert error.response["Error"]["Code"] in ("InternalServiceError", "ResourceNotFoundException"), place
                if error.response["Error"]["Code"] == "InternalServiceError":
                    assert "victim" in server.log_path.read_text(), place
            assert again.get_secret_value(SecretId="witness")["SecretString"] == "value of witness", place
            listed = [secret["Name"] for secret in again.list_secrets()["SecretList"]]
            assert "witness" in listed, place
            assert server.stop() == 0


def test_rows_swapped_between_secrets_do_not_open():
    with scratch_folder("swap") as folder:
        server = Server(folder / "data", "--quotas", "off").start()
        client = server.client()
        token = str(uuid.uuid4())
        for name in ("a", "b"):
            client.create_secret(Name=name, SecretString=f"value of {name}", ClientRequestToken=token)
        assert server.stop() == 0
        with sqlite3.connect(folder / "data" / "undercroft.db") as database:
            names = [row[1] for row in database.execute("PRAGMA table_info(version)")]
            payload = [name for name in names if name not in ("account", "region", "name", "version_id")]
            rows = {name: database.execute(f"SELECT {','.join(payload)} FROM version WHERE name=?", (name,)).fetchone()
                    for name in ("a", "b")}
            for name, other in (("a", "b"), ("b", "a")):
                assignments = ",".join(f"{column}=?" for column in payload)
                database.execute(f"UPDATE version SET {assignments} WHERE name=?", (*rows[other], name))
        database.close()
        server.start()
        again = server.client(retries={"total_max_attempts": 1})
        for name in ("a", "b"):
            with pytest.raises(ClientError) as refused:
                again.get_secret_value(SecretId=name)
            assert refused.value.response["Error"]["Code"] == "InternalServiceError"
        assert server.stop() == 0


def test_an_edited_trail_is_found():
    with scratch_folder("trail") as folder:
        server = Server(folder / "data").start()
        client = server.client()
        for number in range(5):
            client.create_secret(Name=f"s{number}", SecretString="x")
        assert server.stop() == 0
        assert server.verify_trail().returncode == 0
        segment = next(pathlib.Path(folder / "data" / "trail").glob("*.trail"))
        good = segment.read_bytes()
        lines = good.splitlines(keepends=True)
        for bad in (good.replace(b"CreateSecret", b"DeleteSecret", 1), b"".join(lines[1:]), b"".join(lines[:-1]),
                    b"".join([lines[1], lines[0], *lines[2:]]), good[:-200]):
            segment.write_bytes(bad)
            proof = server.verify_trail()
            assert proof.returncode == 1, proof.stdout
            assert "BAD" in proof.stdout and (segment.name in proof.stdout or "head" in proof.stdout)


def test_a_lax_or_missing_key_is_refused_with_advice():
    with scratch_folder("seal") as folder:
        server = Server(folder / "data").start()
        assert server.stop() == 0
        key = folder / "data" / "seal.key"
        os.chmod(key, 0o644)
        with pytest.raises(AssertionError, match="chmod 600"):
            server.start(timeout=10)
        os.chmod(key, 0o600)
        key.rename(folder / "elsewhere")
        with pytest.raises(AssertionError, match="(?i)key file"):
            server.start(timeout=10)
        moved = Server(folder / "data", "--key-file", str(folder / "elsewhere")).start()
        assert moved.client("sts").get_caller_identity()["Account"] == "000000000001"
        assert moved.stop() == 0
