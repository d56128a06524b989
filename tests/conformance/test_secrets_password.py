"""GetRandomPassword."""

import string

import pytest
from support import refused

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
KINDS = {"Lowercase": string.ascii_lowercase, "Uppercase": string.ascii_uppercase, "Numbers": string.digits,
         "Punctuation": PUNCTUATION}


def password(secrets, **rules):
    return secrets.get_random_password(**rules)["RandomPassword"]


def test_defaults(secrets):
    seen = {password(secrets) for _ in range(10)}
    assert len(seen) == 10
    for one in seen:
        assert len(one) == 32 and " " not in one
        for kind in KINDS.values():
            assert set(one) & set(kind)


@pytest.mark.parametrize("length", [4, 5, 64, 4096])
def test_lengths(secrets, length):
    one = password(secrets, PasswordLength=length)
    assert len(one) == length
    for kind in KINDS.values():
        assert set(one) & set(kind)


def test_every_character_occurs_and_no_other(secrets):
    seen = set()
    for _ in range(4):
        seen |= set(password(secrets, PasswordLength=4096, IncludeSpace=True))
    assert seen == set("".join(KINDS.values()) + " ")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_left_out(secrets, kind):
    one = password(secrets, PasswordLength=2000, **{f"Exclude{kind}": True})
    assert set(one) == set("".join(v for k, v in KINDS.items() if k != kind))


def test_only_one_kind(secrets):
    rules = {f"Exclude{k}": True for k in KINDS if k != "Numbers"}
    assert set(password(secrets, PasswordLength=500, **rules)) == set(string.digits)


def test_excluded_characters(secrets):
    one = password(secrets, PasswordLength=4000, ExcludeCharacters="aeiou\"@/\\ ")
    assert set(one) == set("".join(KINDS.values())) - set("aeiou\"@/\\ ")


def test_each_type_not_required(secrets):
    assert len(password(secrets, PasswordLength=1, RequireEachIncludedType=False)) == 1


def test_refusals(secrets):
    short = "Password length is too short based on the required types."
    for rules in [{"PasswordLength": 3}, {"PasswordLength": 4, "IncludeSpace": True}]:
        with refused("InvalidParameterException", short):
            password(secrets, **rules)
    with refused("InvalidParameterException"):
        password(secrets, **{f"Exclude{k}": True for k in KINDS})
    with refused("InvalidParameterException"):
        password(secrets, ExcludeCharacters="".join(KINDS.values()))
