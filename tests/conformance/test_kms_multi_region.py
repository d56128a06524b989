"""KMS: multi-Region keys."""

import json
import re
import secrets as chance
import uuid

import pytest
from keys import SIGNING
from support import refused, until
from test_kms_import import bring, bring_new, rotations, states

ARN = "arn:aws:kms:{}:000000000001:key/{}"
HOME = "us-west-2"


def create(kms, **more):
    return kms.create_key(MultiRegion=True, **more)["KeyMetadata"]


@pytest.fixture
def away():
    """A Region of the test's own, with a name as AWS's are."""
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:20])
    return f"zz-{letters}-1"


@pytest.fixture
def key(kms):
    return create(kms)["KeyId"]


def describe(client, region, key):
    return client("kms", region=region).describe_key(KeyId=key)["KeyMetadata"]


def member(key, region):
    return {"Arn": ARN.format(region, key), "Region": region}


def test_create(kms, key):
    assert re.fullmatch("mrk-[0-9a-f]{32}", key)
    seen = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert seen["MultiRegion"] is True and seen["Arn"] == ARN.format(HOME, key)
    assert seen["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY", "PrimaryKey": member(key, HOME), "ReplicaKeys": [],
    }
    assert "MultiRegionConfiguration" not in kms.create_key(MultiRegion=False)["KeyMetadata"]


