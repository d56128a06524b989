"""KMS: custom key stores, of which there are none and can be none."""

import pytest
from support import call, refused

STORE = "cks-1234567890abcdef0"
NONE = f"Custom key store {STORE} does not exist."
HSM = {"CloudHsmClusterId": "cluster-abcdefgh234", "TrustAnchorCertificate": "c", "KeyStorePassword": "kmsPswd"}
XKS = {
    "CustomKeyStoreType": "EXTERNAL_KEY_STORE", "XksProxyUriEndpoint": "https://xks.example.com",
    "XksProxyUriPath": "/prefix/kms/xks/v1", "XksProxyConnectivity": "PUBLIC_ENDPOINT",
    "XksProxyAuthenticationCredential": {"AccessKeyId": "ABCDE12345670EXAMPLE".replace("1", "2").replace("0", "7"),
                                         "RawSecretAccessKey": "D" * 43},
}
VPC = {
    **XKS, "XksProxyConnectivity": "VPC_ENDPOINT_SERVICE",
    "XksProxyVpcEndpointServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-example1",
}


def test_none_is_listed(kms):
    answer = kms.describe_custom_key_stores()
    assert answer["CustomKeyStores"] == [] and answer["Truncated"] is False and "NextMarker" not in answer
    for filter_ in [{"CustomKeyStoreId": STORE}, {"CustomKeyStoreName": STORE}]:
        with refused("CustomKeyStoreNotFoundException", NONE):
            kms.describe_custom_key_stores(**filter_)
    with refused("ValidationException"):
        kms.describe_custom_key_stores(CustomKeyStoreId=STORE, CustomKeyStoreName=STORE)
    with refused("InvalidMarkerException"):
        kms.describe_custom_key_stores(Marker="!!!")


def test_none_is_there_to_be_used(kms):
    for run in [
        kms.connect_custom_key_store, kms.disconnect_custom_key_store, kms.delete_custom_key_store,
        kms.update_custom_key_store,
    ]:
        with refused("CustomKeyStoreNotFoundException", NONE):
            run(CustomKeyStoreId=STORE)


@pytest.mark.parametrize(
    "request_, code, text",
    [
        (HSM, "CloudHsmClusterNotFoundException",
         "No CloudHSM cluster cluster-abcdefgh234 can be found: this server has none."),
        ({**HSM, "CustomKeyStoreType": "AWS_CLOUDHSM"}, "CloudHsmClusterNotFoundException",
         "No CloudHSM cluster cluster-abcdefgh234 can be found: this server has none."),
        (XKS, "XksProxyUriUnreachableException",
         "https://xks.example.com/prefix/kms/xks/v1 can't be reached: this server calls no external key store proxy."),
        (VPC, "XksProxyVpcEndpointServiceNotFoundException",
         "The VPC endpoint service com.amazonaws.vpce.us-east-1.vpce-svc-example1 can't be found: this server has none."),
    ],
    ids=["cluster", "cluster, said so", "proxy", "proxy in a VPC"],
)
def test_none_can_be_made(kms, name, request_, code, text):
    with refused(code, text):
        kms.create_custom_key_store(CustomKeyStoreName=name, **request_)
    assert kms.describe_custom_key_stores()["CustomKeyStores"] == []


@pytest.mark.parametrize(
    "whole, missing",
    [(HSM, m) for m in HSM] + [(XKS, m) for m in XKS if m != "CustomKeyStoreType"]
    + [(VPC, "XksProxyVpcEndpointServiceName")],
)
def test_what_a_store_needs(kms, name, whole, missing):
    with refused("ValidationException"):
        kms.create_custom_key_store(CustomKeyStoreName=name, **{k: v for k, v in whole.items() if k != missing})


@pytest.mark.parametrize(
    "member, value",
    [
        ("CloudHsmClusterId", "cluster-abcdefgh1230"), ("CloudHsmClusterId", "cluster-abcdefgh23456789ab"),
        ("XksProxyUriEndpoint", "http://xks.example.com"), ("XksProxyUriEndpoint", "https://xks.example.com:8443"),
        ("XksProxyUriPath", "/kms/xks/v123"), ("XksProxyUriPath", "//kms/xks/"), ("XksProxyUriPath", "/a b/kms/xks/v1"),
        ("XksProxyVpcEndpointServiceName", "com.amazonaws.vpce.us-east-x.vpce-svc-example"),
        ("XksProxyVpcEndpointServiceOwner", "00000000000x"),
    ],
)
def test_shapes(server, member, value):
    reply = call(server, "UpdateCustomKeyStore", {"CustomKeyStoreId": STORE, member: value}, "kms")
    assert (reply.status, reply.code) == (400, "ValidationException"), reply
    assert value in reply.message


@pytest.mark.parametrize("path", ["/kms/xks/v1", "/kms/xks/v12", "/a/b_c-d/kms/xks/v1", "/kms/xks/v1/kms/xks/v2"])
def test_paths(server, path):
    reply = call(server, "UpdateCustomKeyStore", {"CustomKeyStoreId": STORE, "XksProxyUriPath": path}, "kms")
    assert reply.code == "CustomKeyStoreNotFoundException", reply


def test_passwords_are_in_no_message_and_no_record(serve):
    server = serve("stores")
    kms = server.client("kms")
    for request_ in [HSM, XKS]:
        with refused("CloudHsmClusterNotFoundException" if request_ is HSM else "XksProxyUriUnreachableException"):
            kms.create_custom_key_store(CustomKeyStoreName="x", **request_)
    bad = {**XKS["XksProxyAuthenticationCredential"], "RawSecretAccessKey": "?" * 43}
    with refused("ValidationException"):
        kms.create_custom_key_store(CustomKeyStoreName="x", **{**XKS, "XksProxyAuthenticationCredential": bad})
    texts = [str(r) for r in server.records() if r["eventName"] == "CreateCustomKeyStore"]
    assert len(texts) == 3
    for secret in [HSM["KeyStorePassword"], "D" * 43, "?" * 43, XKS["XksProxyAuthenticationCredential"]["AccessKeyId"]]:
        assert all(secret not in text for text in texts)
