"""AWS's caching library for Python. Its clock is turned by hand instead of waiting for it."""

import datetime
import json

import pytest
from aws_secretsmanager_caching import InjectKeywordedSecretString, SecretCache, SecretCacheConfig
from aws_secretsmanager_caching.cache import items
from support import refused, until

RANDOM = "arn:aws:lambda:us-west-2:000000000001:function:undercroft-rotate-random"


@pytest.fixture
def cache(secrets):
    return SecretCache(config=SecretCacheConfig(secret_refresh_interval=3600), client=secrets)


def expire(cache, secret_id):
    """As if the refresh interval were over."""
    item = cache._get_cached_secret(secret_id)
    item._next_refresh_time = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)


@pytest.fixture
def calls(secrets):
    """Names of the calls that reach the server."""
    made, event = [], "before-call.secrets-manager"
    secrets.meta.events.register(event, lambda model, **kw: made.append(model.name), unique_id="count")
    yield made
    secrets.meta.events.unregister(event, unique_id="count")


def test_reads_once_and_refreshes(put, name, cache, calls):
    for _ in range(3):
        assert cache.get_secret_string(name) == "one"
    assert calls == ["DescribeSecret", "GetSecretValue"]
    expire(cache, name)
    assert cache.get_secret_string(name) == "one"
    # The version is the same, so only its labels were asked for.
    assert calls == ["DescribeSecret", "GetSecretValue", "DescribeSecret"]


def test_sees_a_new_version(cache, secrets, put, name):
    assert cache.get_secret_string(name) == "one"
    secrets.put_secret_value(SecretId=name, SecretString="two")
    assert cache.get_secret_string(name) == "one"
    expire(cache, name)
    assert cache.get_secret_string(name) == "two"
    assert cache.get_secret_string(name, version_stage="AWSPREVIOUS") == "one"


def test_binary_and_arn(cache, secrets, name):
    arn = secrets.create_secret(Name=name, SecretBinary=b"\x00\xff")["ARN"]
    assert cache.get_secret_binary(arn) == b"\x00\xff"
    assert cache.get_secret_string(arn) is None


def test_a_label_that_is_not_there(cache, put, name):
    assert cache.get_secret_string(name, version_stage="NOPE") is None


def test_missing_secret(cache, name):
    with refused("ResourceNotFoundException"):
        cache.get_secret_string(name)


def test_decorator(cache, secrets, name):
    secrets.create_secret(Name=name, SecretString=json.dumps({"username": "u", "password": "p"}))

    @InjectKeywordedSecretString(secret_id=name, cache=cache, user="username", word="password")
    def connect(user, word):
        return f"{user}:{word}"

    assert connect() == "u:p"


@pytest.fixture
def clock(monkeypatch):
    """The library's clock: it stands until `clock.move(seconds)`. A refresh comes as late as the interval allows."""
    class Clock(datetime.datetime):
        held = datetime.datetime.now(datetime.timezone.utc)

        @classmethod
        def now(cls, tz=None):
            return cls.held

        @classmethod
        def move(cls, seconds):
            cls.held += datetime.timedelta(seconds=seconds)

    monkeypatch.setattr(items, "datetime", Clock)
    monkeypatch.setattr(items, "randint", lambda least, most: most)
    return Clock


def test_sees_a_rotation_within_its_refresh(secrets, put, name, clock, calls):
    cache = SecretCache(config=SecretCacheConfig(secret_refresh_interval=60), client=secrets)
    assert cache.get_secret_string(name) == "one"
    version = secrets.rotate_secret(SecretId=name, RotationLambdaARN=RANDOM)["VersionId"]
    until(lambda: secrets.describe_secret(SecretId=name)["VersionIdsToStages"].get(version) == ["AWSCURRENT"])
    new = secrets.get_secret_value(SecretId=name)
    assert new["VersionId"] == version and new["SecretString"] != "one"
    calls.clear()
    clock.move(59)
    assert cache.get_secret_string(name) == "one" and calls == []
    clock.move(1)
    assert cache.get_secret_string(name) == new["SecretString"]
    assert calls == ["DescribeSecret", "GetSecretValue"]
    assert cache.get_secret_string(name, version_stage="AWSPREVIOUS") == "one"
