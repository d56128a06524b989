"""STS: roles for whom an identity provider vouches, by a client that has no credentials at all."""

import json

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from harness import Server
from identity_provider import Key, Provider
from support import refused, until


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")
    provider = Provider(folder)
    server = Server(folder / "data", "--provider-ca", str(provider.authority)).start()
    try:
        iam = server.client("iam")
        arn = iam.create_open_id_connect_provider(
            Url=provider.issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40])["OpenIDConnectProviderArn"]
        provider.arn = arn
        iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust(provider))
        iam.put_role_policy(RoleName="deploy", PolicyName="reads", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
        }))
        server.client().create_secret(Name="app", SecretString="value")
        yield server, provider
    finally:
        server.stop()


def trust(provider, subject="repo:team/app:*", **more):
    return json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": {"Federated": provider.arn},
            "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
            "Condition": {
                "StringEquals": {f"{provider.host}:aud": "sts.amazonaws.com", **more},
                "StringLike": {f"{provider.host}:sub": subject},
            },
        }],
    })


def assume(server, token, role="deploy", **more):
    sts = boto3.client(
        "sts", endpoint_url=server.url, region_name="us-west-2",
        config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}))
    return sts.assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::000000000001:role/{role}", RoleSessionName="run-7", WebIdentityToken=token, **more)


def reader(server, answer):
    keys = answer["Credentials"]
    return server.client(key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"])


def test_login(world):
    server, provider = world
    token = provider.token()
    answer = assume(server, token)
    assert answer["SubjectFromWebIdentityToken"] == "repo:team/app:ref:refs/heads/main"
    assert answer["Audience"] == "sts.amazonaws.com" and answer["Provider"] == provider.arn
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::000000000001:assumed-role/deploy/run-7"
    assert reader(server, answer).get_secret_value(SecretId="app")["SecretString"] == "value"
    fetches = provider.fetches
    for _ in range(3):
        assume(server, provider.token())
    assert provider.fetches == fetches, "the keys are kept"
    record = next(r for r in reversed(server.records(20)) if r["eventName"] == "AssumeRoleWithWebIdentity")
    assert record["userIdentity"]["type"] == "WebIdentityUser"
    assert record["userIdentity"]["userName"] == "repo:team/app:ref:refs/heads/main"
    assert token not in json.dumps(record) and answer["Credentials"]["SessionToken"] not in json.dumps(record)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_other_keys(world, algorithm):
    """A provider that begins to sign with a new key: it is fetched when a token names it."""
    server, provider = world
    key = Key(algorithm, f"key-{algorithm}")
    provider.keys.append(key)

    def works():
        """Not within ten seconds of the last look at the keys: nobody can make the server fetch at will."""
        try:
            return assume(server, key.token(provider.claims()))
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidIdentityToken"
            return None

    assert until(works)


def test_bad_tokens(world):
    server, provider = world
    stranger = Key("RS256", "one")
    invalid = [
        ("not.a.token", "not a valid JWT"), ("x" * 40, "not a valid JWT"),
        (provider.token(iss="https://elsewhere.example"), "No OpenIDConnect provider found"),
        (provider.token(aud="somebody"), "Incorrect token audience"),
        (provider.token(sub=None), "not a valid JWT"), (provider.token(exp=None), "not a valid JWT"),
        (stranger.token(provider.claims()), "signature"),
        (provider.keys[0].token(provider.claims(), alg="none"), "signature"),
        (provider.keys[0].token(provider.claims(), alg="HS256"), "signature"),
        (provider.keys[0].token(provider.claims(), kid="unknown"), "Couldn't retrieve verification key"),
        (provider.token(nbf=4102444800), "not valid yet"),
    ]
    for token, text in invalid:
        with pytest.raises(ClientError) as caught:
            assume(server, token)
        error = caught.value.response
        assert error["Error"]["Code"] == "InvalidIdentityToken", (text, error["Error"])
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 400 and text in error["Error"]["Message"]
    with refused("ExpiredTokenException"):
        assume(server, provider.token(exp=1_700_000_000))


def test_whom_the_role_does_not_trust(world):
    server, provider = world
    with refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", status=403):
        assume(server, provider.token(sub="repo:other/app:ref:refs/heads/main"))
    with refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", status=403):
        assume(server, provider.token(), role="none")


def test_claims_decide(world):
    server, provider = world
    iam = server.client("iam")
    iam.create_role(
        RoleName="claims", AssumeRolePolicyDocument=trust(provider, **{f"{provider.host}:repository": "team/app"}))
    assume(server, provider.token(), role="claims")
    with refused("AccessDenied", status=403):
        assume(server, provider.token(repository="team/other"), role="claims")
    iam.update_assume_role_policy(RoleName="claims", PolicyDocument=trust(provider, subject="nobody"))
    with refused("AccessDenied", status=403):
        assume(server, provider.token(), role="claims")


def test_everything_else_must_be_signed(world):
    server, _ = world
    for service, call in [("sts", lambda c: c.get_caller_identity()), ("iam", lambda c: c.list_users())]:
        client = boto3.client(
            service, endpoint_url=server.url, region_name="us-west-2",
            config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}))
        with refused("MissingAuthenticationToken", status=403):
            call(client)


