"""Two servers on one PostgreSQL with one seal: what one writes, the other sees within a second."""

import json
import shutil
import subprocess
import time
import uuid

import pytest
from harness import BINARY, Server
from support import refused, token

BOUND = 1.0


@pytest.fixture(scope="module")
def nodes(postgres, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nodes")
    store = postgres.fresh_database("n" + uuid.uuid4().hex)
    flags = ["--quotas", "off", "--store", store]
    a = Server(folder / "a", *flags).start()
    (folder / "b").mkdir(mode=0o700)
    for file in ["seal.json", "seal.key", "credentials"]:
        shutil.copy(folder / "a" / file, folder / "b" / file)
    b = Server(folder / "b", *flags).start()
    yield a, b
    for node in (a, b):
        assert node.stop() == 0
        proof = node.verify_trail()
        assert proof.returncode == 0, proof.stdout


@pytest.fixture(scope="module")
def clients(nodes):
    quiet = {"retries": {"max_attempts": 0}}
    return [{s: node.client(s, **quiet) for s in ("secretsmanager", "kms")} for node in nodes]


@pytest.fixture
def a(clients):
    return clients[0]["secretsmanager"]


@pytest.fixture
def b(clients):
    return clients[1]["secretsmanager"]


def seen(look, expected):
    """`look` must answer `expected`, at the latest when asked a second after the write was acknowledged."""
    written = time.monotonic()
    while True:
        asked = time.monotonic()
        try:
            found = look()
        except Exception as error:  # noqa: BLE001
            found = getattr(error, "response", {}).get("Error", {}).get("Code", repr(error))
        if found == expected:
            return
        assert asked - written < BOUND, f"{found!r} instead of {expected!r} after {asked - written:.2f} s"


def value(client, name, **kw):
    return lambda: client.get_secret_value(SecretId=name, **kw)["SecretString"]


def both_ways(clients):
    (one, _), (two, _) = [(c["secretsmanager"], c["kms"]) for c in clients]
    return [(one, two), (two, one)]


def test_one_account(nodes):
    assert nodes[0].credentials == nodes[1].credentials
    assert len({n.client("sts").get_caller_identity()["UserId"] for n in nodes}) == 1


def test_new_secrets(clients, name):
    for number, (writer, reader) in enumerate(both_ways(clients)):
        own = f"{name}/{number}"
        # The reader has looked before: that there was nothing must not be remembered either.
        with refused("ResourceNotFoundException"):
            reader.get_secret_value(SecretId=own)
        writer.create_secret(Name=own, SecretString="x")
        assert value(writer, own)() == "x"
        seen(value(reader, own), "x")


def test_new_values_with_warm_caches(clients, name):
    for number, (writer, reader) in enumerate(both_ways(clients)):
        own = f"{name}/{number}"
        writer.create_secret(Name=own, SecretString="0")
        seen(value(reader, own), "0")
        for turn in range(1, 6):
            for _ in range(3):
                assert value(reader, own)() == str(turn - 1)
            writer.put_secret_value(SecretId=own, SecretString=str(turn))
            assert value(writer, own)() == str(turn)
            seen(value(reader, own), str(turn))
            assert reader.get_secret_value(SecretId=own, VersionStage="AWSPREVIOUS")["SecretString"] == str(turn - 1)


def test_labels(a, b, name):
    first = a.create_secret(Name=name, SecretString="1")["VersionId"]
    second = a.put_secret_value(SecretId=name, SecretString="2", VersionStages=["AWSPENDING"])["VersionId"]
    seen(value(b, name, VersionStage="AWSPENDING"), "2")
    a.update_secret_version_stage(
        SecretId=name, VersionStage="AWSCURRENT", RemoveFromVersionId=first, MoveToVersionId=second
    )
    seen(value(b, name), "2")


def test_metadata(a, b, name):
    a.create_secret(Name=name, SecretString="1")
    seen(lambda: b.describe_secret(SecretId=name)["Name"], name)
    a.update_secret(SecretId=name, Description="d")
    seen(lambda: b.describe_secret(SecretId=name).get("Description"), "d")
    a.tag_resource(SecretId=name, Tags=[{"Key": "k", "Value": "v"}])
    seen(lambda: b.describe_secret(SecretId=name).get("Tags"), [{"Key": "k", "Value": "v"}])


def test_deletion_and_restoration(a, b, name):
    a.create_secret(Name=name, SecretString="1")
    seen(value(b, name), "1")
    a.delete_secret(SecretId=name)
    with refused("InvalidRequestException"):
        a.get_secret_value(SecretId=name)
    seen(value(b, name), "InvalidRequestException")
    b.restore_secret(SecretId=name)
    assert value(b, name)() == "1"
    seen(value(a, name), "1")
    a.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    seen(value(b, name), "ResourceNotFoundException")
    b.create_secret(Name=name, SecretString="again")
    seen(value(a, name), "again")


def test_policies(a, b, name):
    a.create_secret(Name=name, SecretString="1")
    seen(value(b, name), "1")
    deny = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",'
        '"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}'
    )
    a.put_resource_policy(SecretId=name, ResourcePolicy=deny)
    with refused("AccessDeniedException"):
        a.get_secret_value(SecretId=name)
    seen(value(b, name), "AccessDeniedException")
    a.delete_resource_policy(SecretId=name)
    seen(value(b, name), "1")