def test_replicate(client, kms, away):
    key = create(kms, Description="primary", Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyId"]
    made = kms.replicate_key(
        KeyId=key, ReplicaRegion=away, Description="replica", Tags=[{"TagKey": "b", "TagValue": "2"}])
    seen = made["ReplicaKeyMetadata"]
    assert seen["Arn"] == ARN.format(away, key) and seen["Description"] == "replica"
    assert made["ReplicaTags"] == [{"TagKey": "b", "TagValue": "2"}]
    assert json.loads(made["ReplicaPolicy"])["Id"] == "key-default-1"
    family = {"PrimaryKey": member(key, HOME), "ReplicaKeys": [member(key, away)]}
    assert seen["MultiRegionConfiguration"] == {"MultiRegionKeyType": "REPLICA", **family}
    assert describe(client, away, key) == seen
    primary = describe(client, HOME, key)
    assert primary["MultiRegionConfiguration"] == {"MultiRegionKeyType": "PRIMARY", **family}
    assert primary["CurrentKeyMaterialId"] == seen["CurrentKeyMaterialId"]
    assert client("kms", region=away).list_resource_tags(KeyId=key)["Tags"] == made["ReplicaTags"]
    assert key in {k["KeyId"] for k in client("kms", region=away).list_keys()["Keys"]}


def test_ciphertexts_open_in_every_region(client, kms, key, away):
    before = kms.encrypt(KeyId=key, Plaintext=b"before", EncryptionContext={"a": "b"})["CiphertextBlob"]
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    there = client("kms", region=away)
    opened = there.decrypt(CiphertextBlob=before, EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == b"before" and opened["KeyId"] == ARN.format(away, key)
    with refused("InvalidCiphertextException", ""):
        there.decrypt(CiphertextBlob=before)
    made = there.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"], KeyId=key)["Plaintext"] == made["Plaintext"]
    moved = there.re_encrypt(
        CiphertextBlob=before, SourceEncryptionContext={"a": "b"},
        DestinationKeyId=there.create_key()["KeyMetadata"]["KeyId"])
    with pytest.raises(kms.exceptions.ClientError):
        kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])
    # Another multi-Region key is another key.
    with refused("IncorrectKeyException"):
        there.decrypt(
            CiphertextBlob=before, EncryptionContext={"a": "b"}, KeyId=create(there)["KeyId"])


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P384", "ECC_NIST_EDWARDS25519"])
def test_pairs_are_the_same_in_every_region(client, kms, spec, away):
    key = create(kms, KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    there = client("kms", region=away)
    assert there.get_public_key(KeyId=key)["PublicKey"] == kms.get_public_key(KeyId=key)["PublicKey"]
    algorithm = SIGNING[spec][0]
    signature = there.sign(KeyId=key, Message=b"m", SigningAlgorithm=algorithm)["Signature"]
    assert kms.verify(KeyId=key, Message=b"m", SigningAlgorithm=algorithm, Signature=signature)["SignatureValid"]


def test_codes_are_the_same_in_every_region(client, kms, away):
    key = create(kms, KeySpec="HMAC_512", KeyUsage="GENERATE_VERIFY_MAC")["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    one, two = (
        c.generate_mac(KeyId=key, Message=b"m", MacAlgorithm="HMAC_SHA_512")["Mac"]
        for c in (kms, client("kms", region=away))
    )
    assert one == two


def test_states_and_policies_are_each_keys_own(client, kms, key, away):
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    there = client("kms", region=away)
    there.disable_key(KeyId=key)
    kms.encrypt(KeyId=key, Plaintext=b"x")
    with refused("DisabledException", f"{ARN.format(away, key)} is disabled."):
        there.encrypt(KeyId=key, Plaintext=b"x")
    policy = kms.get_key_policy(KeyId=key)["Policy"].replace("key-default-1", "mine")
    kms.put_key_policy(KeyId=key, Policy=policy)
    assert json.loads(there.get_key_policy(KeyId=key)["Policy"])["Id"] == "key-default-1"


def test_keys_that_are_not_replicated(client, kms, key, away):
    single = kms.create_key()["KeyMetadata"]["Arn"]
    with refused("UnsupportedOperationException", f"{single} is not a multi-Region key."):
        kms.replicate_key(KeyId=single, ReplicaRegion=away)
    with refused("UnsupportedOperationException", f"{single} is not a multi-Region key."):
        kms.update_primary_region(KeyId=single, PrimaryRegion=away)
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    for region in [away, HOME]:
        text = (
            f"Unable to replicate key to region {region} because it already has the key {ARN.format(region, key)}"
        )
        with refused("AlreadyExistsException", text):
            kms.replicate_key(KeyId=key, ReplicaRegion=region)
    there = client("kms", region=away)
    text = f"{ARN.format(away, key)} is not a multi-Region primary key."
    with refused("UnsupportedOperationException", text):
        there.replicate_key(KeyId=key, ReplicaRegion="us-east-1")
    with refused("UnsupportedOperationException", text):
        there.update_primary_region(KeyId=key, PrimaryRegion=HOME)
    kms.disable_key(KeyId=key)
    with refused("DisabledException", f"{ARN.format(HOME, key)} is disabled."):
        kms.replicate_key(KeyId=key, ReplicaRegion="us-east-1")
    with refused("DisabledException", f"{ARN.format(HOME, key)} is disabled."):
        kms.update_primary_region(KeyId=key, PrimaryRegion=away)


def test_a_policy_that_locks_out(kms, key, away):
    allow = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:root"}, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Action": "kms:Describe*"}]})
    text = "The new key policy will not allow you to update the key policy in the future."
    with refused("MalformedPolicyDocumentException", text):
        kms.replicate_key(KeyId=key, ReplicaRegion=away, Policy=policy)
    made = kms.replicate_key(KeyId=key, ReplicaRegion=away, Policy=policy, BypassPolicyLockoutSafetyCheck=True)
    assert made["ReplicaPolicy"] == policy