def test_a_provider_that_is_gone(world, tmp_path):
    server, _ = world
    gone = Provider(tmp_path)
    gone.arn = server.client("iam").create_open_id_connect_provider(
        Url=gone.issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40])["OpenIDConnectProviderArn"]
    server.client("iam").create_role(RoleName="gone", AssumeRolePolicyDocument=trust(gone))
    # Its certificate is from an authority that the server does not know.
    with refused("IDPCommunicationError"):
        assume(server, gone.token(), role="gone")
    gone.httpd.shutdown()
    gone.httpd.server_close()
    with refused("IDPCommunicationError"):
        assume(server, gone.token(), role="gone")


@pytest.fixture(scope="module")
def lonely(tmp_path_factory):
    """A server that no authority of the providers' is known to."""
    server = Server(tmp_path_factory.mktemp("lonely") / "data").start()
    yield server
    server.stop()


@pytest.fixture
def register(lonely, tmp_path):
    """A provider with these thumbprints, and a role for its tokens."""
    def run(thumbprints, **how):
        provider = Provider(tmp_path, **how)
        iam = lonely.client("iam")
        provider.arn = iam.create_open_id_connect_provider(
            Url=provider.issuer, ClientIDList=["sts.amazonaws.com"],
            ThumbprintList=[provider.thumbprints.get(one, one) for one in thumbprints])["OpenIDConnectProviderArn"]
        provider.role = f"role-{provider.host.rsplit(':', 1)[1]}"
        iam.create_role(RoleName=provider.role, AssumeRolePolicyDocument=trust(provider))
        return provider

    return run


WRONG = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize("thumbprints, shows", [
    (["leaf"], ["leaf"]), ([WRONG, "root"], ["leaf", "root"]), (["root", WRONG], ["leaf", "root"]),
])
def test_thumbprints_vouch_where_no_authority_does(lonely, register, thumbprints, shows):
    provider = register(thumbprints, shows=shows)
    assert assume(lonely, provider.token(), provider.role)["Provider"] == provider.arn


@pytest.mark.parametrize("thumbprints, how", [
    ([WRONG], {}), (["root"], {}), (["leaf"], {"shows": ["leaf", "root"]}), ([], {"shows": ["leaf", "root"]}),
    # The right authority beside a certificate that it never signed.
    (["root"], {"shows": ["leaf", "root"], "is_impostor": True}),
    # Another's certificate, and one that is over.
    (["root"], {"shows": ["leaf", "root"], "address": "127.0.0.2"}), (["leaf"], {"address": "127.0.0.2"}),
    (["root"], {"shows": ["leaf", "root"], "days": -1}), (["leaf"], {"days": -1}),
])
def test_thumbprints_that_do_not_vouch(lonely, register, thumbprints, how):
    provider = register(thumbprints, **how)
    with refused("IDPCommunicationError", f"The keys of {provider.issuer} can't be fetched; try again."):
        assume(lonely, provider.token(), provider.role)
    assert provider.fetches == 0


def test_keys_are_kept_for_those_who_trust_them_alike(lonely, register):
    provider = register(["leaf"])
    assume(lonely, provider.token(), provider.role)
    lonely.client("iam").update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=provider.arn, ThumbprintList=[WRONG])
    with refused("IDPCommunicationError"):
        assume(lonely, provider.token(), provider.role)
