"""OpenID Connect providers."""

import re

import pytest
from access_support import ACCOUNT, User, allow, invalid, policy, trust
from support import refused


@pytest.fixture
def provider(iam, label):
    made = iam.create_open_id_connect_provider(Url=f"https://{label}.example/Path", ClientIDList=["one"])
    return {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}


def test_life(iam, label):
    """CreateOpenIDConnectProvider, GetOpenIDConnectProvider, ListOpenIDConnectProviders, DeleteOpenIDConnectProvider."""
    url = f"{label}.example/Path"
    made = iam.create_open_id_connect_provider(
        Url=f"https://{url.replace('example', 'EXAMPLE')}", ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=["A" * 40], Tags=[{"Key": "k", "Value": "v"}])
    arn = made["OpenIDConnectProviderArn"]
    assert arn == f"{ACCOUNT}:oidc-provider/{url}" and made["Tags"] == [{"Key": "k", "Value": "v"}]
    seen = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert seen["Url"].lower() == url.lower() and seen["ClientIDList"] == ["sts.amazonaws.com"]
    assert seen["ThumbprintList"] == ["a" * 40] and seen["Tags"] == made["Tags"] and "CreateDate" in seen
    assert {"Arn": arn} in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    iam.create_role(RoleName=label, AssumeRolePolicyDocument=trust({"Federated": arn}, "sts:AssumeRoleWithWebIdentity"))
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert {"Arn": arn} not in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]


def test_create_refused(iam, label, provider):
    url = f"https://{label}.example/Path"
    with refused("EntityAlreadyExists", f"Provider with url {url} already exists.", 409):
        iam.create_open_id_connect_provider(Url=url)
    iam.create_open_id_connect_provider(Url=url.lower())
    for flaw in ["http://x.example", "x.example", "https://", "https://x.example/?a=b", "https://x y.example", "https://a@b"]:
        with invalid("Invalid Open ID Connect Provider URL"):
            iam.create_open_id_connect_provider(Url=flaw)
    with invalid("Invalid thumbprint: it has to be 40 hexadecimal digits."):
        iam.create_open_id_connect_provider(Url=url + "2", ThumbprintList=["x" * 40])
    with invalid("Thumbprint list must contain fewer than 6 entries."):
        iam.create_open_id_connect_provider(Url=url + "2", ThumbprintList=[f"{n:040}" for n in range(6)])
    with refused("LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100", 409):
        iam.create_open_id_connect_provider(Url=url + "2", ClientIDList=[f"c{n}" for n in range(101)])


def test_changes(iam, provider):
    """AddClientIDToOpenIDConnectProvider, RemoveClientIDFromOpenIDConnectProvider, UpdateOpenIDConnectProviderThumbprint."""
    seen = lambda: iam.get_open_id_connect_provider(**provider)
    iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="two")
    iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="two")
    assert seen()["ClientIDList"] == ["one", "two"]
    iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="one")
    iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="one")
    assert seen()["ClientIDList"] == ["two"]
    iam.update_open_id_connect_provider_thumbprint(**provider, ThumbprintList=["b" * 40, "c" * 40])
    assert seen()["ThumbprintList"] == ["b" * 40, "c" * 40]
    for n in range(99):
        iam.add_client_id_to_open_id_connect_provider(**provider, ClientID=f"c{n}")
    with refused("LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100", 409):
        iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="one more")


def test_tags(iam, provider):
    """TagOpenIDConnectProvider, UntagOpenIDConnectProvider, ListOpenIDConnectProviderTags."""
    iam.tag_open_id_connect_provider(**provider, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_open_id_connect_provider(**provider, TagKeys=["A"])
    assert iam.list_open_id_connect_provider_tags(**provider)["Tags"] == [{"Key": "b", "Value": "2"}]
    with invalid("Tag keys that begin with aws: are reserved."):
        iam.tag_open_id_connect_provider(**provider, Tags=[{"Key": "aws:x", "Value": "1"}])


@pytest.mark.parametrize("operation", [
    lambda i, **a: i.get_open_id_connect_provider(**a), lambda i, **a: i.delete_open_id_connect_provider(**a),
    lambda i, **a: i.add_client_id_to_open_id_connect_provider(**a, ClientID="c"),
    lambda i, **a: i.remove_client_id_from_open_id_connect_provider(**a, ClientID="c"),
    lambda i, **a: i.update_open_id_connect_provider_thumbprint(**a, ThumbprintList=["a" * 40]),
    lambda i, **a: i.tag_open_id_connect_provider(**a, Tags=[]),
    lambda i, **a: i.untag_open_id_connect_provider(**a, TagKeys=[]),
    lambda i, **a: i.list_open_id_connect_provider_tags(**a),
])
def test_missing(iam, label, operation):
    for arn in [f"{ACCOUNT}:oidc-provider/{label}.example", f"arn:aws:iam::999999999999:oidc-provider/{label}.example"]:
        with refused("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", 404):
            operation(iam, OpenIDConnectProviderArn=arn)
    with invalid(re.compile("ARN .* is not valid.")):
        operation(iam, OpenIDConnectProviderArn=f"{ACCOUNT}:user/{label}")


def test_permissions(server, iam, label, provider):
    user = User(server, iam, label)
    document = policy(allow("iam:*", Condition={"StringEquals": {"aws:ResourceTag/team": "a"}}))
    arn = iam.create_policy(PolicyName=label, PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=label, PolicyArn=arn)
    mine = user.client("iam")
    resource = provider["OpenIDConnectProviderArn"]
    text = (
        f"User: {user.arn} is not authorized to perform: iam:GetOpenIDConnectProvider on resource: {resource} because "
        "no identity-based policy allows the iam:GetOpenIDConnectProvider action"
    )
    with refused("AccessDenied", text, 403):
        mine.get_open_id_connect_provider(**provider)
    iam.tag_open_id_connect_provider(**provider, Tags=[{"Key": "team", "Value": "a"}])
    assert mine.get_open_id_connect_provider(**provider)["ClientIDList"] == ["one"]