def test_update_primary_region(client, kms, key, away):
    third = away[:-1] + "2"
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    kms.replicate_key(KeyId=key, ReplicaRegion=third)
    text = f"Key '{ARN.format('us-east-1', key)}' does not exist"
    with refused("NotFoundException", text):
        kms.update_primary_region(KeyId=key, PrimaryRegion="us-east-1")
    with refused("UnsupportedOperationException", f"{ARN.format(HOME, key)} is the primary key already."):
        kms.update_primary_region(KeyId=key, PrimaryRegion=HOME)
    kms.update_primary_region(KeyId=key, PrimaryRegion=away)
    family = {"PrimaryKey": member(key, away), "ReplicaKeys": [member(key, HOME), member(key, third)]}
    for region, kind in [(HOME, "REPLICA"), (away, "PRIMARY"), (third, "REPLICA")]:
        seen = describe(client, region, key)["MultiRegionConfiguration"]
        assert seen == {"MultiRegionKeyType": kind, **family}
    client("kms", region=away).replicate_key(KeyId=key, ReplicaRegion=away[:-1] + "3")
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert client("kms", region=away).decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_a_primary_key_goes_last(client, kms, key, away):
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    answer = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert (answer["KeyState"], answer["PendingWindowInDays"]) == ("PendingReplicaDeletion", 7)
    assert "DeletionDate" not in answer
    seen = describe(client, HOME, key)
    assert (seen["KeyState"], seen["PendingDeletionWindowInDays"]) == ("PendingReplicaDeletion", 7)
    assert "DeletionDate" not in seen and not seen["Enabled"]
    text = f"{ARN.format(HOME, key)} is pending replica deletion."
    for run in [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"), lambda: kms.enable_key(KeyId=key),
        lambda: kms.replicate_key(KeyId=key, ReplicaRegion="us-east-1"),
        lambda: kms.update_primary_region(KeyId=key, PrimaryRegion=away),
        lambda: kms.schedule_key_deletion(KeyId=key),
    ]:
        with refused("KMSInvalidStateException", text):
            run()
    kms.cancel_key_deletion(KeyId=key)
    assert describe(client, HOME, key)["KeyState"] == "Disabled"
    there = client("kms", region=away)
    assert there.schedule_key_deletion(KeyId=key)["KeyState"] == "PendingDeletion"


def test_imported_material_is_brought_to_each_key(client, kms, away):
    key = create(kms, Origin="EXTERNAL")["KeyId"]
    there = client("kms", region=away)
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    material = chance.token_bytes(32)
    with refused(
        "IncorrectKeyMaterialException", "Key material has to be imported into the primary key before its replicas."
    ):
        bring(there, ARN.format(away, key), material)
    made = bring(kms, ARN.format(HOME, key), material)
    assert describe(client, away, key)["KeyState"] == "PendingImport"
    text = f"The key material is not the one that was imported into {ARN.format(away, key)} before."
    with refused("IncorrectKeyMaterialException", text):
        bring(there, ARN.format(away, key), chance.token_bytes(32))
    assert bring(there, ARN.format(away, key), material)["KeyMaterialId"] == made["KeyMaterialId"]
    blob = there.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    there.delete_imported_key_material(KeyId=key)
    assert describe(client, away, key)["KeyState"] == "PendingImport"
    assert describe(client, HOME, key)["KeyState"] == "Enabled"
    # A replica made later waits for the same material.
    third = away[:-1] + "2"
    seen = kms.replicate_key(KeyId=key, ReplicaRegion=third)["ReplicaKeyMetadata"]
    assert (seen["KeyState"], seen["Origin"]) == ("PendingImport", "EXTERNAL")
    bring(client("kms", region=third), ARN.format(third, key), material)
    assert client("kms", region=third).decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_imported_material_is_rotated_when_each_key_has_it(client, kms, away):
    key = create(kms, Origin="EXTERNAL")["KeyId"]
    home, replica = ARN.format(HOME, key), ARN.format(away, key)
    there = client("kms", region=away)
    old, new = chance.token_bytes(32), chance.token_bytes(32)
    first = bring(kms, home, old)["KeyMaterialId"]
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    bring(there, replica, old)
    blob = there.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    with refused(
        "IncorrectKeyMaterialException", "Key material has to be imported into the primary key before its replicas."
    ):
        bring_new(there, replica, new)
    second = bring_new(kms, home, new)
    waiting = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    assert states(kms, key) == [("CURRENT", "IMPORTED"), (waiting, "IMPORTED")]
    assert states(there, key) == [("CURRENT", "IMPORTED"), (waiting, "PENDING_IMPORT")]
    nothing = f"No available key material pending rotation for the key: {home}."
    with refused("KMSInvalidStateException", nothing):
        kms.rotate_key_on_demand(KeyId=key)
    text = f"The key material is not the one that was imported into {replica} before."
    with refused("IncorrectKeyMaterialException", text):
        bring(there, replica, chance.token_bytes(32))
    assert bring(there, replica, new)["KeyMaterialId"] == second
    for kms_there in (kms, there):
        assert states(kms_there, key) == [("CURRENT", "IMPORTED"), ("PENDING_ROTATION", "IMPORTED")]
    # A replica that comes now, or that loses its copy, is waited for.
    third = away[:-1] + "2"
    kms.replicate_key(KeyId=key, ReplicaRegion=third)
    last = client("kms", region=third)
    assert states(last, key) == [("CURRENT", "PENDING_IMPORT"), (waiting, "PENDING_IMPORT")]
    there.delete_imported_key_material(KeyId=key, KeyMaterialId=second)
    bring(last, ARN.format(third, key), new)
    with refused("KMSInvalidStateException", nothing):
        kms.rotate_key_on_demand(KeyId=key)
    bring(there, replica, new)
    with refused("UnsupportedOperationException", (
        f"{replica} is a replica key. Only the primary key of a multi-Region key is rotated."
    )):
        there.rotate_key_on_demand(KeyId=key)
    kms.rotate_key_on_demand(KeyId=key)
    for region in (HOME, away, third):
        assert describe(client, region, key)["CurrentKeyMaterialId"] == second
    assert rotations(there, key) == rotations(kms, key)
    assert describe(client, third, key)["KeyState"] == "PendingImport"
    bring(last, ARN.format(third, key), old)
    for opener in (kms, there, last):
        opened = opener.decrypt(CiphertextBlob=blob)
        assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"old", first)
    moved = there.encrypt(KeyId=key, Plaintext=b"new")["CiphertextBlob"]
    assert last.decrypt(CiphertextBlob=moved)["KeyMaterialId"] == second