def test_a_role_made_again(nodes, a, b, name):
    """Whom a policy named is not who has the name now: also where the old one has been let in a moment ago."""
    iam = nodes[0].client("iam")
    role = uuid.uuid4().hex
    own = {"Effect": "Allow", "Principal": {"AWS": "000000000001"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [own]})
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    secret = a.create_secret(Name=name, SecretString="x")["ARN"]
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    a.put_resource_policy(
        SecretId=name, ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    def reader():
        found = nodes[1].client("sts").assume_role(RoleArn=arn, RoleSessionName="s1")["Credentials"]
        return nodes[1].client(
            "secretsmanager", key=found["AccessKeyId"], secret=found["SecretAccessKey"],
            token=found["SessionToken"], retries={"max_attempts": 0})

    seen(lambda: reader().get_secret_value(SecretId=secret)["SecretString"], "x")
    old = reader()
    for _ in range(4):
        assert value(old, secret)() == "x"
    iam.delete_role(RoleName=role)
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    # Either there is no role yet, or it is the new one: never is that let in. What is left of the old one ends in time.
    seen(lambda: reader().get_secret_value(SecretId=secret)["SecretString"], "AccessDeniedException")
    for _ in range(20):
        with refused("AccessDeniedException"):
            reader().get_secret_value(SecretId=secret)
    seen(value(old, secret), "UnrecognizedClientException")
    seen(lambda: arn in b.get_resource_policy(SecretId=name)["ResourcePolicy"], False)


def test_keys(clients, a, b, name):
    kms_a, kms_b = clients[0]["kms"], clients[1]["kms"]
    key = kms_a.create_key()["KeyMetadata"]["Arn"]
    kms_a.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    a.create_secret(Name=name, SecretString="1", KmsKeyId=f"alias/{name}")
    seen(value(b, name), "1")
    blob = kms_a.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    seen(lambda: kms_b.decrypt(CiphertextBlob=blob)["Plaintext"], b"x")
    kms_a.disable_key(KeyId=key)
    with refused("DisabledException"):
        kms_a.decrypt(CiphertextBlob=blob)
    seen(lambda: kms_b.decrypt(CiphertextBlob=blob)["Plaintext"], "DisabledException")
    seen(value(b, name), "DecryptionFailure")
    kms_b.enable_key(KeyId=key)
    seen(value(a, name), "1")
    kms_b.delete_alias(AliasName=f"alias/{name}")
    seen(lambda: kms_a.describe_key(KeyId=f"alias/{name}"), "NotFoundException")


def test_one_creator_wins(clients, name):
    """Both nodes decide in the database, whatever their caches hold."""
    for turn in range(10):
        own, shared = f"{name}/{turn}", token()
        answers = []
        for client in (clients[0]["secretsmanager"], clients[1]["secretsmanager"]):
            answers.append(client.create_secret(Name=own, SecretString="same", ClientRequestToken=shared)["ARN"])
        assert len(set(answers)) == 1
        with refused("ResourceExistsException"):
            clients[turn % 2]["secretsmanager"].create_secret(Name=own, SecretString="other")


def test_each_node_keeps_its_own_trail(nodes, a, b, name):
    a.create_secret(Name=name, SecretString="x")
    seen(value(b, name), "x")

    def events(node):
        return {r["eventName"] for r in node.records(200) if name == (r["requestParameters"] or {}).get("secretId")
                or name == (r["requestParameters"] or {}).get("name")}

    assert "GetSecretValue" in events(nodes[1]) and "CreateSecret" not in events(nodes[1])
    seen(lambda: "CreateSecret" in events(nodes[0]), True)


def test_grants(clients, name):
    statement = {
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:root"}, "Resource": "*",
        "Action": ["kms:CreateGrant", "kms:RevokeGrant", "kms:PutKeyPolicy"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    mine = "arn:aws:iam::000000000001:user/administrator"
    (secrets, kms), (other_secrets, other_kms) = [(c["secretsmanager"], c["kms"]) for c in clients]
    key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    writing = kms.create_grant(KeyId=key, GranteePrincipal=mine, Operations=["GenerateDataKey", "Decrypt"])
    secrets.create_secret(Name=name, SecretString="x", KmsKeyId=key)
    seen(value(other_secrets, name), "x")
    for _ in range(4):
        assert value(other_secrets, name)() == "x"
    kms.revoke_grant(KeyId=key, GrantId=writing["GrantId"])
    seen(value(other_secrets, name), "AccessDeniedException")
    reading = other_kms.create_grant(KeyId=key, GranteePrincipal=mine, Operations=["Decrypt"])
    seen(value(secrets, name), "x")
    other_kms.retire_grant(GrantToken=reading["GrantToken"])
    seen(value(secrets, name), "AccessDeniedException")


def test_rotation(clients):
    kms, other = [c["kms"] for c in clients]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = other.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key)
    seen(lambda: len(other.list_key_rotations(KeyId=key)["Rotations"]), 1)
    new = kms.encrypt(KeyId=key, Plaintext=b"y")["CiphertextBlob"]
    for node in (kms, other):
        assert [node.decrypt(CiphertextBlob=b)["Plaintext"] for b in (blob, new)] == [b"x", b"y"]
    kms.enable_key_rotation(KeyId=key)
    seen(lambda: other.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], True)


def test_readers_are_known_on_all_nodes(nodes, a, b, name):
    a.create_secret(Name=name, SecretString="one", Tags=[{"Key": "undercroft:wait-for-convergence", "Value": "1h"}])
    seen(value(b, name), "one")

    def behind(node):
        done = subprocess.run(
            [BINARY, "rotation", "convergence", "--data", str(node.folder), "--region", "us-west-2", name],
            capture_output=True, text=True, timeout=60)
        return done.returncode

    assert [behind(node) for node in nodes] == [0, 0]
    a.put_secret_value(SecretId=name, SecretString="two")
    seen(lambda: [behind(node) for node in nodes], [1, 1])
    seen(value(b, name), "two")
    seen(lambda: [behind(node) for node in nodes], [0, 0])


def test_each_node_tells_of_its_own_calls(nodes, a):
    id = a.list_secrets()["ResponseMetadata"]["RequestId"].replace("-", "")
    here, there = (node.client("iam-toolbox", retries={"max_attempts": 0}) for node in nodes)
    assert here.get_request_authorization_details(authorizationId=id)["evaluations"][0]["evaluatedEffect"] == "ALLOW"
    with refused("ResourceNotFoundException", status=404):
        there.get_request_authorization_details(authorizationId=id)
