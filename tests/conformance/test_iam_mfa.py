"""IAM: virtual MFA devices. The codes are computed here, from the seed that CreateVirtualMFADevice shows."""

import json
import re
import struct
import time
import zlib

import pytest
import qrcode
from iam import Person, arn, no_user, unique
from support import refused, totp, until

IN_USE = "MFA Device is already in use."
BAD_CODES = "Authentication code for device is not valid."
NOT_THEIRS = "MFA Device invalid for user."


@pytest.fixture
def iam(client):
    return client("iam")


@pytest.fixture
def user(iam):
    name = unique("user")
    iam.create_user(UserName=name)
    return name


@pytest.fixture
def device(iam):
    """Serial number and seed."""
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=unique("phone"))["VirtualMFADevice"]
    return made["SerialNumber"], made["Base32StringSeed"]


def codes(seed, shift=0):
    now = time.time() + shift
    return {"AuthenticationCode1": totp(seed, now - 30), "AuthenticationCode2": totp(seed, now)}


def missing(serial):
    return f"VirtualMFADevice with serial number {serial} doesn't exist."


def modules(png):
    """The rows of a QR code, 1 for dark: what a PNG of four pixels a module, with a margin of four modules, shows."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, rest = {}, png[8:]
    while rest:
        length, kind = struct.unpack(">I4s", rest[:8])
        chunks[kind], checksum, rest = rest[8:8 + length], rest[8 + length:12 + length], rest[12 + length:]
        assert struct.unpack(">I", checksum)[0] == zlib.crc32(kind + chunks[kind])
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert width == height and kind == [1, 0, 0, 0, 0]
    data, stride = zlib.decompress(chunks[b"IDAT"]), (width + 7) // 8 + 1
    assert len(data) == stride * height
    rows = []
    for y in range(height):
        line = data[y * stride:(y + 1) * stride]
        assert line[0] == 0
        rows.append([1 - (line[1 + x // 8] >> 7 - x % 8 & 1) for x in range(width)])
    small = [row[::4] for row in rows[::4]]
    assert all(rows[y][x] == small[y // 4][x // 4] for y in range(height) for x in range(width))
    inner = [row[4:-4] for row in small[4:-4]]
    assert sum(map(sum, small)) == sum(map(sum, inner))
    return inner


@pytest.mark.parametrize("length, version", [(1, 6), (7, 7), (50, 8), (90, 10), (226, 13)])
def test_qr_codes(iam, length, version):
    """Module for module what another encoder makes of the same text."""
    name = ("x" * length + unique("+=,.@-_"))[-length:]
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    code = modules(made["QRCodePNG"])
    text = b"otpauth://totp/" + name.encode() + b"@000000000001?secret=" + made["Base32StringSeed"]
    # The mask is in the format information, under a pattern of its own.
    mask = (code[8][2] << 2 | code[8][3] << 1 | code[8][4]) ^ 0b101
    theirs = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=mask, border=0)
    theirs.add_data(text, optimize=0)
    assert code == [[int(module) for module in row] for row in theirs.get_matrix()]
    assert theirs.version == version


def test_a_device(iam, user, device):
    serial, seed = device
    assert serial.startswith("arn:aws:iam::000000000001:mfa/phone-") and re.fullmatch(b"[A-Z2-7]{64}", seed)
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes(seed))
    listed = iam.list_mfa_devices(UserName=user)["MFADevices"]
    assert [(d["UserName"], d["SerialNumber"]) for d in listed] == [(user, serial)]
    got = iam.get_mfa_device(SerialNumber=serial, UserName=user)
    assert (got["UserName"], got["SerialNumber"], got["EnableDate"]) == (user, serial, listed[0]["EnableDate"])
    with refused("EntityAlreadyExists", IN_USE, 409):
        iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes(seed))
    with refused("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", 409):
        iam.delete_virtual_mfa_device(SerialNumber=serial)
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409):
        iam.delete_user(UserName=user)
    iam.resync_mfa_device(UserName=user, SerialNumber=serial, **codes(seed))
    iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)
    assert iam.list_mfa_devices(UserName=user)["MFADevices"] == []
    iam.delete_user(UserName=user)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    with refused("NoSuchEntity", missing(serial), 404):
        iam.delete_virtual_mfa_device(SerialNumber=serial)


def test_codes(iam, user, device):
    serial, seed = device
    now = codes(seed)
    wrong = [
        {"AuthenticationCode1": now["AuthenticationCode2"], "AuthenticationCode2": now["AuthenticationCode1"]},
        {"AuthenticationCode1": now["AuthenticationCode2"], "AuthenticationCode2": now["AuthenticationCode2"]},
        codes(seed, shift=7 * 86400),
    ]
    for pair in wrong:
        with refused("InvalidAuthenticationCode", BAD_CODES, 403):
            iam.enable_mfa_device(UserName=user, SerialNumber=serial, **pair)
    assert iam.list_mfa_devices(UserName=user)["MFADevices"] == []
    # A clock five minutes ahead can be allowed for.
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes(seed, shift=300))
    for pair in wrong:
        with refused("InvalidAuthenticationCode", BAD_CODES, 403):
            iam.resync_mfa_device(UserName=user, SerialNumber=serial, **pair)
    iam.resync_mfa_device(UserName=user, SerialNumber=serial, **codes(seed, shift=3600))


def test_names_and_paths(iam):
    name, path = unique("phone"), f"/{unique()}/"
    made = iam.create_virtual_mfa_device(
        VirtualMFADeviceName=name, Path=path, Tags=[{"Key": "a", "Value": "b"}])["VirtualMFADevice"]
    assert made["SerialNumber"] == arn("mfa", name, path) and made["Tags"] == [{"Key": "a", "Value": "b"}]
    with refused("EntityAlreadyExists", "MFADevice entity at the same path and name already exists.", 409):
        iam.create_virtual_mfa_device(VirtualMFADeviceName=name, Path=path)
    iam.create_virtual_mfa_device(VirtualMFADeviceName=name)


def test_errors(iam, user, device):
    serial, seed = device
    other = unique("user")
    iam.create_user(UserName=other)
    nothing = arn("mfa", "nothing")
    for call in [iam.enable_mfa_device, iam.resync_mfa_device]:
        with refused("NoSuchEntity", no_user("no-one"), 404):
            call(UserName="no-one", SerialNumber=serial, **codes(seed))
        with refused("NoSuchEntity", missing(nothing), 404):
            call(UserName=user, SerialNumber=nothing, **codes(seed))
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes(seed))
    for call in [iam.deactivate_mfa_device, iam.get_mfa_device, lambda **kw: iam.resync_mfa_device(**kw, **codes(seed))]:
        with refused("NoSuchEntity", NOT_THEIRS, 404):
            call(UserName=other, SerialNumber=serial)
        with refused("NoSuchEntity", missing(nothing), 404):
            call(UserName=user, SerialNumber=nothing)
        with refused("NoSuchEntity", no_user("no-one"), 404):
            call(UserName="no-one", SerialNumber=serial)
    with refused("NoSuchEntity", missing("123456789"), 404):
        iam.list_mfa_device_tags(SerialNumber="123456789")


def test_all_devices(iam, user, device):
    serial, seed = device
    free = iam.create_virtual_mfa_device(VirtualMFADeviceName=unique("free"))["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes(seed))

    def listed(**kwargs):
        pages = iam.get_paginator("list_virtual_mfa_devices").paginate(**kwargs, PaginationConfig={"PageSize": 3})
        return {d["SerialNumber"]: d for page in pages for d in page["VirtualMFADevices"]}

    everything, assigned, unassigned = listed(), listed(AssignmentStatus="Assigned"), listed(AssignmentStatus="Unassigned")
    assert everything.keys() == assigned.keys() | unassigned.keys() and not assigned.keys() & unassigned.keys()
    assert assigned[serial]["User"]["UserName"] == user and "EnableDate" in assigned[serial]
    assert unassigned[free] == {"SerialNumber": free}, "the seed is shown once"


def test_tags(iam, device):
    serial, _ = device
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "A", "Value": "3"}])
    first = iam.list_mfa_device_tags(SerialNumber=serial, MaxItems=1)
    assert first["Tags"] == [{"Key": "A", "Value": "3"}] and first["IsTruncated"]
    rest = iam.list_mfa_device_tags(SerialNumber=serial, Marker=first["Marker"])
    assert rest["Tags"] == [{"Key": "b", "Value": "2"}] and not rest["IsTruncated"]
    iam.untag_mfa_device(SerialNumber=serial, TagKeys=["a", "b"])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == []


def test_a_renamed_user_keeps_the_device(iam, user, device):
    serial, seed = device
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes(seed))
    new = unique("renamed")
    iam.update_user(UserName=user, NewUserName=new)
    assert iam.get_mfa_device(SerialNumber=serial, UserName=new)["UserName"] == new
    assert iam.list_mfa_devices(UserName=new)["MFADevices"][0]["SerialNumber"] == serial
    iam.deactivate_mfa_device(SerialNumber=serial, UserName=new)


def test_users_manage_their_own(server, iam):
    """As the policy in AWS's guide has it."""
    person = Person(server, iam)
    person.allow(["iam:CreateVirtualMFADevice", "iam:TagMFADevice"], name="a", resource=arn("mfa", person.name))
    person.allow(["iam:EnableMFADevice", "iam:ListMFADevices"], name="b", resource=arn("user", person.name))
    own = person.client("iam")
    with refused("AccessDenied", re.compile(".*on resource: .*:mfa/another because.*"), 403):
        own.create_virtual_mfa_device(VirtualMFADeviceName="another")
    made = own.create_virtual_mfa_device(VirtualMFADeviceName=person.name)["VirtualMFADevice"]
    own.enable_mfa_device(UserName=person.name, SerialNumber=made["SerialNumber"], **codes(made["Base32StringSeed"]))
    assert len(own.list_mfa_devices()["MFADevices"]) == 1


def test_neither_seed_nor_codes_are_recorded(server, iam, user, device):
    serial, seed = device
    pair = codes(seed)
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, **pair)

    def records():
        return [r for r in server.records() if serial in json.dumps(r)]

    found = json.dumps(until(lambda: len(records()) >= 2 and records()))
    assert seed.decode() not in found
    parameters = [r["requestParameters"] for r in records() if r["eventName"] == "EnableMFADevice"]
    assert parameters == [{"userName": user, "serialNumber": serial}]