def test_waiting_material_goes_with_the_primary_keys(client, kms, away):
    key = create(kms, Origin="EXTERNAL")["KeyId"]
    home, replica = ARN.format(HOME, key), ARN.format(away, key)
    there = client("kms", region=away)
    old, new = chance.token_bytes(32), chance.token_bytes(32)
    bring(kms, home, old)
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    bring(there, replica, old)
    gone = bring_new(kms, home, new)
    bring(there, replica, new)
    kms.delete_imported_key_material(KeyId=key, KeyMaterialId=gone)
    for kms_there in (kms, there):
        assert states(kms_there, key) == [("CURRENT", "IMPORTED")]
    assert describe(client, away, key)["KeyState"] == "Enabled"
    assert bring_new(kms, home) != gone


def test_regions_that_are_not_served(serve, away):
    kms = serve("a", "--regions", f"{HOME},{away}").client("kms")
    key = create(kms)["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion=away)
    with refused("UnsupportedOperationException", "The Region us-east-1 is not served here."):
        kms.replicate_key(KeyId=key, ReplicaRegion="us-east-1")


def test_records(client, server, kms, key, away):
    kms.replicate_key(KeyId=key, ReplicaRegion=away)

    def replicated():
        records = [r for r in server.records(500) if r["eventName"] == "ReplicateKey"]
        return [r for r in records if r["responseElements"] and away in json.dumps(r["responseElements"])]

    record = until(replicated)[0]
    assert record["awsRegion"] == HOME and record["resources"][0]["ARN"] == ARN.format(HOME, key)
    assert record["responseElements"]["replicaKeyMetadata"]["arn"] == ARN.format(away, key)

    def made():
        return [r for r in server.records(500) if r["eventName"] == "CreateKey" and r["awsRegion"] == away]

    assert until(made)[0]["additionalEventData"]["primaryKey"] == ARN.format(HOME, key)
