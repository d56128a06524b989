"""AWS's request quotas."""

import pytest
from support import Connection, Request, token

THROTTLED = {"__type": "ThrottlingException", "message": "Rate exceeded"}


def stream(server, make, most):
    """Pipelines requests until one is refused; (answered, the refusal or None).

    Those of a batch are under way together, so that an answer may stand behind a refusal.
    """
    done = 0
    with Connection(server) as connection:
        while done < most:
            batch = [make() for _ in range(16)]
            connection.send(b"".join(r.bytes() for r in batch))
            replies = [connection.receive() for _ in batch]
            done += sum(reply.status == 200 for reply in replies)
            refused = [reply for reply in replies if reply.status != 200]
            if refused:
                return done, refused[0]
    return done, None


def password(server, **sign):
    return lambda: Request(server, "secretsmanager.GetRandomPassword", {}).sign(**sign)


def test_fifty_a_second(serve, store):
    server = serve("data", *store)
    done, refusal = stream(server, password(server), 5000)
    # A second's worth may come at once, and the bucket fills while they come.
    assert done >= 50
    assert refusal.status == 400 and refusal.json == THROTTLED
    # Each group, each region has a bucket of its own.
    other = [password(server, region="eu-west-1"), lambda: Request(server, "secretsmanager.ListSecrets", {}).sign()]
    for make in other:
        with Connection(server) as connection:
            assert connection.exchange(make()).status == 200
    codes = {r["errorCode"] for r in server.records() if r.get("errorCode")}
    assert codes == {"ThrottlingException"}


def test_groups_share_a_bucket(serve, tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text("quota:\n  secretsmanager-put: 2\n  secretsmanager-create: 0\n")
    server = serve("data", "--config", str(file))

    def one(operation, **body):
        body = {"SecretId": "s", "ClientRequestToken": token(), **body}
        return Request(server, f"secretsmanager.{operation}", body).sign()

    with Connection(server) as connection:
        # Zero lifts a limit.
        made = [
            Request(
                server, "secretsmanager.CreateSecret",
                {"Name": f"s{n or ''}", "SecretString": "x", "ClientRequestToken": token()},
            ).sign()
            for n in range(70)
        ]
        connection.send(b"".join(r.bytes() for r in made))
        assert {connection.receive().status for _ in made} == {200}
        requests = [
            one("PutSecretValue", SecretString="y"), one("UpdateSecret", Description="d"),
            one("UpdateSecretVersionStage", VersionStage="x"),
        ] * 10
        connection.send(b"".join(r.bytes() for r in requests))
        replies = [connection.receive() for _ in requests]
    refused = [r for r in replies if r.status == 400 and r.json == THROTTLED]
    assert refused and replies[0].status == 200
    # What was refused has not happened.
    versions = server.client().list_secret_version_ids(SecretId="s", IncludeDeprecated=True)["Versions"]
    done = [reply for reply in replies[0::3] if reply.status == 200]
    assert len(versions) == 1 + len(done)


def test_an_sdk_tries_again_and_succeeds(serve, tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text("quota:\n  secretsmanager-random-password: 1\n")
    server = serve("data", "--config", str(file))
    # The standard mode of botocore, waiting no longer than it must.
    client = server.client(retries={"max_attempts": 20, "mode": "standard"})
    tries = [client.get_random_password()["ResponseMetadata"]["RetryAttempts"] for _ in range(3)]
    assert sum(tries) > 0


@pytest.mark.parametrize("how", ["flag", "variable", "file"])
def test_quotas_off(serve, tmp_path, monkeypatch, how):
    flags = []
    if how == "flag":
        flags = ["--quotas", "off"]
    elif how == "variable":
        monkeypatch.setenv("UNDERCROFT_QUOTAS", "off")
    else:
        (tmp_path / "settings.yaml").write_text("quotas: off\n")
        flags = ["--config", str(tmp_path / "settings.yaml")]
    server = serve("data", *flags)
    assert stream(server, password(server), 320) == (320, None)
